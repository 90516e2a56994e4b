//! Chat and instructions: short texts under constraints that a program can check.

mod easy;
mod hard;
mod medium;
mod subjects;

use toprung_core::task::Band;

use super::Draft;
use crate::oracle::{Constraint, Oracle};
use crate::random::Random;
use subjects::SUBJECTS;

const MAX_OUTPUT_TOKENS: u32 = 128;

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    let subject = &SUBJECTS[usize::try_from(random.between(0, 7)).unwrap_or(0)];
    match (band, round) {
        (Band::Easy, 0 | 4) => easy::list(random),
        (Band::Easy, 1 | 5) => easy::sentence(subject),
        (Band::Easy, 2 | 6) => easy::copy(random),
        (Band::Easy, _) => easy::ending(subject),
        (Band::Medium, 0 | 4) => medium::two_sentences(subject),
        (Band::Medium, 1 | 5) => medium::bullets(random),
        (Band::Medium, 2 | 6) => medium::exclamation(subject),
        (Band::Medium, _) => medium::beginning(subject),
        (Band::Hard, 0) => hard::exact_words(subject),
        (Band::Hard, 1) => hard::three_lines(subject),
        (Band::Hard, 2) => hard::lower_case(subject),
        (Band::Hard, 3) => hard::three_sentences(subject),
        (Band::Hard, 4) => hard::few_words(subject),
        (Band::Hard, 5) => hard::acrostic(random),
        (Band::Hard, 6) => hard::word_twice(subject),
        (Band::Hard, _) => hard::question(subject),
    }
}

fn constrained(prompt: String, constraints: Vec<Constraint>, example: impl Into<String>) -> Draft {
    Draft { prompt, max_output_tokens: MAX_OUTPUT_TOKENS, oracle: Oracle::Constraints(constraints), example: example.into() }
}
