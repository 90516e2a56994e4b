//! A cause of a list, and the line that shows it.

use super::Verdict;
use super::number::{Found, numbers};
use super::text::{lines, past, places, plain, quoted};

pub(super) fn verdict(causes: &[String], right: &str, line: u32, answer: &str) -> Verdict {
    if lines(answer).eq([format!("line: {line}").as_str(), format!("cause: {right}").as_str()]) {
        return Verdict::Right;
    }
    let low = plain(answer);
    let named = causes_in(causes, &low);
    let cause = match named.as_slice() {
        [] => return Verdict::NoAnswer(format!("Expected “{right}” at line {line}, found none of the causes: {}.", quoted(answer))),
        [cause] => *cause,
        several => {
            return Verdict::Wrong(format!("Expected one cause, “{right}”, found {}: {}.", several.len(), quoted(answer)));
        }
    };
    match line_in(&low) {
        LineFound::None => Verdict::NoAnswer(format!("Expected line {line}, found no number of a line: {}.", quoted(answer))),
        LineFound::Several => Verdict::Wrong(format!("Expected one line, {line}, found several: {}.", quoted(answer))),
        LineFound::One(found) if found == f64::from(line) && cause == right => Verdict::Loosely(past("its form")),
        LineFound::One(found) => Verdict::Wrong(format!("Expected “{right}” at line {line}, found “{cause}” at line {found}.")),
    }
}

/// The causes that are named: those of the lines that begin with “cause”, where there are such, else of the whole text.
fn causes_in<'a>(causes: &'a [String], low: &str) -> Vec<&'a str> {
    let is_cause = |line: &&str| line.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with("cause");
    let marked: Vec<&str> = low.lines().filter(is_cause).collect();
    let place = if marked.is_empty() { low.to_owned() } else { marked.join("\n") };
    causes.iter().map(String::as_str).filter(|cause| places(&place, &plain(cause)).next().is_some()).collect()
}

enum LineFound {
    None,
    One(f64),
    Several,
}

/// The number behind the word “line”; several where more than one is offered.
fn line_in(low: &str) -> LineFound {
    let mut found: Vec<f64> = Vec::new();
    for at in places(low, "line").chain(places(low, "lines")) {
        let rest = low[at..].lines().next().unwrap_or("");
        let mut behind = numbers(rest);
        let Some(Found { value, start, end }) = behind.next() else { continue };
        let between = rest.get(4..start).unwrap_or("");
        if between.chars().filter(|c| c.is_alphabetic()).count() > 12 {
            continue;
        }
        if !found.contains(&value) {
            found.push(value);
        }
        // “line: 4, 5” and “lines 4 to 6” are more than one.
        if let Some(next) = behind.next() {
            let joint = rest.get(end..next.start).unwrap_or("").trim();
            if matches!(joint, "," | "and" | "or" | "-" | "–" | "to" | "&" | "/" | ", and" | ", or") && !found.contains(&next.value) {
                found.push(next.value);
            }
        }
    }
    match found.as_slice() {
        [] => LineFound::None,
        [one] => LineFound::One(*one),
        _ => LineFound::Several,
    }
}
