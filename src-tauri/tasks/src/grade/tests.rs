//! Golden answers, good and bad, by grader.

mod cause;
mod code;
mod constraints;
mod hostile;
mod json;
mod label;
mod number;
mod open;
mod summary;
mod translation;

use toprung_core::task::{Band, Task};

use super::*;
use crate::suite::{FROZEN_SEED, suite};

use GradeClass::{Empty, Incomplete, Right, RightLoosely, Wrong, WrongLanguage};

fn item(oracle: Oracle) -> Item {
    Item {
        id: "own:test/1".to_owned(),
        task: Task::Own("test".to_owned()),
        band: Band::Easy,
        prompt: String::new(),
        max_output_tokens: 100,
        oracle,
        example: String::new(),
    }
}

/// Grades an answer that ended by itself.
async fn graded(oracle: &Oracle, text: &str) -> Grade {
    grade(&item(oracle.clone()), &Answer { text: text.to_owned(), ..Answer::default() }, None).await
}

/// Rows of an answer, its class, and why it is so.
async fn check(oracle: &Oracle, table: &[(&str, GradeClass, &str)]) {
    for (text, class, why) in table {
        let grade = graded(oracle, text).await;
        assert_eq!(grade.class, *class, "{why}: {text:?}: {}", grade.reason);
        assert!(grade.reason.chars().count() < 400 && grade.reason.ends_with(['.', '”']), "a reason is a short sentence: {}", grade.reason);
        assert!(!grade.reason.contains('\n'), "a reason stands on one line: {}", grade.reason);
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn a_right_answer_to_any_item_of_any_seed_is_right() {
    for seed in [FROZEN_SEED, 1, 2, 3, 4, 5, 2026] {
        for item in Task::SUITE.iter().filter(|task| **task != Task::Coding).flat_map(|task| suite(seed).items(task)) {
            let answer = Answer { text: item.example.clone(), ..Answer::default() };
            let grade = grade(&item, &answer, None).await;
            assert_eq!(grade.class, Right, "{} of seed {seed}: {}\n{}\n→ {}", item.id, grade.reason, item.prompt, item.example);
        }
    }
}

#[tokio::test]
async fn a_right_answer_in_a_fence_behind_an_introduction_is_right_loosely() {
    for item in Task::SUITE.iter().filter(|task| **task != Task::Coding).flat_map(|task| suite(FROZEN_SEED).items(task)) {
        let text = format!("Sure, here you are:\n```\n{}\n```\n", item.example);
        let grade = grade(&item, &Answer { text, ..Answer::default() }, None).await;
        // The final number may have anything before its line, but nothing behind it.
        assert_eq!(grade.class, RightLoosely, "{}: {}", item.id, grade.reason);
    }
}

#[tokio::test]
async fn what_answers_another_item_is_wrong_here() {
    for task in Task::SUITE.into_iter().filter(|task| !matches!(task, Task::Coding | Task::Chat)) {
        let items = suite(FROZEN_SEED).items(&task);
        for (item, other) in items.iter().zip(items.iter().cycle().skip(3)).filter(|(item, other)| item.example != other.example) {
            let answer = Answer { text: other.example.clone(), ..Answer::default() };
            let grade = grade(item, &answer, None).await;
            assert!(!grade.class.passes(), "{} took the answer to {}: {}", item.id, other.id, other.example);
        }
    }
}

#[tokio::test]
async fn the_prompt_itself_is_no_answer() {
    for item in Task::SUITE.iter().flat_map(|task| suite(FROZEN_SEED).items(task)) {
        // An item that asks for a copy of a line holds that line.
        if item.prompt.contains("exactly as it is, and nothing else") {
            continue;
        }
        let grade = grade(&item, &Answer { text: item.prompt.clone(), ..Answer::default() }, None).await;
        assert!(!grade.class.passes(), "{}: {}", item.id, grade.reason);
    }
}

#[tokio::test]
async fn thinking_is_looked_past_and_an_open_one_is_no_answer() {
    let oracle = Oracle::Label { labels: texts(&["red", "blue"]), right: "red".to_owned() };
    let answer = |text: &str, thinking: &str, hit_limit| Answer { text: text.to_owned(), thinking: thinking.to_owned(), hit_limit };
    let table = [
        (answer("<think>blue? no</think>\nred", "", false), Right, "thinking between marks"),
        (answer("blue? no</think>red", "", false), Right, "the template wrote the opening mark"),
        (answer("<think>red, I think", "", true), Incomplete, "it never came to an end"),
        (answer("<think>red, I think", "", false), Incomplete, "it never came to an end, and stopped"),
        (answer("", "red", true), Incomplete, "a channel of its own took all tokens"),
        (answer("", "red", false), Empty, "it thought and said nothing"),
        (answer(" \n", "", false), Empty, "blanks"),
        (answer("red", "blue", false), Right, "what it thought does not count"),
        (answer("I would like to begin with", "", true), Incomplete, "the limit came before the answer"),
        (answer("I would like to begin with", "", false), Wrong, "no limit, no answer"),
        (answer("blue", "", true), Wrong, "a wrong answer stays one at the limit"),
    ];
    for (answer, class, why) in table {
        let grade = grade(&item(oracle.clone()), &answer, None).await;
        assert_eq!(grade.class, class, "{why}: {}", grade.reason);
    }
}
