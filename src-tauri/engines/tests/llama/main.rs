//! The embedded engine with its real worker and a real small model.
//!
//! They need the lab: `TOPRUNG_LAB_MODELS` names its models, and the worker is built.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod deaths;
mod files;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use toprung_core::cause::CauseKind;
use toprung_core::model::ModelRef;
use toprung_engines::llama::{Limits, Llama, LlamaConfig, WORKER_VARIABLE};
use toprung_engines::{DoneReason, Engine, FinalRecord, Fragment, LoadOptions, Prompt, Request, Result};
use toprung_models::ladder_file::Sources;

const SMALL: &str = "smollm2-135m-instruct-q4_1.gguf";
const OPTIONS: LoadOptions = LoadOptions { context_tokens: 2048 };
/// The kernel counts its kills for memory for the whole machine: who looks at that count must be alone.
static MEMORY_KILLS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
/// How soon a process must be gone once it is over with it.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// The lab's model folder, or `None` with a printed line.
fn lab() -> Option<PathBuf> {
    let folder = std::env::var_os("TOPRUNG_LAB_MODELS").map(PathBuf::from);
    match &folder {
        Some(folder) => assert!(folder.join(SMALL).is_file(), "the lab must hold {SMALL} in {}", folder.display()),
        None => println!("skipped: TOPRUNG_LAB_MODELS does not name the lab's models"),
    }
    folder
}

/// The worker that was built beside this test, or the one that is named.
fn worker() -> PathBuf {
    let built = || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("toprung-worker");
    let path = std::env::var_os(WORKER_VARIABLE).map_or_else(built, PathBuf::from);
    assert!(path.is_file(), "build toprung-worker first: there is none at {}", path.display());
    path
}

fn engine_in(folder: &Path, limits: Limits) -> Llama {
    Llama::new(LlamaConfig { limits, ..LlamaConfig::new(worker(), folder.to_owned(), Sources::new()) })
}

fn engine(folder: &Path) -> Llama {
    engine_in(folder, Limits::default())
}

fn model(name: &str) -> ModelRef {
    ModelRef::new(name).unwrap()
}

fn request(prompt: Prompt, max_output_tokens: u32) -> Request {
    Request { model: model(SMALL), prompt, max_output_tokens, context_tokens: OPTIONS.context_tokens }
}

fn speed(tokens: u32, output: u32) -> Request {
    request(Prompt::Synthetic { tokens, seed: 7 }, output)
}

async fn collect(engine: &Llama, request: &Request) -> (Result<FinalRecord>, Vec<Fragment>) {
    let mut fragments = Vec::new();
    let end = engine.generate(request, &mut |fragment| fragments.push(fragment)).await;
    (end, fragments)
}

/// Whether a process is there and not only waiting to be buried.
fn is_alive(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

async fn is_gone_soon(id: u32) -> bool {
    let waiting = async {
        while is_alive(id) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(GONE_WITHIN, waiting).await.is_ok()
}

fn signal(id: u32, signal: i32) {
    // SAFETY: kill takes two numbers; the process is a worker that this test started.
    let sent = unsafe { libc::kill(i32::try_from(id).unwrap(), signal) };
    assert_eq!(sent, 0, "the worker is there to be signalled");
}
#[tokio::test]
async fn it_describes_itself_without_a_model() {
    let Some(folder) = lab() else { return };
    let described = engine(&folder).describe().await.unwrap();
    assert!(described.version.unwrap().contains("llama.cpp"), "a stored run names its build");
    assert!(described.settings.iter().any(|(name, value)| name == "threads" && value != "0"), "threads change the figures");
}

#[tokio::test]
async fn a_model_loads_is_timed_answers_and_goes() {
    let Some(folder) = lab() else { return };
    let engine = engine(&folder);
    let load = engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    assert!(load.load_ms.unwrap() > 0.0 && load.kind.is_some() && load.context_tokens == Some(2048), "{load:?}");
    assert!(load.peak_rss_file_bytes.unwrap() > 50_000_000, "its weights are mapped: {load:?}");

    let sent = Instant::now();
    let (end, fragments) = collect(&engine, &speed(64, 16)).await;
    let record = end.unwrap();
    assert_eq!((record.prompt_tokens, record.output_tokens, fragments.len()), (Some(64), Some(16), 16), "the shape is exact");
    assert_eq!(record.done, DoneReason::Length, "random tokens have no end of their own");
    assert!(fragments.iter().all(|fragment| fragment.tokens == Some(1) && fragment.text.is_empty()), "one line a token, no text");
    assert!(fragments.is_sorted_by_key(|fragment| fragment.at) && fragments[15].at <= record.at, "stamps follow the stream");
    let (prompt_ms, decode_ms) = (record.prompt_ms.unwrap(), record.decode_ms.unwrap());
    let response_ms = (record.at - sent).as_secs_f64() * 1e3;
    assert!(prompt_ms > 0.0 && decode_ms > 0.0, "both phases were timed: {record:?}");
    assert!(prompt_ms + decode_ms <= response_ms, "the worker's times lie within what is seen from here, {response_ms} ms: {record:?}");

    let question = "What is the capital of France? Answer in one sentence.";
    let (end, fragments) = collect(&engine, &request(Prompt::Chat(question.to_owned()), 48)).await;
    let text: String = fragments.iter().map(|fragment| fragment.text.as_str()).collect();
    assert!(text.contains("Paris"), "it answers through its own template: {text:?}");
    assert_eq!(end.unwrap().done, DoneReason::Stop, "it ends its answer by itself");

    let memory = engine.memory(&model(SMALL)).await;
    assert!(memory.peak_bytes > memory.peak_rss_anon_bytes && memory.peak_rss_anon_bytes.is_some(), "{memory:?}");
    let worker = engine.worker_id().await.unwrap();
    engine.unload(&model(SMALL)).await.unwrap();
    assert!(!is_alive(worker), "a model is unloaded by the end of its process");
    assert!(collect(&engine, &speed(8, 2)).await.0.is_err(), "nothing is loaded any more");
}

#[tokio::test]
async fn the_worker_sees_nothing_of_our_environment() {
    let Some(folder) = lab() else { return };
    assert!(std::env::vars().any(|(name, _)| name == "CARGO_MANIFEST_DIR"), "this process has something to hide");
    let engine = engine(&folder);
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let environment = fs::read_to_string(format!("/proc/{}/environ", engine.worker_id().await.unwrap())).unwrap();
    let names: Vec<&str> = environment.split('\0').filter_map(|entry| entry.split_once('=')).map(|(name, _)| name).collect();
    let harmless = |name: &&str| ["LD_LIBRARY_PATH", "GGML_NO_BACKTRACE", "GOMP_SPINCOUNT"].contains(name);
    assert!(names.iter().all(harmless), "a hostile model must find no secret: {names:?}");
}

#[tokio::test]
async fn a_second_load_ends_the_first_models_process() {
    let Some(folder) = lab() else { return };
    let engine = engine(&folder);
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let first = engine.worker_id().await.unwrap();
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let second = engine.worker_id().await.unwrap();
    assert!(first != second && !is_alive(first), "one model at a time, each in its own process");
    assert_eq!(collect(&engine, &speed(8, 4)).await.1.len(), 4, "the second answers");
}

#[tokio::test]
async fn a_prompt_beyond_the_context_is_refused_and_the_worker_goes_on() {
    let Some(folder) = lab() else { return };
    let engine = engine(&folder);
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let worker = engine.worker_id().await;
    for prompt in [speed(2048, 1), request(Prompt::Chat("word ".repeat(4000)), 8)] {
        let cause = collect(&engine, &prompt).await.0.unwrap_err();
        assert_eq!(cause.kind, CauseKind::ContextOverflow, "{cause}");
    }
    assert!(collect(&engine, &speed(8, 2)).await.0.is_ok(), "a refusal harms nothing");
    assert_eq!(engine.worker_id().await, worker, "the same process has answered all along");
}
