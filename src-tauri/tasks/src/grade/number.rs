//! The final number of an answer.

use super::Verdict;
use super::text::{lines, past, plain, quoted};

/// A number with more digits is none that a problem asks for.
const MAX_DIGITS: usize = 18;
/// Between two different numbers these make a choice, which is no answer.
const CHOICES: [&str; 3] = ["or", "/", "and"];

/// A number and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) value: f64,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Every number of a text, with commas between thousands or without; a minus before it counts where no word or number stands before that.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = Found> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes.get(at..)?.iter().position(u8::is_ascii_digit)?;
            let end = end_of_number(bytes, start);
            at = end;
            let digits: String = text[start..end].chars().filter(|c| *c != ',').collect();
            if digits.len() > MAX_DIGITS {
                continue;
            }
            let Ok(value) = digits.parse::<f64>() else { continue };
            let sign = sign_before(&text[..start]);
            return Some(Found { value: sign * value, start, end });
        }
    })
}

/// Digits, groups of three behind commas, and one decimal point with digits behind it.
fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = start + digits(start);
    let begins_with_group = end - start <= 3;
    while begins_with_group && bytes.get(end) == Some(&b',') && digits(end + 1) == 3 {
        end += 4;
    }
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end += 1 + digits(end + 1);
    }
    end
}

fn sign_before(before: &str) -> f64 {
    let mut last = before.chars().rev();
    let is_minus = matches!(last.next(), Some('-' | '−'));
    let is_between = last.next().is_some_and(|c| c.is_alphanumeric() || c == ')');
    if is_minus && !is_between { -1.0 } else { 1.0 }
}

pub(super) fn verdict(value: f64, tolerance: f64, answer: &str) -> Verdict {
    let is_right = |found: f64| (found - value).abs() <= tolerance;
    let last = lines(answer).next_back().unwrap_or("");
    if let Some(strict) = last.strip_prefix("Answer: ").and_then(|rest| rest.parse::<f64>().ok()) {
        return if is_right(strict) { Verdict::Right } else { wrong(value, strict) };
    }
    match final_number(answer) {
        Final::Number(found) if is_right(found) => Verdict::Loosely(past("the form of its last line")),
        Final::Number(found) => wrong(value, found),
        Final::Choice => Verdict::Wrong(format!("Expected {value}, found a choice of numbers: {}.", quoted(last))),
        Final::Guess(found) if is_right(found) => Verdict::Loosely(past("the missing last line “Answer: …”")),
        Final::Guess(found) => {
            Verdict::NoAnswer(format!("Expected {value} behind “Answer:”, found no such line, and {found} as the last number."))
        }
        Final::None => Verdict::NoAnswer(format!("Expected {value}, found no number: {}.", quoted(answer))),
    }
}

fn wrong(value: f64, found: f64) -> Verdict {
    Verdict::Wrong(format!("Expected {value}, found {found}."))
}

enum Final {
    Number(f64),
    /// Several in place of one.
    Choice,
    /// The last number of a text that marks none as its answer.
    Guess(f64),
    None,
}

fn final_number(answer: &str) -> Final {
    let low = plain(answer);
    let marked =
        low.lines().rev().find_map(|line| line.rfind("answer").map(|at| &line[at..]).filter(|rest| numbers(rest).next().is_some()));
    if let Some(rest) = marked {
        return marked_number(rest);
    }
    if let Some((_, boxed)) = low.rsplit_once("boxed{")
        && let Some(found) = numbers(boxed).next()
    {
        return Final::Number(found.value);
    }
    numbers(&low).last().map_or(Final::None, |found| Final::Guess(found.value))
}

/// The number of “answer: 3 × 4 = 12 euros”.
fn marked_number(rest: &str) -> Final {
    let rest = rest.rsplit_once('=').map(|(_, result)| result).filter(|result| numbers(result).next().is_some()).unwrap_or(rest);
    let mut all = numbers(rest);
    let (Some(first), second) = (all.next(), all.next()) else { return Final::None };
    let is_choice = second.is_some_and(|second| {
        let joint = rest.get(first.end..second.start).unwrap_or("").trim();
        second.value != first.value && CHOICES.contains(&joint)
    });
    if is_choice { Final::Choice } else { Final::Number(first.value) }
}
