//! Processes that are killed: the program itself at any moment, and the worker under it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common::{Place, SMALL, eventually, is_alive, lab_models, run, signal, slow_script, worker_of};
use toprung_core::run::{RunRecord, RunStatus};
use toprung_core::trial::Trial;

const KILLS: u32 = 20;
/// A whole climb of this ladder takes about two seconds, loading and warming up included.
const RUNGS: u32 = 4;
/// Questions a rung in the classic mode.
const ANSWERS: usize = 5;
/// A kill comes at most this late: a climb that goes on for longer is finished.
const LATEST_KILL_MS: u64 = 2_000;
/// Sets the kills' moments, to play a failed test again.
const SEED_VARIABLE: &str = "TOPRUNG_KILL_SEED";

/// Pseudo-random milliseconds up to the latest kill (a 64-bit linear congruential generator with Knuth's constants).
fn next_moment(state: &mut u64) -> Duration {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    Duration::from_millis((*state >> 33) % LATEST_KILL_MS)
}

/// Goes on with the newest run if it is not finished, else begins one.
fn climb(place: &Place, runs: &[RunRecord]) -> Command {
    let is_open = runs.last().is_some_and(|run| run.status != RunStatus::Finished);
    place.scripted(&slow_script(RUNGS), if is_open { "climb --resume" } else { "climb --mode classic" })
}

/// Every trial by its run, rung and number.
fn trials(runs: &[RunRecord]) -> HashMap<(String, u32, u32), Trial> {
    let mut all = HashMap::new();
    for run in runs {
        for rung in &run.rungs {
            for (at, trial) in rung.trials.iter().enumerate() {
                assert_eq!(trial.index as usize, at, "{} of run {}: a trial is missing or was stored twice", rung.title, run.id);
                all.insert((run.id.clone(), rung.position, trial.index), trial.clone());
            }
        }
    }
    all
}

#[test]
fn a_climb_killed_at_any_moment_goes_on_with_every_finished_trial() {
    let seed = std::env::var(SEED_VARIABLE).ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| RandomState::new().hash_one(KILLS));
    println!("{SEED_VARIABLE}={seed}");
    let (place, mut state) = (Place::new(), seed);
    let mut before: Vec<RunRecord> = Vec::new();
    for kill in 1..=KILLS {
        let mut running = place.start(climb(&place, &before));
        let moment = next_moment(&mut state);
        std::thread::sleep(moment);
        running.child.kill().unwrap();
        let said = running.end().err;

        let now = place.stored_runs();
        let (old, new) = (trials(&before), trials(&now));
        for (key, trial) in &old {
            assert_eq!(new.get(key), Some(trial), "kill {kill} after {moment:?}: trial {key:?} is gone or changed");
        }
        // A rung's line is said once all of it is saved.
        for rung in now.last().iter().flat_map(|run| &run.rungs) {
            let is_announced = said.contains(&format!("✓ {} ", rung.title));
            assert!(!is_announced || rung.trials.len() == ANSWERS, "kill {kill}: {} was announced and is not whole", rung.title);
        }
        println!("kill {kill:2} after {moment:>7.1?}: {} trials, {} new", new.len(), new.len() - old.len());
        before = now;
    }
    run(climb(&place, &before)).expect(0);
    for run in place.stored_runs() {
        assert_eq!(run.status, RunStatus::Finished);
        assert!(run.rungs.iter().all(|rung| rung.trials.len() == ANSWERS), "every question was asked once and no more");
    }
    let after = trials(&place.stored_runs());
    assert!(trials(&before).iter().all(|(key, trial)| after.get(key) == Some(trial)));
}

/// One model at a time: on few cores llama.cpp's waiting threads take the time of another's working ones.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_killed_worker_fails_its_rung_and_the_ladder_goes_on() {
    let (_alone, Some(lab)) = (alone(), lab_models()) else { return };
    let place = Place::new();
    place.install(&lab, SMALL);
    std::fs::copy(lab.join(format!("{SMALL}.gguf")), place.models().join("first.gguf")).unwrap();
    // Whatever the first one is doing, loading, warming up or measuring: its death is the rung's result.
    let arguments = format!("climb --model first {SMALL} --mode quick --json results.json");
    let mut climb = place.start(place.toprung(&arguments));
    climb.wait_for("1/2");
    signal(worker_of(climb.child.id()), "KILL");
    climb.end().expect(0).says("The engine's process died");

    let rungs = place.json("results.json")["rungs"].clone();
    assert_eq!((rungs[0]["cause"]["code"].as_str(), rungs[0]["verdict"].as_str()), (Some("engine_crashed"), Some("avoid")));
    assert!(rungs[1]["cause"].is_null() && rungs[1]["decode_tps"]["median"].as_f64().unwrap() > 0.0, "the next rung is measured");
    assert!(rungs[1]["digest"].as_str().unwrap().starts_with("sha256:"), "a known file is named by its digest");
}

#[test]
fn a_worker_killed_while_it_measures_keeps_the_trials_before() {
    let (_alone, Some(lab)) = (alone(), lab_models()) else { return };
    let place = Place::new();
    place.install(&lab, SMALL);
    let climb = place.start(place.toprung(&format!("climb --model {SMALL} --mode quick")));
    let measured = || place.stored_runs().first().map_or(0, |run| run.rungs[0].trials.len());
    assert!(eventually(|| measured() >= 1), "no trial was saved: {}", climb.said());
    signal(worker_of(climb.child.id()), "KILL");
    let ended = climb.end();
    ended.says("The engine's process died");
    assert_eq!(ended.code, Some(0), "something was measured");
    assert!(measured() >= 2, "those before, and the one that shows the death");
}

#[test]
fn no_worker_outlives_a_killed_program() {
    let (_alone, Some(lab)) = (alone(), lab_models()) else { return };
    let place = Place::new();
    place.install(&lab, SMALL);
    let mut climb = place.start(place.toprung(&format!("climb --model {SMALL} --mode quick")));
    climb.wait_for("1/1");
    let worker = worker_of(climb.child.id());
    climb.child.kill().unwrap();
    climb.end();
    assert!(eventually(|| !is_alive(worker)), "process {worker} goes on without its program");
}
