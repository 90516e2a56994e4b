//! The seed's five rows through the whole program: stored, read back, analysed and written out.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Place, SEED_MODELS, run, seed_climb, seed_script};
use serde_json::Value;
use toprung_core::seed::{SEED_RUN_ID, seed_run};
use toprung_store::Store;

/// Throughput and response time of each step, as the seed's own document has them.
const STEPS: [(f64, f64); 4] = [(-0.341, 0.438), (-0.426, 0.795), (-0.714, 2.571), (-0.942, -0.255)];

fn changes(results: &Value) -> Vec<(f64, f64)> {
    let steps = results["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["throughput_change"].as_f64().unwrap(), step["response_change"].as_f64().unwrap())).collect()
}

fn verdicts(results: &Value) -> Vec<(&str, &str)> {
    let rungs = results["rungs"].as_array().unwrap().iter();
    rungs.map(|rung| (rung["model"].as_str().unwrap(), rung["verdict"].as_str().unwrap())).collect()
}

fn store_the_seed(place: &Place) {
    Store::open(&place.home().join("toprung.db"), "test").unwrap().store.begin_run(&seed_run()).unwrap();
}

#[test]
fn stored_trials_give_the_seeds_own_percentages_and_verdicts() {
    let place = Place::new();
    store_the_seed(&place);
    let shown = run(place.toprung(&format!("history show {SEED_RUN_ID} --json -"))).expect(0);
    let results: Value = serde_json::from_str(&shown.out).unwrap();
    let changes = changes(&results);
    assert_eq!(changes.len(), STEPS.len());
    for (is, golden) in changes.iter().zip(STEPS) {
        let close = |is: f64, golden: f64| (is - golden).abs() < 0.0006;
        assert!(close(is.0, golden.0) && close(is.1, golden.1), "{is:?} where the seed says {golden:?}");
    }
    let golden = ["fast_iterations", "balanced", "high_quality", "specialised_coding", "avoid"];
    assert_eq!(verdicts(&results)[..5], SEED_MODELS.into_iter().zip(golden).collect::<Vec<_>>());
    assert_eq!(results["knee"]["model"], "codellama:13b");
}

#[test]
fn the_terminal_shows_the_seeds_percentages() {
    let place = Place::new();
    store_the_seed(&place);
    let shown = run(place.toprung(&format!("history show {SEED_RUN_ID}"))).expect(0).out;
    for words in [
        "−34.1 %",
        "+43.8 %",
        "−42.6 %",
        "+79.5 %",
        "−71.4 %",
        "+257.1 %",
        "−94.2 %",
        "−25.5 %",
        "Avoid: GPT-OSS 20B. 1 of 5 answers succeeded",
    ] {
        assert!(shown.contains(words), "“{words}” is missing: {shown}");
    }
}

#[test]
fn a_climb_of_the_seeds_ladder_comes_to_the_same_verdicts() {
    let place = Place::new();
    run(place.scripted(&seed_script(), &format!("{} --json results.json", seed_climb()))).expect(0);
    let results = place.json("results.json");
    let throughput: Vec<f64> = changes(&results).into_iter().map(|(throughput, _)| throughput).collect();
    for (is, (golden, _)) in throughput.iter().zip(STEPS) {
        // The script's speeds vary by 0.8 % from trial to trial.
        assert!((is - golden).abs() < 0.02, "{is} where the seed says {golden}");
    }
    assert_eq!(verdicts(&results).last(), Some(&("gpt-oss:20b", "avoid")));
    assert!(!results["rungs"][4]["cause"].is_null(), "what is to be avoided says why");
}
