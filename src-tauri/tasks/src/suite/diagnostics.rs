//! Log diagnostics: a generated log with one planted cause, its consequences, and things that look like causes and are none.

mod logs;

use toprung_core::task::Band;

use super::Draft;
use super::words::owned;
use crate::oracle::Oracle;
use crate::random::Random;

/// Two short lines, and room for a model that quotes the evidence.
const MAX_OUTPUT_TOKENS: u32 = 80;

/// A log, its cause, and the line (from 1) that shows it.
struct Log {
    lines: Vec<String>,
    causes: Vec<&'static str>,
    right: &'static str,
    line: u32,
}

pub(super) fn draft(band: Band, random: &mut Random) -> Draft {
    let Log { lines, causes, right, line } = match band {
        Band::Easy => logs::plain(random),
        Band::Medium => logs::with_consequences(random),
        Band::Hard => logs::by_readings(random),
    };
    let log: Vec<String> = (1..).zip(&lines).map(|(n, text)| format!("{n}: {text}")).collect();
    let which = match band {
        Band::Easy => "the line that shows the cause",
        Band::Medium => "the line that shows the cause itself, not one of its consequences",
        Band::Hard => "the first line in which a reading has reached its limit of 100 %",
    };
    let prompt = format!(
        "A service has failed. This is its log:\n\n{}\n\nWhat is the cause? CHOICE is one of: {}.\nAnswer with two lines and nothing else, as in this form:\nline: NUMBER\ncause: CHOICE\nNUMBER is {which}.",
        log.join("\n"),
        causes.join(", ")
    );
    Draft {
        prompt,
        max_output_tokens: MAX_OUTPUT_TOKENS,
        oracle: Oracle::Cause { causes: owned(&causes), right: right.to_owned(), line },
        example: format!("line: {line}\ncause: {right}"),
    }
}
