//! Whether a final record's figures can be, and what they are in milliseconds.

use std::time::{Duration, Instant};

use toprung_core::cause::{Cause, CauseKind};

use super::wire::Chunk;
use crate::http::causes::clean;
use crate::http::figures::{Unit, check, count, duration};
use crate::{DoneReason, FinalRecord};

/// The engine's account of a generation, judged. `waited` is what this side of the socket saw of it.
pub(super) fn final_record(chunk: &Chunk, at: Instant, waited: Duration) -> Result<FinalRecord, Cause> {
    let figures = &chunk.figures;
    let record = FinalRecord {
        at,
        done: done_reason(chunk.done_reason.as_deref())?,
        prompt_tokens: count("prompt_eval_count", figures.prompt_eval_count.as_ref())?,
        cached_prompt_tokens: count("prompt_eval_cached_count", figures.prompt_eval_cached_count.as_ref())?,
        prompt_ms: duration("prompt_eval_duration", figures.prompt_eval_duration.as_ref(), Unit::Nanoseconds)?,
        output_tokens: count("eval_count", figures.eval_count.as_ref())?,
        decode_ms: duration("eval_duration", figures.eval_duration.as_ref(), Unit::Nanoseconds)?,
    };
    duration("total_duration", figures.total_duration.as_ref(), Unit::Nanoseconds)?;
    duration("load_duration", figures.load_duration.as_ref(), Unit::Nanoseconds)?;
    check(&record, waited)?;
    Ok(record)
}

fn done_reason(reason: Option<&str>) -> Result<DoneReason, Cause> {
    match reason {
        Some("stop") => Ok(DoneReason::Stop),
        Some("length") => Ok(DoneReason::Length),
        Some(other @ ("load" | "unload")) => Err(Cause::new(CauseKind::NotAGeneration, format!("done_reason {other}"))),
        Some(other) => Ok(DoneReason::Other(clean(other))),
        None => Ok(DoneReason::Other("not given".to_owned())),
    }
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
