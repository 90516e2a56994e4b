//! A public set of 164 problems with reference solutions and tests, HumanEval, fetched by scripts/lab: what people write has to
//! run.

use serde_json::Value;
use toprung_tasks::code::CodeRunner;

use super::{Ended, PATIENT, Program, lab, runner};

/// All passed when this was written. Two may go to a machine that is too busy, no more.
const FEWEST: usize = 162;

/// A problem's name and the program that checks its reference solution.
fn program(line: &str) -> (String, Program) {
    let problem: Value = serde_json::from_str(line).unwrap();
    let field = |name: &str| problem[name].as_str().unwrap().to_owned();
    let source = format!("{}{}\n{}\ncheck({})\n", field("prompt"), field("canonical_solution"), field("test"), field("entry_point"));
    (field("task_id"), Program { source, limits: PATIENT })
}

#[tokio::test]
async fn the_reference_solutions_of_a_public_set_pass() {
    let (Some(lab), Some((runner, _shared))) = (lab(), runner().await) else { return };
    let problems = std::fs::read_to_string(lab.join("HumanEval.jsonl")).expect("scripts/lab python brings it");
    let mut not_passed = Vec::new();
    let mut count = 0;
    for (name, program) in problems.lines().filter(|line| !line.is_empty()).map(program) {
        count += 1;
        match runner.run(&program).await.unwrap() {
            Ended::Passed => {}
            ended => not_passed.push((name, ended)),
        }
    }
    println!("{} of {count} reference solutions pass", count - not_passed.len());
    assert_eq!(count, 164);
    assert!(count - not_passed.len() >= FEWEST, "{not_passed:#?}");
}

#[tokio::test]
async fn a_wrong_solution_does_not_pass() {
    let (Some(lab), Some((runner, _shared))) = (lab(), runner().await) else { return };
    let problems = std::fs::read_to_string(lab.join("HumanEval.jsonl")).expect("scripts/lab python brings it");
    for line in problems.lines().take(20) {
        let (name, mut program) = program(line);
        // The function is replaced by one that answers nothing, before the tests call it.
        let function = serde_json::from_str::<Value>(line).unwrap()["entry_point"].as_str().unwrap().to_owned();
        program.source = program.source.replace("\ndef check(", &format!("\ndef {function}(*given): return None\n\ndef check("));
        let ended = runner.run(&program).await.unwrap();
        assert!(matches!(ended, Ended::Failed(_)), "{name}: {ended:?}");
    }
}
