//! Summaries: planted facts, nothing invented, a cap on the length.

use std::collections::BTreeSet;

use toprung_core::output::degenerate;

use super::Verdict;
use super::number::numbers;
use super::text::{by_reading, has_phrase, past, plain, quoted, words};
use crate::oracle::{Fact, SummaryOf};

/// A summary that is longer by a quarter is one in substance, not in form.
const LOOSE_LENGTH: f64 = 1.25;
/// Words that share so many first letters are forms of one word, as Poland and Polish are not, but Portugal and Portuguese are.
const SAME_STEM_CHARS: usize = 5;
/// Capitalised in English without being a name of anything.
const NO_NAMES: [&str; 12] = ["i", "mr", "mrs", "ms", "dr", "eur", "euro", "euros", "km", "ceo", "pm", "am"];

pub(super) fn verdict(summary: &SummaryOf, answer: &str) -> Verdict {
    if let Some(reason) = degenerate(answer) {
        return Verdict::Wrong(format!("Expected a summary, found none: {reason}."));
    }
    let strict = by_reading(answer, |text| failure(summary, text).or_else(|| too_long(summary, text, 1.0)));
    let reason = match strict {
        Ok(None) => return Verdict::Right,
        Ok(Some(looked_past)) => return Verdict::Loosely(past(looked_past)),
        Err(reason) => reason,
    };
    match by_reading(answer, |text| failure(summary, text).or_else(|| too_long(summary, text, LOOSE_LENGTH))) {
        Ok(_) => Verdict::Loosely(format!("Right, but a little too long. {reason}")),
        Err(_) => Verdict::Wrong(reason),
    }
}

fn too_long(summary: &SummaryOf, text: &str, factor: f64) -> Option<String> {
    let found = words(text).count();
    let too_long = found as f64 > summary.most_words as f64 * factor;
    too_long.then(|| format!("Expected at most {} words, found {found}.", summary.most_words))
}

/// What is wrong with the summary but for its length.
fn failure(summary: &SummaryOf, text: &str) -> Option<String> {
    if let Some(missing) = summary.facts.iter().find(|fact| !is_told(text, fact)) {
        let expected = missing.accepted.first().map_or("", String::as_str);
        return Some(format!("Expected {} (“{expected}”), found nothing of it: {}.", missing.what, quoted(text)));
    }
    if let Some(told) = summary.forbidden.iter().find(|fact| is_told(text, fact)) {
        return Some(format!("Expected a summary without {}, found it: {}.", told.what, quoted(text)));
    }
    let invented = invented_number(summary, text).or_else(|| invented_name(summary, text));
    invented.map(|what| format!("Expected nothing that is not in the text, found “{what}”."))
}

fn is_told(text: &str, fact: &Fact) -> bool {
    fact.accepted.iter().any(|form| has_phrase(text, form))
}

fn invented_number(summary: &SummaryOf, text: &str) -> Option<String> {
    let known: Vec<f64> = std::iter::once(summary.source.as_str())
        .chain(summary.facts.iter().flat_map(|fact| fact.accepted.iter().map(String::as_str)))
        .flat_map(|text| numbers(text).map(|found| found.value.abs()))
        .collect();
    // 84 thousand may be written as 84,000, and the other way round.
    let is_known = |value: f64| known.iter().any(|n| [*n, n * 1e3, n / 1e3, n * 1e6].contains(&value));
    numbers(text).map(|found| found.value.abs()).find(|value| !is_known(*value)).map(|value| value.to_string())
}

/// The first capitalised word inside a sentence that the source does not hold in any form.
fn invented_name(summary: &SummaryOf, text: &str) -> Option<String> {
    let split = |text: &str| plain(text).split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<BTreeSet<String>>();
    let known = split(&summary.source);
    let stem = |word: &str| word.chars().take(SAME_STEM_CHARS).collect::<String>();
    let stems: BTreeSet<String> = known.iter().filter(|word| word.chars().count() >= SAME_STEM_CHARS).map(|word| stem(word)).collect();
    let mut begins = true;
    for word in text.split_whitespace() {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        let opens = begins || word.starts_with(['"', '“', '*', '(', '‘', '«']);
        begins = word.ends_with(['.', '!', '?', ':', '*', '-', '–', '—', '"', '”']) || core.is_empty();
        let is_capital = core.chars().next().is_some_and(char::is_uppercase);
        if opens || !is_capital {
            continue;
        }
        for part in core.split(['-', '\'', '’', '/']).filter(|part| part.chars().next().is_some_and(char::is_uppercase)) {
            let low = plain(part);
            if !known.contains(&low) && !NO_NAMES.contains(&low.as_str()) && !stems.contains(&stem(&low)) {
                return Some(part.to_owned());
            }
        }
    }
    None
}
