//! Complex reasoning: parameterised problems whose answer is one number.

mod easy;
mod hard;
mod medium;

use toprung_core::task::Band;

use super::Draft;
use crate::oracle::Oracle;
use crate::random::Random;

/// Small models are wordy: 320 tokens (384 of hard problems) cut off six of 24 answers of a model of 1.5 billion parameters.
const MAX_OUTPUT_TOKENS: u32 = 512;

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    let (problem, value) = match band {
        Band::Easy => easy::problem(round, random),
        Band::Medium => medium::problem(round, random),
        Band::Hard => hard::problem(round, random),
    };
    let prompt =
        format!("{problem}\n\nWork it out step by step, briefly and in plain text. Then end with a line of this form:\nAnswer: NUMBER");
    Draft {
        prompt,
        max_output_tokens: MAX_OUTPUT_TOKENS,
        // The numbers of the problems are whole and far below where a 64-bit float has gaps.
        oracle: Oracle::Number { value: value as f64, tolerance: 1e-6 },
        example: format!("Answer: {value}"),
    }
}
