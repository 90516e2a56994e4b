//! Translations: what has to stay, words that have to be there, and the language.

use toprung_core::output::degenerate;
use toprung_core::task::GradeClass;

use super::Verdict;
use super::text::{by_reading, past, places, plain, quoted, words};
use crate::oracle::{Fact, Language, TranslationOf};

/// A translation between these languages has about as many words as its source; this is far from it.
const LEAST_LENGTH: f64 = 0.5;
const MOST_LENGTH: f64 = 1.7;
/// A word of so many letters is known within a longer one: German joins words, and all three languages have endings.
const COMPOUND_CHARS: usize = 5;

const ENGLISH: &[&str] = &[
    "the", "and", "of", "to", "is", "with", "for", "that", "are", "it", "you", "your", "at", "from", "will", "who", "has", "if", "not",
    "my", "we",
];
const GERMAN: &[&str] = &[
    "der", "die", "das", "und", "ist", "nicht", "ein", "eine", "einen", "mit", "für", "von", "zu", "den", "dem", "im", "auf", "sie", "hat",
    "wird", "um", "bis", "wenn", "nach", "mein", "wir", "ich", "haben", "am", "bei",
];
const FRENCH: &[&str] = &[
    "le", "la", "les", "et", "est", "un", "une", "des", "du", "de", "dans", "pour", "que", "qui", "à", "au", "avec", "sur", "il", "vous",
    "nous", "ne", "pas", "par", "sa", "son", "mon", "a", "ans",
];
const SPANISH: &[&str] = &[
    "el", "la", "los", "las", "y", "es", "un", "una", "de", "del", "en", "para", "que", "con", "por", "su", "al", "no", "se", "tiene",
    "si", "lo", "hasta", "mi", "a",
];

pub(super) fn verdict(translation: &TranslationOf, answer: &str) -> Verdict {
    if let Some(reason) = degenerate(answer) {
        return Verdict::Wrong(format!("Expected a translation, found none: {reason}."));
    }
    match by_reading(answer, |text| failure(translation, text)) {
        Ok(None) => Verdict::Right,
        Ok(Some(looked_past)) => Verdict::Loosely(past(looked_past)),
        Err(verdict) => verdict,
    }
}

fn failure(translation: &TranslationOf, text: &str) -> Option<Verdict> {
    let wanted = translation.language;
    if let Some(found) = other_language(wanted, text) {
        let reason = format!("Expected {}, found {found}: {}.", wanted.name(), quoted(text));
        return Some(Verdict::Other(GradeClass::WrongLanguage, reason));
    }
    if let Some(lost) = translation.kept.iter().find(|kept| !keeps(text, kept)) {
        return Some(Verdict::Wrong(format!("Expected “{lost}” as it is in the source, found a text without it: {}.", quoted(text))));
    }
    if let Some(missing) = translation.glossary.iter().find(|fact| !has_word(text, fact)) {
        let form = missing.accepted.first().map_or("", String::as_str);
        return Some(Verdict::Wrong(format!("Expected “{form}” for “{}”, found a text without it: {}.", missing.what, quoted(text))));
    }
    let (source, found) = (words(&translation.source).count(), words(text).count());
    let ratio = found as f64 / source.max(1) as f64;
    let is_long = !(LEAST_LENGTH..=MOST_LENGTH).contains(&ratio);
    is_long.then(|| Verdict::Wrong(format!("Expected about {source} words, found {found}.")))
}

/// The language that the text has more of than of the wanted one; `None` when it is the wanted one.
fn other_language(wanted: Language, text: &str) -> Option<&'static str> {
    let low = plain(text);
    let words: Vec<&str> = low.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let count = |list: &[&str]| words.iter().filter(|word| list.contains(word)).count();
    let own = count(match wanted {
        Language::German => GERMAN,
        Language::French => FRENCH,
        Language::Spanish => SPANISH,
    });
    let all = [("English", ENGLISH), ("German", GERMAN), ("French", FRENCH), ("Spanish", SPANISH)];
    let others = all.into_iter().filter(|(name, _)| *name != wanted.name()).map(|(name, list)| (count(list), name));
    match others.max() {
        Some((most, name)) if most > own => Some(name),
        _ if own == 0 => Some("none that can be told"),
        _ => None,
    }
}

/// A number, a name or a placeholder, as it is; a name with other letters around it is another name.
fn keeps(text: &str, kept: &str) -> bool {
    places(text, kept).next().is_some()
}

/// Whether any form of the word is there, at the beginning of a word or within a compound.
fn has_word(text: &str, fact: &Fact) -> bool {
    let low = plain(text);
    fact.accepted.iter().map(|form| plain(form)).any(|form| {
        let begins_word = |at: usize| !low[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let is_long = form.chars().count() >= COMPOUND_CHARS;
        low.match_indices(&form).any(|(at, _)| is_long || begins_word(at))
    })
}
