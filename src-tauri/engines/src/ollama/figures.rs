//! Whether a final record's figures can be, and what they are in milliseconds.

use std::time::{Duration, Instant};

use serde_json::Number;
use toprung_core::cause::{Cause, CauseKind};

use super::wire::{Chunk, Figures};
use crate::{DoneReason, FinalRecord};

/// The longest duration that is believed: one hour, in nanoseconds.
const MAX_DURATION_NS: f64 = 3.6e12;
/// The most tokens a second that one stream can decode. The fastest hardware sold stays below 10,000.
const MAX_DECODE_TPS: f64 = 100_000.0;
/// The most tokens of a prompt or an answer that are believed. The longest context that was ever offered holds ten million.
const MAX_TOKENS: u32 = 100_000_000;
/// A server can't have worked longer than its client waited; the slack covers two clocks that tick differently.
const CLOCK_SLACK: f64 = 1.05;
const CLOCK_SLACK_MS: f64 = 500.0;

/// The engine's account of a generation, judged. `waited` is what this side of the socket saw of it.
pub(super) fn final_record(chunk: &Chunk, at: Instant, waited: Duration) -> Result<FinalRecord, Cause> {
    let figures = &chunk.figures;
    let record = FinalRecord {
        at,
        done: done_reason(chunk.done_reason.as_deref())?,
        prompt_tokens: count("prompt_eval_count", figures.prompt_eval_count.as_ref())?,
        cached_prompt_tokens: count("prompt_eval_cached_count", figures.prompt_eval_cached_count.as_ref())?,
        prompt_ms: duration("prompt_eval_duration", figures.prompt_eval_duration.as_ref())?,
        output_tokens: count("eval_count", figures.eval_count.as_ref())?,
        decode_ms: duration("eval_duration", figures.eval_duration.as_ref())?,
    };
    check_speed(&record)?;
    check_waited(figures, &record, waited)?;
    Ok(record)
}

/// A duration in nanoseconds as milliseconds.
pub(super) fn duration(name: &str, figure: Option<&Number>) -> Result<Option<f64>, Cause> {
    let Some(nanoseconds) = figure.map(|figure| figure.as_f64().unwrap_or(f64::NAN)) else { return Ok(None) };
    match (0.0..=MAX_DURATION_NS).contains(&nanoseconds) {
        true => Ok(Some(nanoseconds / 1e6)),
        false => Err(absurd(format!("{name} is {nanoseconds} ns"))),
    }
}

fn count(name: &str, figure: Option<&Number>) -> Result<Option<u32>, Cause> {
    let Some(number) = figure else { return Ok(None) };
    match number.as_u64().and_then(|count| u32::try_from(count).ok()).filter(|count| *count <= MAX_TOKENS) {
        Some(count) => Ok(Some(count)),
        None => Err(absurd(format!("{name} is {number}"))),
    }
}

fn done_reason(reason: Option<&str>) -> Result<DoneReason, Cause> {
    match reason {
        Some("stop") => Ok(DoneReason::Stop),
        Some("length") => Ok(DoneReason::Length),
        Some(other @ ("load" | "unload")) => Err(Cause::new(CauseKind::NotAGeneration, format!("done_reason {other}"))),
        Some(other) => Ok(DoneReason::Other(super::causes::clean(other))),
        None => Ok(DoneReason::Other("not given".to_owned())),
    }
}

fn check_speed(record: &FinalRecord) -> Result<(), Cause> {
    let (Some(tokens), Some(ms)) = (record.output_tokens, record.decode_ms) else { return Ok(()) };
    // The timer starts after the first token, so one token may take no time.
    match tokens > 1 && f64::from(tokens - 1) > ms / 1000.0 * MAX_DECODE_TPS {
        true => Err(absurd(format!("{tokens} tokens in {ms} ms"))),
        false => Ok(()),
    }
}

fn check_waited(figures: &Figures, record: &FinalRecord, waited: Duration) -> Result<(), Cause> {
    duration("total_duration", figures.total_duration.as_ref())?;
    duration("load_duration", figures.load_duration.as_ref())?;
    let worked = record.prompt_ms.unwrap_or(0.0) + record.decode_ms.unwrap_or(0.0);
    let waited = waited.as_secs_f64() * 1000.0;
    match worked > waited * CLOCK_SLACK + CLOCK_SLACK_MS {
        true => Err(absurd(format!("the server says that it worked {worked:.0} ms, and the whole answer took {waited:.0} ms"))),
        false => Ok(()),
    }
}

fn absurd(detail: String) -> Cause {
    Cause::new(CauseKind::AbsurdFigures, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(json: &str) -> Result<FinalRecord, Cause> {
        let chunk: Chunk = serde_json::from_str(json).unwrap();
        final_record(&chunk, Instant::now(), Duration::from_secs(30))
    }

    #[test]
    fn nanoseconds_become_milliseconds() {
        let record = judged(r#"{"done":true,"done_reason":"length","total_duration":23213920377,"load_duration":72600519,"prompt_eval_count":8,"prompt_eval_duration":92000000,"eval_count":128,"eval_duration":12576000000}"#).unwrap();
        assert_eq!(record.done, DoneReason::Length);
        assert_eq!((record.prompt_tokens, record.prompt_ms), (Some(8), Some(92.0)));
        assert_eq!((record.output_tokens, record.decode_ms), (Some(128), Some(12576.0)));
        assert_eq!(record.cached_prompt_tokens, None, "what is absent is unknown, not 0");
    }

    #[test]
    fn absent_figures_stay_unknown() {
        let record = judged(r#"{"done":true}"#).unwrap();
        assert_eq!(record.done, DoneReason::Other("not given".to_owned()));
        assert_eq!((record.prompt_tokens, record.prompt_ms, record.output_tokens, record.decode_ms), (None, None, None, None));
    }

    #[test]
    fn figures_that_can_not_be_are_refused() {
        for figures in [
            r#""eval_count":-1"#,
            r#""eval_count":1.5"#,
            r#""eval_count":4294967296"#,
            r#""prompt_eval_count":-5"#,
            r#""prompt_eval_count":4000000000"#,
            r#""eval_duration":-1"#,
            r#""eval_duration":1e300"#,
            r#""eval_duration":3600000000001"#,
            r#""total_duration":-9223372036854775808"#,
            r#""load_duration":-1"#,
            r#""eval_count":100,"eval_duration":0"#,
            r#""eval_count":1000000,"eval_duration":1000000"#,
            r#""eval_count":100,"eval_duration":40000000000"#,
        ] {
            let cause = judged(&format!(r#"{{"done":true,"done_reason":"stop",{figures}}}"#)).expect_err(figures);
            assert_eq!(cause.kind, CauseKind::AbsurdFigures, "{figures}: {cause}");
        }
    }

    #[test]
    fn one_token_may_take_no_time() {
        assert_eq!(judged(r#"{"done":true,"eval_count":1,"eval_duration":0}"#).unwrap().output_tokens, Some(1));
    }

    #[test]
    fn a_load_or_an_unload_is_no_generation() {
        for reason in ["load", "unload"] {
            let cause = judged(&format!(r#"{{"done":true,"done_reason":"{reason}"}}"#)).unwrap_err();
            assert!(cause.kind == CauseKind::NotAGeneration && cause.detail.contains(reason), "{cause}");
        }
    }
}
