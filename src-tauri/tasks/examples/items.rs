//! For maintainers: the frozen suite, and verdicts on answers to it, as JSON lines. `scripts/check-items` puts the one to models
//! and reads the other.
//!
//! `items list` writes every item. `items grade FOLDER` reads answers and writes their classes; model-written code runs in the
//! sandbox, whose interpreter lies in FOLDER.

#![allow(clippy::print_stdout, reason = "its output is for a script")]

use std::io::stdin;
use std::path::Path;

use serde::Deserialize;
use toprung_core::task::Task;
use toprung_tasks::code::CodeRunner;
use toprung_tasks::sandbox::Sandbox;
use toprung_tasks::{Answer, FROZEN_SEED, Item, grade, suite};

#[derive(Deserialize)]
struct Given {
    id: String,
    answer: String,
    hit_limit: bool,
}

fn items() -> Vec<Item> {
    Task::SUITE.iter().flat_map(|task| suite(FROZEN_SEED).items(task)).collect()
}

async fn grade_all(folder: &Path) -> Result<(), String> {
    let sandbox = Sandbox::find(folder).map_err(|unavailable| unavailable.to_string())?;
    let runner = sandbox.prepare(|_| {}).await.map_err(|unavailable| unavailable.to_string())?;
    let items = items();
    for line in stdin().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let given: Given = serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        let item = items.iter().find(|item| item.id == given.id).ok_or_else(|| format!("there is no item {}", given.id))?;
        let answer = Answer { text: given.answer, thinking: String::new(), hit_limit: given.hit_limit };
        let grade = grade(item, &answer, Some(&runner as &dyn CodeRunner)).await;
        let passes = grade.class.passes();
        println!("{}", serde_json::json!({ "id": item.id, "class": grade.class.name(), "passes": passes, "reason": grade.reason }));
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => {
            for item in items() {
                let Item { id, prompt, max_output_tokens, example, .. } = &item;
                println!("{}", serde_json::json!({ "id": id, "prompt": prompt, "max_tokens": max_output_tokens, "example": example }));
            }
            Ok(())
        }
        ["grade", folder] => grade_all(Path::new(folder)).await,
        _ => Err("items list | items grade FOLDER".to_owned()),
    }
}
