//! How much more an engine does when several requests run at once, and where that ends.
//!
//! A level is a number of requests that are sent together, in waves. Every time of a request counts from the moment at which it was
//! meant to be sent, not from when it was: a request that waits for a slot, or for a busy client, has waited all the same (G. Tene,
//! “coordinated omission”).

use serde::{Deserialize, Serialize};

use crate::analysis::Estimate;
use crate::cause::Cause;
use crate::stats::{SEED, bootstrap_median, percentile, ratio_change};

/// Below this growth of the tokens a second from one level to the next, further requests only wait for each other: a level's figure
/// moves by 2 to 3 % from wave to wave, and twice the requests for less than this is a queue.
pub const MIN_GROWTH: f64 = 0.05;

/// One of the requests that were sent together. Unknown is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParallelRequest {
    /// Intended send to the first non-empty fragment, in milliseconds.
    pub ttft_ms: Option<f64>,
    /// Intended send to the final record or the failure, in milliseconds.
    pub ended_ms: f64,
    pub output_tokens: Option<u32>,
    /// Why it has no final record; `None` for a complete one.
    pub cause: Option<Cause>,
}

impl ParallelRequest {
    /// (N−1) / (end − first fragment), in tokens per second.
    fn tps(&self) -> Option<f64> {
        let (tokens, first) = (self.output_tokens?, self.ttft_ms?);
        let seconds = (self.ended_ms - first) / 1e3;
        (self.cause.is_none() && tokens >= 2 && seconds > 0.0).then(|| f64::from(tokens - 1) / seconds)
    }
}

/// Requests that were meant to be sent at the same moment.
pub type Wave = Vec<ParallelRequest>;

/// What a level showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Requests at the same time.
    pub parallel: u32,
    /// Output tokens of a whole wave per second, from its intended send to its last end. `None` where no wave was complete, or where the
    /// engine does not count tokens.
    pub total_tps: Option<Estimate>,
    /// Of one request while it writes.
    pub request_tps: Option<Estimate>,
    pub ttft_p50_ms: Option<f64>,
    pub ttft_p95_ms: Option<f64>,
    pub requests: u32,
    pub failed: u32,
    /// Of the first request that failed.
    pub cause: Option<Cause>,
}

/// Sums a level up. A wave with a failed request has no speed: what its others did with the room is no level's figure.
pub fn level(parallel: u32, waves: &[Wave]) -> Level {
    let all = || waves.iter().flatten();
    let total: Vec<f64> = waves.iter().filter_map(|wave| total_tps(wave)).collect();
    let single: Vec<f64> = all().filter_map(ParallelRequest::tps).collect();
    let ttft: Vec<f64> = all().filter(|request| request.cause.is_none()).filter_map(|request| request.ttft_ms).collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Level {
        parallel,
        total_tps: bootstrap_median(&total, SEED),
        request_tps: bootstrap_median(&single, SEED),
        ttft_p50_ms: percentile(&ttft, 0.50),
        ttft_p95_ms: percentile(&ttft, 0.95),
        requests: count(all().count()),
        failed: count(all().filter(|request| request.cause.is_some()).count()),
        cause: all().find_map(|request| request.cause.clone()),
    }
}

fn total_tps(wave: &[ParallelRequest]) -> Option<f64> {
    let mut tokens = 0.0;
    let mut last_ms: f64 = 0.0;
    for request in wave {
        if request.cause.is_some() {
            return None;
        }
        tokens += f64::from(request.output_tokens?);
        last_ms = last_ms.max(request.ended_ms);
    }
    (tokens > 0.0 && last_ms > 0.0).then(|| tokens / (last_ms / 1e3))
}

/// What to do after a level, or why nothing more is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decision")]
pub enum Decision {
    /// Try this many requests at once.
    More { parallel: u32 },
    /// More requests than this do not make more tokens.
    Saturated { parallel: u32 },
    /// The most that was asked for was tried, and the tokens still grew.
    StillGrowing { parallel: u32 },
    /// Not one wave of this level was complete.
    Failed { parallel: u32 },
    /// The engine does not count its tokens, so that levels can't be compared.
    Uncounted,
}

/// Decides after each level. Levels double, and the last one is exactly `up_to`.
pub fn decide(levels: &[Level], up_to: u32) -> Decision {
    let Some(last) = levels.last() else { return Decision::More { parallel: 1 } };
    let Some(now) = last.total_tps else {
        return if last.failed > 0 { Decision::Failed { parallel: last.parallel } } else { Decision::Uncounted };
    };
    let before = levels.len().checked_sub(2).and_then(|index| levels.get(index));
    if let Some((level, before)) = before.and_then(|level| Some((level, level.total_tps?))) {
        let grew = ratio_change(before.median, now.median).is_some_and(|growth| growth >= MIN_GROWTH);
        if !grew {
            return Decision::Saturated { parallel: level.parallel };
        }
    }
    match last.parallel >= up_to {
        true => Decision::StillGrowing { parallel: last.parallel },
        false => Decision::More { parallel: last.parallel.saturating_mul(2).min(up_to) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::CauseKind;

    fn request(ttft_ms: f64, ended_ms: f64) -> ParallelRequest {
        ParallelRequest { ttft_ms: Some(ttft_ms), ended_ms, output_tokens: Some(11), cause: None }
    }

    fn failed() -> ParallelRequest {
        let cause = Some(Cause::new(CauseKind::StreamEndedEarly, ""));
        ParallelRequest { ttft_ms: None, ended_ms: 5.0, output_tokens: None, cause }
    }

    fn at(parallel: u32, total_tps: f64) -> Level {
        let total_tps = Some(Estimate { median: total_tps, low: total_tps, high: total_tps, n: 3 });
        Level { total_tps, ..level(parallel, &[]) }
    }

    #[test]
    fn a_wave_counts_all_its_tokens_until_its_last_end() {
        let level = level(2, &[vec![request(100.0, 600.0), request(500.0, 1000.0)]]);
        assert_eq!(level.total_tps.unwrap().median, 22.0, "22 tokens in the second that the slower one took");
        assert_eq!(level.request_tps.unwrap().median, 20.0, "each wrote 10 more tokens in half a second");
        assert_eq!((level.ttft_p50_ms, level.ttft_p95_ms), (Some(100.0), Some(500.0)), "a wait for a slot counts from the intended send");
        assert_eq!((level.requests, level.failed), (2, 0));
    }

    #[test]
    fn a_failed_request_is_counted_with_its_cause_and_never_averaged() {
        let level = level(2, &[vec![request(100.0, 1000.0), failed()], vec![request(100.0, 1000.0), request(100.0, 1000.0)]]);
        assert_eq!(level.total_tps.unwrap().n, 1, "only the whole wave has a speed");
        assert_eq!((level.requests, level.failed), (4, 1));
        assert_eq!(level.cause.unwrap().kind, CauseKind::StreamEndedEarly);
    }

    #[test]
    fn levels_double_until_the_tokens_no_longer_grow() {
        assert_eq!(decide(&[], 16), Decision::More { parallel: 1 });
        assert_eq!(decide(&[at(1, 30.0)], 16), Decision::More { parallel: 2 });
        assert_eq!(decide(&[at(1, 30.0), at(2, 50.0)], 16), Decision::More { parallel: 4 });
        assert_eq!(decide(&[at(1, 30.0), at(2, 50.0), at(4, 52.0)], 16), Decision::Saturated { parallel: 2 }, "4 % is a queue");
        assert_eq!(decide(&[at(1, 30.0), at(2, 20.0)], 16), Decision::Saturated { parallel: 1 }, "less is no growth either");
        assert_eq!(decide(&[at(1, 30.0), at(2, 31.6)], 3), Decision::More { parallel: 3 }, "the last level is what was asked for");
        assert_eq!(decide(&[at(1, 30.0), at(2, 50.0)], 2), Decision::StillGrowing { parallel: 2 });
    }

    #[test]
    fn a_level_that_fails_whole_ends_it() {
        let fails = level(2, &[vec![request(1.0, 2.0), failed()]]);
        assert_eq!(decide(&[at(1, 30.0), fails], 16), Decision::Failed { parallel: 2 });
    }

    #[test]
    fn an_engine_that_counts_no_tokens_has_no_saturation() {
        let uncounted = ParallelRequest { output_tokens: None, ..request(1.0, 2.0) };
        let level = level(1, &[vec![uncounted]]);
        assert_eq!((level.total_tps, level.request_tps), (None, None), "a chunk is not a token");
        assert_eq!(decide(&[level], 16), Decision::Uncounted);
    }
}
