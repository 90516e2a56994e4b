//! Is this an answer at all? Judged from the text alone, without a model and in any language.
//!
//! It looks for output of a model that is computed wrongly or has lost its way: loops, broken characters, symbol soup.
//! It does not judge whether an answer is right or good. In doubt the text passes: calling a good answer broken
//! would condemn a good model.

mod noise;
mod repetition;

use crate::cause::{Cause, CauseKind};
use crate::format;
use crate::trial::Outcome;

/// At most this many tokens and a stop, with nothing to read: the model saw no question (engines.md, “template missing or wrong”).
const TEMPLATE_SUSPECT_TOKENS: u32 = 2;

/// Why a text is degenerate, with the number that shows it; `None` for anything that may be an answer.
pub fn degenerate(text: &str) -> Option<String> {
    noise::broken_characters(text)
        .or_else(|| repetition::exact_loop(text))
        .or_else(|| repetition::counted_loop(text))
        .or_else(|| noise::control_markers(text))
        .or_else(|| repetition::near_loop(text))
        .or_else(|| repetition::few_distinct_words(text))
        .or_else(|| noise::unpronounceable(text))
        .or_else(|| noise::symbol_soup(text))
}

/// An answer that was already given to another question, word for word: the model does not read its prompt.
/// `earlier` are the answers to different questions. Short answers may agree by chance and are let through.
pub fn ignores_its_prompt(text: &str, earlier: &[&str]) -> Option<String> {
    /// Shorter than this, two right answers may be the same (“Paris.”, “42”).
    const MIN_CHARS: usize = 20;
    let text = text.trim();
    let same = earlier.iter().filter(|other| other.trim() == text).count();
    let times = format::count(u32::try_from(same).unwrap_or(u32::MAX), "other question", "other questions");
    (text.chars().count() >= MIN_CHARS && same > 0).then(|| format!("word for word its answer to {times}"))
}

/// What a model wrote, taken apart where the engine leaves the thinking in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken<'a> {
    /// Empty where it did not think in the text.
    pub thinking: &'a str,
    /// Empty while it still thinks.
    pub answer: &'a str,
    /// It began to think and never came to an end.
    pub is_still_thinking: bool,
}

/// Takes thinking and answer apart. Some templates write the opening mark themselves, so that only the closing one is in the text.
pub fn split_thinking(text: &str) -> Spoken<'_> {
    const OPEN: &str = "<think>";
    const CLOSE: &str = "</think>";
    let opened = text.trim_start().strip_prefix(OPEN);
    match (opened, opened.unwrap_or(text).split_once(CLOSE)) {
        (_, Some((thinking, answer))) => Spoken { thinking: thinking.trim(), answer, is_still_thinking: false },
        (Some(thinking), None) => Spoken { thinking: thinking.trim(), answer: "", is_still_thinking: true },
        (None, None) => Spoken { thinking: "", answer: text, is_still_thinking: false },
    }
}

/// The outcome of an answer trial whose stream did complete.
///
/// `thinking_chars` counts what came on the thinking channel, `done_stop` says that the model ended by itself and not
/// by the limit of `max_tokens`.
pub fn classify_answer(text: &str, thinking_chars: usize, output_tokens: Option<u32>, max_tokens: u32, done_stop: bool) -> Outcome {
    let Spoken { thinking, answer, .. } = split_thinking(text);
    let thinking = thinking_chars + thinking.chars().count();
    let failed = |kind, detail: String| Outcome::Failed(Cause::new(kind, detail));
    let tokens = || format::or_unknown(output_tokens, |n| format::count(n, "token", "tokens"));
    if answer.trim().is_empty() && thinking > 0 {
        return match done_stop {
            true => failed(CauseKind::EmptyAnswer, format!("it thought for {thinking} characters and then stopped")),
            false => failed(CauseKind::ThinkingSpentBudget, format!("limit {max_tokens} tokens, {thinking} characters of thinking")),
        };
    }
    let nothing_to_read = !answer.chars().any(|c| c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace()));
    let few = output_tokens.is_some_and(|n| (1..=TEMPLATE_SUSPECT_TOKENS).contains(&n));
    if nothing_to_read && few && done_stop && thinking == 0 {
        return failed(CauseKind::TemplateSuspect, format!("{} and a stop", tokens()));
    }
    if answer.trim().is_empty() {
        let detail = if output_tokens.is_some_and(|n| n > 0) { format!("{}, all of them blank", tokens()) } else { String::new() };
        return failed(CauseKind::EmptyAnswer, detail);
    }
    match degenerate(answer) {
        Some(reason) => failed(CauseKind::DegenerateOutput, reason),
        None => Outcome::Complete,
    }
}

#[cfg(test)]
mod tests;
