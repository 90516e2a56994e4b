//! Judging an answer: its class, and why, in a sentence.
//!
//! Strict and lenient at once. What passes as it stands is right; what passes only when fences, a preamble, quotes or a trailing
//! full stop are looked past is right loosely. The distance between the two scores is how far a model keeps to a form.
//!
//! Invariant: no text makes a grader hang or fail. At most [`MAX_ANSWER_BYTES`] of an answer are read, and every grader takes
//! time in proportion to that, but for model-written code, which the runner ends.

mod cause;
mod code;
mod constraints;
mod json;
mod label;
mod number;
mod open;
mod summary;
mod text;
mod translation;

pub use code::LIMITS;
pub(crate) use open::pattern;

use toprung_core::output::{Spoken, split_thinking};
use toprung_core::task::{Grade, GradeClass};

use crate::code::CodeRunner;
use crate::item::{Answer, Item};
use crate::oracle::Oracle;

/// An answer of 400 tokens has two kilobytes; 30 times that is no answer any more.
pub const MAX_ANSWER_BYTES: usize = 64 << 10;

/// What a grader finds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Right,
    /// What had to be looked past.
    Loosely(String),
    /// What was expected and what was found.
    Wrong(String),
    /// There is nothing in it that could be right or wrong: an answer that was cut off looks so.
    NoAnswer(String),
    /// A class of its own.
    Other(GradeClass, String),
}

/// Judges an answer. Without a `runner`, code can't be judged: its class is then [`GradeClass::Unsupported`].
pub async fn grade(item: &Item, answer: &Answer, runner: Option<&dyn CodeRunner>) -> Grade {
    let spoken = split_thinking(text::beginning(&answer.text, MAX_ANSWER_BYTES));
    if let Some(grade) = without_answer(answer, spoken) {
        return grade;
    }
    let verdict = match &item.oracle {
        Oracle::Code(checks) => code::verdict(checks, spoken.answer, runner).await,
        oracle => of_text(oracle, spoken.answer, answer.hit_limit),
    };
    classed(verdict, answer.hit_limit, is_running_text(&item.oracle))
}

/// The grade of what is no answer at all: nothing, or thinking alone.
fn without_answer(answer: &Answer, spoken: Spoken<'_>) -> Option<Grade> {
    if spoken.is_still_thinking {
        return Some(Grade::new(GradeClass::Incomplete, "Its thinking never came to an end, so there is no answer."));
    }
    if !spoken.answer.trim().is_empty() {
        return None;
    }
    let has_thought = !answer.thinking.trim().is_empty() || !spoken.thinking.is_empty();
    Some(match (has_thought, answer.hit_limit) {
        (true, true) => Grade::new(GradeClass::Incomplete, "The limit of tokens was spent on thinking, so there is no answer."),
        (true, false) => Grade::new(GradeClass::Empty, "It thought and then said nothing."),
        (false, true) => Grade::new(GradeClass::Empty, "Nothing but blanks up to the limit of tokens."),
        (false, false) => Grade::new(GradeClass::Empty, "Nothing was answered."),
    })
}

/// Texts of which the end matters: one that the limit cut off is not judged as if it were whole.
fn is_running_text(oracle: &Oracle) -> bool {
    matches!(
        oracle,
        Oracle::Constraints(_) | Oracle::Summary(_) | Oracle::Translation(_) | Oracle::Exact(_) | Oracle::Contains(_) | Oracle::Pattern(_)
    )
}

fn of_text(oracle: &Oracle, answer: &str, hit_limit: bool) -> Verdict {
    match oracle {
        Oracle::Label { labels, right } => label::verdict(labels, right, answer, hit_limit),
        Oracle::Constraints(constraints) => constraints::verdict(constraints, answer),
        Oracle::Cause { causes, right, line } => cause::verdict(causes, right, *line, answer),
        Oracle::Number { value, tolerance } => number::verdict(*value, *tolerance, answer),
        Oracle::Summary(summary) => summary::verdict(summary, answer),
        Oracle::Record(fields) => json::record(fields, answer),
        Oracle::Call { tools, right } => json::call(tools, right.as_ref(), answer),
        Oracle::Translation(translation) => translation::verdict(translation, answer),
        Oracle::Exact(accepted) => open::exact(accepted, answer),
        Oracle::Contains(wanted) => open::contains(wanted, answer),
        Oracle::Pattern(pattern) => open::matches(pattern, answer),
        Oracle::Json(wanted) => open::json(wanted, answer),
        Oracle::Code(_) => Verdict::NoAnswer("Code is not judged as a text.".to_owned()),
    }
}

fn classed(verdict: Verdict, hit_limit: bool, is_running: bool) -> Grade {
    let cut = |reason: String| Grade::new(GradeClass::Incomplete, format!("The limit of tokens cut it off. {reason}"));
    match verdict {
        Verdict::Right => Grade::new(GradeClass::Right, "Right, and in the form that was asked for."),
        Verdict::Loosely(past) => Grade::new(GradeClass::RightLoosely, past),
        Verdict::Wrong(reason) if hit_limit && is_running => cut(reason),
        Verdict::NoAnswer(reason) if hit_limit => cut(reason),
        Verdict::Wrong(reason) | Verdict::NoAnswer(reason) => Grade::new(GradeClass::Wrong, reason),
        Verdict::Other(class, reason) => Grade::new(class, reason),
    }
}

#[cfg(test)]
mod tests;
