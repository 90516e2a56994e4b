//! Constraints that a program can check of a text.

use toprung_core::output::degenerate;

use super::Verdict;
use super::text::{by_reading, has_phrase, lines, past, places, plain, quoted, sentences, words};
use crate::oracle::Constraint;

pub(super) fn verdict(constraints: &[Constraint], answer: &str) -> Verdict {
    if let Some(reason) = degenerate(answer) {
        return Verdict::Wrong(format!("Expected a text, found none: {reason}."));
    }
    match by_reading(answer, |text| constraints.iter().find_map(|constraint| failure(constraint, text))) {
        Ok(None) => Verdict::Right,
        Ok(Some(looked_past)) => Verdict::Loosely(past(looked_past)),
        Err(reason) => Verdict::Wrong(reason),
    }
}

/// What is wrong with the text by this constraint; `None` when it holds.
fn failure(constraint: &Constraint, text: &str) -> Option<String> {
    let text = text.trim();
    let unless = |holds: bool, expected: String, found: String| (!holds).then(|| format!("Expected {expected}, found {found}."));
    match constraint {
        Constraint::Sentences(n) => counted(*n, *n, sentences(text), "sentences"),
        Constraint::Lines(n) => counted(*n, *n, lines(text).count(), "lines"),
        Constraint::Words { least, most } => counted(*least, *most, words(text).count(), "words"),
        Constraint::BeginsWith(start) => {
            let holds = places(&plain(text), &plain(start)).next() == Some(0);
            unless(holds, format!("“{start}” at the beginning"), quoted(text))
        }
        Constraint::EndsWith(end) => {
            let shown: String = text.chars().skip(text.chars().count().saturating_sub(30)).collect();
            unless(ends_with(text, end), format!("“{end}” at the end"), quoted(&shown))
        }
        Constraint::Contains(phrase) => unless(has_phrase(text, phrase), format!("the word “{phrase}”"), quoted(text)),
        Constraint::Without(word) => unless(!plain(text).contains(&plain(word)), format!("a text without “{word}”"), "it".to_owned()),
        Constraint::Times { word, times } => {
            counted(*times, *times, places(&plain(text), &plain(word)).count(), &format!("times “{word}”"))
        }
        Constraint::LowerCase => {
            let upper = text.chars().find(|c| c.is_uppercase());
            unless(upper.is_none(), "no capital letters".to_owned(), format!("“{}”", upper.unwrap_or(' ')))
        }
        by_line => by_line_failure(by_line, text),
    }
}

/// Constraints that each line has to keep.
fn by_line_failure(constraint: &Constraint, text: &str) -> Option<String> {
    let line_where = |is_bad: &dyn Fn(&str) -> bool, expected: &str| {
        lines(text).find(|line| is_bad(line)).map(|line| format!("Expected {expected}, found {}.", quoted(line)))
    };
    match constraint {
        Constraint::EachLineBegins(start) => line_where(&|line| !line.starts_with(start), &format!("“{start}” before each line")),
        Constraint::WordsALine(most) => line_where(&|line| words(line).count() > *most, &format!("at most {most} words a line")),
        Constraint::LinesAmong(known) => line_where(&|line| !known.iter().any(|text| text == line), &format!("“{}”", known.join("” or “"))),
        Constraint::Acrostic(letters) => {
            let initials: String = lines(text).filter_map(|line| line.chars().find(|c| c.is_alphanumeric())).take(40).collect();
            (plain(&initials) != plain(letters)).then(|| format!("Expected lines that begin with {letters}, found {initials}."))
        }
        _ => None,
    }
}

fn counted(least: usize, most: usize, found: usize, what: &str) -> Option<String> {
    let expected = if least == most { least.to_string() } else { format!("{least} to {most}") };
    (!(least..=most).contains(&found)).then(|| format!("Expected {expected} {what}, found {found}."))
}

fn ends_with(text: &str, end: &str) -> bool {
    let (text, end) = (plain(text), plain(end));
    let closing = |c: char| matches!(c, '.' | '!' | '?' | '"' | '”' | '…') || c.is_whitespace();
    let text = if end.ends_with(closing) { text.trim_end() } else { text.trim_end_matches(closing) };
    let start = text.len().wrapping_sub(end.len());
    text.ends_with(&end) && places(text, &end).any(|at| at == start)
}
