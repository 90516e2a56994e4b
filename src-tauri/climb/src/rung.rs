//! One rung: pull if missing, load, warm up, speed trials, depth trials, answers, unload.

mod items;
mod speed;
mod trials;

pub(crate) use speed::FAILED_TRIALS_IN_A_ROW;

use std::time::{Duration, Instant};

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::fit::{FitWord, memory_fit};
use toprung_core::plan::Protocol;
use toprung_core::run::{RungRecord, RungStatus};
use toprung_core::summary::commonest_cause;
use toprung_core::trial::{Trial, TrialKind};
use toprung_engines::{Engine, LoadOptions};

use crate::event::ClimbEvent;
use crate::ladder::Setting;
use crate::voice::{Stopped, Voice};

/// An engine that does not let go within this time will not.
pub(crate) const UNLOAD_LIMIT: Duration = Duration::from_secs(15);

/// Why a rung ends before all its trials are made.
pub(crate) enum Halt {
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
    /// The rungs that were climbed before it: what may be expected of this one.
    pub(crate) below: &'a [RungRecord],
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

    /// Measures the rung's speed once more, after the ladder. It fails without a word: what it would have shown is then
    /// unknown, and the rung's own figures stand.
    pub(crate) async fn check_drift(mut self) -> Result<(), Stopped> {
        self.voice.gate().await?;
        self.voice.say(&ClimbEvent::CheckingDrift { rung: self.rung.position });
        let end = self.measure_drift().await;
        let _ = tokio::time::timeout(UNLOAD_LIMIT, self.engine().unload(&self.rung.model)).await;
        match end {
            Err(Halt::Stopped) => Err(Stopped),
            Ok(()) | Err(Halt::Failed(_)) => Ok(()),
        }
    }

    async fn measure_drift(&mut self) -> Result<(), Halt> {
        let options = LoadOptions { context_tokens: self.protocol.context_tokens };
        let model = self.rung.model.clone();
        self.ask(self.engine().load(&model, &options)).await?;
        self.warm_up().await?;
        self.sentinel_trials().await
    }

    async fn measure(&mut self) -> Result<(), Halt> {
        self.ensure_present().await?;
        if let Some(words) = self.too_large() {
            return Err(Halt::Failed(Cause::new(CauseKind::DoesNotFit, words)));
        }
        self.load().await?;
        self.rung.load.warm_up_ms = Some(self.warm_up().await?);
        if self.protocol.speed.is_some() {
            self.speed_trials().await?;
            self.depth_trials().await?;
        }
        self.answers().await?;
        self.items().await?;
        self.note_memory().await;
        Ok(())
    }

    pub(crate) fn engine(&self) -> &dyn Engine {
        self.setting.engine(self.rung.position)
    }

    /// Awaits an engine's call unless the climb is stopped first.
    pub(crate) async fn ask<T>(&self, call: impl Future<Output = Result<T, Cause>>) -> Result<T, Halt> {
        self.voice.or_stop(call).await?.map_err(Halt::Failed)
    }

    pub(crate) async fn ensure_present(&mut self) -> Result<(), Halt> {
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
    pub(crate) fn too_large(&self) -> Option<String> {
        if self.setting.try_anyway || !self.engine().takes_memory_here() {
            return None;
        }
        let available = self.setting.readers.memory_available.as_ref().and_then(|read| read())?;
        let total = self.setting.memory_total.unwrap_or(available);
        let fit = memory_fit(&self.rung.facts, self.protocol.context_tokens, Some(available), Some(total));
        (fit.word == FitWord::TooLarge).then_some(fit.words)
    }

    pub(crate) async fn load(&mut self) -> Result<(), Halt> {
        let at = self.rung.position;
        self.voice.say(&ClimbEvent::Loading { rung: at });
        let options = LoadOptions { context_tokens: self.protocol.context_tokens };
        let model = self.rung.model.clone();
        self.rung.load = self.ask(self.engine().load(&model, &options)).await?;
        self.voice.say(&ClimbEvent::Loaded { rung: at, load: self.rung.load.clone() });
        Ok(())
    }

    pub(crate) async fn note_memory(&mut self) {
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
}
