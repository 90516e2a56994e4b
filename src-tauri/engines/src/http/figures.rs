//! Whether an engine's figures can be. They stay raw JSON numbers until they were judged here, because a server may send what cannot be.

use std::time::Duration;

use serde_json::Number;
use toprung_core::cause::{Cause, CauseKind};

use crate::FinalRecord;

/// The longest duration that is believed: one hour, in milliseconds.
const MAX_DURATION_MS: f64 = 3.6e6;
/// The most tokens that are believed: ten times the longest context that any model is made for.
const MAX_TOKENS: u64 = 100_000_000;
/// The most tokens a second that one stream can decode. The fastest hardware sold stays below 10,000.
const MAX_DECODE_TPS: f64 = 100_000.0;
/// A server can't have worked longer than its client waited; the slack covers two clocks that tick differently.
const CLOCK_SLACK: f64 = 1.05;
const CLOCK_SLACK_MS: f64 = 500.0;

/// The unit in which a server writes a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    Nanoseconds,
}

/// A duration in milliseconds.
pub(crate) fn duration(name: &str, figure: Option<&Number>, unit: Unit) -> Result<Option<f64>, Cause> {
    let Some(figure) = figure else { return Ok(None) };
    let (per_ms, word) = match unit {
        Unit::Milliseconds => (1.0, "ms"),
        Unit::Nanoseconds => (1e6, "ns"),
    };
    let ms = figure.as_f64().unwrap_or(f64::NAN) / per_ms;
    match (0.0..=MAX_DURATION_MS).contains(&ms) {
        true => Ok(Some(ms)),
        false => Err(absurd(format!("{name} is {figure} {word}"))),
    }
}

/// A number of tokens.
pub(crate) fn count(name: &str, figure: Option<&Number>) -> Result<Option<u32>, Cause> {
    let Some(number) = figure else { return Ok(None) };
    match number.as_u64().filter(|count| *count <= MAX_TOKENS).and_then(|count| u32::try_from(count).ok()) {
        Some(count) => Ok(Some(count)),
        None => Err(absurd(format!("{name} is {number}"))),
    }
}

/// Refuses a record that is faster than any hardware, or that worked longer than this side `waited` for it.
pub(crate) fn check(record: &FinalRecord, waited: Duration) -> Result<(), Cause> {
    let waited = waited.as_secs_f64() * 1000.0;
    if let Some(tokens) = record.output_tokens {
        // An engine without a clock of its own wrote while this side waited.
        let ms = record.decode_ms.unwrap_or(waited + CLOCK_SLACK_MS);
        // The timer starts after the first token, so one token may take no time.
        if tokens > 1 && f64::from(tokens - 1) > ms / 1000.0 * MAX_DECODE_TPS {
            return Err(absurd(format!("{tokens} tokens in {ms:.1} ms")));
        }
    }
    let worked = record.prompt_ms.unwrap_or(0.0) + record.decode_ms.unwrap_or(0.0);
    match worked > waited * CLOCK_SLACK + CLOCK_SLACK_MS {
        true => Err(absurd(format!("the server says that it worked {worked:.0} ms, and the whole answer took {waited:.0} ms"))),
        false => Ok(()),
    }
}

pub(crate) fn absurd(detail: String) -> Cause {
    Cause::new(CauseKind::AbsurdFigures, detail)
}
