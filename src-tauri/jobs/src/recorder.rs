//! Saves a climb as it happens: every trial is on disk before the next one begins.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use toprung_climb::{ClimbEvent, EventSink};
use toprung_core::cause::Cause;
use toprung_core::machine::HardwareSample;
use toprung_core::run::{LoadRecord, RungStatus};

use crate::home::Home;

/// Hears an event after it was saved, and answers how long it will be busy with showing it.
pub(crate) type Listener = Box<dyn Fn(&ClimbEvent) -> Duration + Send + Sync>;

/// Stands between a climb and its front: saves, then passes on.
pub(crate) struct Recorder {
    home: Arc<Home>,
    run: String,
    /// Readings wait for the next trial's write, so that no write falls into a timed window.
    samples: Mutex<Vec<HardwareSample>>,
    listener: Listener,
}

impl Recorder {
    pub(crate) fn new(home: Arc<Home>, run: String, listener: Listener) -> Self {
        Self { home, run, samples: Mutex::new(Vec::new()), listener }
    }

    fn save(&self, event: &ClimbEvent) -> Result<(), Cause> {
        let mut store = self.home.store();
        let run = self.run.as_str();
        match event {
            ClimbEvent::FactsKnown { rung, facts } => store.save_facts(run, *rung, facts),
            ClimbEvent::RungStarted { rung } => store.save_rung(run, *rung, &RungStatus::Running, &LoadRecord::default()),
            ClimbEvent::TrialFinished { rung, trial } => store.save_trial(run, *rung, trial),
            ClimbEvent::ItemFinished { rung, result } => store.save_item(run, *rung, result),
            ClimbEvent::RungFinished { rung, status, load } => store.save_rung(run, *rung, status, load),
            ClimbEvent::Checked { checks } => store.save_checks(run, checks),
            _ => Ok(()),
        }
        .map_err(|error| error.to_cause())?;
        drop(store);
        match event {
            ClimbEvent::Sampled { sample } => self.waiting().push(sample.clone()),
            ClimbEvent::TrialFinished { .. } | ClimbEvent::ItemFinished { .. } | ClimbEvent::RungFinished { .. } => self.flush_samples(),
            _ => {}
        }
        Ok(())
    }

    /// Saves the readings that wait. They stay when that fails, and go with the next write: the trial that was
    /// just saved must not be offered again because of them.
    pub(crate) fn flush_samples(&self) {
        let mut waiting = self.waiting();
        if self.home.store().save_samples(&self.run, &waiting).is_ok() {
            waiting.clear();
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<HardwareSample>> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for Recorder {
    fn emit(&self, event: &ClimbEvent) -> Result<Duration, Cause> {
        self.save(event)?;
        Ok((self.listener)(event))
    }
}
