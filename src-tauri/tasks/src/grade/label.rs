//! One label of a list.

use std::collections::BTreeSet;

use super::Verdict;
use super::text::{bare, lines, past, places, plain, quoted, readings};

/// An explanation that names one label only is looked past up to this length.
const MAX_EXPLAINED_WORDS: usize = 60;

/// A sentence that the limit of tokens cut off might have named another label next.
pub(super) fn verdict(labels: &[String], right: &str, answer: &str, is_cut: bool) -> Verdict {
    if answer.trim() == right {
        return Verdict::Right;
    }
    let found = readings(answer).into_iter().find_map(|(reading, past)| Some((label_of(labels, bare(reading))?, past)));
    if let Some((label, past)) = found {
        let what = if past.is_empty() { "its spelling" } else { past };
        return judged(label, right, what);
    }
    // A first line that is a label, and reasons for it; a list of labels is no answer.
    let alone: BTreeSet<&str> = lines(answer).filter_map(|line| label_of(labels, bare(line))).collect();
    if let Some(label) = lines(answer).next().and_then(|line| label_of(labels, bare(line)))
        && alone.len() == 1
    {
        return judged(label, right, "the explanation behind it");
    }
    let named = named(labels, answer);
    match named.as_slice() {
        [] => Verdict::NoAnswer(format!("Expected “{right}”, found none of the labels: {}.", quoted(answer))),
        [_] if answer.split_whitespace().nth(MAX_EXPLAINED_WORDS).is_some() => {
            Verdict::Wrong(format!("Expected “{right}” alone, found a long text: {}.", quoted(answer)))
        }
        [(label, _)] if is_cut => {
            Verdict::NoAnswer(format!("Expected “{right}” alone, found an unfinished sentence with “{label}”: {}.", quoted(answer)))
        }
        [(label, is_denied)] if !is_denied => judged(label, right, "the sentence around it"),
        [(label, _)] => Verdict::Wrong(format!("Expected “{right}”, found that it is not “{label}”: {}.", quoted(answer))),
        several => Verdict::Wrong(format!("Expected “{right}” alone, found {} labels: {}.", several.len(), quoted(answer))),
    }
}

fn judged(label: &str, right: &str, looked_past: &str) -> Verdict {
    if label == right {
        Verdict::Loosely(past(looked_past))
    } else {
        Verdict::Wrong(format!("Expected “{right}”, found “{label}”."))
    }
}

/// The label that a text is, in any case.
fn label_of<'a>(labels: &'a [String], text: &str) -> Option<&'a str> {
    let text = plain(text);
    labels.iter().map(String::as_str).find(|label| plain(label) == text)
}

/// The labels that a text names, and whether it denies them. A label within a longer label that stands there does not count.
fn named<'a>(labels: &'a [String], answer: &str) -> Vec<(&'a str, bool)> {
    let mut rest = plain(answer);
    let mut longest_first: Vec<&String> = labels.iter().collect();
    longest_first.sort_by_key(|label| std::cmp::Reverse(label.len()));
    let mut named = Vec::new();
    for label in longest_first {
        let low = plain(label);
        let found: Vec<usize> = places(&rest, &low).collect();
        let Some(first) = found.first() else { continue };
        let before = &rest[..*first];
        let is_denied = before.split_whitespace().next_back().is_some_and(|word| matches!(word, "not" | "no" | "never" | "isn't"));
        named.push((label.as_str(), is_denied));
        rest = rest.replace(&low, "\u{0}");
    }
    named
}
