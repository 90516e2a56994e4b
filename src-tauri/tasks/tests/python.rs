//! The coding items against this machine's Python: their solutions pass their hidden checks, and near misses do not.
//!
//! Skipped, with a word on standard error, where there is no `python3`. What runs here is this file's and the suite's own code,
//! never a model's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use toprung_core::task::{GradeClass, Task};
use toprung_tasks::code::{CodeRunner, Ended, Program};
use toprung_tasks::{Answer, FROZEN_SEED, Item, grade, suite};

/// Python without walls, for code that is known.
struct LocalPython {
    limit: Duration,
}

/// Long enough for a machine that is busy with other tests.
const PYTHON: LocalPython = LocalPython { limit: Duration::from_secs(60) };

#[async_trait]
impl CodeRunner for LocalPython {
    async fn run(&self, program: &Program) -> Result<Ended, String> {
        let mut child = Command::new("python3")
            .args(["-I", "-c", &program.source])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > self.limit {
                child.kill().unwrap();
                child.wait().unwrap();
                return Ok(Ended::TimedOut);
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let mut error = String::new();
        child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        Ok(if status.success() { Ended::Passed } else { Ended::Failed(error) })
    }
}

fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: there is no python3 here");
    }
    found
}

fn answered(text: impl Into<String>) -> Answer {
    Answer { text: text.into(), ..Answer::default() }
}

#[tokio::test]
async fn every_solution_passes_the_hidden_checks_of_its_item() {
    if !has_python() {
        return;
    }
    for item in [FROZEN_SEED, 11].into_iter().flat_map(|seed| suite(seed).items(&Task::Coding)) {
        let grade = grade(&item, &answered(&item.example), Some(&PYTHON)).await;
        assert_eq!(grade.class, GradeClass::Right, "{}: {}\n{}\n{}", item.id, grade.reason, item.prompt, item.example);
    }
}

/// The function that the item asks for, with another body.
fn with_body(item: &Item, body: &str) -> String {
    let head = item.example.lines().find(|line| line.starts_with("def ")).unwrap();
    format!("{head}\n    {body}\n")
}

#[tokio::test]
async fn a_function_that_ignores_its_arguments_passes_no_item() {
    if !has_python() {
        return;
    }
    for item in suite(FROZEN_SEED).items(&Task::Coding) {
        for body in ["return None", "return True"] {
            let grade = grade(&item, &answered(with_body(&item, body)), Some(&PYTHON)).await;
            assert_eq!(grade.class, GradeClass::Wrong, "{}: {body} passed", item.id);
            assert!(grade.reason.contains("expected") && grade.reason.contains("found"), "{}", grade.reason);
        }
    }
}

#[tokio::test]
async fn nothing_but_the_right_results_ends_with_success() {
    if !has_python() {
        return;
    }
    let item = &suite(FROZEN_SEED).items(&Task::Coding)[0];
    let solution = &item.example;
    let always_equal = "class A:\n    def __eq__(self, other):\n        return True\n    __hash__ = None\n";
    let table = [
        (format!("import sys\nsys.exit(0)\n{solution}"), "leaves with success before the checks"),
        (format!("import os\nos._exit(0)\n{solution}"), "leaves at once, past Python"),
        (format!("import posix\nposix._exit(0)\n{solution}"), "leaves at once by another name"),
        (with_body(item, "raise SystemExit"), "leaves when it is called"),
        (with_body(item, "exit()"), "leaves by the interpreter's own word"),
        (format!("{always_equal}{}", with_body(item, "return A()")), "is equal to everything"),
        (format!("{}\"\"\"", with_body(item, "return None")), "opens a quotation that would take the checks in"),
        (format!("{}\nraise ValueError('no')", with_body(item, "return None")), "fails when it is read"),
    ];
    for (code, why) in table {
        let grade = grade(item, &answered(&code), Some(&PYTHON)).await;
        assert_eq!(grade.class, GradeClass::Wrong, "code that {why}: {}", grade.reason);
    }
    let with_example = format!("{solution}\nif __name__ == \"__main__\":\n    print(input())\n");
    let grade = grade(item, &answered(with_example), Some(&PYTHON)).await;
    assert_eq!(grade.class, GradeClass::Right, "an example under its guard is not run: {}", grade.reason);
}

#[tokio::test]
async fn code_that_never_ends_is_ended() {
    if !has_python() {
        return;
    }
    let item = &suite(FROZEN_SEED).items(&Task::Coding)[0];
    let grade = grade(item, &answered(with_body(item, "while True: pass")), Some(&LocalPython { limit: Duration::from_secs(1) })).await;
    assert_eq!(grade.class, GradeClass::CodeTimedOut);
}
