//! How often real answers are condemned, and how often broken output is found out.
//!
//! `output/lab.jsonl` holds what the lab's four models answered to 56 prompts each (prose, code, lists, tables, JSON, mathematics,
//! seven languages, poems, drawings), greedily and cut at 128 tokens, on the embedded engine. All were read; those that lost
//! their way are marked `broken`. `output/damaged.jsonl` holds what a model wrote whose weights were damaged on purpose: 2 to 30 %
//! of the blocks of each of its matrices changed places with others, so that it is computed wrongly all through.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use serde::Deserialize;
use toprung_core::output::degenerate;
use toprung_core::stats::wilson;
use toprung_core::{analysis::Success, format::success};

/// A good answer that is condemned condemns a good model, so of a hundred no more than one may be.
const MAX_FALSE_POSITIVES: f64 = 0.01;
/// Loops are what broken output mostly is. Those that pass repeat with variations that good answers have as well.
const MIN_FOUND: f64 = 0.75;

#[derive(Deserialize)]
struct Answer {
    model: String,
    prompt: String,
    output: String,
    #[serde(default)]
    broken: bool,
}

fn read(lines: &str) -> Vec<Answer> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How many of them are condemned, printed with the interval.
fn condemned(name: &str, answers: &[&Answer]) -> Success {
    let count = answers.iter().filter(|answer| degenerate(&answer.output).is_some()).count();
    let rate = wilson(count as u32, answers.len() as u32).unwrap();
    println!("{name}: {} condemned, 95 % interval {:.1}–{:.1} %", success(&rate), rate.low * 100.0, rate.high * 100.0);
    rate
}

fn share(rate: &Success) -> f64 {
    f64::from(rate.ok) / f64::from(rate.n)
}

#[test]
fn good_answers_are_hardly_ever_condemned_and_loops_are_found() {
    let answers = read(include_str!("output/lab.jsonl"));
    let (broken, good): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.broken);
    assert!(good.len() > 140 && broken.len() > 60, "too few answers to tell: {} good, {} broken", good.len(), broken.len());
    for answer in &good {
        if let Some(reason) = degenerate(&answer.output) {
            println!("condemned: {} on “{}”: {reason}", answer.model, answer.prompt);
        }
    }
    let rate = condemned("good answers", &good);
    assert!(share(&rate) <= MAX_FALSE_POSITIVES, "{rate:?}");
    let found = condemned("answers that lost their way", &broken);
    assert!(share(&found) >= MIN_FOUND, "{found:?}");
}

/// The loops of slight damage are found. Heavier damage makes salads of real words, which only a model of language could tell from an
/// odd answer: they pass, because in doubt a text does.
#[test]
fn the_loops_of_a_damaged_model_are_found_and_its_word_salads_are_not() {
    let answers = read(include_str!("output/damaged.jsonl"));
    let mut models: Vec<&str> = answers.iter().map(|answer| answer.model.as_str()).collect();
    models.dedup();
    let rates: Vec<Success> =
        models.iter().map(|model| condemned(model, &answers.iter().filter(|answer| answer.model == *model).collect::<Vec<_>>())).collect();
    assert!(share(&rates[0]) >= MIN_FOUND, "slight damage: {:?}", rates[0]);
}
