//! Reading a text that a model wrote: its trimmings, its words, and phrases in it.

/// Longer quotations don't fit into a line of a table.
const MAX_QUOTED_CHARS: usize = 60;
/// An introduction, as “Here is the summary:”, is no longer than this.
const MAX_PREAMBLE_CHARS: usize = 100;

/// The beginning of a text, cut between characters.
pub(super) fn beginning(text: &str, most_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(most_bytes)]
}

/// The beginning of a text for a sentence about it, in “” and on one line.
pub(super) fn quoted(text: &str) -> String {
    let line: Vec<&str> = beginning(text, 4 * MAX_QUOTED_CHARS).split_whitespace().collect();
    let line = line.join(" ");
    let short: String = line.chars().take(MAX_QUOTED_CHARS).collect();
    let is_cut = short.len() < line.len() || text.len() > 4 * MAX_QUOTED_CHARS;
    format!("“{short}{}”", if is_cut { "…" } else { "" })
}

/// What stands in the first fence, without the fence's own lines.
pub(super) fn fenced(text: &str) -> Option<&str> {
    fences(text).next()
}

/// What stands in each fence. A fence that is never closed reaches to the end.
pub(super) fn fences(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.map(|block| block.split_once('\n').map_or(block, |(_, inside)| inside))
}

/// Whether the whole text is one fence.
pub(super) fn is_one_fence(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("```") && text.len() > 6 && text.ends_with("```") && text.matches("```").count() == 2
}

/// The text behind an introduction: a first line that ends with a colon, or a word as “Summary:” before it.
fn without_preamble(text: &str) -> &str {
    let text = text.trim_start();
    if let Some((first, rest)) = text.split_once('\n')
        && first.trim_end().trim_end_matches('*').ends_with(':')
        && first.chars().count() <= MAX_PREAMBLE_CHARS
        && !rest.trim().is_empty()
    {
        return rest.trim();
    }
    for word in [
        "summary:",
        "translation:",
        "answer:",
        "label:",
        "category:",
        "output:",
        "text:",
        "code:",
        "**summary:**",
        "**translation:**",
        "**answer:**",
    ] {
        if let Some(start) = text.get(..word.len())
            && start.eq_ignore_ascii_case(word)
        {
            return text[word.len()..].trim();
        }
    }
    text.trim()
}

/// Without quotation marks, emphasis and backticks around it.
pub(super) fn unquoted(text: &str) -> &str {
    let marks = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '*' | '_' | '“' | '”' | '„' | '‘' | '’' | '«' | '»');
    text.trim_matches(marks)
}

/// A word or two without anything around it.
pub(super) fn bare(text: &str) -> &str {
    unquoted(unquoted(text).trim_end_matches(['.', '!', ',', ';', ':']))
}

/// The readings of a text: as it stands, and without one trimming after another. Each with what it looks past.
pub(super) fn readings(text: &str) -> Vec<(&str, &'static str)> {
    const FENCE: &str = "the fence around it";
    const PREAMBLE: &str = "the words before it";
    const MARKS: &str = "the marks around it";
    let whole = text.trim();
    let inside = fenced(whole).unwrap_or(whole).trim();
    let (behind, behind_whole) = (without_preamble(inside), without_preamble(whole));
    let is_marked = |text: &str| {
        text.len() > unquoted(text).len() && !text.starts_with(char::is_alphanumeric) && !text.ends_with(char::is_alphanumeric)
    };
    let marked = |text| if is_marked(text) { unquoted(text) } else { "" };
    let mut readings = vec![(whole, "")];
    for (reading, past) in
        [(inside, FENCE), (behind_whole, PREAMBLE), (behind, PREAMBLE), (marked(behind_whole), MARKS), (marked(behind), MARKS)]
    {
        if !reading.is_empty() && readings.iter().all(|(known, _)| *known != reading) {
            readings.push((reading, past));
        }
    }
    readings
}

/// What had to be looked past for the text to be right; `None` when it is right as it stands. A text that is right with a
/// trimming and without it has a trimming that was not asked for.
///
/// # Errors
/// What is wrong with the text as it stands, when no reading is right.
pub(super) fn by_reading<E>(text: &str, failure: impl Fn(&str) -> Option<E>) -> Result<Option<&'static str>, E> {
    let mut as_it_stands = None;
    let mut is_right = false;
    for (reading, past) in readings(text) {
        match failure(reading) {
            None if past.is_empty() => is_right = true,
            None => return Ok(Some(past)),
            Some(wrong) => as_it_stands = as_it_stands.or(Some(wrong)),
        }
    }
    match as_it_stands {
        Some(wrong) if !is_right => Err(wrong),
        _ => Ok(None),
    }
}

/// “Right, but only past the fence around it.”
pub(super) fn past(what: &str) -> String {
    format!("Right, once {what} is looked past.")
}

/// Lower case, with typewriter apostrophes and plain blanks.
pub(super) fn plain(text: &str) -> String {
    let simple = text.chars().map(|c| match c {
        '’' | '‘' => '\'',
        '\u{a0}' | '\u{202f}' => ' ',
        c => c,
    });
    simple.flat_map(char::to_lowercase).collect()
}

/// Where a phrase stands in a text as whole words; both in lower case already. A number is no part of a longer one.
pub(super) fn places<'a>(text: &'a str, phrase: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(phrase).map(|(at, _)| at).filter(move |at| is_whole(text, *at, phrase))
}

fn is_whole(text: &str, at: usize, phrase: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (before, after) = (&text[..at], &text[at + phrase.len()..]);
    let (mut left, mut right) = (before.chars().rev(), after.chars());
    let (l, ll, r, rr) = (left.next(), left.next(), right.next(), right.next());
    let starts = phrase.chars().next();
    let ends = phrase.chars().next_back();
    let goes_on =
        |near: Option<char>, far: Option<char>| near.is_some_and(|c| matches!(c, ',' | '.')) && far.is_some_and(|c| c.is_ascii_digit());
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let clear_left = !starts.is_some_and(is_word) || !(l.is_some_and(is_word) || is_digit(starts) && goes_on(l, ll));
    // “14th” is the number 14.
    let is_ordinal = is_digit(ends) && ["st", "nd", "rd", "th"].iter().any(|ending| after.starts_with(ending));
    let clear_right = !ends.is_some_and(is_word) || is_ordinal || !(r.is_some_and(is_word) || is_digit(ends) && goes_on(r, rr));
    clear_left && clear_right
}

/// Whether a phrase stands in a text, as whole words and in any case.
pub(super) fn has_phrase(text: &str, phrase: &str) -> bool {
    places(&plain(text), &plain(phrase)).next().is_some()
}

/// Words that hold a letter or a digit.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric))
}

/// Lines that are not blank.
pub(super) fn lines(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Sentences: what ends with a full stop, question mark or exclamation mark before a blank or the end; a rest without counts, too.
pub(super) fn sentences(text: &str) -> usize {
    let text = text.trim();
    let mut count = 0;
    let mut has_words = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        has_words |= c.is_alphanumeric();
        let ends = matches!(c, '.' | '!' | '?' | '…');
        let closes = characters.peek().is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '”' | '\'' | '’' | '*' | ')'));
        if ends && closes && has_words {
            count += 1;
            has_words = false;
        }
    }
    count + usize::from(has_words)
}
