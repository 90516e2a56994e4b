//! One generation made into one trial: the formulas of the figures, applied to time stamps.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::patience::{Due, Patience};
use toprung_core::cause::Cause;
use toprung_core::output::classify_answer;
use toprung_core::prompt;
use toprung_core::trial::{Outcome, Trial, TrialKind};
use toprung_engines::{DoneReason, Engine, FinalRecord, Fragment, FragmentKind, Prompt, Request};

/// The most characters of an answer that are kept: enough to read, too few to fill a database.
pub(crate) const KEPT_OUTPUT_CHARS: usize = 8_000;

/// How often a wait that nothing bounds yet is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Which trial it is, and on how large a context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Label {
    pub(crate) kind: TrialKind,
    pub(crate) index: u32,
    pub(crate) depth_tokens: Option<u32>,
    pub(crate) started_ms: f64,
    /// What the engine set up, or what it was asked for where it does not say.
    pub(crate) context_tokens: u32,
    pub(crate) patience: Patience,
}

impl Label {
    /// A trial at an empty context whose start is not known yet.
    pub(crate) fn plain(kind: TrialKind, index: u32) -> Self {
        Self { kind, index, depth_tokens: None, started_ms: 0.0, context_tokens: 0, patience: Patience::default() }
    }
}

/// What was seen of a stream from this side.
#[derive(Debug, Default)]
struct Seen {
    at: Vec<Instant>,
    first_answer: Option<Instant>,
    answer: String,
    thinking: String,
}

impl Seen {
    fn fragments_ms(&self, sent: Instant) -> Vec<f32> {
        self.at.iter().map(|at| ms_since(sent, at) as f32).collect()
    }

    fn take(&mut self, fragment: &Fragment) {
        let holds_something = !fragment.text.is_empty() || fragment.tokens.is_some_and(|n| n > 0);
        if holds_something {
            self.at.push(fragment.at);
            if fragment.kind != FragmentKind::Thinking {
                self.first_answer.get_or_insert(fragment.at);
            }
        }
        match fragment.kind {
            FragmentKind::Thinking => self.thinking.push_str(&fragment.text),
            FragmentKind::Answer | FragmentKind::ToolCall => self.answer.push_str(&fragment.text),
        }
    }
}

/// What a model wrote, with the times of its writing.
pub(crate) struct Told {
    /// Its outcome says whether the engine gave a complete answer, not what the answer is worth.
    pub(crate) trial: Trial,
    pub(crate) answer: String,
    pub(crate) thinking: String,
    pub(crate) hit_limit: bool,
}

/// Makes one request and measures it, or gives it up when the engine is silent for too long. `on_text` hears the answer as it grows.
pub(crate) async fn trial(engine: &dyn Engine, request: &Request, label: Label, on_text: impl FnMut(&str) + Send) -> Trial {
    let (sent, seen, end) = stream(engine, request, label, on_text).await;
    finish(request, label, sent, &seen, end)
}

/// The same for an answer whose words matter.
pub(crate) async fn told(engine: &dyn Engine, request: &Request, label: Label, on_text: impl FnMut(&str) + Send) -> Told {
    let (sent, seen, end) = stream(engine, request, label, on_text).await;
    let hit_limit = end.as_ref().is_ok_and(|record| record.done == DoneReason::Length);
    Told { trial: finish(request, label, sent, &seen, end), answer: seen.answer, thinking: seen.thinking, hit_limit }
}

/// When the request was sent, what was seen, and how it ended.
async fn stream(
    engine: &dyn Engine,
    request: &Request,
    label: Label,
    mut on_text: impl FnMut(&str) + Send,
) -> (Instant, Seen, Result<FinalRecord, Cause>) {
    let seen = Mutex::new(Seen::default());
    let sent = Instant::now();
    let mut on_fragment = |fragment: Fragment| {
        held(&seen).take(&fragment);
        on_text(&fragment.text);
    };
    let end = tokio::select! {
        biased;
        end = engine.generate(request, &mut on_fragment) => end,
        cause = silence(label.patience, sent, &seen) => Err(cause),
    };
    (sent, seen.into_inner().unwrap_or_else(PoisonError::into_inner), end)
}

fn held(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends when the engine has been silent for longer than the stop rules allow.
async fn silence(patience: Patience, sent: Instant, seen: &Mutex<Seen>) -> Cause {
    loop {
        let due = Due::of(patience, sent, &held(seen).fragments_ms(sent));
        let now = Instant::now();
        match due {
            Some(due) if due.at <= now => return due.cause(),
            Some(due) => tokio::time::sleep_until(due.at.into()).await,
            None => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}

fn ms_since(sent: Instant, at: &Instant) -> f64 {
    at.saturating_duration_since(sent).as_secs_f64() * 1e3
}

fn finish(request: &Request, label: Label, sent: Instant, seen: &Seen, end: Result<FinalRecord, Cause>) -> Trial {
    let since_sent = |at: &Instant| ms_since(sent, at);
    let mut trial = Trial {
        depth_tokens: label.depth_tokens,
        ttft_ms: seen.at.first().map(since_sent),
        first_answer_ms: seen.first_answer.as_ref().map(since_sent),
        fragments_ms: seen.fragments_ms(sent),
        output: if label.kind == TrialKind::Answer { seen.answer.chars().take(KEPT_OUTPUT_CHARS).collect() } else { String::new() },
        ..Trial::new(label.kind, label.index, label.started_ms)
    };
    match end {
        Err(cause) => trial.outcome = Outcome::Failed(cause),
        Ok(record) => {
            trial.response_ms = Some(since_sent(&record.at));
            trial.prompt_tokens = record.prompt_tokens;
            trial.cached_prompt_tokens = record.cached_prompt_tokens;
            trial.output_tokens = record.output_tokens;
            trial.prefill_tps = prefill_tps(&record);
            trial.decode_tps = rate(record.output_tokens, record.decode_ms);
            trial.client_decode_tps = rate(record.output_tokens, client_decode_ms(&seen.at));
            trial.outcome = outcome(request, label, seen, &record);
        }
    }
    if trial.decode_tps.is_none() {
        // An engine with no clock of its own: this side's is all there is.
        trial.decode_tps = trial.client_decode_tps;
    }
    trial
}

/// A speed trial's text is noise by design; only an answer is judged by what it says. Neither is worth anything when the
/// engine did not read all of its prompt.
fn outcome(request: &Request, label: Label, seen: &Seen, record: &FinalRecord) -> Outcome {
    if let Some(cause) = prompt_cut(&request.prompt, label.context_tokens, record) {
        return Outcome::Failed(cause);
    }
    match (label.kind, &request.prompt) {
        (TrialKind::Answer, Prompt::Chat(_)) => classify_answer(
            &seen.answer,
            seen.thinking.chars().count(),
            record.output_tokens,
            request.max_output_tokens,
            record.done == DoneReason::Stop,
        ),
        _ => Outcome::Complete,
    }
}

fn prompt_cut(prompt: &Prompt, context_tokens: u32, record: &FinalRecord) -> Option<Cause> {
    let (words, may_be_cached) = match prompt {
        Prompt::Synthetic { tokens, .. } => (*tokens, false),
        Prompt::Chat(message) => (u32::try_from(message.split_whitespace().count()).ok()?, true),
    };
    prompt::cut(words, record.prompt_tokens, context_tokens, may_be_cached)
}

/// Prompt tokens not served from a cache, per second of prompt time.
fn prefill_tps(record: &FinalRecord) -> Option<f64> {
    let tokens = record.prompt_tokens?.saturating_sub(record.cached_prompt_tokens.unwrap_or(0));
    let seconds = record.prompt_ms? / 1e3;
    (tokens > 0 && seconds > 0.0).then(|| f64::from(tokens) / seconds)
}

/// (N−1) tokens in the time from the first to the last.
fn rate(tokens: Option<u32>, decode_ms: Option<f64>) -> Option<f64> {
    let (tokens, seconds) = (tokens?, decode_ms? / 1e3);
    (tokens >= 2 && seconds > 0.0).then(|| f64::from(tokens - 1) / seconds)
}

fn client_decode_ms(at: &[Instant]) -> Option<f64> {
    let (first, last) = (at.first()?, at.last()?);
    let span = last.saturating_duration_since(*first).as_secs_f64() * 1e3;
    (span > 0.0).then_some(span)
}
