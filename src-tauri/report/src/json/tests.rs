use serde_json::{Value, json};
use toprung_core::task::{Grade, GradeClass};

use super::*;
use crate::fixture;
use crate::fixture::tasks::{THREE, asked};

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
    assert_eq!(keys(&json), ["advice", "knee", "run", "rungs", "schema", "steps", "sweet_spots", "tasks"], "{why}");
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

#[test]
fn a_run_without_tasks_has_neither_scores_nor_advice() {
    let json = export(&fixture::of(&fixture::SEED));
    assert_eq!(
        (json.get("tasks"), json.get("advice")),
        (Some(&Value::Null), Some(&Value::Null)),
        "not asked is not the same as none right"
    );
}

#[test]
fn scores_and_advice_have_every_key() {
    let json = export(&asked(&THREE));
    let why = "other programs rely on schema 1: a key may be added with care, never renamed or left out";
    let tasks = &json["tasks"];
    assert_eq!(keys(tasks), ["asked", "scores", "suite", "unavailable"], "{why}");
    assert_eq!(keys(&tasks["suite"]), ["hash", "number", "seed"], "{why}");
    let score = [
        "asked_again",
        "by_band",
        "classes",
        "engine",
        "first_token_s",
        "in_form",
        "model",
        "not_counted",
        "output_tokens",
        "right",
        "seconds",
        "task",
        "tokens_per_s",
    ];
    assert_eq!(keys(&tasks["scores"][0]), score, "{why}");
    assert_eq!(keys(&tasks["scores"][0]["right"]), ["high", "low", "n", "ok"], "{why}");
    assert_eq!(keys(&tasks["scores"][0]["by_band"][0]), ["band", "in_form", "right"], "{why}");
    let advice = &json["advice"];
    assert_eq!(keys(advice), ["tasks", "views", "weights"], "{why}");
    let task = [
        "avoid",
        "evidence",
        "floors",
        "items_shared",
        "models",
        "pareto",
        "runner_up",
        "sentence",
        "task",
        "verdict",
        "what_would_change",
    ];
    assert_eq!(keys(&advice["tasks"][0]), task, "{why}");
    assert_eq!(keys(&advice["tasks"][0]["verdict"]), ["kind", "model", "more_items", "more_seconds", "tied", "why"], "{why}");
    let model = [
        "engine",
        "factors",
        "is_on_front",
        "memory_bytes",
        "model",
        "p_best",
        "quality_state",
        "right_90",
        "standing",
        "title",
        "utility",
        "why",
    ];
    assert_eq!(keys(&advice["tasks"][0]["models"][0]), model, "{why}");
    assert_eq!(keys(&advice["views"][0]), ["evidence", "model", "tasks", "tied", "use"], "{why}");
}

#[test]
fn scores_are_counts_with_their_intervals_and_seconds() {
    let json = export(&asked(&THREE));
    let scores = json["tasks"]["scores"].as_array().unwrap();
    assert_eq!(scores.len(), 9, "three models at three tasks");
    let reasoning = scores.iter().find(|score| score["model"] == "llama3:8b" && score["task"] == "reasoning").unwrap();
    assert_eq!((&reasoning["right"]["ok"], &reasoning["right"]["n"], &reasoning["in_form"]["ok"]), (&json!(22), &json!(24), &json!(21)));
    assert!(reasoning["right"]["low"].as_f64().is_some_and(|low| (0.73..0.76).contains(&low)), "{reasoning}");
    assert!(reasoning["seconds"]["median"].as_f64().is_some_and(|seconds| (3.2..3.5).contains(&seconds)), "{reasoning}");
    assert_eq!(json["tasks"]["unavailable"][0]["task"], "coding");
    assert_eq!(json["tasks"]["suite"]["number"], 3);
    let advice = json["advice"]["tasks"].as_array().unwrap();
    let reasoning = advice.iter().find(|advice| advice["task"] == "reasoning").unwrap();
    assert_eq!((&reasoning["verdict"]["kind"], &reasoning["verdict"]["model"]["model"]), (&json!("use"), &json!("llama3:8b")));
}

#[test]
fn the_advice_names_no_host() {
    let (mut run, analysis) = asked(&THREE);
    run.engine.url = Some("http://alices-laptop:11434".to_owned());
    run.rungs[0].items[0].grade = Grade::new(GradeClass::EngineFailed, "http://alices-laptop:11434 did not answer /home/alice/x");
    run.rungs[1].title = "alices-laptop/m".to_owned();
    let json = export_json(&run, &analysis);
    assert!(!json.contains("alice") && json.contains("engine_failed"), "{json}");
}
