//! The worker as a process: what it says, and when it ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command as Program, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use toprung_protocol::{Command, FailureCode, Reply};

const WORKER: &str = env!("CARGO_BIN_EXE_toprung-worker");
/// Long enough for a busy machine, short enough to tell a hang.
const PATIENCE: Duration = Duration::from_secs(60);
/// How soon a worker must be gone once its time is over.
const GONE_WITHIN: Duration = Duration::from_secs(5);

struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    replies: Receiver<Reply>,
}

impl Worker {
    fn start() -> Self {
        let mut child = Program::new(WORKER).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, replies) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap_or_else(|error| panic!("no reply: {error}: {line}")));
            }
        });
        Self { input: child.stdin.take(), child, replies }
    }

    fn write(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn send(&mut self, command: &Command) {
        self.write(&serde_json::to_string(command).unwrap());
    }

    fn reply(&self) -> Reply {
        self.replies.recv_timeout(PATIENCE).expect("the worker must answer every command")
    }

    fn failure(&self) -> FailureCode {
        match self.reply() {
            Reply::Failed { code, .. } => code,
            other => panic!("a refusal is expected, and it said {other:?}"),
        }
    }

    fn is_gone_within(&mut self, limit: Duration) -> bool {
        within(limit, || self.child.try_wait().unwrap().is_some())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn within(limit: Duration, mut happened: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + limit;
    while Instant::now() < until {
        if happened() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    happened()
}

/// A small real model, where the lab has put one.
fn small_model() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("TOPRUNG_LAB_MODELS") else {
        println!("skipped: TOPRUNG_LAB_MODELS does not name the lab's models");
        return None;
    };
    let path = PathBuf::from(folder).join("smollm2-135m-instruct-q4_1.gguf");
    assert!(path.is_file(), "the lab's folder must hold {}", path.display());
    Some(path)
}

fn load(path: &str) -> Command {
    Command::Load { path: path.to_owned(), context_tokens: 2048, threads: None, gpu_layers: None }
}

#[test]
fn it_says_hello_first_with_the_settings_that_change_figures() {
    let worker = Worker::start();
    let Reply::Hello { version, settings } = worker.reply() else { panic!("hello is the first line") };
    assert!(version.contains("llama.cpp"), "a stored run must name its build: {version}");
    for name in ["backend", "threads", "batch", "micro_batch", "kv_cache", "flash_attention", "gpu_layers"] {
        assert!(settings.iter().any(|(known, value)| known == name && !value.is_empty()), "{name} changes figures: {settings:?}");
    }
}

#[test]
fn a_bad_line_is_refused_and_the_next_one_is_read() {
    let mut worker = Worker::start();
    worker.reply();
    for line in ["", "no json", "{\"op\":\"dance\"}", "{\"op\":\"load\",\"path\":\"/nowhere.gguf\",\"context_tokens\":0,\"threads\":null}"]
    {
        worker.write(line);
        assert_eq!(worker.failure(), FailureCode::BadCommand, "{line:?} can't be carried out, and nothing is lost by it");
    }
    worker.send(&Command::Speed { prompt_tokens: 1, output_tokens: 1, seed: 0 });
    assert_eq!(worker.failure(), FailureCode::BadCommand, "there is no model yet");
    worker.send(&load("/nowhere.gguf"));
    assert_eq!(worker.failure(), FailureCode::BadCommand, "there is no such file");
}

#[test]
fn a_file_that_is_no_model_is_damaged() {
    let path = std::env::temp_dir().join(format!("toprung-no-model-{}.gguf", std::process::id()));
    std::fs::write(&path, b"this is a text").unwrap();
    let mut worker = Worker::start();
    worker.reply();
    worker.send(&load(path.to_str().unwrap()));
    let code = worker.failure();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(code, FailureCode::DamagedFile, "llama.cpp finds no magic in it");
    assert!(worker.is_gone_within(GONE_WITHIN), "a worker that could not load has nothing left to do");
}

#[test]
fn it_ends_when_its_input_ends() {
    let mut worker = Worker::start();
    worker.reply();
    worker.input = None;
    assert!(worker.is_gone_within(GONE_WITHIN), "nobody can tell it anything any more");
}

#[test]
fn it_ends_in_the_middle_of_a_generation_when_its_input_ends() {
    let Some(model) = small_model() else { return };
    let mut worker = Worker::start();
    worker.reply();
    worker.send(&load(model.to_str().unwrap()));
    assert!(matches!(worker.reply(), Reply::Loaded { .. }), "the lab's model loads");
    worker.send(&Command::Speed { prompt_tokens: 8, output_tokens: 2000, seed: 1 });
    assert!(matches!(worker.reply(), Reply::Fragment { .. }), "it generates");
    worker.input = None;
    assert!(worker.is_gone_within(GONE_WITHIN), "an answer that nobody reads must not go on");
}

#[test]
fn a_worker_whose_parent_is_gone_already_ends_at_once() {
    let mut nobody = Program::new("true").spawn().unwrap();
    nobody.wait().unwrap();
    let output = Program::new(WORKER).args(["--parent", &nobody.id().to_string()]).stdin(Stdio::piped()).output().unwrap();
    assert!(output.stdout.is_empty(), "its parent died before the kernel could be asked to watch it");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stopped_worker_dies_with_its_parent_even_while_its_input_stays_open() {
    // This test holds the input's other end, so that only the parent's death can end the worker.
    let script = "exec 3<&0; \"$0\" --parent $$ <&3 >/dev/null 2>&1 & echo $!; wait";
    let mut parent = Program::new("bash").args(["-c", script, WORKER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let _open = parent.stdin.take();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let worker: i32 = line.trim().parse().unwrap();
    let stat = || std::fs::read_to_string(format!("/proc/{worker}/stat")).unwrap_or_default();
    assert!(within(GONE_WITHIN, || stat().contains("(toprung-worker)")), "the shell has started it");
    thread::sleep(Duration::from_millis(300));
    // SAFETY: kill takes two numbers; the process is this test's own grandchild.
    unsafe { libc::kill(worker, libc::SIGSTOP) };
    assert!(within(GONE_WITHIN, || stat().contains(") T ")), "it is stopped: {}", stat());
    parent.kill().unwrap();
    parent.wait().unwrap();
    let dead = || stat().is_empty() || stat().contains(") Z ");
    assert!(within(GONE_WITHIN, dead), "the kernel kills it, stopped as it is: {}", stat());
}
