//! kill -9 at random moments while trials are saved: nothing that was acknowledged is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Random, open, planned, sample, trial};
use toprung_core::trial::TrialKind;

/// Names the database for the process that is to be killed.
const CHILD: &str = "TOPRUNG_STORE_TEST_DATABASE";
const KILLS: u32 = 30;
const SEED: u64 = 0x70_50;

#[test]
#[ignore = "the process that the next test kills; alone it saves nothing"]
fn saves_trials_until_it_is_killed() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let mut store = open(Path::new(&path));
    let first = store.run("run-1").unwrap().unwrap().rungs[0].trials.len() as u32;
    for index in first.. {
        store.save_trial("run-1", 0, &trial(index, TrialKind::Speed)).unwrap();
        // Written only once the save has returned: this is the acknowledgement. The break ends the harness's own line.
        writeln!(std::io::stdout(), "\nsaved {index}").unwrap();
        store.save_samples("run-1", &[sample(index, 16)]).unwrap();
    }
}

/// Starts the saving process, kills it `after` its first acknowledgement, and answers with all it acknowledged.
fn acknowledged_before_kill(path: &Path, after: Duration) -> BTreeSet<u32> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["saves_trials_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let number = |line: String| line.strip_prefix("saved ").map(|n| n.parse().unwrap());
    let first = lines.by_ref().map(Result::unwrap).find_map(number).expect("the process saves at least one trial");
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    // A line that the kill cut short was not received whole, so it acknowledges nothing.
    lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("saved ")?.parse().ok()).chain([first]).collect()
}

#[test]
fn a_killed_process_loses_no_acknowledged_trial() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    open(&path).begin_run(&planned("run-1")).unwrap();
    let (mut random, mut acknowledged) = (Random(SEED), BTreeSet::new());
    for kill in 0..KILLS {
        acknowledged.extend(acknowledged_before_kill(&path, Duration::from_micros(random.below(60_000))));
        let run = open(&path).run("run-1").unwrap().unwrap();
        let stored: BTreeSet<u32> = run.rungs[0].trials.iter().map(|trial| trial.index).collect();
        let lost: Vec<_> = acknowledged.difference(&stored).collect();
        assert!(lost.is_empty(), "kill {kill} (seed {SEED}) lost trials {lost:?}");
        assert!(run.rungs[0].trials.iter().all(|stored| *stored == trial(stored.index, TrialKind::Speed)), "a stored trial is whole");
    }
    assert!(acknowledged.len() >= KILLS as usize, "each process saved something before it was killed");
}
