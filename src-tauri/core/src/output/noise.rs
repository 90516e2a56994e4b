//! Noise: characters, markers and symbols that no answer is made of.

use std::collections::BTreeSet;

/// Three are no longer a stream cut inside one character.
const MIN_BROKEN: usize = 3;
/// Share of broken characters that a text may hold.
const BROKEN_SHARE: f64 = 0.05;
/// Fewer may be quoted in an answer about models.
const MIN_MARKERS: usize = 3;
/// Share of words that hold a marker.
const MARKER_SHARE: f64 = 0.04;
/// Fewer are abbreviations.
const MIN_UNPRONOUNCEABLE: usize = 5;
/// Share of longer words without a vowel.
const UNPRONOUNCEABLE_SHARE: f64 = 0.4;
/// Fewer oddities happen in code and mathematics.
const MIN_ODDITIES: usize = 3;
/// In a text of a word or two, so many already leave nothing that is not odd.
const MIN_ODDITIES_ALONE: usize = 2;
/// Oddities per word from which a text is symbol soup: good code stays below 0.1.
const ODDITY_SHARE: f64 = 0.3;

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Replacement, control and private-use characters: bytes that are no text.
pub(super) fn broken_characters(text: &str) -> Option<String> {
    let is_broken = |c: &char| match c {
        '\n' | '\r' | '\t' => false,
        '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => true,
        c => c.is_control(),
    };
    let (broken, total) = (text.chars().filter(is_broken).count(), text.chars().filter(|c| !c.is_whitespace()).count());
    (broken >= MIN_BROKEN && share(broken, total) >= BROKEN_SHARE).then(|| format!("{broken} of {total} characters are no text"))
}

/// How many control markers a word holds: tokens that steer a model and that an engine never shows when all is well.
fn markers_in(word: &str) -> usize {
    const PLAIN: [&str; 7] = ["<unk>", "<pad>", "<s>", "</s>", "<bos>", "[UNK]", "[PAD]"];
    let named: usize = PLAIN.iter().map(|marker| word.matches(marker).count()).sum();
    named + word.matches("<|").count() + word.matches("<unused").count() + word.matches("<0x").count()
}

/// The text without what stands between backticks: an answer about chat templates quotes control markers as code. A
/// quotation that is never closed was cut off by the limit of tokens.
fn outside_code(text: &str) -> String {
    text.split("```").step_by(2).flat_map(|prose| prose.split('`').step_by(2)).collect::<Vec<_>>().join(" ")
}

/// Control markers all over the text.
pub(super) fn control_markers(text: &str) -> Option<String> {
    let words = text.split_whitespace().count();
    let markers: usize = outside_code(text).split_whitespace().map(markers_in).sum();
    (markers >= MIN_MARKERS && share(markers, words) >= MARKER_SHARE).then(|| format!("{markers} control markers among {words} words"))
}

/// Words of Latin letters without a vowel in any language that is written with them.
pub(super) fn unpronounceable(text: &str) -> Option<String> {
    let is_latin_word = |word: &&str| word.len() >= 5 && word.chars().all(|c| c.is_ascii_lowercase());
    let has_vowel = |word: &&str| word.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    // Different words only: an answer may name `https` ten times. The letters between the digits of a hash are no words.
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(is_latin_word).collect();
    let without = words.iter().filter(|word| !has_vowel(word)).count();
    let too_many = without >= MIN_UNPRONOUNCEABLE && share(without, words.len()) >= UNPRONOUNCEABLE_SHARE;
    too_many.then(|| format!("{without} of {} longer words have no vowel", words.len()))
}

/// Closing brackets that nothing opened, without list marks such as `1)` and smileys. Those at a word's end (`x));`) do
/// not count: an answer may go on with code that its question began.
fn stray_closers(text: &str) -> usize {
    let mut open = 0usize;
    let mut stray = 0;
    for word in text.split_whitespace() {
        let head = word.trim_end_matches([')', '.', ']']);
        let is_mark = (head.chars().count() <= 2 && head.chars().all(char::is_alphanumeric)) || head.starts_with([':', ';']);
        let inner = word.trim_end_matches([')', ']', '}', ';', ',', '.', '?']).len();
        for (at, c) in word.char_indices() {
            match c {
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' if open > 0 => open -= 1,
                ')' | ']' | '}' if !is_mark && at < inner => stray += 1,
                _ => {}
            }
        }
    }
    stray
}

/// Operators side by side that no language joins, such as `<+`. The borders of a table and arrows are drawings.
fn is_jumble(word: &str) -> bool {
    const JOINED: [&str; 34] = [
        "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "->", "=>", "<-", "<=>", "+/-", "|>", "</>", "<>", "/*", "*/", "/**", "%=", "^=",
        "&=", "|=", "=~", "!==", "**/", "//!", "/*!", "<<=", ">>=", "**=", "//=", "||=", "&&=",
    ];
    let operators = word.chars().all(|c| "<>+=*/%&|^~-!".contains(c));
    let is_drawing = word.len() >= 3 && word.trim_matches(['<', '>']).chars().all(|c| "+-=|".contains(c));
    let mut chars = word.chars();
    let first = chars.next();
    operators && word.len() > 1 && chars.any(|c| Some(c) != first) && !is_drawing && !JOINED.contains(&word)
}

/// The letters that a digit has grown onto, such as `atch` in `0atch`. Digits inside names (`sqlite3session`), hexadecimal
/// numbers, units, hashes in addresses and Rust's `0usize` are none.
fn letters_after_digit(word: &str) -> Option<&str> {
    const UNIT_CHARS: usize = 3;
    let is_grown = |part: &&str| {
        let letters = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_fused = letters.len() < part.len() && letters.chars().take_while(|c| c.is_ascii_lowercase()).count() > UNIT_CHARS;
        let is_number = part.trim_start_matches("0x").chars().all(|c| c.is_ascii_hexdigit() || c == '_');
        is_fused && !is_number && !letters.starts_with("usize") && !letters.starts_with("isize")
    };
    let part = word.split(|c: char| !c.is_alphanumeric() && c != '_').find(is_grown)?;
    (!word.contains('/')).then(|| part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// Which family of scripts a letter belongs to; Han, Kana and Hangul are mixed in good text.
fn script(c: char) -> Option<u8> {
    match c {
        c if !c.is_alphabetic() => None,
        '\u{0041}'..='\u{024f}' | '\u{1e00}'..='\u{1eff}' => Some(0),
        '\u{0370}'..='\u{03ff}' => Some(1),
        '\u{0400}'..='\u{052f}' => Some(2),
        '\u{0590}'..='\u{05ff}' => Some(3),
        '\u{0600}'..='\u{06ff}' => Some(4),
        '\u{0900}'..='\u{0dff}' => Some(5),
        '\u{0e00}'..='\u{0eff}' => Some(6),
        '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => Some(7),
        _ => Some(8),
    }
}

/// Letters of another script grown into a Latin word or its symbols. Texts in other scripts do hold Latin words, and
/// formulas hold Greek letters.
fn is_stray_script(word: &str, main: u8) -> bool {
    const LATIN: u8 = 0;
    const GREEK: u8 = 1;
    let foreign = word.chars().any(|c| script(c).is_some_and(|s| s != LATIN && s != GREEK));
    let grown_into = word.chars().filter(|c| script(*c) == Some(LATIN) || "/*<>$#|{}[]=+_".contains(*c)).count();
    main == LATIN && foreign && grown_into >= 2
}

fn main_script(text: &str) -> u8 {
    let count = |wanted: u8| text.chars().filter(|c| script(*c) == Some(wanted)).count();
    (0..=8).max_by_key(|wanted| count(*wanted)).unwrap_or(0)
}

/// A mixture that is neither prose nor code: stray brackets, jumbled operators, digits and foreign letters inside words.
pub(super) fn symbol_soup(text: &str) -> Option<String> {
    let main = main_script(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let odd_words: usize = words.iter().map(|word| usize::from(is_jumble(word)) + usize::from(is_stray_script(word, main))).sum();
    // Different ones only: sizes of a product may all be called `2xlarge`, `4xlarge` and so on.
    let fused = words.iter().filter_map(|word| letters_after_digit(word)).collect::<BTreeSet<_>>().len();
    // Three or more empty lines in a row, and an end in the middle of an operation.
    let gaps = text.replace('\r', "").matches("\n\n\n\n").count();
    let dangling = usize::from(text.trim_end().ends_with(['=', '+', '<', '*', '&', '|', '(', '[', '{']));
    let oddities = odd_words + fused + gaps + dangling + stray_closers(text);
    let nothing_else = oddities >= MIN_ODDITIES_ALONE && oddities >= words.len();
    let soup = nothing_else || (oddities >= MIN_ODDITIES && share(oddities, words.len()) >= ODDITY_SHARE);
    soup.then(|| format!("{oddities} stray symbols and fused words among {} words", words.len()))
}
