//! Finding in long texts: one sentence among hundreds. Few items, for reading 8,000 tokens takes a laptop minutes.

use toprung_core::task::Band;

use super::Draft;
use super::words::{DAYS, FIRST_NAMES, LAST_NAMES, TOWNS};
use crate::oracle::Oracle;
use crate::random::Random;

const MAX_OUTPUT_TOKENS: u32 = 24;
/// Words that come to 1,700 to 1,900 tokens, the question included, in the tokenizers of small models.
const SHORT_WORDS: usize = 1_450;
/// Words that come to 6,900 to 7,300 tokens: a context of 8,192 holds them with the template and the answer.
const LONG_WORDS: usize = 6_000;

const OPENINGS: [&str; 8] = [
    "On {d} {f} {l} came to {t} by train",
    "{f} wrote a letter to the office in {t}",
    "The market of {t} was busy on {d}",
    "Nobody in {t} had seen {f} {l} since {d}",
    "{f} {l} repaired the roof of the old mill",
    "In {t} the shops close early on {d}",
    "{f} counted the chairs in the hall of {t}",
    "The road from {t} to the coast was dry",
];
const ENDINGS: [&str; 8] = [
    "and brought a basket of apples.",
    "because the bridge was closed for the week.",
    "while the children played behind the church.",
    "and nobody asked for the reason.",
    "although it had rained the whole morning.",
    "so the meeting was moved to the evening.",
    "and then there was tea with lemon for everyone.",
    "which surprised {f}, who had expected more.",
];
const THINGS: [&str; 8] =
    ["north gate", "boat house", "green cabinet", "wine cellar", "town archive", "tool shed", "music room", "west tower"];
const CODE_WORDS: [&str; 10] = ["amber", "cobalt", "falcon", "garnet", "juniper", "lantern", "meadow", "orchid", "pebble", "saffron"];

fn sentence(random: &mut Random) -> String {
    let mut text = format!("{} {}", random.pick(&OPENINGS), random.pick(&ENDINGS));
    while let Some((before, after)) = text.split_once('{') {
        let word = match after.chars().next() {
            Some('d') => random.pick(&DAYS),
            Some('f') => random.pick(&FIRST_NAMES),
            Some('l') => random.pick(&LAST_NAMES),
            _ => random.pick(&TOWNS),
        };
        text = format!("{before}{word}{}", after.get(2..).unwrap_or(""));
    }
    text
}

/// Easy: one code in 2,000 tokens. Medium: five codes of five doors. Hard: the same in 8,000.
pub(super) fn draft(band: Band, random: &mut Random) -> Draft {
    let (words, doors) = match band {
        Band::Easy => (SHORT_WORDS, 1),
        Band::Medium => (SHORT_WORDS, 5),
        Band::Hard => (LONG_WORDS, 5),
    };
    let mut sentences = Vec::new();
    let mut written = 0;
    while written < words {
        let next = sentence(random);
        written += next.split(' ').count();
        sentences.push(next);
    }
    let places = random.some(&THINGS, doors);
    let codes: Vec<String> = random.some(&CODE_WORDS, doors).iter().map(|word| format!("{word}-{}", random.between(1000, 9999))).collect();
    for (place, code) in places.iter().zip(&codes) {
        let at = usize::try_from(random.between(0, i64::try_from(sentences.len()).unwrap_or(0))).unwrap_or(0);
        sentences.insert(at, format!("The code of the {place} is {code}."));
    }
    let (place, code) = (places.first().copied().unwrap_or_default(), codes.first().cloned().unwrap_or_default());
    let paragraphs: Vec<String> = sentences.chunks(12).map(|chunk| chunk.join(" ")).collect();
    let prompt = format!(
        "Read this text. A question follows it.\n\n{}\n\nWhat is the code of the {place}? Answer with the code only, exactly as it stands in the text.",
        paragraphs.join("\n\n")
    );
    Draft { prompt, max_output_tokens: MAX_OUTPUT_TOKENS, oracle: Oracle::Label { labels: codes, right: code.clone() }, example: code }
}
