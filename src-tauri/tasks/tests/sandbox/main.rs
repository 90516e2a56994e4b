//! The sandbox with its real process and the real interpreter.
//!
//! They need the lab: `TOPRUNG_LAB_PYTHON` names the folder with `python.wasm` (scripts/lab python), and the sandbox's
//! program is built.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod faults;
mod human_eval;
mod kept_out;
mod limits;
mod verdicts;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::sync::{RwLock, RwLockReadGuard};
use toprung_tasks::code::{CodeRunner, Ended, Limits, Program};
use toprung_tasks::sandbox::{INTERPRETER, PROGRAM_VARIABLE, Runner, Sandbox};

/// A minute is for a machine that runs many of these at once; a program that is all right takes milliseconds.
const PATIENT: Limits = Limits { time: Duration::from_secs(60), memory_bytes: 128 << 20, output_bytes: 1 << 20 };
/// What is over after its time: starting the process and ending it.
const OVERHEAD: Duration = Duration::from_secs(20);
/// Who counts the sandbox's processes must be alone; the others share.
static PROCESSES: RwLock<()> = RwLock::const_new(());

/// The lab's folder, or `None` with a printed line.
fn lab() -> Option<PathBuf> {
    let folder = std::env::var_os("TOPRUNG_LAB_PYTHON").map(PathBuf::from);
    match &folder {
        Some(folder) => assert!(folder.join(INTERPRETER.file_name).is_file(), "scripts/lab python fills {}", folder.display()),
        None => println!("skipped: TOPRUNG_LAB_PYTHON does not name the lab's Python"),
    }
    folder
}

/// The sandbox's program that was built beside this test, or the one that is named.
fn program() -> PathBuf {
    let built = || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("toprung-sandbox");
    let path = std::env::var_os(PROGRAM_VARIABLE).map_or_else(built, PathBuf::from);
    assert!(path.is_file(), "build toprung-sandbox first: there is none at {}", path.display());
    path
}

fn sandbox(lab: &Path, compiled_folder: &Path) -> Sandbox {
    Sandbox::of_parts(program(), lab.join(INTERPRETER.file_name), compiled_folder.to_owned()).unwrap()
}

/// A sandbox that is ready. Its compiled interpreter stays in the build's folder for the next test.
async fn runner() -> Option<(Runner, RwLockReadGuard<'static, ()>)> {
    static COMPILING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let lab = lab()?;
    let shared = PROCESSES.read().await;
    let _one_compiles = COMPILING.lock().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sandbox");
    Some((sandbox(&lab, &folder).prepare(|_| {}).await.unwrap(), shared))
}

async fn run_within(runner: &Runner, source: &str, limits: Limits) -> Ended {
    let begun = Instant::now();
    let ended = runner.run(&Program { source: source.to_owned(), limits }).await.unwrap();
    assert!(begun.elapsed() < limits.time + OVERHEAD, "{} took {:?}", beginning(source), begun.elapsed());
    ended
}

async fn run(runner: &Runner, source: &str) -> Ended {
    run_within(runner, source, PATIENT).await
}

/// As much of a source as a message can show.
fn beginning(source: &str) -> String {
    source.chars().take(120).collect()
}

/// Runs each source and looks at what became of it.
async fn each(sources: &[&str], is_right: impl Fn(&Ended) -> bool) {
    let Some((runner, _shared)) = runner().await else { return };
    for source in sources {
        let ended = run(&runner, source).await;
        assert!(is_right(&ended), "{}\n-> {ended:?}", beginning(source));
    }
}

/// Runs each source and compares what it was refused or lacked.
async fn each_names(cases: &[(&str, Ended)]) {
    let Some((runner, _shared)) = runner().await else { return };
    for (source, expected) in cases {
        assert_eq!(run(&runner, source).await, *expected, "{}", beginning(source));
    }
}

fn forbidden(what: &str) -> Ended {
    Ended::Forbidden(what.to_owned())
}

fn unsupported(what: &str) -> Ended {
    Ended::Unsupported(what.to_owned())
}
