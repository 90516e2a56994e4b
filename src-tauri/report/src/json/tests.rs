use serde_json::{Value, json};

use super::*;
use crate::fixture;

fn export((run, analysis): &(RunRecord, Analysis)) -> Value {
    serde_json::from_str(&export_json(run, analysis)).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn every_key_is_there() {
    let json = export(&fixture::of(&fixture::SEED));
    let why = "other programs rely on schema 1: a key may be added with care, never renamed or left out";
    assert_eq!(keys(&json), ["knee", "run", "rungs", "schema", "steps", "sweet_spots"], "{why}");
    assert_eq!(keys(&json["run"]), ["engine", "id", "machine", "mode", "started_at"], "{why}");
    let machine = [
        "container",
        "cpu",
        "efficiency_cores",
        "governor",
        "gpus",
        "kernel",
        "l2_bytes",
        "l3_bytes",
        "logical_cores",
        "memory_bytes",
        "on_mains",
        "os",
        "performance_cores",
        "physical_cores",
        "power_profile",
        "swap_bytes",
        "version",
        "virtual_machine",
    ];
    assert_eq!(keys(&json["run"]["machine"]), machine, "{why}");
    let rung = [
        "active_bytes",
        "cause",
        "context_fits_tokens",
        "decode_tps",
        "decode_tps_at_depth",
        "digest",
        "energy",
        "energy_unknown_because",
        "engine",
        "file_bytes",
        "grade",
        "load_ms",
        "model",
        "observed",
        "parameters",
        "peak_memory_bytes",
        "prefill_tps",
        "reasons",
        "response_ms",
        "rss_anon_bytes",
        "rss_file_bytes",
        "success",
        "ttft_ms",
        "verdict",
        "vram_bytes",
        "warm_up_ms",
    ];
    assert_eq!(keys(&json["rungs"][0]), rung, "{why}");
    assert_eq!(keys(&json["rungs"][0]["decode_tps"]), ["high", "low", "median", "n"], "{why}");
    assert_eq!(keys(&json["rungs"][0]["success"]), ["n", "ok"], "{why}");
    assert_eq!(keys(&json["rungs"][4]["cause"]), ["code", "detail", "next_step", "sentence"], "{why}");
    assert_eq!(
        keys(&json["steps"][0]),
        ["elasticity", "from", "memory_change", "note", "response_change", "throughput_change", "to"],
        "{why}"
    );
    assert_eq!(keys(&json["knee"]), ["floor_tps", "model", "probability", "reason", "title"], "{why}");
    assert_eq!(keys(&json["sweet_spots"][0]), ["evidence", "model", "title", "use"], "{why}");
}

#[test]
fn energy_is_there_or_says_why_not() {
    let (run, mut analysis) = fixture::of(&fixture::SEED);
    analysis.rungs[0].energy = Ok(fixture::energy());
    let json = export(&(run, analysis));
    let keys_of_energy = ["gross_j_per_token", "idle_w", "mean_w", "net_j_per_token", "source", "window_s"];
    assert_eq!(keys(&json["rungs"][0]["energy"]), keys_of_energy);
    assert_eq!((&json["rungs"][0]["energy"]["source"], &json["rungs"][0]["energy_unknown_because"]), (&json!("package"), &Value::Null));
    assert_eq!(json["rungs"][1]["energy"], Value::Null);
    assert!(json["rungs"][1]["energy_unknown_because"].as_str().is_some_and(|why| why.starts_with("no power was readable")));
}

#[test]
fn values_are_codes_and_numbers_and_not_words() {
    let json = export(&fixture::of(&fixture::SEED));
    assert_eq!(json["schema"], 1);
    assert_eq!((&json["run"]["engine"], &json["run"]["mode"]), (&json!("ollama"), &json!("classic")));
    let rung = &json["rungs"][4];
    assert_eq!((&rung["verdict"], &rung["grade"], &rung["cause"]["code"]), (&json!("avoid"), &json!("C"), &json!("empty_answer")));
    assert_eq!(rung["success"], json!({"ok": 1, "n": 5}));
    assert_eq!(rung["decode_tps"]["median"], 0.52);
    assert_eq!(json["sweet_spots"][0]["use"], "fast_iterations");
}

#[test]
fn unknown_is_null_and_never_missing_or_zero() {
    let json = export(&fixture::nothing_measured());
    let rung = json["rungs"][0].as_object().unwrap();
    for key in [
        "digest",
        "parameters",
        "active_bytes",
        "decode_tps",
        "prefill_tps",
        "ttft_ms",
        "response_ms",
        "success",
        "load_ms",
        "peak_memory_bytes",
        "rss_anon_bytes",
        "rss_file_bytes",
        "vram_bytes",
        "warm_up_ms",
        "context_fits_tokens",
        "energy",
        "grade",
    ] {
        assert_eq!(rung.get(key), Some(&Value::Null), "{key} is not known, and 0 would be a reading");
    }
    assert_eq!((json.get("knee"), &json["run"]["machine"]["os"]), (Some(&Value::Null), &Value::Null));
}

#[test]
fn host_and_user_names_are_left_out() {
    let (mut run, mut analysis) = fixture::of(&fixture::SEED);
    run.engine.url = Some("http://alices-laptop:11434".to_owned());
    analysis.rungs[4].cause.as_mut().unwrap().detail = "http://alices-laptop:11434 could not read /home/alice/models/x.gguf".to_owned();
    analysis.rungs[4].reasons.push("/Users/alice/x is slow".to_owned());
    let json = export_json(&run, &analysis);
    assert!(!json.contains("alice"), "an export is made to be passed on: {json}");
    assert!(json.contains("could not read ~/models/x.gguf"), "the rest of the cause stays");
}
