//! A climb over the scripted engine: what it says, what it keeps, and how it is steered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Listener, climbed, fault, run, script, setting};
use toprung_climb::{ClimbEnd, ClimbEvent, Control, Readers, Setting, climb};
use toprung_core::cause::CauseKind;
use toprung_core::model::Specialty;
use toprung_core::plan::{Mode, protocol};
use toprung_core::run::RungStatus;
use toprung_core::trial::TrialKind;
use toprung_engines::scripted::Scripted;

#[tokio::test]
async fn a_quick_climb_makes_every_trial_of_its_protocol_and_ends() {
    let (mut run, listener) = (run(Mode::Quick, &["a", "b"]), Arc::new(Listener::default()));
    assert_eq!(climbed(&mut run, script(&[("a", ""), ("b", "")]), Control::default(), &listener).await, ClimbEnd::Finished);
    let protocol = protocol(Mode::Quick);
    for rung in &run.rungs {
        assert_eq!(rung.status, RungStatus::Measured);
        let made = |kind| rung.trials.iter().filter(|trial| trial.kind == kind).count() as u32;
        assert_eq!(made(TrialKind::Speed), protocol.looks[0]);
        assert_eq!(made(TrialKind::Answer), protocol.answers);
        let speed = rung.trials[0].decode_tps.unwrap();
        assert!((speed - 50.0).abs() < 1.0, "the script writes 50 tokens/s, the trial says {speed}");
    }
}

#[tokio::test]
async fn what_the_ladder_says_of_a_model_outlives_what_the_engine_says() {
    let (mut run, listener) = (run(Mode::Classic, &["a"]), Arc::new(Listener::default()));
    climbed(&mut run, script(&[("a", "[models.facts]\nfile_bytes = 9")]), Control::default(), &listener).await;
    assert_eq!(run.rungs[0].facts.specialty, Some(Specialty::Code), "no file says what it is made for");
    assert_eq!(run.rungs[0].facts.file_bytes, Some(9));
}

#[tokio::test]
async fn a_missing_model_is_pulled_with_progress() {
    let (mut run, listener) = (run(Mode::Classic, &["a"]), Arc::new(Listener::default()));
    climbed(&mut run, script(&[("a", "installed = false\n[models.facts]\nfile_bytes = 1000000")]), Control::default(), &listener).await;
    assert!(listener.heard().iter().any(|event| matches!(event, ClimbEvent::Pulling { done_bytes, .. } if *done_bytes > 0)));
    assert_eq!(run.rungs[0].status, RungStatus::Measured);
}

#[tokio::test]
async fn a_failing_rung_is_a_result_and_the_ladder_goes_on() {
    for (at, cause) in
        [("load", "damaged_file"), ("speed", "engine_crashed"), ("answer", "degenerate_output"), ("answer", "stream_ended_early")]
    {
        let (mut run, listener) = (run(Mode::Quick, &["bad", "good"]), Arc::new(Listener::default()));
        let engine = script(&[("bad", &fault(at, cause)), ("good", "")]);
        assert_eq!(climbed(&mut run, engine, Control::default(), &listener).await, ClimbEnd::Finished);
        let RungStatus::Failed(why) = &run.rungs[0].status else { panic!("{at}/{cause}: {:?}", run.rungs[0].status) };
        assert_eq!(why.kind.code(), cause, "the cause is the one that was played");
        assert_eq!(run.rungs[1].status, RungStatus::Measured, "one bad rung does not end a ladder");
    }
}

#[tokio::test]
async fn two_hard_failures_in_a_row_leave_the_rest_out_with_the_reason() {
    let (mut run, listener) = (run(Mode::Quick, &["a", "b", "c"]), Arc::new(Listener::default()));
    let dies = fault("load", "out_of_memory");
    climbed(&mut run, script(&[("a", &dies), ("b", &dies), ("c", "")]), Control::default(), &listener).await;
    let RungStatus::LeftOut(reason) = &run.rungs[2].status else { panic!("{:?}", run.rungs[2].status) };
    assert!(!reason.is_empty(), "what a stop rule leaves out says so");
}

#[tokio::test]
async fn a_resumed_climb_goes_on_at_its_first_unfinished_trial() {
    let control = Control::default();
    let stop = control.clone();
    let first = Listener::that(move |event| {
        if matches!(event, ClimbEvent::TrialFinished { rung: 0, trial } if trial.kind == TrialKind::Speed && trial.index == 1) {
            stop.stop();
        }
    });
    let mut run = run(Mode::Quick, &["a", "b"]);
    assert_eq!(climbed(&mut run, script(&[("a", ""), ("b", "")]), control, &first).await, ClimbEnd::Stopped);
    let second = Arc::new(Listener::default());
    assert_eq!(climbed(&mut run, script(&[("a", ""), ("b", "")]), Control::default(), &second).await, ClimbEnd::Finished);
    assert_eq!(second.trials().first(), Some(&(0, TrialKind::Speed, 2)), "two of three were kept");
    let mut all = [first.trials(), second.trials()].concat();
    let made = all.len();
    all.dedup();
    assert_eq!(all.len(), made, "no trial is made twice");
}

#[tokio::test]
async fn a_pause_falls_between_two_trials_and_a_resume_goes_on() {
    let control = Control::default();
    let hand = control.clone();
    let listener = Listener::that(move |event| match event {
        ClimbEvent::TrialFinished { trial, .. } if trial.kind == TrialKind::Speed && trial.index == 0 => hand.pause(),
        ClimbEvent::Paused => hand.resume(),
        _ => {}
    });
    let mut run = run(Mode::Quick, &["a"]);
    assert_eq!(climbed(&mut run, script(&[("a", "")]), control, &listener).await, ClimbEnd::Finished);
    let heard = listener.heard();
    let paused = heard.iter().position(|event| *event == ClimbEvent::Paused).unwrap();
    assert!(
        matches!(heard[paused - 1], ClimbEvent::TrialFinished { .. }),
        "the trial under way was finished first: {:?}",
        heard[paused - 1]
    );
    assert_eq!(heard[paused + 1], ClimbEvent::Resumed);
}

#[tokio::test]
async fn a_trial_that_can_not_be_kept_pauses_the_climb_and_is_offered_again() {
    let control = Control::default();
    let hand = control.clone();
    let listener = Arc::new_cyclic(|weak: &std::sync::Weak<Listener>| {
        let weak = weak.clone();
        let on_event = move |event: &ClimbEvent| {
            if matches!(event, ClimbEvent::SaveFailed { .. }) {
                *weak.upgrade().unwrap().disk_is_full.lock().unwrap() = false;
                hand.resume();
            }
        };
        Listener { disk_is_full: Mutex::new(true), on_event: Some(Box::new(on_event)), ..Listener::default() }
    });
    let mut run = run(Mode::Quick, &["a"]);
    assert_eq!(climbed(&mut run, script(&[("a", "")]), control, &listener).await, ClimbEnd::Finished);
    assert!(listener.heard().iter().any(|event| matches!(event, ClimbEvent::SaveFailed { .. })), "a person is told");
    assert_eq!(listener.trials().first(), Some(&(0, TrialKind::Speed, 0)), "the trial that could not be kept was kept later");
}

#[tokio::test]
async fn a_model_that_can_not_fit_is_not_tried_unless_a_person_insists() {
    for (try_anyway, measured) in [(false, false), (true, true)] {
        let (mut run, listener) = (run(Mode::Classic, &["a"]), Arc::new(Listener::default()));
        let engine = script(&[("a", "[models.facts]\nfile_bytes = 99000000000")]);
        let readers = Readers { memory_available: Some(Box::new(|| Some(1 << 30))), ..Readers::default() };
        let setting = Setting { readers, memory_total: Some(1 << 30), try_anyway, ..setting(&run, engine) };
        climb(&mut run, setting, Vec::new(), Control::default(), listener as _).await;
        assert_eq!(run.rungs[0].status == RungStatus::Measured, measured, "{:?}", run.rungs[0].status);
    }
}

#[tokio::test]
async fn a_trial_that_falls_silent_is_given_up_long_before_the_engine_gives_up() {
    let engine = "time_scale = 0.1\n[[models]]\nmodel = \"a\"\ndecode_tps = 200\nprefill_tps = 5000\n";
    let stalls = "faults = [{ at = \"speed\", cause = \"stalled\", after = 0.5, only = [4] }]";
    let mut run = run(Mode::Quick, &["a"]);
    let began = Instant::now();
    let engine = Scripted::from_toml(&format!("{engine}{stalls}")).unwrap();
    climbed(&mut run, engine, Control::default(), &Arc::new(Listener::default())).await;
    let RungStatus::Failed(cause) = &run.rungs[0].status else { panic!("{:?}", run.rungs[0].status) };
    assert_eq!((cause.kind, cause.detail.as_str()), (CauseKind::Stalled, "no further token within 10 s"));
    // The engine itself would have waited for 12 s.
    assert!((10..12).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert!(run.rungs[0].trials.iter().any(|trial| !trial.fragments_ms.is_empty() && !trial.is_success()), "what came is kept");
}

#[tokio::test]
async fn a_stop_ends_a_stalled_trial_at_once_and_leaves_the_rung_to_be_resumed() {
    let control = Control::default();
    let stop = control.clone();
    let listener = Listener::that(move |event| {
        if matches!(event, ClimbEvent::WarmingUp { .. }) {
            stop.stop();
        }
    });
    let engine = Scripted::from_toml("time_scale = 1.0\n[[models]]\nmodel = \"a\"\ndecode_tps = 0.1\nprefill_tps = 1\n").unwrap();
    let mut run = run(Mode::Quick, &["a"]);
    let began = Instant::now();
    assert_eq!(climbed(&mut run, engine, control, &listener).await, ClimbEnd::Stopped);
    assert!(began.elapsed().as_secs() < 5, "a stop does not wait for the model");
    assert_eq!(run.rungs[0].status, RungStatus::Running, "what was not finished is measured on resume");
}

#[tokio::test]
async fn nothing_is_timed_while_the_last_event_is_being_shown() {
    let shows_for = Duration::from_millis(80);
    let begun = Arc::new(Mutex::new(None::<Instant>));
    let waits = Arc::new(Mutex::new(Vec::new()));
    let (at, kept) = (Arc::clone(&begun), Arc::clone(&waits));
    let on_event: common::OnEvent = Box::new(move |event| match event {
        ClimbEvent::TrialStarted { .. } => *at.lock().unwrap() = Some(Instant::now()),
        ClimbEvent::TrialFinished { .. } => kept.lock().unwrap().extend(at.lock().unwrap().take().map(|at| at.elapsed())),
        _ => {}
    });
    let listener = Arc::new(Listener { on_event: Some(on_event), shows_for, ..Listener::default() });
    let mut run = run(Mode::Classic, &["a"]);
    climbed(&mut run, script(&[("a", "")]), Control::default(), &listener).await;
    let waits = waits.lock().unwrap();
    assert_eq!(waits.len() as u32, protocol(Mode::Classic).answers);
    assert!(waits.iter().all(|waited| *waited >= shows_for), "a script without waits takes no time of its own: {waits:?}");
    let sent: Vec<f64> = run.rungs[0].trials.iter().map(|trial| trial.started_ms).collect();
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 80.0), "a trial's time begins when the wait is over: {sent:?}");
}

#[tokio::test]
async fn a_stop_does_not_wait_until_an_event_has_been_shown() {
    let control = Control::default();
    let stop = control.clone();
    let on_event: common::OnEvent = Box::new(move |event| {
        if matches!(event, ClimbEvent::TrialStarted { .. }) {
            stop.stop();
        }
    });
    let listener = Arc::new(Listener { on_event: Some(on_event), shows_for: Duration::from_secs(3600), ..Listener::default() });
    let mut run = run(Mode::Classic, &["a"]);
    assert_eq!(climbed(&mut run, script(&[("a", "")]), control, &listener).await, ClimbEnd::Stopped);
    assert!(run.rungs[0].trials.is_empty());
}
