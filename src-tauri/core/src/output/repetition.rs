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
/// Letters and pictures make no rules: so many of one at the end are a loop, and a cry or a laugh is shorter.
const ENDLESS_SAME_LETTERS: usize = 30;
/// A sentence of this length, word for word …
const LONG_PIECE_CHARS: usize = 30;
/// … so many times in a row at the end, and over half of the text, is a loop that the limit of tokens cut off.
const MIN_LONG_REPETITIONS: usize = 3;
/// So many lines in a row that differ by a counter alone. Lists of days or chapters with nothing else in them are shorter.
const MIN_COUNTED_LINES: usize = 8;

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
    let is_most = length as f64 / total as f64 >= LOOP_SHARE;
    let is_endless = at_end && length >= ENDLESS_LOOP_CHARS;
    let times = length / period;
    match period >= LONG_PIECE_CHARS {
        true if times >= MIN_LONG_REPETITIONS && is_endless && is_most => true,
        _ => length >= MIN_LOOP_CHARS && times >= MIN_REPETITIONS && (is_most || is_endless),
    }
}

/// The same for one character, of which rules and drawings are made.
fn is_loop_of_one(c: char, length: usize, total: usize, at_end: bool) -> bool {
    const FIRST_PICTURE: char = '\u{1f000}';
    let endless = if c.is_alphabetic() || c >= FIRST_PICTURE { ENDLESS_SAME_LETTERS } else { ENDLESS_SAME_CHARS };
    (length >= MIN_SAME_CHARS && length as f64 / total as f64 >= SAME_CHAR_SHARE) || (at_end && length >= endless)
}

/// The same piece again and again, character by character.
pub(super) fn exact_loop(text: &str) -> Option<String> {
    let chars = normalised(text);
    (1..=LONGEST_PERIOD.min(chars.len() / 2)).find_map(|period| {
        let (start, length) = longest_stretch(&chars, period);
        let at_end = start + length + 1 >= chars.len();
        let piece: String = chars.get(start..start + period)?.iter().collect();
        let first = piece.chars().next()?;
        let is_found = match piece.chars().all(|c| c == first) {
            // The same character twice is no piece of two: it was asked at a period of one how often it may stand.
            true => period == 1 && is_loop_of_one(first, length, chars.len(), at_end),
            false => is_loop(length, period, chars.len(), at_end),
        };
        if !is_found {
            return None;
        }
        let words = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let shown: String = (if words.is_empty() { piece.trim() } else { words }).chars().take(SHOWN_CHARS).collect();
        Some(format!("“{shown}” {} times in a row", length / period))
    })
}

/// A line with `#` for each number, and the numbers.
fn counters(line: &str) -> (String, Vec<u64>) {
    let mut skeleton = String::new();
    for c in line.trim().chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !skeleton.ends_with('#') {
            skeleton.push(c);
        }
    }
    let numbers = line.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    (skeleton, numbers)
}

/// Whether a line is the one before with its number one higher, and nothing but a list mark (`11. Frogs`, `Step 11:`) would
/// count so: tables in code do it too (`F11 => Key::F11`), and a bare number says what it says.
fn counts_on(before: &(String, Vec<u64>), line: &(String, Vec<u64>)) -> bool {
    let is_marked = ["#.", "#)"].iter().any(|mark| line.0.starts_with(mark)) || ["#.", "#:"].iter().any(|mark| line.0.ends_with(mark));
    let says_the_same = before.0 == line.0 && before.1.len() == line.1.len() && before.1 != line.1;
    // `3. 3` is a list of numbers.
    let says_something = line.0.chars().any(char::is_alphabetic) || line.0 == "#." || line.0 == "#)";
    let mut steps = before.1.iter().zip(&line.1);
    is_marked && says_something && says_the_same && steps.all(|(a, b)| b == a || Some(*b) == a.checked_add(1))
}

/// The same line again and again under the next number: `11. Frogs`, `12. Frogs`.
pub(super) fn counted_loop(text: &str) -> Option<String> {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).map(counters).collect();
    let mut pairs = lines.windows(2).map(|pair| matches!(pair, [before, line] if counts_on(before, line))).rev().peekable();
    // The limit of tokens may have cut the last line short.
    pairs.next_if_eq(&false);
    let times = 1 + pairs.take_while(|counts| *counts).count();
    let is_loop = times >= MIN_COUNTED_LINES && times * 2 >= lines.len();
    let line = &lines.get(lines.len().checked_sub(2)?)?.0;
    is_loop.then(|| format!("“{}” {times} times in a row, each with the next number", line.chars().take(SHOWN_CHARS).collect::<String>()))
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
