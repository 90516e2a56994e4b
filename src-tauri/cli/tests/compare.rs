//! Runs beside each other, and models in turns, through the whole program.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::process::Command;

use common::{Place, run};
use serde_json::Value;
use toprung_core::run::{RunRecord, RunStatus};
use toprung_core::seed::{SEED_RUN_ID, seed_run};
use toprung_jobs::ab::is_interleaved;
use toprung_jobs::history;
use toprung_jobs::home::Home;
use toprung_store::Store;

/// The seed's run a day later, with something changed.
fn second(change: impl FnOnce(&mut RunRecord)) -> RunRecord {
    let mut run = seed_run();
    run.id = "01992fff-0000-7000-8000-000000000002".to_owned();
    run.started_at = "2026-12-01T00:00:00Z".to_owned();
    change(&mut run);
    run
}

fn store(place: &Place, runs: &[RunRecord]) {
    let mut store = Store::open(&place.home().join("toprung.db"), "test").unwrap().store;
    runs.iter().for_each(|run| store.begin_run(run).unwrap());
}

/// A place with the seed's run and a second one.
fn two_runs(change: impl FnOnce(&mut RunRecord)) -> Place {
    let place = Place::new();
    store(&place, &[seed_run(), second(change)]);
    place
}

fn slower(run: &mut RunRecord) {
    for trial in run.rungs.iter_mut().flat_map(|rung| &mut rung.trials) {
        trial.decode_tps = trial.decode_tps.map(|tps| tps * 0.9);
    }
}

/// Two models alike but for their noise, and one a tenth slower.
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
"#;

/// `toprung ab` on the scripted engine.
fn ab(place: &Place, script: &str, arguments: &str) -> Command {
    fs::write(place.file("script.toml"), script).unwrap();
    let mut command = place.toprung(&format!("ab --engine-a scripted --try-anyway {arguments}"));
    command.env("TOPRUNG_SCRIPT", place.file("script.toml"));
    command
}

#[test]
fn a_run_a_tenth_slower_is_said_to_be_slower_model_by_model() {
    let place = two_runs(slower);
    let said = run(place.toprung(&format!("compare {} last --json compared.json", &SEED_RUN_ID[..13]))).expect(0);
    assert!(said.out.contains("Llama 3.2 3B: B is slower than A: decode speed −10.0 %"), "the answer comes first: {}", said.out);
    assert!(said.err.contains("GPT-OSS 20B can't be compared"), "one rung of grade C does not stop the others: {}", said.err);
    let results = place.json("compared.json");
    assert_eq!(results["schema"], 1);
    let pair = &results["pairs"][1];
    assert_eq!((pair["figures"][0]["figure"].as_str(), pair["figures"][0]["verdict"].as_str()), (Some("decode"), Some("slower")));
    assert!(pair["figures"][0]["ratio"]["high"].as_f64().unwrap() < 0.97, "{pair}");
}

#[test]
fn a_run_against_its_like_shows_no_difference() {
    let place = two_runs(|_| {});
    let said = run(place.toprung("compare last~1:llama3.2:3b last")).expect(0).out;
    assert!(said.contains("There is no difference between A and B: decode speed 0.0 %"), "{said}");
}

#[test]
fn json_to_standard_output_stands_there_alone() {
    let place = two_runs(slower);
    let said = run(place.toprung("compare last~1:1 last:1 --json -")).expect(0).out;
    let results: Value = serde_json::from_str(&said).expect("standard output holds one JSON value and nothing else");
    assert_eq!(results["pairs"].as_array().unwrap().len(), 1, "one rung each was named");
}

#[test]
fn what_may_not_be_compared_is_refused_with_its_reasons_and_compared_when_a_person_insists() {
    let place = two_runs(|run| {
        run.machine.on_mains = Some(false);
        run.machine.cpu = Some("Other CPU".to_owned());
    });
    let refused = run(place.toprung("compare last~1:1 last:1")).expect(2);
    assert!(refused.out.is_empty(), "a refusal is no result: {}", refused.out);
    for words in ["Llama 3.2 1B can't be compared", "the processors differ:", "and Other CPU", "with --anyway"] {
        refused.says(words);
    }
    let anyway = run(place.toprung("compare last~1:1 last:1 --anyway")).expect(0).out;
    assert!(anyway.contains("On purpose: the processors differ:"), "what differs is still named: {anyway}");
    let across = run(place.toprung("compare last~1:1 last:1 --across machine --across power")).expect(0).out;
    assert!(across.contains("There is no difference"), "{across}");
}

#[test]
fn two_models_that_are_named_may_differ_as_models() {
    let place = two_runs(|_| {});
    let said = run(place.toprung("compare last:llama3.2:1b last:llama3.2:3b")).expect(0).out;
    assert!(said.contains("Llama 3.2 3B is slower than Llama 3.2 1B: decode speed −34."), "{said}");
    assert!(said.contains("On purpose: the models differ: llama3.2:1b and llama3.2:3b"), "{said}");
}

#[test]
fn bad_input_ends_with_2_and_says_what_is_wrong() {
    let place = two_runs(|_| {});
    let table = [
        ("compare last", "One run alone can't be compared"),
        ("compare last last", "Both are the same run"),
        ("compare last last~7", "There is no run “last~7”: there are 2 runs"),
        ("compare ffff last", "There is no run “ffff”"),
        ("compare last:nope last~1", "The run has no model “nope”. It has: 1 llama3.2:1b"),
        ("compare last last~1 --json out.md", "does not end with .json"),
        ("ab --a a --b b --trials 2", "2 trials a side are too few"),
        ("ab --a a --b b --threads-a 0", "0 threads"),
        ("ab --a a --b b --context-b 16", "below the 2048 of this mode"),
        ("ab --a usual --b usual --engine-a scripted --threads-b 2", "can't be set from here"),
    ];
    for (arguments, words) in table {
        let mut command = place.toprung(arguments);
        fs::write(place.file("script.toml"), SCRIPT).unwrap();
        let ended = run({
            command.env("TOPRUNG_SCRIPT", place.file("script.toml"));
            command
        });
        assert_eq!(ended.code, Some(2), "{arguments}: {}", ended.err);
        assert!(ended.err.contains(words) && ended.out.is_empty(), "{arguments} should say “{words}”: {}{}", ended.err, ended.out);
    }
    assert_eq!(place.stored_runs().len(), 2, "nothing was begun");
}

#[test]
fn a_model_against_its_like_is_no_different_and_one_a_tenth_slower_is_slower() {
    for (other, answer) in [("same", "There is no difference between A: usual and B: same"), ("slow", "B: slow is slower than A: usual")] {
        let place = Place::new();
        let said = run(ab(&place, SCRIPT, &format!("--a usual --b {other} --json ab.json"))).expect(0);
        assert!(said.out.contains(answer), "{other}: {}", said.out);
        assert_eq!(place.json("ab.json")["pairs"][0]["design"], "interleaved");

        let stored = place.stored_runs().remove(0);
        assert_eq!((stored.ladder.as_str(), stored.status, stored.rungs.len()), ("ab", RunStatus::Finished, 2));
        let pairs = stored.rungs[0].trials.len();
        assert!((10..=40).contains(&pairs) && stored.rungs[1].trials.len() == pairs, "{pairs} trials of each were kept");
        let again = run(place.toprung("compare last")).expect(0).out;
        assert!(again.contains(answer), "a stored run compares as it did: {again}");
        let shown = run(place.toprung("history show last")).expect(0).out;
        assert!(shown.contains("A: usual") && shown.contains(&format!("{pairs} trials")), "{shown}");
    }
}

#[test]
fn only_a_run_in_turns_holds_a_comparison_of_its_own() {
    let place = Place::new();
    run(ab(&place, SCRIPT, "--a usual --b same --trials 5")).expect(0);
    let named_alike = second(|run| toprung_jobs::ab::LADDER.clone_into(&mut run.ladder));
    store(&place, &[seed_run(), named_alike]);
    let home = Home::open_at(&place.home()).unwrap();
    for header in history::runs(&home).unwrap() {
        let in_turns = header.rungs == 2;
        assert_eq!(is_interleaved(&home, &header), in_turns, "a ladder that is called “{}” is not enough", header.ladder);
    }
}

#[test]
fn one_model_can_be_held_against_itself() {
    let place = Place::new();
    let said = run(ab(&place, SCRIPT, "--a usual --b usual --trials 5 --mode classic")).expect(0).out;
    assert!(said.contains("There is no difference between A: usual and B: usual"), "{said}");
    let twice = run(place.toprung("compare last:usual last:2")).expect(2);
    twice.says("The run has more than one “usual”. Give the number in its place: 1 usual, 2 usual");
    run(place.toprung("compare last:1 last:2")).expect(0);
}

#[test]
fn a_variant_that_can_not_be_measured_ends_with_3_and_its_cause() {
    let place = Place::new();
    let dies = format!("{SCRIPT}faults = [{{ at = \"load\", cause = \"out_of_memory\", detail = \"at 7 GiB\" }}]\n");
    let ended = run(ab(&place, &dies, "--a usual --b slow")).expect(3);
    assert!(ended.err.contains("It ran out of memory (at 7 GiB)"), "{}", ended.err);
    assert!(ended.out.contains("Nothing was measured of both"), "{}", ended.out);
}

#[test]
fn an_interrupted_measurement_compares_what_it_has_and_goes_on_where_it_stopped() {
    let place = Place::new();
    // A trial takes about 0.16 s, so that the signal comes between the first and the last.
    let script = SCRIPT.replace("time_scale = 0.0", "time_scale = 0.1");
    let mut measuring = place.start(ab(&place, &script, "--a usual --b slow --mode quick --trials 30"));
    measuring.wait_for("2/2  B: slow");
    assert!(common::eventually(|| place.stored_runs().first().is_some_and(|run| run.rungs[1].trials.len() > 2)));
    measuring.signal("INT");
    measuring.end().expect(130).says("go on with: toprung climb --resume");

    let before = place.stored_runs().remove(0);
    assert_eq!(before.status, RunStatus::Stopped);
    let mut command = place.toprung("climb --resume");
    fs::write(place.file("script.toml"), SCRIPT).unwrap();
    command.env("TOPRUNG_SCRIPT", place.file("script.toml"));
    run(command).expect(0);
    let after = place.stored_runs().remove(0);
    assert_eq!(after.status, RunStatus::Finished);
    for (old, new) in before.rungs.iter().zip(&after.rungs) {
        assert_eq!(new.trials[..old.trials.len()], old.trials, "{}: what was measured stays as it was", new.title);
        assert!(new.trials.len() >= 30, "{}: {} trials", new.title, new.trials.len());
    }
    let said = run(place.toprung("compare last")).expect(0).out;
    assert!(said.contains("B: slow is slower than A: usual"), "{said}");
}
