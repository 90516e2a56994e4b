//! Fast classification: one label of a short list. Hard items have rules to be worked through, with the first that fits.

mod rules;
mod texts;

use toprung_core::task::Band;

use super::Draft;
use super::words::owned;
use crate::oracle::Oracle;
use crate::random::Random;

/// The longest label has five tokens; the rest is for a model that writes a short sentence around it.
const MAX_OUTPUT_TOKENS: u32 = 16;

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    // In the second half more than one rule may fit.
    let overlaps = round >= 4;
    match (band, round % 4) {
        (Band::Easy, 0) => texts::ticket(random),
        (Band::Easy, 1) => texts::headline(random),
        (Band::Easy, 2) => texts::language(random),
        (Band::Easy, _) => texts::sentiment(random),
        (Band::Medium, 0) => texts::ticket_with_history(random),
        (Band::Medium, 1) => texts::aspect(random),
        (Band::Medium, 2) => texts::change(random),
        (Band::Medium, _) => rules::urgency(random),
        (Band::Hard, 0) => rules::parcel(overlaps, random),
        (Band::Hard, 1) => rules::access(overlaps, random),
        (Band::Hard, 2) => rules::points(random),
        (Band::Hard, _) => rules::refund(random),
    }
}

/// The question around a text, in the same words for every template.
fn labelled(task: &str, text: &str, labels: &[&str], right: &str) -> Draft {
    let list = labels.join(", ");
    Draft {
        prompt: format!("{task}\nLabels: {list}\n\n{text}\n\nAnswer with one label of the list and nothing else."),
        max_output_tokens: MAX_OUTPUT_TOKENS,
        oracle: Oracle::Label { labels: owned(labels), right: right.to_owned() },
        example: right.to_owned(),
    }
}
