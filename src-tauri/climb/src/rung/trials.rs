//! The trials of a rung: warming up, then each kind in its turn.

use std::time::{Duration, Instant};

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::output::ignores_its_prompt;
use toprung_core::plan::Shape;
use toprung_core::stop_rules::predicted_ttft_ms;
use toprung_core::stopping::{Decision, decide};
use toprung_core::trial::{Outcome, Trial, TrialKind};
use toprung_engines::{Prompt, Request};

use super::{Halt, RungClimb};
use crate::event::ClimbEvent;
use crate::measure::{self, Label};
use crate::patience::Patience;
use crate::prompts::ANSWER_PROMPTS;
use crate::template;

/// Failed speed trials in a row after which no more are made: a third would fail the same way and cost as much.
pub(crate) const FAILED_TRIALS_IN_A_ROW: usize = 2;
/// Text is passed on at most this often: a screen needs no more, and a timed window wants quiet.
const OUTPUT_INTERVAL: Duration = Duration::from_millis(250);
/// Warm-up ends when two requests in a row differ by less than this.
const WARM_UP_SLOPE: f64 = 0.02;
/// What a warm-up request may write where there is no fixed shape.
const CLASSIC_WARM_UP_TOKENS: u32 = 16;
/// Prompts of depth trials and drift checks are counted from here, so that none repeats a speed trial's.
const DEPTH_SEED: u32 = 1 << 20;
const SENTINEL_SEED: u32 = 1 << 21;
/// A shorter sleep can't be told from the rounding of two clocks, in seconds.
const SLEPT_S: f64 = 0.5;
/// Of a short chat with its template around it, generously.
const TOKENS_PER_WORD: u32 = 4;
/// A machine that falls asleep in every trial is not being used for measuring.
const MOST_RERUNS: usize = 3;

impl RungClimb<'_> {
    /// One request of the full shape, then more until the speed no longer climbs. An engine that dies here ends the
    /// rung by its own cause; other failures show again in the trials.
    pub(crate) async fn warm_up(&mut self) -> Result<(), Halt> {
        self.voice.say(&ClimbEvent::WarmingUp { rung: self.rung.position });
        let began = Instant::now();
        let mut last: Option<f64> = None;
        for round in 0.. {
            let request = match self.protocol.speed {
                Some(shape) => self.speed_request(shape, u32::MAX - round),
                None => self.answer_request("Say hello.", CLASSIC_WARM_UP_TOKENS),
            };
            // Some servers load the model at its first request, so that no first token is waited for too long here.
            let trial = self.attempt(&request, Label::plain(TrialKind::Speed, round)).await?;
            hard_failure(&trial).map_or(Ok(()), |cause| Err(Halt::Failed(cause)))?;
            let steady = match (last, trial.decode_tps) {
                (Some(before), Some(now)) => (now / before - 1.0).abs() < WARM_UP_SLOPE,
                (_, None) => true,
                (None, Some(_)) => false,
            };
            let elapsed = began.elapsed().as_secs_f64();
            // Another request is begun only if it is likely to end within the cap.
            let next_ends = elapsed * f64::from(round + 2) / f64::from(round + 1);
            if steady || next_ends > self.protocol.warm_up_cap_s {
                break;
            }
            last = trial.decode_tps;
        }
        Ok(())
    }

    pub(crate) async fn speed_trials(&mut self, shape: Shape) -> Result<(), Halt> {
        loop {
            let done: Vec<Trial> = self.trials_of(TrialKind::Speed).cloned().collect();
            let failed = done.iter().rev().take_while(|t| !t.is_success()).count();
            // Time already spent counts by the trials themselves, so that a resumed rung keeps its budget.
            let spent_s = done.iter().filter_map(|t| t.response_ms).sum::<f64>() / 1e3;
            if failed >= FAILED_TRIALS_IN_A_ROW || decide(self.protocol, &done, spent_s) != Decision::More {
                return Ok(());
            }
            let index = done.len() as u32;
            let looks = &self.protocol.looks;
            self.begin_trial(TrialKind::Speed, index, looks.first().copied(), looks.last().copied()).await?;
            let request = self.speed_request(shape, index);
            let trial = self.one(&request, Label::plain(TrialKind::Speed, index)).await?;
            self.keep_trial(trial).await?;
        }
    }

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

    /// The rung's speed trials once more.
    pub(crate) async fn sentinel_trials(&mut self) -> Result<(), Halt> {
        let (Some(shape), most) = (self.protocol.speed, self.protocol.sentinel_trials) else { return Ok(()) };
        for index in self.trials_of(TrialKind::Sentinel).count() as u32..most {
            self.begin_trial(TrialKind::Sentinel, index, Some(most), Some(most)).await?;
            let trial = self.one(&self.speed_request(shape, SENTINEL_SEED + index), Label::plain(TrialKind::Sentinel, index)).await?;
            self.keep_trial(trial).await?;
        }
        Ok(())
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
        self.voice.say(&ClimbEvent::TrialStarted { rung, kind, index, at_least, at_most });
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

    async fn attempt(&self, request: &Request, label: Label) -> Result<Trial, Halt> {
        let started_ms = self.offset_ms + self.epoch.elapsed().as_secs_f64() * 1e3;
        let context_tokens = self.rung.load.context_tokens.unwrap_or(request.context_tokens);
        let label = Label { started_ms, context_tokens, ..label };
        let (rung, voice) = (self.rung.position, self.voice);
        let mut written = String::new();
        let mut said = Instant::now();
        let on_text = |text: &str| {
            written.push_str(text);
            if !written.is_empty() && said.elapsed() >= OUTPUT_INTERVAL {
                voice.say(&ClimbEvent::Output { rung, text: std::mem::take(&mut written) });
                said = Instant::now();
            }
        };
        let trial = self.voice.or_stop(measure::trial(self.engine(), request, label, on_text)).await?;
        if !written.is_empty() {
            self.voice.say(&ClimbEvent::Output { rung, text: written });
        }
        Ok(trial)
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

/// The cause of a trial after which no further one can succeed.
pub(super) fn hard_failure(trial: &Trial) -> Option<Cause> {
    match &trial.outcome {
        Outcome::Failed(cause) if cause.is_hard() => Some(cause.clone()),
        _ => None,
    }
}
