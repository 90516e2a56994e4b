//! Loops: the same piece again and again, exactly or nearly.

use std::collections::HashSet;

/// The longest piece whose exact repetition is looked for, in characters: a long sentence.
const LONGEST_PERIOD: usize = 200;
/// Only the end of a long text is searched: a loop, once begun, does not end.
const SEARCHED_CHARS: usize = 4000;
/// Fewer repetitions are refrains, tables and anaphora.
const MIN_REPETITIONS: usize = 5;
/// Shorter loops stand in good answers: a row of ten zeros, “ha ha ha”.
const MIN_LOOP_CHARS: usize = 40;
/// A loop that is less than half of the text is a part of an answer, for example a table's rule …
const LOOP_SHARE: f64 = 0.5;
/// … unless the text ends in it and it is this long: then the answer never came to an end.
const ENDLESS_LOOP_CHARS: usize = 120;
/// One character alone may be repeated this often in a rule or a drawing.
const MIN_SAME_CHARS: usize = 16;
/// A single character is a loop only when it is nearly all there is, because rules of tables and headings are long …
const SAME_CHAR_SHARE: f64 = 0.75;
/// … or when the text ends in so many: the widest rules, of tables with a long column, were seen to have 120 dashes.
const ENDLESS_SAME_CHARS: usize = 200;

/// Of the repeated piece, this much is quoted.
const SHOWN_CHARS: usize = 40;

/// Words of a run of four; shorter runs repeat in any language.
const GRAM: usize = 4;
/// Fewer words say nothing about repetition.
const MIN_WORDS: usize = 40;
/// Share of four-word runs that were there before. Prose stays below 0.1, code below 0.5, an endless loop goes to 1.
const REPEATED_GRAMS: f64 = 0.6;
/// Share of distinct words. Prose of a hundred words has about 0.6, code 0.3.
const DISTINCT_WORDS: f64 = 0.15;

/// Lower case, with every run of white space as one space.
fn normalised(text: &str) -> Vec<char> {
    let lower = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let chars: Vec<char> = lower.chars().collect();
    chars.get(chars.len().saturating_sub(SEARCHED_CHARS)..).unwrap_or_default().to_vec()
}

/// The longest stretch with a period: where it begins and how long it is.
fn longest_stretch(chars: &[char], period: usize) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), 0);
    let shifted = chars.get(period..).unwrap_or_default();
    for (end, (a, b)) in chars.iter().zip(shifted).enumerate() {
        run = if a == b { run + 1 } else { 0 };
        if run > best.1 {
            best = (end + 1 - run, run);
        }
    }
    (best.0, if best.1 == 0 { 0 } else { best.1 + period })
}

fn is_loop(length: usize, period: usize, total: usize, at_end: bool) -> bool {
    let share = length as f64 / total as f64;
    if period == 1 {
        return (length >= MIN_SAME_CHARS && share >= SAME_CHAR_SHARE) || (at_end && length >= ENDLESS_SAME_CHARS);
    }
    let long_enough = length >= MIN_LOOP_CHARS && length / period >= MIN_REPETITIONS;
    long_enough && (share >= LOOP_SHARE || (at_end && length >= ENDLESS_LOOP_CHARS))
}

/// The same piece again and again, character by character.
pub(super) fn exact_loop(text: &str) -> Option<String> {
    let chars = normalised(text);
    (1..=LONGEST_PERIOD.min(chars.len() / 2)).find_map(|period| {
        let (start, length) = longest_stretch(&chars, period);
        let at_end = start + length + 1 >= chars.len();
        let piece: String = chars.get(start..start + period)?.iter().collect();
        // The same character twice is no piece of two: how often one character may stand was asked at a period of one.
        let is_one_char = period > 1 && piece.chars().all(|c| piece.starts_with(c));
        if is_one_char || !is_loop(length, period, chars.len(), at_end) {
            return None;
        }
        let words = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let shown: String = (if words.is_empty() { piece.trim() } else { words }).chars().take(SHOWN_CHARS).collect();
        Some(format!("“{shown}” {} times in a row", length / period))
    })
}

/// Words without their punctuation, in lower case. Scripts that do not space their words count by character.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in text.split_whitespace() {
        let piece = piece.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if piece.chars().any(is_unspaced) {
            words.extend(piece.chars().filter(|c| c.is_alphanumeric()).map(String::from));
        } else if !piece.is_empty() {
            words.push(piece);
        }
    }
    words
}

/// Han, Kana, Thai, Lao, Khmer and Burmese are written without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// The same words again and again with small changes, for example a counter in each sentence.
pub(super) fn near_loop(text: &str) -> Option<String> {
    let words = words(text);
    if words.len() < MIN_WORDS {
        return None;
    }
    let grams = words.windows(GRAM);
    let (total, distinct) = (grams.len(), grams.collect::<HashSet<_>>().len());
    let share = 1.0 - distinct as f64 / total as f64;
    (share >= REPEATED_GRAMS).then(|| format!("{} of {total} runs of four words are repetitions", total - distinct))
}

/// Many words, few of them different.
pub(super) fn few_distinct_words(text: &str) -> Option<String> {
    let words = words(text);
    let distinct = words.iter().collect::<HashSet<_>>().len();
    let few = words.len() >= MIN_WORDS && (distinct as f64) < DISTINCT_WORDS * words.len() as f64;
    few.then(|| format!("only {distinct} different words among {}", words.len()))
}
