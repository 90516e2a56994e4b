//! The embedded engine with its real worker and a real small model.
//!
//! They need the lab: `TOPRUNG_LAB_MODELS` names its models, and the worker is built.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

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
async fn a_killed_worker_is_a_cause_and_the_next_load_works() {
    let Some(folder) = lab() else { return };
    let _alone = MEMORY_KILLS.lock().await;
    let engine = engine(&folder);
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let worker = engine.worker_id().await.unwrap();
    let mut seen = 0;
    let end = engine
        .generate(&speed(8, 1000), &mut |_| {
            seen += 1;
            if seen == 5 {
                signal(worker, libc::SIGKILL);
            }
        })
        .await;
    let cause = end.unwrap_err();
    assert_eq!(cause.kind, CauseKind::EngineCrashed, "{cause}");
    assert!(cause.detail.contains("SIGKILL") && cause.detail.contains("GiB"), "its signal and its memory are named: {cause}");
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    assert!(collect(&engine, &speed(8, 4)).await.0.is_ok(), "the ladder goes on");
}

#[tokio::test]
async fn every_signal_is_named() {
    let Some(folder) = lab() else { return };
    let engine = engine(&folder);
    for (number, name) in [(libc::SIGSEGV, "SIGSEGV"), (libc::SIGABRT, "SIGABRT"), (libc::SIGILL, "SIGILL")] {
        engine.load(&model(SMALL), &OPTIONS).await.unwrap();
        let worker = engine.worker_id().await.unwrap();
        // Rust's own handler lets the first SIGSEGV pass: a real fault would come again at once.
        signal(worker, number);
        tokio::time::sleep(Duration::from_millis(100)).await;
        if is_alive(worker) {
            signal(worker, number);
        }
        assert!(is_gone_soon(worker).await, "{name} ends it");
        let cause = collect(&engine, &speed(8, 8)).await.0.unwrap_err();
        assert!(cause.kind == CauseKind::EngineCrashed && cause.detail.contains(name), "{cause}");
    }
}

/// A memory cgroup of our own (version 1 or 2), where the system lets us make one. It goes when dropped.
struct MemoryLimit(PathBuf);

impl MemoryLimit {
    fn of(bytes: u64) -> Option<Self> {
        let name = format!("toprung-test-{}", std::process::id());
        ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"].iter().find_map(|root| {
            let group = Path::new(root).join(&name);
            fs::create_dir(&group).ok()?;
            let limited = ["memory.limit_in_bytes", "memory.max"].iter().find(|file| group.join(file).exists());
            match limited.map(|file| fs::write(group.join(file), bytes.to_string())) {
                Some(Ok(())) => Some(Self(group)),
                _ => fs::remove_dir(&group).map(|()| None).unwrap_or(None),
            }
        })
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

#[tokio::test]
async fn a_worker_that_the_kernel_kills_for_memory_ran_out_of_memory() {
    let Some(folder) = lab() else { return };
    let _alone = MEMORY_KILLS.lock().await;
    // The model's weights alone are 97 MB, and those that are rearranged can't be dropped and read again.
    let Some(limit) = MemoryLimit::of(40 << 20) else {
        println!("skipped: no memory cgroup can be made here");
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let limited = place.path().join("limited-worker");
    let script = format!("#!/bin/sh\necho $$ > {}/cgroup.procs\nexec {} \"$@\"\n", limit.0.display(), worker().display());
    fs::write(&limited, script).unwrap();
    fs::set_permissions(&limited, fs::Permissions::from_mode(0o755)).unwrap();
    let engine = Llama::new(LlamaConfig::new(limited, folder, Sources::new()));
    let cause = engine.load(&model(SMALL), &OPTIONS).await.unwrap_err();
    assert_eq!(cause.kind, CauseKind::OutOfMemory, "the kernel counted its kill: {cause}");
}

#[tokio::test]
async fn a_stopped_worker_is_stalled_and_is_ended() {
    let Some(folder) = lab() else { return };
    let engine = engine_in(&folder, Limits { idle: Duration::from_millis(500), ..Limits::default() });
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let worker = engine.worker_id().await.unwrap();
    let mut seen = 0;
    let end = engine
        .generate(&speed(8, 1000), &mut |_| {
            seen += 1;
            if seen == 5 {
                signal(worker, libc::SIGSTOP);
            }
        })
        .await;
    let cause = end.unwrap_err();
    assert_eq!(cause.kind, CauseKind::Stalled, "{cause}");
    assert!(!is_alive(worker), "a worker that fell silent is not kept");
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
}

#[tokio::test]
async fn a_dropped_generation_ends_its_worker_and_the_next_load_works() {
    let Some(folder) = lab() else { return };
    let engine = engine(&folder);
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let worker = engine.worker_id().await.unwrap();
    let cancelled = tokio::time::timeout(Duration::from_millis(300), collect(&engine, &speed(8, 2000))).await;
    assert!(cancelled.is_err(), "2,000 tokens take longer than that");
    assert!(is_gone_soon(worker).await, "nobody wants the rest of its answer");
    assert!(collect(&engine, &speed(8, 2)).await.0.is_err(), "no later call may read the rest of that answer");
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    assert_eq!(collect(&engine, &speed(8, 3)).await.1.len(), 3, "the new worker answers for itself");
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

#[tokio::test]
async fn a_truncated_file_is_damaged() {
    let Some(lab) = lab() else { return };
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(lab.join(SMALL)).unwrap();
    for (name, kept) in [("no-weights.gguf", 2_000_000), ("half.gguf", whole.len() / 2), ("header.gguf", 100), ("empty.gguf", 0)] {
        fs::write(folder.path().join(name), &whole[..kept]).unwrap();
        let cause = engine(folder.path()).load(&model(name), &OPTIONS).await.unwrap_err();
        assert_eq!(cause.kind, CauseKind::DamagedFile, "{kept} bytes of {}: {cause}", whole.len());
    }
}

/// Bits of the header are flipped with fixed seeds. Some flips are harmless (a character of a name); none may harm the engine.
#[tokio::test]
async fn a_damaged_header_is_a_cause_and_never_the_engines_end() {
    let Some(lab) = lab() else { return };
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(lab.join(SMALL)).unwrap();
    let engine = engine(folder.path());
    let mut causes = Vec::new();
    for seed in 0..8_u64 {
        let mut damaged = whole.clone();
        // The first kilobytes hold counts, types and lengths; later come the vocabulary's texts.
        let bit = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) % (2048 * 8);
        damaged[(bit / 8) as usize] ^= 1 << (bit % 8);
        fs::write(folder.path().join("damaged.gguf"), damaged).unwrap();
        if let Err(cause) = engine.load(&model("damaged.gguf"), &OPTIONS).await {
            let known = [CauseKind::DamagedFile, CauseKind::UnsupportedModel, CauseKind::OutOfMemory, CauseKind::EngineCrashed];
            assert!(known.contains(&cause.kind), "bit {bit}: {cause}");
            println!("bit {bit}: {cause}");
            causes.push(cause.kind);
        }
    }
    assert!(causes.contains(&CauseKind::DamagedFile), "of eight flips in the header at least one must be noticed: {causes:?}");
}
