//! Summaries: planted facts are kept, nothing is invented, and the length has a cap.

mod stories;

use toprung_core::task::Band;

use super::Draft;
use super::words::grouped;
use crate::oracle::{Fact, Oracle, SummaryOf};
use crate::random::Random;

const MAX_OUTPUT_TOKENS: u32 = 112;

/// A text, what a summary of it must and must not hold, and a summary.
struct Story {
    text: String,
    /// What is to be kept, as the prompt says it.
    keep: &'static str,
    facts: Vec<Fact>,
    /// What is to be left out, as the prompt says it; empty where nothing is.
    leave: &'static str,
    forbidden: Vec<Fact>,
    example: String,
}

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    let story = match (band, round % 4) {
        (Band::Easy, 0) => stories::opening(random),
        (Band::Easy, 1) => stories::prize(random),
        (Band::Easy, 2) => stories::closure(random),
        (Band::Easy, _) => stories::sale(random),
        (Band::Medium, 0) => stories::council(random),
        (Band::Medium, 1) => stories::report(random),
        (Band::Medium, 2) => stories::storm(random),
        (Band::Medium, _) => stories::study(random),
        (Band::Hard, 0) => stories::corrected_count(random),
        (Band::Hard, 1) => stories::changed_plan(random),
        (Band::Hard, 2) => stories::rumour(random),
        (Band::Hard, _) => stories::two_offers(random),
    };
    let most_words = match band {
        Band::Easy => 30,
        Band::Medium => 40,
        Band::Hard => 35,
    };
    let form = if band == Band::Easy { "one short sentence" } else { "one or two sentences" };
    let leave = if story.leave.is_empty() { String::new() } else { format!(" Leave out {}.", story.leave) };
    let prompt = format!(
        "Text: {}\n\nSummarise the text in {form} of at most {most_words} words. Keep {}.{leave} Add nothing that is not in the text, and write only the summary.",
        story.text, story.keep
    );
    let oracle = SummaryOf { source: story.text, facts: story.facts, forbidden: story.forbidden, most_words };
    Draft { prompt, max_output_tokens: MAX_OUTPUT_TOKENS, oracle: Oracle::Summary(oracle), example: story.example }
}

/// A name or a word, as it stands.
fn named(what: &str, name: &str) -> Fact {
    Fact { what: what.to_owned(), accepted: vec![name.to_owned()] }
}

/// A number, with and without commas.
fn figure(what: &str, number: i64) -> Fact {
    let mut accepted = vec![grouped(number)];
    if number >= 1000 {
        accepted.push(number.to_string());
    }
    if let Some(word) = usize::try_from(number).ok().and_then(|n| NUMBER_WORDS.get(n)) {
        accepted.push((*word).to_owned());
    }
    Fact { what: what.to_owned(), accepted }
}

/// A day of a month, in either order.
fn dated(what: &str, day: i64, month: &str) -> Fact {
    let accepted = vec![
        format!("{day} {month}"),
        format!("{month} {day}"),
        format!("{day}{} {month}", ordinal(day)),
        format!("{day}{} of {month}", ordinal(day)),
        format!("{month} {day}{}", ordinal(day)),
    ];
    Fact { what: what.to_owned(), accepted }
}

fn ordinal(day: i64) -> &'static str {
    match (day % 10, day) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

/// Small numbers as words, by their value.
pub(crate) const NUMBER_WORDS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
