//! Two variants against each other over the scripted engine: their order, their pairs, and what the comparison says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use toprung_climb::{AbSetting, AbSide, ClimbEnd, ClimbEvent, Control, EventSink, ab};
use toprung_core::cause::Cause;
use toprung_core::compare::{Design, Figure, FigureComparison, Verdict, figures};
use toprung_core::machine::Machine;
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use toprung_core::plan::Mode;
use toprung_core::run::{LoadRecord, RunRecord, RunStatus, RungRecord, RungStatus, SessionChecks};
use toprung_engines::scripted::Scripted;

/// Keeps the order of trials, and stops after so many.
#[derive(Default)]
struct Listener {
    trials: Mutex<Vec<(u32, u32)>>,
    stop_after: Option<(usize, Control)>,
}

impl EventSink for Listener {
    fn emit(&self, event: &ClimbEvent) -> Result<Duration, Cause> {
        if let ClimbEvent::TrialFinished { rung, trial } = event {
            let mut trials = self.trials.lock().unwrap();
            trials.push((*rung, trial.index));
            if let Some((_, control)) = self.stop_after.as_ref().filter(|(after, _)| *after == trials.len()) {
                control.stop();
            }
        }
        Ok(Duration::ZERO)
    }
}

impl Listener {
    fn order(&self) -> Vec<(u32, u32)> {
        self.trials.lock().unwrap().clone()
    }
}

/// Models of this speed: `same` differs from `usual` by its noise alone, `slow` by a tenth.
const SCRIPT: &str = r#"
time_scale = 0.0
[[models]]
model = "usual"
decode_tps = 50
prefill_tps = 500
noise = 0.02
[[models]]
model = "same"
decode_tps = 50
prefill_tps = 500
noise = 0.02
[[models]]
model = "slow"
decode_tps = 45
prefill_tps = 450
noise = 0.02
[[models]]
model = "dies"
decode_tps = 50
prefill_tps = 500
faults = [{ at = "load", cause = "out_of_memory", detail = "at 7 GiB" }]
[[models]]
model = "fails"
decode_tps = 50
prefill_tps = 500
faults = [{ at = "speed", cause = "stream_ended_early" }]
"#;

fn run(mode: Mode, models: [&str; 2]) -> RunRecord {
    let rung = |(position, name): (u32, &str)| RungRecord {
        position,
        model: ModelRef::new(name).unwrap(),
        title: name.to_owned(),
        facts: ModelFacts::default(),
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
        ladder: "ab".to_owned(),
        mode,
        engine: EngineDescription { kind: EngineKind::Scripted, version: None, url: None, settings: Vec::new() },
        machine: Machine::default(),
        rungs: (0..).zip(models).map(rung).collect(),
        samples: Vec::new(),
        checks: SessionChecks::default(),
        tasks: None,
    }
}

async fn measured(run: &mut RunRecord, trials: u32, control: Control, listener: &Arc<Listener>) -> ClimbEnd {
    let side = || AbSide { setting: common::setting_of_two(Scripted::from_toml(SCRIPT).unwrap()), context_tokens: 2048, reload: false };
    ab(run, AbSetting { sides: [side(), side()], looks: vec![trials] }, Vec::new(), control, Arc::clone(listener) as _).await
}

fn compared(run: &RunRecord) -> Vec<FigureComparison> {
    figures(&run.rungs[0], &run.rungs[1], Design::Interleaved)
}

fn verdict(run: &RunRecord, figure: Figure) -> Option<Verdict> {
    compared(run).iter().find(|other| other.figure == figure).unwrap().compared.verdict
}

#[tokio::test]
async fn trials_go_a_b_b_a_and_the_next_pair_begins_where_the_last_one_ended() {
    let (mut run, listener) = (run(Mode::Quick, ["usual", "same"]), Arc::new(Listener::default()));
    assert_eq!(measured(&mut run, 4, Control::default(), &listener).await, ClimbEnd::Finished);
    assert_eq!(listener.order(), [(0, 0), (1, 0), (1, 1), (0, 1), (0, 2), (1, 2), (1, 3), (0, 3)]);
    assert!(run.rungs.iter().all(|rung| rung.status == RungStatus::Measured), "{:?}", run.rungs);
}

#[tokio::test]
async fn a_model_against_its_like_is_no_different_and_one_a_tenth_slower_is_slower() {
    for (other, expected) in [("same", Verdict::NoDifference), ("slow", Verdict::Slower)] {
        let (mut run, listener) = (run(Mode::Quick, ["usual", other]), Arc::new(Listener::default()));
        measured(&mut run, 10, Control::default(), &listener).await;
        for figure in [Figure::Decode, Figure::Prefill, Figure::FirstToken, Figure::Response] {
            assert_eq!(verdict(&run, figure), Some(expected), "{other}, {figure:?}: {:?}", compared(&run));
        }
    }
}

#[tokio::test]
async fn in_the_classic_mode_both_answer_the_same_questions() {
    let (mut run, listener) = (run(Mode::Classic, ["usual", "slow"]), Arc::new(Listener::default()));
    measured(&mut run, 5, Control::default(), &listener).await;
    assert_eq!(verdict(&run, Figure::Response), Some(Verdict::Slower), "{:?}", compared(&run));
}

#[tokio::test]
async fn a_stopped_measurement_keeps_its_pairs_and_a_resumed_one_leaves_a_lone_trial_alone() {
    let control = Control::default();
    let first = Arc::new(Listener { stop_after: Some((5, control.clone())), ..Listener::default() });
    let mut run = run(Mode::Quick, ["usual", "same"]);
    assert_eq!(measured(&mut run, 5, control, &first).await, ClimbEnd::Stopped);
    assert_eq!(first.order(), [(0, 0), (1, 0), (1, 1), (0, 1), (0, 2)]);
    assert_eq!(compared(&run)[0].compared.a.n, 2, "the third of A has no partner");

    let second = Arc::new(Listener::default());
    assert_eq!(measured(&mut run, 5, Control::default(), &second).await, ClimbEnd::Finished);
    assert_eq!(second.order()[..2], [(1, 3), (0, 3)], "a partner made later would not have stood next to it");
    assert_eq!(compared(&run)[0].compared.a.n, 5);
}

#[tokio::test]
async fn a_variant_that_fails_ends_it_with_its_cause() {
    for (other, code) in [("dies", "out_of_memory"), ("fails", "stream_ended_early")] {
        let (mut run, listener) = (run(Mode::Quick, ["usual", other]), Arc::new(Listener::default()));
        assert_eq!(measured(&mut run, 10, Control::default(), &listener).await, ClimbEnd::Finished);
        let RungStatus::Failed(cause) = &run.rungs[1].status else { panic!("{other}: {:?}", run.rungs[1].status) };
        assert_eq!(cause.kind.code(), code);
        assert!(listener.order().len() <= 4, "two failures in a row are enough: {:?}", listener.order());
        assert!(!matches!(run.rungs[0].status, RungStatus::Failed(_)), "A did nothing wrong: {:?}", run.rungs[0].status);
    }
}
