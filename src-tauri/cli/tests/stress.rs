//! `toprung stress` and `toprung validate` as a person types them, on the scripted engine.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::{Place, run};
use serde_json::Value;
use toprung_store::Store;

/// A model that answers a sustained test's request in a third of a second.
fn model(name: &str, lines: &str) -> String {
    format!("[[models]]\nmodel = \"{name}\"\ndecode_tps = 400\nprefill_tps = 4000\nfacts.file_bytes = 1000000\n{lines}\n")
}

/// A model of 10 MB that comes within a second.
fn missing(name: &str) -> String {
    format!(
        "[[models]]\nmodel = \"{name}\"\ndecode_tps = 400\nprefill_tps = 4000\ninstalled = false\npull_bytes_per_s = 10e6\n\
         facts.file_bytes = 10000000\nfacts.digest = \"sha256:{name}\"\n"
    )
}

const SUSTAIN: &str = "stress sustain --seconds 3 --loop 0.5 --cool-down 0";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

#[test]
fn a_steady_model_passes_and_its_test_is_stored_listed_and_shown() {
    let place = Place::new();
    let tested = run(place.scripted(&model("a", ""), &format!("{SUSTAIN} --json test.json"))).expect(0);
    assert!(tested.out.contains("Sustained load: PASS") && tested.out.contains("Stability: 100.0 %"), "{}", tested.out);
    tested.says("Stored; look at it again with: toprung stress show");
    let written = place.json("test.json");
    assert_eq!((&written["verdict"], &written["record"]["kind"], &written["version"]), (&"pass".into(), &"sustain".into(), &1.into()));
    let shown = run(place.toprung("stress show last --json -")).expect(0);
    assert_eq!(json(&shown.out)["headline"], written["headline"]);
    assert!(run(place.toprung("stress list")).expect(0).out.contains("PASS"));
    run(place.toprung("stress rm last")).expect(0);
    assert!(run(place.toprung("stress list")).expect(0).out.contains("no stress test yet"));
    run(place.toprung("stress show last")).expect(2).says("no stress test “last”");
}

#[test]
fn a_model_that_becomes_slow_fails_and_the_moment_is_named() {
    let place = Place::new();
    // The warm-up and the first six requests, of a third of a second each, are quick; the script begins anew only long after the test's end.
    let (quick, slow) = ("{ decode = 1.0, prefill = 1.0 }", "{ decode = 0.5, prefill = 1.0 }");
    let moments = [quick; 7].into_iter().chain([slow; 100]).collect::<Vec<_>>().join(", ");
    let tested = run(place.scripted(&format!("moments = [{moments}]\n{}", model("a", "")), SUSTAIN)).expect(0);
    // Where other programs are busy while the tests run, they may be what slowed it, and it says so.
    let was_disturbed = tested.out.contains("not decided") && tested.out.contains("Close them and test again.");
    assert!(was_disturbed || tested.out.contains("Sustained load: FAIL"), "{}", tested.out);
    assert!(tested.out.contains("It slowed down after 2 s and stayed slow: −50 % against the best loop"), "{}", tested.out);
}

#[test]
fn a_test_that_is_stopped_keeps_what_it_has_and_says_so() {
    let place = Place::new();
    let mut running = place.start(place.scripted(&model("a", ""), "stress sustain --seconds 600 --loop 0.5"));
    running.wait_for("working …");
    std::thread::sleep(Duration::from_secs(2));
    running.signal("INT");
    running.end().expect(130).says("Stopping; what is finished is kept.");
    let shown = run(place.toprung("stress show last --json -")).expect(0);
    let test = json(&shown.out);
    assert_eq!((&test["verdict"], &test["stopped"]), (&"not_decided".into(), &true.into()));
    assert!(test["record"]["requests"].as_array().unwrap().len() >= 3, "{test}");
    assert!(test["reasons"].to_string().contains("stopped by hand"), "{}", test["reasons"]);
}

#[test]
fn a_crash_loses_the_running_test_and_no_other() {
    let place = Place::new();
    run(place.scripted(&model("a", ""), SUSTAIN)).expect(0);
    let mut running = place.start(place.scripted(&model("a", ""), "stress sustain --seconds 600 --loop 0.5"));
    running.wait_for("working …");
    running.signal("KILL");
    running.end();
    let opened = Store::open(&place.home().join("toprung.db"), "test").unwrap();
    assert!(opened.notice.is_none(), "the database is sound: {:?}", opened.notice);
    assert_eq!(opened.store.stress_tests().unwrap().len(), 1);
}

#[test]
fn two_downloads_at_once_give_the_first_sessions_block() {
    let place = Place::new();
    let script = missing("codellama:13b") + &missing("gpt-oss:20b") + &model("tiny", "");
    let tested = run(place.scripted(&script, "stress download --model codellama:13b gpt-oss:20b --beside tiny --json test.json")).expect(0);
    for words in [
        "Concurrent download: PASS",
        "2 of 2 models came whole at",
        "- codellama:13b: 100 % complete (10.0 MB of 10.0 MB), in",
        "cut by the test at",
        "- gpt-oss:20b: 100 % complete (10.0 MB of 10.0 MB), in",
        "- Combined throughput:",
        "- System load:",
        "- Memory available:",
        "- Cooling:",
        "- tiny meanwhile:",
    ] {
        assert!(tested.out.contains(words), "“{words}” is missing:\n{}", tested.out);
    }
    let record = &place.json("test.json")["record"];
    assert!(record["models"][0]["cuts"][0]["resumed"].is_array(), "{}", record["models"][0]["cuts"]);
    assert!(record["neighbour"]["during_tps"].as_array().unwrap().len() > 1, "{}", record["neighbour"]);
}

#[test]
fn models_side_by_side_and_the_limit_are_tested_too() {
    let place = Place::new();
    let script = format!("holds = 1\n{}{}", model("a", "load_ms = 20"), model("b", "most_context_tokens = 4096"));
    let together = run(place.scripted(&script, "stress concurrent --model a b")).expect(0);
    assert!(together.out.contains("a was pushed out of memory when b was loaded."), "{}", together.out);
    assert!(together.out.contains("Concurrent models: FAIL") && together.out.contains("From a to b: unload"), "{}", together.out);
    let limit = run(place.scripted(&script, "stress limit --model b --most-context 16384")).expect(0);
    assert!(limit.out.contains("The largest that held is b at 4096 tokens of context."), "{}", limit.out);
    assert!(limit.out.contains("8192 tokens of context, where 4096 fit"), "{}", limit.out);
}

#[test]
fn a_model_that_never_answers_is_nothing_measured() {
    let place = Place::new();
    let script = model("a", "faults = [{ at = \"load\", cause = \"out_of_memory\", detail = \"at 7 GiB\" }]");
    let tested = run(place.scripted(&script, SUSTAIN)).expect(3);
    assert!(tested.out.contains("A request failed: It ran out of memory (at 7 GiB)."), "{}", tested.out);
}

#[test]
fn bad_input_is_told_with_the_next_step() {
    let place = Place::new();
    let script = model("a", "") + &missing("b");
    for (line, words) in [
        ("stress download --model b", "Name two or more. (toprung stress download --model A B)"),
        ("stress download --model a b", "a is here already"),
        ("stress sustain --model nope", "does not have the model nope yet"),
        ("stress sustain --seconds 10 --loop 5", "Make the loops shorter, or the test longer."),
        ("stress concurrent --model a --requests 0", "0 requests at once can't be measured."),
        ("stress limit --model a --most-context 100", "Give 2048 or more."),
        ("stress show 0192", "toprung stress list"),
    ] {
        let command = if line.contains("show") { place.toprung(line) } else { place.scripted(&script, line) };
        run(command).expect(2).says(words);
    }
}

#[test]
fn one_test_at_a_time_runs_on_a_data_folder() {
    let place = Place::new();
    let mut running = place.start(place.scripted(&model("a", ""), "stress sustain --seconds 600 --loop 0.5"));
    running.wait_for("working …");
    run(place.scripted(&model("a", ""), SUSTAIN)).expect(3).says("two at once would measure each other");
    running.signal("TERM");
    running.end().expect(130);
}

#[test]
fn the_validation_says_what_was_not_tested_and_passes_what_was() {
    let place = Place::new();
    let before = run(place.scripted(&model("a", ""), "validate")).expect(0).out;
    assert!(
        before.contains("· Cooling: not tested") && before.contains("→ Make the stress test of sustained load. (toprung stress sustain"),
        "{before}"
    );
    run(place.scripted(&model("a", ""), SUSTAIN)).expect(0);
    run(place.scripted(&model("a", ""), "climb --model a --mode quick --yes")).expect(0);
    run(place.scripted(&model("a", ""), "validate --json list.json")).expect(0);
    let list = place.json("list.json");
    let verdict = |code: &str| {
        let checks = list["checks"].as_array().unwrap();
        checks.iter().find(|check| check["code"] == code).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(["escalation", "model_cache"].map(verdict), ["pass", "pass"], "{list}");
    assert_eq!(["downloads", "concurrency"].map(verdict), ["not_tested", "not_tested"], "{list}");
    assert_eq!(verdict("cooling"), "not_tested", "three seconds heat nothing: {list}");
}
