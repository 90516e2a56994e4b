//! What other programs rely on: files, standard output and exit codes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;

use common::{Place, run, seed_climb, seed_script, slow_script};
use serde_json::Value;
use toprung_core::run::RunStatus;

const RUNG_KEYS: [&str; 17] = [
    "model",
    "engine",
    "digest",
    "file_bytes",
    "parameters",
    "active_bytes",
    "decode_tps",
    "prefill_tps",
    "ttft_ms",
    "response_ms",
    "success",
    "load_ms",
    "peak_memory_bytes",
    "grade",
    "reasons",
    "verdict",
    "cause",
];

#[track_caller]
fn has_keys(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some(), "“{key}” is missing: unknown is null and never left out. There is: {value}");
    }
}

#[test]
fn a_climb_writes_the_versioned_json_and_says_its_verdict() {
    let place = Place::new();
    let ended = run(place.scripted(&seed_script(), &format!("{} --json results.json", seed_climb()))).expect(0);
    assert!(ended.out.contains("Run Llama 3.2 3B for everyday work"), "the answer comes first: {}", ended.out);

    let results = place.json("results.json");
    assert_eq!(results["schema"], 1);
    has_keys(&results, &["run", "rungs", "steps", "knee", "sweet_spots"]);
    has_keys(&results["run"], &["id", "started_at", "engine", "mode", "machine"]);
    let rungs = results["rungs"].as_array().unwrap();
    assert_eq!(rungs.len(), 5);
    for rung in rungs {
        has_keys(rung, &RUNG_KEYS);
        for figure in ["decode_tps", "prefill_tps", "ttft_ms", "response_ms"] {
            has_keys(&rung[figure], &["median", "low", "high", "n"]);
        }
        has_keys(&rung["success"], &["ok", "n"]);
        assert!(rung["digest"].is_null(), "the scripted engine has no digest, and unknown is null");
    }
    for step in results["steps"].as_array().unwrap() {
        has_keys(step, &["from", "to", "throughput_change", "response_change", "memory_change"]);
    }
}

#[test]
fn json_to_standard_output_stands_there_alone() {
    let place = Place::new();
    let ended = run(place.scripted(&seed_script(), &format!("{} --json -", seed_climb()))).expect(0);
    let results: Value = serde_json::from_str(&ended.out).expect("standard output holds one JSON value and nothing else");
    let id = results["run"]["id"].as_str().unwrap();
    let shown = run(place.toprung(&format!("history show {id} --json -"))).expect(0);
    assert_eq!(serde_json::from_str::<Value>(&shown.out).unwrap(), results, "a stored run shows what its climb showed");
}

#[test]
fn reports_are_written_with_their_charts() {
    let place = Place::new();
    run(place.scripted(&seed_script(), &format!("{} --report report.md", seed_climb()))).expect(0);
    let text = fs::read_to_string(place.file("report.md")).unwrap();
    for chart in fs::read_dir(place.file("report-assets")).unwrap().map(|entry| entry.unwrap().path()) {
        assert!(fs::read_to_string(&chart).unwrap().contains("<svg"), "{} is a chart", chart.display());
        assert!(text.contains(chart.file_name().unwrap().to_str().unwrap()), "the report shows {}", chart.display());
    }
    assert!(text.contains("gpt-oss") && text.contains(".svg"), "the report names its rungs and shows its charts");

    let id = &place.stored_runs()[0].id;
    run(place.toprung(&format!("history show {id} --report report.pdf"))).expect(0);
    assert!(fs::read(place.file("report.pdf")).unwrap().starts_with(b"%PDF"), "a report can be written of any stored run");
}

#[test]
fn a_run_can_be_looked_back_at() {
    let place = Place::new();
    assert!(run(place.toprung("history list")).expect(0).out.contains("no run yet"));
    run(place.scripted(&seed_script(), &seed_climb())).expect(0);
    let list = run(place.toprung("history list")).expect(0).out;
    let id = &place.stored_runs()[0].id;
    assert!(list.contains(id.as_str()) && list.contains("5 of 5") && list.contains("finished"), "{list}");
    let shown = run(place.toprung(&format!("history show {}", &id[..12]))).expect(0).out;
    assert!(shown.contains("What the next step costs"), "the start of an id will do: {shown}");
}

#[test]
fn the_embedded_engine_is_offered_only_what_it_can_have() {
    let place = Place::new();
    let list = run(place.toprung("models list")).expect(0).out;
    assert!(list.contains("smollm2-135m-instruct-q4_1") && !list.contains("codellama"), "{list}");
}

#[test]
fn the_doctor_says_what_is_missing_and_how_to_mend_it() {
    let place = Place::new();
    let found = run(place.toprung("doctor --url http://127.0.0.1:9")).expect(0).out;
    for group in ["Machine", "Engines", "Sensors", "Data folder"] {
        assert!(found.contains(group), "{group} is missing: {found}");
    }
    assert!(found.contains("Nothing answers") && found.contains("Start the engine"), "{found}");
    assert!(found.contains(place.home().to_str().unwrap()), "{found}");
}

#[test]
fn bad_input_ends_with_2_and_says_what_is_wrong() {
    let place = Place::new();
    fs::write(place.file("bad.toml"), "name = \"mine\"\n\n[[rung]]\nmodle = \"x\"\n").unwrap();
    let table = [
        ("climb --mode warp", "warp"),
        ("climb --ladder nope", "Choose starter, classic, installed"),
        ("climb --ladder bad.toml", "line 4"),
        ("climb --ladder /nowhere/mine.toml", "/nowhere/mine.toml"),
        ("climb --ladder classic", "Choose Ollama as the engine"),
        ("climb --model ../etc/passwd", "is not a model name"),
        ("climb --model smollm2-135m-instruct", "Did you mean smollm2-135m-instruct-q4_1?"),
        ("models pull smollm2-135m-instruct", "Did you mean smollm2-135m-instruct-q4_1?"),
        ("climb --engine ollama --url ftp://127.0.0.1", "ftp: addresses are refused"),
        ("climb --resume ffff", "There is no run “ffff”"),
        ("climb --resume", "There is no unfinished run"),
        ("history show ffff", "There is no run “ffff”"),
        ("climb --report report.txt", "none of .md, .pdf and .json"),
        ("climb --json /nowhere/results.json", "There is no folder /nowhere"),
    ];
    for (arguments, words) in table {
        let ended = run(place.toprung(arguments));
        assert_eq!(ended.code, Some(2), "{arguments}: {}", ended.err);
        assert!(ended.err.contains(words) && ended.out.is_empty(), "{arguments} should say “{words}”: {}{}", ended.err, ended.out);
    }
    assert!(place.stored_runs().is_empty(), "nothing was begun");
}

#[test]
fn a_climb_that_measures_nothing_ends_with_3() {
    let place = Place::new();
    run(place.toprung("climb --engine ollama --url http://127.0.0.1:9")).expect(3).says("Nothing answers at the engine's address");
    let dies = "[[faults]]\nat = \"load\"\ncause = \"out_of_memory\"\ndetail = \"at 7 GiB\"\n";
    let ended = run(place.scripted(&format!("{dies}{}", slow_script(3)), "climb --mode classic")).expect(3);
    ended.says("It ran out of memory (at 7 GiB).");
    assert!(ended.out.contains("two rungs in a row failed"), "the third was not tried, and that is said: {}", ended.out);
}

#[test]
fn an_interrupted_climb_ends_with_130_and_goes_on_where_it_stopped() {
    let place = Place::new();
    let mut climb = place.start(place.scripted(&slow_script(4), "climb --mode classic"));
    climb.wait_for("✓ rung-0");
    climb.signal("INT");
    climb.end().expect(130).says("go on with: toprung climb --resume");

    let before = place.stored_runs().remove(0);
    let kept: usize = before.rungs.iter().map(|rung| rung.trials.len()).sum();
    assert!(before.status == RunStatus::Stopped && (5..20).contains(&kept), "{kept} trials were kept");

    run(place.scripted(&slow_script(4), "climb --resume")).expect(0);
    let after = place.stored_runs().remove(0);
    assert_eq!(after.status, RunStatus::Finished);
    for (old, new) in before.rungs.iter().zip(&after.rungs) {
        assert_eq!(new.trials.len(), 5, "{}: every question was asked once", new.title);
        assert_eq!(new.trials[..old.trials.len()], old.trials, "{}: what was measured stays as it was", new.title);
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let place = Place::new();
    let mut listing = place.toprung("doctor").stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(listing.stdout.take());
    assert!(listing.wait().unwrap().success(), "`toprung doctor | head -1` ends as quietly as any other program");
}
