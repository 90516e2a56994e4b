//! The graders of a user's own items: a text, parts of a text, a pattern, JSON.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::Verdict;
use super::json::{Likeness, Read, likeness, read};
use super::text::{bare, has_phrase, past, plain, quoted, readings};

/// Bytes that a compiled pattern may take: more than any sensible one, and far from what a machine notices.
const PATTERN_BYTES: usize = 1 << 20;

/// Compiles a pattern; `^` and `$` stand at lines.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn pattern(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).multi_line(true).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build();
    // The last line says what is wrong; those before it draw where.
    built.map_err(|error| error.to_string().lines().last().unwrap_or("it is no pattern").trim_start_matches("error: ").to_owned())
}

pub(super) fn exact(accepted: &[String], answer: &str) -> Verdict {
    let text = answer.trim();
    if accepted.iter().any(|right| right.trim() == text) {
        return Verdict::Right;
    }
    let readings = readings(answer);
    let found = readings.iter().find(|(reading, _)| accepted.iter().any(|right| plain(bare(right)) == plain(bare(reading))));
    match found {
        Some((_, "")) => Verdict::Loosely(past("its spelling")),
        Some((_, what)) => Verdict::Loosely(past(what)),
        None => Verdict::Wrong(format!("Expected {}, found {}.", quoted(accepted.first().map_or("", String::as_str)), quoted(answer))),
    }
}

pub(super) fn contains(wanted: &[String], answer: &str) -> Verdict {
    if wanted.iter().all(|part| answer.contains(part.as_str())) {
        return Verdict::Right;
    }
    match wanted.iter().find(|part| !has_phrase(answer, part)) {
        None => Verdict::Loosely(past("upper and lower case")),
        Some(missing) => Verdict::Wrong(format!("Expected {} in the answer, found {}.", quoted(missing), quoted(answer))),
    }
}

pub(super) fn matches(source: &str, answer: &str) -> Verdict {
    use toprung_core::task::GradeClass::GraderFailed;
    let found = match pattern(source) {
        Ok(pattern) => readings(answer).into_iter().find(|(reading, _)| pattern.is_match(reading)),
        Err(reason) => return Verdict::Other(GraderFailed, format!("The pattern can't be used: {reason}")),
    };
    match found {
        Some((_, "")) => Verdict::Right,
        Some((_, what)) => Verdict::Loosely(past(what)),
        None => Verdict::Wrong(format!("Expected a match of {}, found {}.", quoted(source), quoted(answer))),
    }
}

/// An object may hold more than is wanted; everything else is compared as it is.
pub(super) fn json(wanted: &Value, answer: &str) -> Verdict {
    let Value::Object(object) = wanted else {
        return json_value(wanted, answer);
    };
    let (found, looked_past) = match read(answer, |found| object.keys().any(|key| found.contains_key(key))) {
        Read::Whole(found) => (found, None),
        Read::Within(found, what) => (found, Some(what)),
        Read::Several(n) => return Verdict::Wrong(format!("Expected one JSON object, found {n}.")),
        Read::None => return Verdict::NoAnswer(format!("Expected JSON, found none that can be read: {}.", quoted(answer))),
    };
    let mut worst = Likeness::Same;
    for (key, expected) in object {
        let alike = found.get(key).map_or(Likeness::Other, |found| likeness(expected, found));
        if alike == Likeness::Other {
            let shown = found.get(key).map_or_else(|| "nothing".to_owned(), |found| quoted(&found.to_string()));
            return Verdict::Wrong(format!("Expected {expected} for “{key}”, found {shown}."));
        }
        worst = worst.min(alike);
    }
    match (worst, looked_past) {
        (Likeness::Same, None) => Verdict::Right,
        (Likeness::Same, Some(what)) => Verdict::Loosely(past(what)),
        _ => Verdict::Loosely(past("the form of its values")),
    }
}

fn json_value(wanted: &Value, answer: &str) -> Verdict {
    for (reading, what) in readings(answer) {
        let Ok(found) = serde_json::from_str::<Value>(reading) else { continue };
        return match (likeness(wanted, &found), what) {
            (Likeness::Same, "") => Verdict::Right,
            (Likeness::Same, what) => Verdict::Loosely(past(what)),
            (Likeness::Loose, _) => Verdict::Loosely(past("its form")),
            (Likeness::Other, _) => Verdict::Wrong(format!("Expected {wanted}, found {}.", quoted(reading))),
        };
    }
    Verdict::NoAnswer(format!("Expected JSON, found none that can be read: {}.", quoted(answer)))
}
