//! When a trial, a rung or a whole ladder is given up. Pure rules; the climb applies them.

use crate::cause::Cause;
use crate::run::{RungRecord, RungStatus};
use crate::stats;
use crate::trial::Outcome;

/// A ladder goes small to large: when two rungs in a row do not work at all here, the larger ones will not either.
pub const HARD_FAILURES_TO_END: usize = 2;
/// A first token may always take this long: 30 s is where a person gives up on a prompt.
pub const MIN_TTFT_LIMIT_MS: f64 = 30_000.0;
/// Above this multiple of the prediction something else than the model's size is at work.
pub const TTFT_LIMIT_FACTOR: f64 = 5.0;
/// A fragment may always take this long: a disk that spins up or a page fault storm can take seconds.
pub const MIN_IDLE_LIMIT_MS: f64 = 10_000.0;
/// A pause this many times the usual gap is no slow token any more.
pub const IDLE_LIMIT_FACTOR: f64 = 20.0;

/// The longest wait for a first token, in milliseconds. `None` without a prediction: how long a large model on a slow machine may take is
/// not known before anything like it was measured, and the engine's own limit holds.
pub fn ttft_limit_ms(predicted_ms: Option<f64>) -> Option<f64> {
    predicted_ms.filter(|ms| ms.is_finite()).map(|ms| limit(Some(ms), TTFT_LIMIT_FACTOR, MIN_TTFT_LIMIT_MS))
}

/// What a first token should take on a rung, in milliseconds: by the rung's own trials, else by the largest rung below it whose prefill
/// speed is known, slower by as much as this model's active bytes are more.
pub fn predicted_ttft_ms(prompt_tokens: u32, rung: &RungRecord, below: &[RungRecord]) -> Option<f64> {
    let by_size = || {
        let known = below.iter().filter_map(|rung| Some((streamed_bytes(rung)?, prefill_tps(rung)?)));
        let (below_bytes, tps) = known.max_by_key(|(bytes, _)| *bytes)?;
        Some(tps * below_bytes as f64 / streamed_bytes(rung)? as f64)
    };
    let tps = prefill_tps(rung).or_else(by_size)?;
    Some(f64::from(prompt_tokens) / tps * 1000.0)
}

fn streamed_bytes(rung: &RungRecord) -> Option<u64> {
    rung.facts.active_bytes.or(rung.facts.file_bytes).filter(|bytes| *bytes > 0)
}

fn prefill_tps(rung: &RungRecord) -> Option<f64> {
    let tps: Vec<f64> = rung.trials.iter().filter(|trial| trial.is_success()).filter_map(|trial| trial.prefill_tps).collect();
    stats::median(&tps).filter(|tps| *tps > 0.0)
}

/// The longest wait for the next fragment, in milliseconds, from the median gap so far.
pub fn idle_limit_ms(median_gap_ms: Option<f64>) -> f64 {
    limit(median_gap_ms, IDLE_LIMIT_FACTOR, MIN_IDLE_LIMIT_MS)
}

fn limit(usual: Option<f64>, factor: f64, least: f64) -> f64 {
    usual.map(|ms| ms * factor).filter(|ms| ms.is_finite()).map_or(least, |ms| ms.max(least))
}

/// The median gap between fragments, in milliseconds; `None` below two fragments.
pub fn median_gap_ms(fragments_ms: &[f32]) -> Option<f64> {
    let gaps: Vec<f64> = fragments_ms.windows(2).filter_map(|pair| Some(f64::from(pair.get(1)? - pair.first()?))).collect();
    stats::median(&gaps)
}

/// Why the rung does not work here at all: it failed hard as a whole, or every one of its trials did.
fn hard_failure(rung: &RungRecord) -> Option<&Cause> {
    match &rung.status {
        RungStatus::Failed(cause) => cause.is_hard().then_some(cause),
        RungStatus::Measured => {
            let mut causes = rung.trials.iter().map(|trial| match &trial.outcome {
                Outcome::Failed(cause) if cause.is_hard() => Some(cause),
                _ => None,
            });
            let first = causes.next()??;
            causes.all(|cause| cause.is_some()).then_some(first)
        }
        RungStatus::Waiting | RungStatus::Running | RungStatus::LeftOut(_) => None,
    }
}

/// Why the ladder ends here, as a sentence; `None` while it goes on. Rungs that were not tried say nothing either way.
pub fn ladder_ends(rungs: &[RungRecord]) -> Option<String> {
    let tried = rungs.iter().filter(|rung| matches!(rung.status, RungStatus::Measured | RungStatus::Failed(_)));
    let mut row: Vec<String> = Vec::new();
    for rung in tried {
        match hard_failure(rung) {
            Some(cause) => row.push(format!("{}: {}", rung.title, cause.kind.sentence().trim_end_matches('.'))),
            None => row.clear(),
        }
        if row.len() >= HARD_FAILURES_TO_END {
            return Some(format!("two rungs in a row failed ({})", row.join("; ")));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::CauseKind;
    use crate::model::{ModelFacts, ModelRef};
    use crate::run::LoadRecord;

    fn rung(title: &str, status: RungStatus) -> RungRecord {
        RungRecord {
            position: 0,
            model: ModelRef::new("m").unwrap(),
            title: title.to_owned(),
            facts: ModelFacts::default(),
            status,
            engine: None,
            load: LoadRecord::default(),
            trials: Vec::new(),
            items: Vec::new(),
        }
    }

    fn failed(kind: CauseKind) -> RungStatus {
        RungStatus::Failed(Cause::new(kind, ""))
    }

    #[test]
    fn two_hard_failures_in_a_row_end_the_ladder() {
        use CauseKind::{EngineCrashed, ModelNotFound, OutOfMemory};
        let left_out = || RungStatus::LeftOut("too large".to_owned());
        let table = [
            (vec![], false, "an empty ladder has not ended"),
            (vec![failed(OutOfMemory)], false, "one failure may be bad luck"),
            (vec![failed(OutOfMemory), failed(EngineCrashed)], true, "two in a row"),
            (vec![failed(OutOfMemory), RungStatus::Measured, failed(OutOfMemory)], false, "a rung that works stands between"),
            (vec![failed(OutOfMemory), failed(ModelNotFound), failed(OutOfMemory)], false, "a missing model says nothing of the machine"),
            (vec![failed(OutOfMemory), left_out(), failed(OutOfMemory)], true, "a rung that was not tried does not stand between"),
            (vec![failed(OutOfMemory), RungStatus::Waiting], false, "a waiting rung has not failed"),
        ];
        for (statuses, ends, why) in table {
            let rungs: Vec<RungRecord> = statuses.into_iter().map(|status| rung("13B", status)).collect();
            assert_eq!(ladder_ends(&rungs).is_some(), ends, "{why}");
        }
    }

    #[test]
    fn the_sentence_names_both_rungs_and_causes() {
        let rungs = [rung("13B", failed(CauseKind::OutOfMemory)), rung("20B", failed(CauseKind::Stalled))];
        let sentence = "two rungs in a row failed (13B: It ran out of memory; 20B: No output came within the idle limit)";
        assert_eq!(ladder_ends(&rungs).as_deref(), Some(sentence));
    }

    #[test]
    fn limits_never_fall_below_their_least() {
        for (predicted, limit) in [
            (None, None),
            (Some(100.0), Some(30_000.0)),
            (Some(10_000.0), Some(50_000.0)),
            (Some(f64::NAN), None),
            (Some(f64::INFINITY), None),
        ] {
            assert_eq!(ttft_limit_ms(predicted), limit, "predicted {predicted:?}");
        }
        for (gap, limit) in [(None, 10_000.0), (Some(30.0), 10_000.0), (Some(2000.0), 40_000.0)] {
            assert_eq!(idle_limit_ms(gap), limit, "gap {gap:?}");
        }
    }

    #[test]
    fn a_first_token_is_predicted_from_the_rung_itself_or_from_the_one_below() {
        let measured = |gigabytes: f64, prefill_tps: Option<f64>| {
            let mut rung = crate::scripted::rung("m", gigabytes, 10.0, 5);
            rung.trials.iter_mut().for_each(|trial| trial.prefill_tps = prefill_tps);
            rung
        };
        let (small, middle) = (measured(1.0, Some(400.0)), measured(2.0, Some(200.0)));
        let own = predicted_ttft_ms(500, &measured(4.0, Some(50.0)), std::slice::from_ref(&small)).unwrap();
        assert!((own - 10_000.0).abs() < 1.0, "{own}");
        let below = predicted_ttft_ms(500, &measured(4.0, None), &[small, middle]).unwrap();
        assert!((below - 5000.0).abs() < 1.0, "half as fast as the rung of 2 GB: {below}");
        assert_eq!(predicted_ttft_ms(500, &measured(4.0, None), &[measured(2.0, None)]), None, "nothing is known");
    }

    #[test]
    fn the_usual_gap_is_the_median() {
        assert_eq!(median_gap_ms(&[10.0, 20.0, 31.0, 500.0]), Some(11.0));
        assert_eq!(median_gap_ms(&[10.0]), None, "one fragment has no gap");
    }
}
