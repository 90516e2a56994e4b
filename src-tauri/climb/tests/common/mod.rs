//! A listener, a script and a run: what every test of a climb begins with.
#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]

pub(crate) mod pupil;
pub(crate) mod stress;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use toprung_climb::{ClimbEnd, ClimbEvent, Control, EventSink, Readers, Setting, climb};
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::machine::Machine;
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef, Specialty};
use toprung_core::plan::Mode;
use toprung_core::run::{LoadRecord, RunRecord, RunStatus, RungRecord, RungStatus, SessionChecks};
use toprung_core::trial::TrialKind;
use toprung_engines::Engine;
use toprung_engines::scripted::Scripted;

pub(crate) type OnEvent = Box<dyn Fn(&ClimbEvent) + Send + Sync>;

/// Hears everything; refuses to keep trials while told so.
#[derive(Default)]
pub(crate) struct Listener {
    pub(crate) heard: Mutex<Vec<ClimbEvent>>,
    pub(crate) disk_is_full: Mutex<bool>,
    pub(crate) on_event: Option<OnEvent>,
    /// What showing an event is said to take.
    pub(crate) shows_for: Duration,
}

impl EventSink for Listener {
    fn emit(&self, event: &ClimbEvent) -> Result<Duration, Cause> {
        if *self.disk_is_full.lock().unwrap() && matches!(event, ClimbEvent::TrialFinished { .. }) {
            return Err(Cause::new(CauseKind::DiskFull, "0 B free"));
        }
        self.heard.lock().unwrap().push(event.clone());
        if let Some(on_event) = &self.on_event {
            on_event(event);
        }
        Ok(self.shows_for)
    }
}

impl Listener {
    pub(crate) fn that(on_event: impl Fn(&ClimbEvent) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { on_event: Some(Box::new(on_event)), ..Self::default() })
    }

    pub(crate) fn heard(&self) -> Vec<ClimbEvent> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn trials(&self) -> Vec<(u32, TrialKind, u32)> {
        let trial = |event: ClimbEvent| match event {
            ClimbEvent::TrialFinished { rung, trial } => Some((rung, trial.kind, trial.index)),
            _ => None,
        };
        self.heard().into_iter().filter_map(trial).collect()
    }
}

/// A script without waits: one table per model, with lines of its own.
pub(crate) fn script(models: &[(&str, &str)]) -> Scripted {
    let tables = models
        .iter()
        .map(|(name, lines)| format!("[[models]]\nmodel = \"{name}\"\ndecode_tps = 50\nprefill_tps = 500\nnoise = 0.001\n{lines}\n"));
    Scripted::from_toml(&format!("time_scale = 0.0\n{}", tables.collect::<String>())).unwrap()
}

pub(crate) fn fault(at: &str, cause: &str) -> String {
    format!("faults = [{{ at = \"{at}\", cause = \"{cause}\" }}]")
}

pub(crate) fn run(mode: Mode, models: &[&str]) -> RunRecord {
    let rung = |(position, name): (u32, &&str)| RungRecord {
        position,
        model: ModelRef::new(name).unwrap(),
        title: (*name).to_owned(),
        facts: ModelFacts { specialty: Some(Specialty::Code), ..ModelFacts::default() },
        status: RungStatus::Waiting,
        engine: None,
        load: LoadRecord::default(),
        trials: Vec::new(),
        items: Vec::new(),
    };
    RunRecord {
        id: "run".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        ended_at: None,
        status: RunStatus::Running,
        ladder: "test".to_owned(),
        mode,
        engine: EngineDescription { kind: EngineKind::Scripted, version: None, url: None, settings: Vec::new() },
        machine: Machine::default(),
        rungs: (0..).zip(models).map(rung).collect(),
        samples: Vec::new(),
        checks: SessionChecks::default(),
        tasks: None,
    }
}

/// The same engine on every rung, and a machine of which nothing can be read.
pub(crate) fn setting(run: &RunRecord, engine: Scripted) -> Setting {
    setting_of(run.rungs.len(), engine)
}

/// The same for a run of two rungs.
pub(crate) fn setting_of_two(engine: Scripted) -> Setting {
    setting_of(2, engine)
}

fn setting_of(rungs: usize, engine: Scripted) -> Setting {
    sharing(rungs, &(Arc::new(engine) as Arc<dyn Engine>))
}

/// The same on an engine that others use as well.
pub(crate) fn sharing(rungs: usize, engine: &Arc<dyn Engine>) -> Setting {
    let engine = Arc::clone(engine);
    let engines = vec![engine; rungs];
    Setting { engines, seed: 7, readers: Readers::default(), memory_total: None, try_anyway: false, tasks: None }
}

pub(crate) async fn climbed(run: &mut RunRecord, engine: Scripted, control: Control, listener: &Arc<Listener>) -> ClimbEnd {
    climb(run, setting(run, engine), Vec::new(), control, Arc::clone(listener) as _).await
}
