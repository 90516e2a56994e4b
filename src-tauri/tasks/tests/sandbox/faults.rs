//! The sandbox's own parts, damaged, missing, killed and slow.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use toprung_tasks::code::CodeRunner;
use toprung_tasks::sandbox::{INTERPRETER, Progress, Sandbox};

use super::{Ended, Limits, PATIENT, PROCESSES, Program, lab, program, run, runner, sandbox};

/// How soon a process must be gone once it is over with it.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// The sandbox's processes that this one started and that still run.
fn children() -> Vec<i32> {
    let own = std::process::id().to_string();
    let stats = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let of_ours = stats.filter(|stat| {
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let state = fields.next();
        stat.contains("(toprung-sandbox)") && fields.next() == Some(&own) && state != Some("Z")
    });
    of_ours.filter_map(|stat| stat.split(' ').next()?.parse().ok()).collect()
}

async fn within(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < limit {
        if is_so() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    is_so()
}

/// A changed copy of a file of the lab.
fn changed(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    change(to);
}

fn change(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn only_file(folder: &Path, extension: &str) -> PathBuf {
    let mut paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.find(|path| path.extension().is_some_and(|found| found == extension)).unwrap()
}

#[tokio::test]
async fn a_damaged_interpreter_is_refused_with_the_next_step() {
    let Some(lab) = lab() else { return };
    let home = tempfile::tempdir().unwrap();
    let damaged = home.path().join(INTERPRETER.file_name);
    changed(&lab.join(INTERPRETER.file_name), &damaged);
    let sandbox = Sandbox::of_parts(program(), damaged.clone(), home.path().to_owned()).unwrap();
    let refused = sandbox.prepare(|_| {}).await.unwrap_err();
    assert!(refused.why.contains("damaged") && refused.next_step.contains("scripts/run"), "{refused}");
    fs::write(&damaged, "cut off").unwrap();
    assert!(Sandbox::of_parts(program(), damaged, home.path().to_owned()).is_err(), "another size is seen at a glance");
}

#[tokio::test]
async fn a_damaged_compiled_interpreter_is_compiled_anew() {
    let Some(lab) = lab() else { return };
    let _shared = PROCESSES.read().await;
    let home = tempfile::tempdir().unwrap();
    let mut phases = Vec::new();
    let first = sandbox(&lab, home.path()).prepare(|progress| phases.push(progress)).await.unwrap();
    assert!(phases.len() > 2 && phases[0] == Progress::Checking && matches!(phases[2], Progress::Compiling { .. }), "{phases:?}");
    let compiled = only_file(home.path(), "compiled");
    change(&compiled);
    let refused = first.run(&Program { source: String::new(), limits: PATIENT }).await.unwrap_err();
    assert!(refused.contains("was changed"), "code that was changed after its check must not be run: {refused}");
    let again = sandbox(&lab, home.path()).prepare(|_| {}).await.unwrap();
    assert_eq!(run(&again, "assert True").await, Ended::Passed, "it was compiled again");
    fs::remove_file(only_file(home.path(), "compiled")).unwrap();
    assert!(again.run(&Program { source: String::new(), limits: PATIENT }).await.is_err(), "nothing is left to run");
}

#[tokio::test]
async fn a_folder_that_can_not_be_written_to_is_used_as_it_is_or_refused_with_the_next_step() {
    let Some(lab) = lab() else { return };
    let _shared = PROCESSES.read().await;
    // Nobody may make files in /proc, the superuser neither.
    let refused = sandbox(&lab, Path::new("/proc")).prepare(|_| {}).await.unwrap_err();
    assert!(refused.why.contains("/proc") && refused.next_step.contains("TOPRUNG_HOME"), "{refused}");
    let home = tempfile::tempdir().unwrap();
    sandbox(&lab, home.path()).prepare(|_| {}).await.unwrap();
    let permit = |mode| fs::set_permissions(home.path(), fs::Permissions::from_mode(mode)).unwrap();
    permit(0o555);
    let ready = sandbox(&lab, home.path()).prepare(|_| {}).await.unwrap();
    assert_eq!(run(&ready, "assert True").await, Ended::Passed, "what is compiled already needs no writing");
    permit(0o755);
}

#[tokio::test]
async fn a_compilation_that_is_cancelled_leaves_no_process_and_no_file() {
    let Some(lab) = lab() else { return };
    let _alone = PROCESSES.write().await;
    let home = tempfile::tempdir().unwrap();
    let sandbox = sandbox(&lab, home.path());
    let compiles = tokio::sync::Notify::new();
    let watch = |progress: Progress| {
        if matches!(progress, Progress::Compiling { .. }) {
            compiles.notify_one();
        }
    };
    tokio::select! {
        _ = sandbox.prepare(watch) => panic!("it ended before anybody could cancel it"),
        () = compiles.notified() => {}
    }
    assert!(within(GONE_WITHIN, || children().is_empty()).await, "{:?}", children());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "the unfinished file is gone");
}

#[tokio::test]
async fn a_process_that_is_killed_from_outside_is_the_sandboxs_failure_and_not_the_programs() {
    let Some((runner, shared)) = runner().await else { return };
    drop(shared);
    let _alone = PROCESSES.write().await;
    let runner = Arc::new(runner);
    let running = tokio::spawn(async move { runner.run(&Program { source: "while True: pass".to_owned(), limits: PATIENT }).await });
    assert!(within(GONE_WITHIN, || !children().is_empty()).await, "it has started");
    tokio::time::sleep(Duration::from_millis(500)).await;
    for child in children() {
        // SAFETY: kill takes two numbers; the process is this test's own child.
        unsafe { libc::kill(child, libc::SIGKILL) };
    }
    let failed = running.await.unwrap().unwrap_err();
    assert!(failed.contains("signal 9") && failed.contains("again"), "{failed}");
}

#[tokio::test]
async fn no_process_is_left_behind() {
    let Some((runner, shared)) = runner().await else { return };
    drop(shared);
    let _alone = PROCESSES.write().await;
    let short = Limits { time: Duration::from_millis(500), ..PATIENT };
    for source in ["assert True", "assert False", "while True: pass", "while True: print('flood')", "import os\nos.abort()"] {
        runner.run(&Program { source: source.to_owned(), limits: short }).await.unwrap();
        assert!(children().is_empty(), "{source} leaves {:?}", children());
    }
    let endless = Program { source: "while True: pass".to_owned(), limits: PATIENT };
    assert!(tokio::time::timeout(Duration::from_secs(1), runner.run(&endless)).await.is_err(), "it does not end by itself");
    assert!(within(GONE_WITHIN, || children().is_empty()).await, "who loses interest in a run ends it: {:?}", children());
}

#[test]
fn a_sandbox_dies_with_its_parent_even_while_its_input_stays_open() {
    if lab().is_none() {
        return;
    }
    let script = "exec 3<&0; \"$0\" --parent $$ <&3 >/dev/null 2>&1 & echo $!; wait";
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(script).arg(program());
    let mut parent = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let _open = parent.stdin.take();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let stat = || fs::read_to_string(format!("/proc/{}/stat", line.trim())).unwrap_or_default();
    thread::sleep(Duration::from_millis(500));
    assert!(stat().contains("(toprung-sandbox)"), "it waits for a request: {}", stat());
    parent.kill().unwrap();
    parent.wait().unwrap();
    thread::sleep(Duration::from_millis(500));
    assert!(stat().is_empty() || stat().contains(") Z "), "the kernel kills it: {}", stat());
}

#[test]
fn a_request_that_is_none_is_answered_with_a_failure() {
    if lab().is_none() {
        return;
    }
    let _shared = PROCESSES.blocking_read();
    for request in
        ["", "\n", "{\"op\":\"run\"}\n", "\u{0}\u{1}", "{\"op\":\"compile\",\"interpreter\":\"/nowhere\",\"output\":\"/nowhere/either\"}\n"]
    {
        let mut child = Command::new(program()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(request.as_bytes()).unwrap();
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        assert!(output.contains("\"event\":\"hello\"") && output.contains("\"event\":\"failed\""), "{request:?}: {output}");
    }
}
