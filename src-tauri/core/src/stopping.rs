//! When a rung's speed is known well enough: stop by precision, not by count.

use crate::analysis::Estimate;
use crate::format;
use crate::plan::Protocol;
use crate::stats;
use crate::trial::{Trial, TrialKind};

/// What to do after a speed trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Make another trial.
    More,
    /// Every interval is narrow enough.
    Enough,
    /// The seconds or the trials are spent, and some interval is still wide or missing.
    OutOfBudget,
}

/// A figure whose interval did not become narrow enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wide {
    /// For example `decode speed`.
    pub figure: &'static str,
    /// Half width relative to the median; `None` when there are too few trials for an interval.
    pub half_width: Option<f64>,
    /// The half width that was wanted.
    pub wanted: f64,
}

/// Takes a trial's value of one figure.
type Read = fn(&Trial) -> Option<f64>;

/// The figures that must become narrow, each with its wanted half width.
fn figures(protocol: &Protocol) -> [(&'static str, Read, f64); 3] {
    let precision = protocol.precision;
    [
        ("decode speed", |trial| trial.decode_tps, precision.decode),
        ("prefill speed", |trial| trial.prefill_tps, precision.prefill),
        ("time to first token", |trial| trial.ttft_ms, precision.ttft),
    ]
}

fn estimate(trials: &[Trial], read: Read) -> Option<Estimate> {
    let values: Vec<f64> = trials.iter().filter(|t| t.kind == TrialKind::Speed && t.counts_for_timing()).filter_map(read).collect();
    stats::bootstrap_median(&values, stats::SEED)
}

/// What stayed wide. A figure that the engine never reports is left out: no number of trials would make it known.
pub fn wide(protocol: &Protocol, speed_trials: &[Trial]) -> Vec<Wide> {
    figures(protocol)
        .into_iter()
        .filter_map(|(figure, read, wanted)| {
            let half_width = stats::half_width(&estimate(speed_trials, read)?);
            (half_width.is_none_or(|width| width > wanted)).then_some(Wide { figure, half_width, wanted })
        })
        .collect()
}

/// For example “decode speed is known to ±6.1 %, wanted ±2 %”.
pub fn in_words(wide: &Wide) -> String {
    let (figure, wanted) = (wide.figure, format::percent(wide.wanted));
    match wide.half_width {
        Some(width) => format!("{figure} is known to ±{}, wanted ±{wanted}", format::percent_tenths(width)),
        None => format!("{figure} rests on fewer than {} trials, too few for an interval", stats::MIN_FOR_INTERVAL),
    }
}

/// What stayed wide, in words.
pub fn widths(protocol: &Protocol, speed_trials: &[Trial]) -> Vec<String> {
    wide(protocol, speed_trials).iter().map(in_words).collect()
}

/// Decides after each speed trial. It looks at the intervals only at the protocol's looks (looking after every trial
/// would stop at lucky moments) and when the budget of `elapsed_s` seconds or of trials is spent.
pub fn decide(protocol: &Protocol, speed_trials: &[Trial], elapsed_s: f64) -> Decision {
    let Some(most) = protocol.looks.last().copied().filter(|_| protocol.speed.is_some()) else {
        return Decision::Enough;
    };
    let made = u32::try_from(speed_trials.len()).unwrap_or(u32::MAX);
    if made == 0 {
        return Decision::More;
    }
    let spent = made >= most || elapsed_s >= protocol.speed_budget_s;
    let looking = spent || protocol.looks.contains(&made);
    if !looking {
        return Decision::More;
    }
    let known = figures(protocol).into_iter().any(|(_, read, _)| estimate(speed_trials, read).is_some());
    match (known, wide(protocol, speed_trials).is_empty()) {
        (true, true) => Decision::Enough,
        // At the first look nothing at all has come back: further trials would fail in the same way.
        (false, _) => Decision::OutOfBudget,
        (true, false) if spent => Decision::OutOfBudget,
        (true, false) => Decision::More,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::{Cause, CauseKind};
    use crate::plan::{Mode, protocol};
    use crate::trial::Outcome;

    fn trial(index: u32, decode_tps: f64) -> Trial {
        Trial {
            ttft_ms: Some(200.0),
            response_ms: Some(4000.0),
            prefill_tps: Some(500.0),
            decode_tps: Some(decode_tps),
            prompt_tokens: Some(512),
            output_tokens: Some(128),
            ..Trial::new(TrialKind::Speed, index, 0.0)
        }
    }

    fn trials(speeds: &[f64]) -> Vec<Trial> {
        (0..).zip(speeds).map(|(index, speed)| trial(index, *speed)).collect()
    }

    fn steady(n: usize) -> Vec<Trial> {
        trials(&vec![30.0; n])
    }

    /// Spread far wider than ±2 % at any number of trials.
    fn restless(n: usize) -> Vec<Trial> {
        trials(&(0..n).map(|i| if i % 2 == 0 { 20.0 } else { 40.0 }).collect::<Vec<_>>())
    }

    #[test]
    fn standard_mode_stops_by_precision_at_its_looks_and_by_its_budget() {
        let standard = protocol(Mode::Standard);
        let table = [
            ("nothing was made yet", Vec::new(), 500.0, Decision::More),
            ("four trials are no look", steady(4), 10.0, Decision::More),
            ("five steady trials are enough", steady(5), 10.0, Decision::Enough),
            ("five restless ones are not", restless(5), 10.0, Decision::More),
            ("six are no look, however steady", steady(6), 10.0, Decision::More),
            ("twenty are the most", restless(20), 10.0, Decision::OutOfBudget),
            ("the budget of 120 s ends it between looks", restless(6), 120.0, Decision::OutOfBudget),
            ("a slow model stops after one trial", steady(1), 256.0, Decision::OutOfBudget),
            ("what is narrow at the budget's end is enough", steady(6), 121.0, Decision::Enough),
            ("a NaN budget does not end it", steady(4), f64::NAN, Decision::More),
        ];
        for (fact, trials, elapsed_s, expected) in table {
            assert_eq!(decide(&standard, &trials, elapsed_s), expected, "{fact}");
        }
    }

    #[test]
    fn classic_mode_has_no_speed_trials_to_wait_for() {
        assert_eq!(decide(&protocol(Mode::Classic), &[], 0.0), Decision::Enough);
    }

    #[test]
    fn trials_that_all_fail_stop_at_the_first_look() {
        let mut failed = steady(5);
        for trial in &mut failed {
            trial.outcome = Outcome::Failed(Cause::new(CauseKind::StreamEndedEarly, ""));
        }
        let standard = protocol(Mode::Standard);
        assert_eq!(decide(&standard, &failed[..4], 1.0), Decision::More);
        assert_eq!(decide(&standard, &failed, 1.0), Decision::OutOfBudget, "a sixth would fail in the same way");
        assert!(wide(&standard, &failed).is_empty(), "nothing is known, so nothing is wide");
    }

    #[test]
    fn a_figure_that_the_engine_never_reports_does_not_hold_it_up() {
        let mut no_prefill = steady(5);
        for trial in &mut no_prefill {
            trial.prefill_tps = None;
        }
        assert_eq!(decide(&protocol(Mode::Standard), &no_prefill, 1.0), Decision::Enough);
    }

    #[test]
    fn what_stayed_wide_is_said_with_its_width() {
        let standard = protocol(Mode::Standard);
        assert_eq!(widths(&standard, &restless(20)), ["decode speed is known to ±33.3 %, wanted ±2 %"]);
        assert_eq!(widths(&standard, &steady(5)), Vec::<String>::new());
        assert_eq!(widths(&standard, &steady(2)).len(), 3, "two trials are too few for any interval");
    }
}
