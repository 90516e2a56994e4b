//! A server's account of a generation, judged.

use std::time::{Duration, Instant};

use toprung_core::cause::Cause;

use super::wire::{Timings, Usage};
use crate::http::figures::{Unit, absurd, check, count, duration};
use crate::{DoneReason, FinalRecord};

/// Puts together what the server counted and, where it has a clock, timed. Counts of the timings come first: they belong to its
/// durations. Without either the figures are unknown, because a chunk is not a token.
pub(super) fn final_record(
    done: DoneReason,
    at: Instant,
    usage: Option<&Usage>,
    timings: Option<&Timings>,
    waited: Duration,
) -> Result<FinalRecord, Cause> {
    let mut record =
        FinalRecord { at, done, prompt_tokens: None, cached_prompt_tokens: None, prompt_ms: None, output_tokens: None, decode_ms: None };
    if let Some(usage) = usage {
        counted(usage, &mut record)?;
    }
    if let Some(timings) = timings {
        timed(timings, &mut record)?;
    }
    if let (Some(cached), Some(prompt)) = (record.cached_prompt_tokens, record.prompt_tokens)
        && cached > prompt
    {
        return Err(absurd(format!("{cached} of {prompt} prompt tokens came from a cache")));
    }
    check(&record, waited)?;
    Ok(record)
}

fn counted(usage: &Usage, record: &mut FinalRecord) -> Result<(), Cause> {
    record.prompt_tokens = count("prompt_tokens", usage.prompt_tokens.as_ref())?;
    record.output_tokens = count("completion_tokens", usage.completion_tokens.as_ref())?;
    let details = usage.prompt_tokens_details.as_ref();
    record.cached_prompt_tokens = count("cached_tokens", details.and_then(|details| details.cached_tokens.as_ref()))?;
    Ok(())
}

fn timed(timings: &Timings, record: &mut FinalRecord) -> Result<(), Cause> {
    let cached = count("cache_n", timings.cache_n.as_ref())?;
    if let Some(worked_on) = count("prompt_n", timings.prompt_n.as_ref())? {
        // Builds without `cache_n` time `prompt_n` tokens all the same, so that no other count may stand beside their duration.
        record.prompt_tokens = Some(worked_on.saturating_add(cached.unwrap_or(0)));
        record.cached_prompt_tokens = cached;
    }
    record.output_tokens = count("predicted_n", timings.predicted_n.as_ref())?.or(record.output_tokens);
    record.prompt_ms = duration("prompt_ms", timings.prompt_ms.as_ref(), Unit::Milliseconds)?;
    record.decode_ms = duration("predicted_ms", timings.predicted_ms.as_ref(), Unit::Milliseconds)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use toprung_core::cause::CauseKind;

    use super::*;
    use crate::openai::wire::Chunk;

    fn judged(json: &str) -> Result<FinalRecord, Cause> {
        let chunk: Chunk = serde_json::from_str(json).unwrap();
        final_record(DoneReason::Stop, Instant::now(), chunk.usage.as_ref(), chunk.timings.as_ref(), Duration::from_secs(30))
    }

    #[test]
    fn timings_tell_what_was_worked_on_and_what_a_cache_held() {
        let record = judged(
            r#"{"usage":{"completion_tokens":4,"prompt_tokens":32,"prompt_tokens_details":{"cached_tokens":8}},
            "timings":{"cache_n":8,"prompt_n":24,"prompt_ms":3070.948,"predicted_n":4,"predicted_ms":1940.49}}"#,
        )
        .unwrap();
        assert_eq!((record.prompt_tokens, record.cached_prompt_tokens, record.prompt_ms), (Some(32), Some(8), Some(3070.948)));
        assert_eq!((record.output_tokens, record.decode_ms), (Some(4), Some(1940.49)));
    }

    #[test]
    fn a_build_without_cache_counts_keeps_the_tokens_that_it_timed() {
        let record = judged(r#"{"usage":{"prompt_tokens":32},"timings":{"prompt_n":24,"prompt_ms":100}}"#).unwrap();
        assert_eq!(
            (record.prompt_tokens, record.cached_prompt_tokens),
            (Some(24), None),
            "32 tokens in 100 ms would be an inflated prefill"
        );
    }

    #[test]
    fn a_server_without_a_clock_gives_counts_and_no_durations() {
        let record = judged(r#"{"usage":{"prompt_tokens":9,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4}}}"#).unwrap();
        assert_eq!((record.prompt_tokens, record.cached_prompt_tokens, record.output_tokens), (Some(9), Some(4), Some(7)));
        assert_eq!((record.prompt_ms, record.decode_ms), (None, None));
    }

    #[test]
    fn without_counts_everything_is_unknown() {
        for chunk in ["{}", r#"{"usage":null,"timings":null}"#, r#"{"usage":{"prompt_tokens_details":null}}"#] {
            let record = judged(chunk).unwrap();
            let counts = (record.prompt_tokens, record.cached_prompt_tokens, record.output_tokens);
            assert_eq!(counts, (None, None, None), "a chunk is not a token, so that none can be counted: {chunk}");
        }
    }

    #[test]
    fn figures_that_can_not_be_are_refused() {
        for figures in [
            r#""usage":{"completion_tokens":-1}"#,
            r#""usage":{"completion_tokens":1.5}"#,
            r#""usage":{"completion_tokens":99999999}"#,
            r#""usage":{"prompt_tokens":4294967295}"#,
            r#""usage":{"prompt_tokens":4,"prompt_tokens_details":{"cached_tokens":5}}"#,
            r#""timings":{"predicted_ms":-1}"#,
            r#""timings":{"predicted_ms":1e300}"#,
            r#""timings":{"prompt_ms":3600001}"#,
            r#""timings":{"cache_n":-1,"prompt_n":5}"#,
            r#""timings":{"predicted_n":100,"predicted_ms":0}"#,
            r#""timings":{"predicted_n":100,"predicted_ms":40000}"#,
        ] {
            let cause = judged(&format!("{{{figures}}}")).expect_err(figures);
            assert_eq!(cause.kind, CauseKind::AbsurdFigures, "{figures}: {cause}");
        }
    }

    #[test]
    fn one_token_may_take_no_time() {
        assert_eq!(judged(r#"{"timings":{"predicted_n":1,"predicted_ms":0}}"#).unwrap().output_tokens, Some(1));
    }
}
