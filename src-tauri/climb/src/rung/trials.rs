//! The trials of a rung behind long prompts and with real questions, and how any request is made.

use std::time::{Duration, Instant};

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::output::ignores_its_prompt;
use toprung_core::plan::Shape;
use toprung_core::stop_rules::predicted_ttft_ms;
use toprung_core::trial::{Outcome, Trial, TrialKind};
use toprung_engines::{Prompt, Request};

use super::{Halt, RungClimb};
use crate::event::ClimbEvent;
use crate::measure::{self, Label};
use crate::patience::Patience;
use crate::prompts::ANSWER_PROMPTS;
use crate::template;
use crate::voice::Voice;

/// Text is passed on at most this often: a screen needs no more, and a timed window wants quiet.
const OUTPUT_INTERVAL: Duration = Duration::from_millis(250);
/// Prompts of depth trials are counted from here, so that none repeats a speed trial's.
const DEPTH_SEED: u32 = 1 << 20;
/// A shorter sleep can't be told from the rounding of two clocks, in seconds.
const SLEPT_S: f64 = 0.5;
/// Of a short chat with its template around it, generously.
const TOKENS_PER_WORD: u32 = 4;
/// A machine that falls asleep in every trial is not being used for measuring.
const MOST_RERUNS: usize = 3;

impl RungClimb<'_> {
    /// How fast it decodes once the context has filled. A model that was trained for less, or that would spend its time
    /// on the prompt alone, gets fewer trials or none.
    pub(crate) async fn depth_trials(&mut self) -> Result<(), Halt> {
        let protocol = self.protocol;
        let longest = self.rung.facts.context_length.unwrap_or(u32::MAX);
        for depth in protocol.depths.iter().copied().filter(|depth| depth + protocol.depth_output_tokens <= longest) {
            loop {
                let here: Vec<&Trial> = self.trials_of(TrialKind::Depth).filter(|trial| trial.depth_tokens == Some(depth)).collect();
                let spent_s = here.iter().filter_map(|trial| trial.response_ms).sum::<f64>() / 1e3;
                let failed = here.iter().any(|trial| !trial.is_success());
                if failed || here.len() as u32 >= protocol.depth_trials || spent_s >= protocol.depth_budget_s {
                    break;
                }
                self.depth_trial(depth).await?;
            }
        }
        Ok(())
    }

    async fn depth_trial(&mut self, depth: u32) -> Result<(), Halt> {
        let index = self.trials_of(TrialKind::Depth).count() as u32;
        let most = self.protocol.depth_trials * self.protocol.depths.len() as u32;
        self.begin_trial(TrialKind::Depth, index, Some(1), Some(most)).await?;
        let shape = Shape { prompt_tokens: depth, output_tokens: self.protocol.depth_output_tokens };
        let label = Label { depth_tokens: Some(depth), ..Label::plain(TrialKind::Depth, index) };
        let trial = self.one(&self.speed_request(shape, DEPTH_SEED + index), label).await?;
        self.keep_trial(trial).await
    }

    pub(crate) async fn answers(&mut self) -> Result<(), Halt> {
        let asked = self.trials_of(TrialKind::Answer).count() as u32;
        for index in asked..self.protocol.answers {
            let count = Some(self.protocol.answers);
            self.begin_trial(TrialKind::Answer, index, count, count).await?;
            let prompt = ANSWER_PROMPTS[index as usize % ANSWER_PROMPTS.len()];
            let request = self.answer_request(prompt, self.protocol.answer_tokens);
            let mut trial = self.one(&request, Label::plain(TrialKind::Answer, index)).await?;
            self.voice.or_stop(template::prove(self.engine(), &request, &mut trial)).await?;
            self.compare_with_earlier(&mut trial);
            self.keep_trial(trial).await?;
        }
        Ok(())
    }

    /// The same words for another question are no answer.
    fn compare_with_earlier(&self, trial: &mut Trial) {
        let earlier: Vec<&str> = self.trials_of(TrialKind::Answer).map(|trial| trial.output.as_str()).collect();
        if let (true, Some(words)) = (trial.is_success(), ignores_its_prompt(&trial.output, &earlier)) {
            trial.outcome = Outcome::Failed(Cause::new(CauseKind::DegenerateOutput, words));
        }
    }

    pub(crate) async fn begin_trial(&self, kind: TrialKind, index: u32, at_least: Option<u32>, at_most: Option<u32>) -> Result<(), Halt> {
        self.voice.gate().await?;
        let rung = self.rung.position;
        let (at_least, at_most) = (at_least.unwrap_or(1), at_most.unwrap_or(1));
        self.voice.announce(&ClimbEvent::TrialStarted { rung, kind, index, at_least, at_most }).await?;
        Ok(())
    }

    /// Runs one request. A trial in which the machine slept says nothing of its speed, so it is made again.
    pub(crate) async fn one(&self, request: &Request, label: Label) -> Result<Trial, Halt> {
        let label = Label { patience: self.patience(request), ..label };
        let slept_s = || self.setting.readers.slept_s.as_ref().and_then(|read| read());
        for _ in 0..MOST_RERUNS {
            let before = slept_s();
            let trial = self.attempt(request, label).await?;
            let slept = before.zip(slept_s()).is_some_and(|(before, after)| after - before > SLEPT_S);
            if !slept {
                return Ok(trial);
            }
        }
        self.attempt(request, label).await
    }

    fn patience(&self, request: &Request) -> Patience {
        let tokens = match &request.prompt {
            Prompt::Synthetic { tokens, .. } => *tokens,
            Prompt::Chat(message) => message.split_whitespace().count() as u32 * TOKENS_PER_WORD,
        };
        Patience { first_token_ms: predicted_ttft_ms(tokens, self.rung, self.below) }
    }

    pub(super) async fn attempt(&self, request: &Request, label: Label) -> Result<Trial, Halt> {
        let started_ms = self.offset_ms + self.epoch.elapsed().as_secs_f64() * 1e3;
        let context_tokens = self.rung.load.context_tokens.unwrap_or(request.context_tokens);
        let label = Label { started_ms, context_tokens, ..label };
        let mut writer = self.writer();
        let trial = self.voice.or_stop(measure::trial(self.engine(), request, label, |text| writer.write(text))).await?;
        Ok(trial)
    }

    pub(super) fn writer(&self) -> Writer<'_> {
        Writer { voice: self.voice, rung: self.rung.position, written: String::new(), said: Instant::now() }
    }

    pub(crate) async fn keep_trial(&mut self, trial: Trial) -> Result<(), Halt> {
        let rung = self.rung.position;
        self.rung.trials.push(trial.clone());
        let dead = hard_failure(&trial);
        self.voice.keep(ClimbEvent::TrialFinished { rung, trial }).await?;
        dead.map_or(Ok(()), |cause| Err(Halt::Failed(cause)))
    }

    pub(crate) fn trials_of(&self, kind: TrialKind) -> impl Iterator<Item = &Trial> {
        self.rung.trials.iter().filter(move |trial| trial.kind == kind)
    }

    pub(crate) fn speed_request(&self, shape: Shape, index: u32) -> Request {
        // Every prompt of a run is its own, so that no cache can serve it.
        let seed = self.setting.seed ^ (u64::from(self.rung.position) << 32) ^ u64::from(index);
        self.request(Prompt::Synthetic { tokens: shape.prompt_tokens, seed }, shape.output_tokens)
    }

    pub(crate) fn answer_request(&self, prompt: &str, tokens: u32) -> Request {
        self.request(Prompt::Chat(prompt.to_owned()), tokens)
    }

    fn request(&self, prompt: Prompt, max_output_tokens: u32) -> Request {
        let context_tokens = self.protocol.context_tokens;
        Request { model: self.rung.model.clone(), prompt, max_output_tokens, context_tokens }
    }
}

/// Passes text on as it grows, and what is left of it at the end.
pub(super) struct Writer<'a> {
    voice: &'a Voice,
    rung: u32,
    written: String,
    said: Instant,
}

impl Writer<'_> {
    pub(super) fn write(&mut self, text: &str) {
        self.written.push_str(text);
        if self.said.elapsed() >= OUTPUT_INTERVAL {
            self.say();
        }
    }

    fn say(&mut self) {
        if !self.written.is_empty() {
            self.voice.say(&ClimbEvent::Output { rung: self.rung, text: std::mem::take(&mut self.written) });
        }
        self.said = Instant::now();
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.say();
    }
}

/// The cause of a trial after which no further one can succeed.
pub(super) fn hard_failure(trial: &Trial) -> Option<Cause> {
    match &trial.outcome {
        Outcome::Failed(cause) if cause.is_hard() => Some(cause.clone()),
        _ => None,
    }
}
