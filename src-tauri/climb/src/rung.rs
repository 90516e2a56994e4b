//! One rung: pull if missing, load, warm up, speed trials, answers, unload.

use std::time::{Duration, Instant};

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::fit::{FitWord, memory_fit};
use toprung_core::output::ignores_its_prompt;
use toprung_core::plan::{Protocol, Shape};
use toprung_core::run::{RungRecord, RungStatus};
use toprung_core::stopping::{Decision, decide};
use toprung_core::summary::commonest_cause;
use toprung_core::trial::{Outcome, Trial, TrialKind};
use toprung_engines::{Engine, LoadOptions, Prompt, Request};

use crate::event::ClimbEvent;
use crate::ladder::Setting;
use crate::measure::{self, Label};
use crate::prompts::ANSWER_PROMPTS;
use crate::template;
use crate::voice::{Stopped, Voice};

/// Failed speed trials in a row after which no more are made: a third would fail the same way and cost as much.
const FAILED_TRIALS_IN_A_ROW: usize = 2;
/// Text is passed on at most this often: a screen needs no more, and a timed window wants quiet.
const OUTPUT_INTERVAL: Duration = Duration::from_millis(250);
/// An engine that does not let go within this time will not.
const UNLOAD_LIMIT: Duration = Duration::from_secs(15);
/// Warm-up ends when two requests in a row differ by less than this.
const WARM_UP_SLOPE: f64 = 0.02;
/// What a warm-up request may write where there is no fixed shape.
const CLASSIC_WARM_UP_TOKENS: u32 = 16;

/// Why a rung ends before all its trials are made.
enum Halt {
    Stopped,
    Failed(Cause),
}

impl From<Stopped> for Halt {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// What one rung works with.
pub(crate) struct RungClimb<'a> {
    pub(crate) setting: &'a Setting,
    pub(crate) protocol: &'a Protocol,
    pub(crate) voice: &'a Voice,
    pub(crate) rung: &'a mut RungRecord,
    /// Milliseconds on the run's clock at `epoch`.
    pub(crate) offset_ms: f64,
    pub(crate) epoch: Instant,
}

impl RungClimb<'_> {
    /// Climbs the rung to its end. A failure is a result; only a person's stop is not.
    pub(crate) async fn climb(mut self) -> Result<(), Stopped> {
        let at = self.rung.position;
        self.voice.gate().await?;
        self.voice.keep(ClimbEvent::RungStarted { rung: at }).await?;
        self.rung.status = RungStatus::Running;
        let end = self.measure().await;
        // The engine is left as it was found, also after a stop. A model that will not unload shows in the next
        // rung's memory; it is no failure of this one.
        let _ = tokio::time::timeout(UNLOAD_LIMIT, self.engine().unload(&self.rung.model)).await;
        self.rung.status = match end {
            Err(Halt::Stopped) => return Err(Stopped),
            Err(Halt::Failed(cause)) => RungStatus::Failed(cause),
            Ok(()) => self.status_of_trials(),
        };
        let event = ClimbEvent::RungFinished { rung: at, status: self.rung.status.clone(), load: self.rung.load.clone() };
        self.voice.keep(event).await
    }

    async fn measure(&mut self) -> Result<(), Halt> {
        self.ensure_present().await?;
        if let Some(words) = self.too_large() {
            return Err(Halt::Failed(Cause::new(CauseKind::DoesNotFit, words)));
        }
        self.load().await?;
        self.warm_up().await?;
        if let Some(shape) = self.protocol.speed {
            self.speed_trials(shape).await?;
        }
        self.answers().await?;
        self.note_memory().await;
        Ok(())
    }

    fn engine(&self) -> &dyn Engine {
        self.setting.engine.as_ref()
    }

    /// Awaits an engine's call unless the climb is stopped first.
    async fn ask<T>(&self, call: impl Future<Output = Result<T, Cause>>) -> Result<T, Halt> {
        self.voice.or_stop(call).await?.map_err(Halt::Failed)
    }

    async fn ensure_present(&mut self) -> Result<(), Halt> {
        let (at, model) = (self.rung.position, self.rung.model.clone());
        let facts = match self.ask(self.engine().facts(&model)).await {
            Err(Halt::Failed(cause)) if cause.kind == CauseKind::ModelNotFound => {
                let voice = self.voice.clone();
                let mut on_progress = move |p: toprung_engines::PullProgress| {
                    voice.say(&ClimbEvent::Pulling { rung: at, status: p.status, done_bytes: p.done_bytes, total_bytes: p.total_bytes });
                };
                self.ask(self.engine().pull(&model, &mut on_progress)).await?;
                self.ask(self.engine().facts(&model)).await?
            }
            other => other?,
        };
        // The ladder's own word on what a model is made for outlives what the file says.
        let specialty = self.rung.facts.specialty.or(facts.specialty);
        let active_bytes = facts.active_bytes.or(self.rung.facts.active_bytes);
        self.rung.facts = toprung_core::model::ModelFacts { specialty, active_bytes, ..facts };
        self.voice.keep(ClimbEvent::FactsKnown { rung: at, facts: self.rung.facts.clone() }).await?;
        Ok(())
    }

    /// In words, when the model can't fit and nobody overruled that.
    fn too_large(&self) -> Option<String> {
        if self.setting.try_anyway {
            return None;
        }
        let available = self.setting.memory_available.as_ref().and_then(|read| read())?;
        let total = self.setting.memory_total.unwrap_or(available);
        let fit = memory_fit(&self.rung.facts, self.protocol.context_tokens, Some(available), Some(total));
        (fit.word == FitWord::TooLarge).then_some(fit.words)
    }

    async fn load(&mut self) -> Result<(), Halt> {
        let at = self.rung.position;
        self.voice.say(&ClimbEvent::Loading { rung: at });
        let options = LoadOptions { context_tokens: self.protocol.context_tokens };
        let model = self.rung.model.clone();
        self.rung.load = self.ask(self.engine().load(&model, &options)).await?;
        self.voice.say(&ClimbEvent::Loaded { rung: at, load: self.rung.load.clone() });
        Ok(())
    }

    /// One request of the full shape, then more until the speed no longer climbs. An engine that dies here ends the
    /// rung by its own cause; other failures show again in the trials.
    async fn warm_up(&mut self) -> Result<(), Halt> {
        self.voice.say(&ClimbEvent::WarmingUp { rung: self.rung.position });
        let began = Instant::now();
        let mut last: Option<f64> = None;
        for round in 0.. {
            let request = match self.protocol.speed {
                Some(shape) => self.speed_request(shape, u32::MAX - round),
                None => self.answer_request("Say hello.", CLASSIC_WARM_UP_TOKENS),
            };
            let trial = self.one(&request, TrialKind::Speed, round).await?;
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

    async fn speed_trials(&mut self, shape: Shape) -> Result<(), Halt> {
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
            let trial = self.one(&request, TrialKind::Speed, index).await?;
            self.keep_trial(trial).await?;
        }
    }

    async fn answers(&mut self) -> Result<(), Halt> {
        let asked = self.trials_of(TrialKind::Answer).count() as u32;
        for index in asked..self.protocol.answers {
            let count = Some(self.protocol.answers);
            self.begin_trial(TrialKind::Answer, index, count, count).await?;
            let prompt = ANSWER_PROMPTS[index as usize % ANSWER_PROMPTS.len()];
            let request = self.answer_request(prompt, self.protocol.answer_tokens);
            let mut trial = self.one(&request, TrialKind::Answer, index).await?;
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

    async fn begin_trial(&self, kind: TrialKind, index: u32, at_least: Option<u32>, at_most: Option<u32>) -> Result<(), Halt> {
        self.voice.gate().await?;
        let rung = self.rung.position;
        let (at_least, at_most) = (at_least.unwrap_or(1), at_most.unwrap_or(1));
        self.voice.say(&ClimbEvent::TrialStarted { rung, kind, index, at_least, at_most });
        Ok(())
    }

    /// Runs one request; an engine that died ends the rung, after the trial that shows it is kept.
    async fn one(&self, request: &Request, kind: TrialKind, index: u32) -> Result<Trial, Halt> {
        let started_ms = self.offset_ms + self.epoch.elapsed().as_secs_f64() * 1e3;
        let context_tokens = self.rung.load.context_tokens.unwrap_or(request.context_tokens);
        let label = Label { kind, index, started_ms, context_tokens };
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

    async fn keep_trial(&mut self, trial: Trial) -> Result<(), Halt> {
        let rung = self.rung.position;
        self.rung.trials.push(trial.clone());
        let dead = hard_failure(&trial);
        self.voice.keep(ClimbEvent::TrialFinished { rung, trial }).await?;
        dead.map_or(Ok(()), |cause| Err(Halt::Failed(cause)))
    }

    async fn note_memory(&mut self) {
        let memory = self.engine().memory(&self.rung.model).await;
        let load = &mut self.rung.load;
        load.peak_rss_anon_bytes = memory.peak_rss_anon_bytes.or(load.peak_rss_anon_bytes);
        load.peak_rss_file_bytes = memory.peak_rss_file_bytes.or(load.peak_rss_file_bytes);
        load.peak_memory_bytes = memory.peak_bytes.or(load.peak_memory_bytes);
        load.vram_bytes = memory.vram_bytes.or(load.vram_bytes);
    }

    /// A rung of which no answer succeeded has failed, with the cause that most of its answers share.
    fn status_of_trials(&self) -> RungStatus {
        let answers: Vec<&Trial> = self.trials_of(TrialKind::Answer).collect();
        if answers.is_empty() || answers.iter().any(|trial| trial.is_success()) {
            return RungStatus::Measured;
        }
        commonest_cause(self.rung).map_or(RungStatus::Measured, RungStatus::Failed)
    }

    fn trials_of(&self, kind: TrialKind) -> impl Iterator<Item = &Trial> {
        self.rung.trials.iter().filter(move |trial| trial.kind == kind)
    }

    fn speed_request(&self, shape: Shape, index: u32) -> Request {
        // Every prompt of a run is its own, so that no cache can serve it.
        let seed = self.setting.seed ^ (u64::from(self.rung.position) << 32) ^ u64::from(index);
        self.request(Prompt::Synthetic { tokens: shape.prompt_tokens, seed }, shape.output_tokens)
    }

    fn answer_request(&self, prompt: &str, tokens: u32) -> Request {
        self.request(Prompt::Chat(prompt.to_owned()), tokens)
    }

    fn request(&self, prompt: Prompt, max_output_tokens: u32) -> Request {
        let context_tokens = self.protocol.context_tokens;
        Request { model: self.rung.model.clone(), prompt, max_output_tokens, context_tokens }
    }
}

/// The cause of a trial after which no further one can succeed.
fn hard_failure(trial: &Trial) -> Option<Cause> {
    match &trial.outcome {
        Outcome::Failed(cause) if cause.is_hard() => Some(cause.clone()),
        _ => None,
    }
}
