//! What a climb looks at around its rungs: depth, drift, sleep and changed engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{Listener, climbed, run, script, setting};
use toprung_climb::{ClimbEnd, ClimbEvent, Control, Readers, Setting, climb};
use toprung_core::drift::speed_drift;
use toprung_core::plan::{Mode, protocol};
use toprung_core::trial::TrialKind;
use toprung_engines::scripted::Scripted;

fn made(run: &toprung_core::run::RunRecord, rung: usize, kind: TrialKind) -> Vec<&toprung_core::trial::Trial> {
    run.rungs[rung].trials.iter().filter(|trial| trial.kind == kind).collect()
}

#[tokio::test]
async fn the_thorough_mode_decodes_behind_long_prompts_too() {
    let (mut run, listener) = (run(Mode::Thorough, &["a", "short"]), Arc::new(Listener::default()));
    let engine = script(&[("a", ""), ("short", "[models.facts]\ncontext_length = 4500")]);
    assert_eq!(climbed(&mut run, engine, Control::default(), &listener).await, ClimbEnd::Finished);
    let protocol = protocol(Mode::Thorough);
    let depths: Vec<Option<u32>> = made(&run, 0, TrialKind::Depth).iter().map(|trial| trial.depth_tokens).collect();
    assert_eq!(depths, [[Some(4096); 3], [Some(8192); 3]].concat());
    assert!(made(&run, 0, TrialKind::Depth).iter().all(|trial| trial.output_tokens == Some(protocol.depth_output_tokens)));
    assert_eq!(made(&run, 1, TrialKind::Depth).len(), 3, "it was trained for 4,500 tokens: 8,192 would measure noise");
}

#[tokio::test]
async fn the_first_rung_is_measured_again_at_the_end() {
    let (mut run, listener) = (run(Mode::Quick, &["a", "b"]), Arc::new(Listener::default()));
    assert_eq!(climbed(&mut run, script(&[("a", ""), ("b", "")]), Control::default(), &listener).await, ClimbEnd::Finished);
    assert_eq!(made(&run, 0, TrialKind::Sentinel).len() as u32, protocol(Mode::Quick).sentinel_trials);
    assert!(made(&run, 1, TrialKind::Sentinel).is_empty(), "one rung tells of the machine; two would cost twice");
    assert_eq!(speed_drift(&run), None, "the script writes as fast as before");
    let heard = listener.heard();
    let last_rung = heard.iter().rposition(|event| matches!(event, ClimbEvent::RungFinished { .. })).unwrap();
    assert!(heard[last_rung..].iter().any(|event| matches!(event, ClimbEvent::CheckingDrift { rung: 0 })), "after the last rung");
}

#[tokio::test]
async fn a_single_rung_has_nothing_to_drift_from() {
    let (mut run, listener) = (run(Mode::Quick, &["a"]), Arc::new(Listener::default()));
    climbed(&mut run, script(&[("a", "")]), Control::default(), &listener).await;
    assert!(made(&run, 0, TrialKind::Sentinel).is_empty());
}

#[tokio::test]
async fn bandwidth_and_clocks_are_read_before_and_after_and_kept() {
    let (mut run, listener) = (run(Mode::Quick, &["a"]), Arc::new(Listener::default()));
    let (slept, offset) = (Arc::new(Mutex::new(0.0)), Arc::new(Mutex::new(100.0)));
    let (slept_now, offset_now) = (Arc::clone(&slept), Arc::clone(&offset));
    let readers = Readers {
        // The clock is set by an hour between the two readings.
        wall_offset_s: Some(Box::new(move || Some(std::mem::replace(&mut *offset_now.lock().unwrap(), 3700.0)))),
        slept_s: Some(Box::new(move || Some(*slept_now.lock().unwrap()))),
        bandwidth: Some(Arc::new(|| vec![20e9, 21e9])),
        ..Readers::default()
    };
    let setting = Setting { readers, ..setting(&run, script(&[("a", "")])) };
    climb(&mut run, setting, Vec::new(), Control::default(), Arc::clone(&listener) as _).await;
    assert_eq!((&run.checks.bandwidth_before, &run.checks.bandwidth_after), (&vec![20e9, 21e9], &vec![20e9, 21e9]));
    assert_eq!((run.checks.slept_s, run.checks.clock_set_s), (Some(0.0), Some(3600.0)));
    assert!(listener.heard().contains(&ClimbEvent::Checked { checks: run.checks.clone() }), "what was looked at is saved");
}

#[tokio::test]
async fn the_machine_is_left_alone_before_the_first_rung_where_its_power_is_read() {
    const PAUSE: Duration = Duration::from_millis(300);
    for (mode, waits) in [(Mode::Classic, true), (Mode::Quick, false)] {
        let (mut run, listener) = (run(mode, &["a"]), Arc::new(Listener::default()));
        let readers = Readers { idle_pause: PAUSE, ..Readers::default() };
        let setting = Setting { readers, ..setting(&run, script(&[("a", "")])) };
        climb(&mut run, setting, Vec::new(), Control::default(), Arc::clone(&listener) as _).await;
        let first = run.rungs[0].trials[0].started_ms;
        assert_eq!(first >= PAUSE.as_secs_f64() * 1000.0, waits, "{mode:?} began after {first} ms");
    }
}

#[tokio::test]
async fn a_trial_in_which_the_machine_slept_is_made_again() {
    let (mut run, listener) = (run(Mode::Classic, &["a"]), Arc::new(Listener::default()));
    let readings = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&readings);
    // At the start of the session and before the first answer: awake. After it: ten minutes.
    let slept_s = move || Some(if count.fetch_add(1, Ordering::Relaxed) < 2 { 0.0 } else { 600.0 });
    let readers = Readers { slept_s: Some(Box::new(slept_s)), ..Readers::default() };
    let setting = Setting { readers, ..setting(&run, script(&[("a", "")])) };
    climb(&mut run, setting, Vec::new(), Control::default(), Arc::clone(&listener) as _).await;
    let answers = protocol(Mode::Classic).answers;
    assert_eq!(made(&run, 0, TrialKind::Answer).len() as u32, answers, "the broken attempt is not among the trials");
    assert_eq!(readings.load(Ordering::Relaxed), 2 + 2 * (answers + 1), "one attempt more than trials was timed");
    assert_eq!(run.checks.slept_s, Some(600.0));
}

#[tokio::test]
async fn an_engine_that_was_changed_meanwhile_is_noticed() {
    let (mut run, listener) = (run(Mode::Classic, &["a"]), Arc::new(Listener::default()));
    run.engine.version = Some("0.5.4".to_owned());
    let engine =
        Scripted::from_toml("version = \"0.6.0\"\ntime_scale = 0.0\n[[models]]\nmodel = \"a\"\ndecode_tps = 50\nprefill_tps = 500\n");
    climbed(&mut run, engine.unwrap(), Control::default(), &listener).await;
    assert_eq!(run.checks.versions_changed, ["0.5.4, then 0.6.0"]);
}
