//! The lab's real Ollama server: one model works, three are miscomputed by it and must not pass for good rungs.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Place, lab_ollama, run};

const SOUND: &str = "gemma3:270m";
const MISCOMPUTED: [&str; 3] = ["smollm2:135m", "qwen2.5-coder:0.5b", "qwen2.5-coder:1.5b"];

#[test]
fn a_model_is_pulled_and_measured_and_miscomputed_ones_fail_with_a_cause() {
    let Some((url, library)) = lab_ollama() else { return };
    let place = Place::new();
    let engine = format!("--engine ollama --url {url}");
    // Only a model that is not there is pulled; that it was none before is no fault.
    run(place.toprung(&format!("models rm {library}/{SOUND} {engine}")));
    let listed = run(place.toprung(&format!("models list {engine}"))).expect(0).out;
    assert!(!listed.contains(&format!("{library}/{SOUND}")), "{listed}");

    let models: Vec<String> = [SOUND].iter().chain(&MISCOMPUTED).map(|model| format!("{library}/{model}")).collect();
    let arguments = format!("climb {engine} --model {} --mode quick --yes --json results.json", models.join(" "));
    run(place.toprung(&arguments)).expect(0);

    let rungs = place.json("results.json")["rungs"].as_array().unwrap().clone();
    let sound = &rungs[0];
    assert!(sound["model"].as_str().unwrap().ends_with(SOUND) && sound["cause"].is_null(), "{sound}");
    assert!(sound["decode_tps"]["median"].as_f64().unwrap() > 1.0 && sound["ttft_ms"]["median"].as_f64().unwrap() > 1.0, "{sound}");
    assert!(sound["file_bytes"].as_u64().unwrap() > 250_000_000 && sound["digest"].is_string(), "it was pulled: {sound}");
    assert!(sound["success"]["ok"].as_u64().unwrap() >= 2, "it answers: {sound}");
    for (rung, model) in rungs[1..].iter().zip(MISCOMPUTED) {
        assert_eq!(rung["verdict"], "avoid", "{model} writes nonsense on this server: {rung}");
        assert!(rung["cause"]["code"].is_string(), "{model}: a failing rung says why: {rung}");
    }
}
