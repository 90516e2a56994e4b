//! When a rung's speed is known well enough: stop by precision, not by count.

use crate::analysis::Estimate;
use crate::format;
use crate::plan::Protocol;
use crate::stats;
use crate::trial::{Trial, TrialKind};

/// The requests of a speed trial: what is known well enough is not asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    pub prefill: bool,
    pub decode: bool,
}

impl Parts {
    pub const BOTH: Self = Self { prefill: true, decode: true };
}

/// What to do after a speed trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Make another trial of these parts.
    More(Parts),
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

/// A figure that must become narrow.
struct Figure {
    name: &'static str,
    read: Read,
    /// The half width that is wanted.
    wanted: f64,
}

fn decode_figures(protocol: &Protocol) -> [Figure; 1] {
    [Figure { name: "decode speed", read: |trial| trial.decode_tps, wanted: protocol.precision.decode }]
}

fn prefill_figures(protocol: &Protocol) -> [Figure; 2] {
    [
        Figure { name: "prefill speed", read: |trial| trial.prefill_tps, wanted: protocol.precision.prefill },
        Figure { name: "time to first token", read: |trial| trial.ttft_ms, wanted: protocol.precision.ttft },
    ]
}

impl Figure {
    fn values(&self, trials: &[Trial]) -> Vec<f64> {
        let timed = trials.iter().filter(|trial| trial.kind == TrialKind::Speed && trial.counts_for_timing());
        timed.filter_map(self.read).filter(|value| value.is_finite()).collect()
    }

    fn estimate(&self, trials: &[Trial]) -> Option<Estimate> {
        stats::bootstrap_median(&self.values(trials), stats::SEED)
    }

    /// `None` where it is narrow, and where the engine never reports it: no number of trials would make it known.
    fn wide(&self, trials: &[Trial]) -> Option<Wide> {
        let half_width = stats::half_width(&self.estimate(trials)?);
        let wanted = self.wanted;
        half_width.is_none_or(|width| width > wanted).then_some(Wide { figure: self.name, half_width, wanted })
    }
}

/// What stayed wide.
pub fn wide(protocol: &Protocol, speed_trials: &[Trial]) -> Vec<Wide> {
    let figures = decode_figures(protocol).into_iter().chain(prefill_figures(protocol));
    figures.filter_map(|figure| figure.wide(speed_trials)).collect()
}

/// Whether the figures of one request want more trials. They are looked at only when there are as many as the protocol says: looking after
/// every trial would stop at lucky moments.
fn wants_more(protocol: &Protocol, figures: &[Figure], trials: &[Trial]) -> bool {
    // Counted, not estimated: an interval takes a millisecond, and this is asked after every trial.
    let counts = figures.iter().map(|figure| u32::try_from(figure.values(trials).len()).unwrap_or(u32::MAX));
    let known = counts.max().filter(|n| *n > 0);
    let (first, most) = (protocol.looks.first(), protocol.looks.last());
    match known {
        // Nothing of it came back until the first look: this engine does not report it.
        None => first.is_some_and(|first| trials.len() < *first as usize),
        Some(n) if most.is_some_and(|most| n >= *most) => false,
        Some(n) if protocol.looks.contains(&n) => figures.iter().any(|figure| figure.wide(trials).is_some()),
        Some(_) => true,
    }
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

/// Decides after each speed trial, for each of its two requests by itself, and ends when the budget of `elapsed_s` seconds or of trials
/// is spent.
pub fn decide(protocol: &Protocol, speed_trials: &[Trial], elapsed_s: f64) -> Decision {
    let Some(most) = protocol.looks.last().copied().filter(|_| protocol.speed.is_some()) else {
        return Decision::Enough;
    };
    let made = u32::try_from(speed_trials.len()).unwrap_or(u32::MAX);
    if made == 0 {
        return Decision::More(Parts::BOTH);
    }
    let spent = made >= most || elapsed_s >= protocol.speed_budget_s;
    let parts = Parts {
        prefill: wants_more(protocol, &prefill_figures(protocol), speed_trials),
        decode: wants_more(protocol, &decode_figures(protocol), speed_trials),
    };
    if !spent && (parts.prefill || parts.decode) {
        return Decision::More(parts);
    }
    let known = decode_figures(protocol).into_iter().chain(prefill_figures(protocol)).any(|figure| !figure.values(speed_trials).is_empty());
    if known && wide(protocol, speed_trials).is_empty() { Decision::Enough } else { Decision::OutOfBudget }
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

    const DECODE: Decision = Decision::More(Parts { prefill: false, decode: true });

    /// Spread far wider than ±2 % at any number of trials.
    fn restless(n: usize) -> Vec<Trial> {
        trials(&(0..n).map(|i| if i % 2 == 0 { 20.0 } else { 40.0 }).collect::<Vec<_>>())
    }

    #[test]
    fn standard_mode_stops_by_precision_at_its_looks_and_by_its_budget() {
        let standard = protocol(Mode::Standard);
        let table = [
            ("nothing was made yet", Vec::new(), 500.0, Decision::More(Parts::BOTH)),
            ("four trials are no look", steady(4), 10.0, Decision::More(Parts::BOTH)),
            ("five steady trials are enough", steady(5), 10.0, Decision::Enough),
            ("five restless ones are not", restless(5), 10.0, DECODE),
            ("six are no look, however steady", steady(6), 10.0, Decision::More(Parts::BOTH)),
            ("twenty are the most", restless(20), 10.0, Decision::OutOfBudget),
            ("the budget of 120 s ends it between looks", restless(6), 120.0, Decision::OutOfBudget),
            ("a slow model stops after one trial", steady(1), 256.0, Decision::OutOfBudget),
            ("what is narrow at the budget's end is enough", steady(6), 121.0, Decision::Enough),
            ("a NaN budget does not end it", steady(4), f64::NAN, Decision::More(Parts::BOTH)),
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
    fn what_is_known_well_enough_is_not_asked_for_again() {
        let standard = protocol(Mode::Standard);
        let without_prefill = |trial: &mut Trial| (trial.ttft_ms, trial.prefill_tps) = (None, None);
        let mut trials = restless(7);
        trials[5..].iter_mut().for_each(without_prefill);
        assert_eq!(decide(&standard, &trials[..6], 1.0), DECODE, "the prompt's figures were narrow after five");
        assert_eq!(decide(&standard, &trials, 1.0), DECODE, "and stay so");
        for (index, trial) in trials.iter_mut().enumerate() {
            (trial.decode_tps, trial.prefill_tps) = (Some(30.0), Some(500.0));
            trial.ttft_ms = Some(if index % 2 == 0 { 100.0 } else { 300.0 });
        }
        let prefill = Decision::More(Parts { prefill: true, decode: false });
        assert_eq!(decide(&standard, &trials[..5], 1.0), prefill, "the wait for the first token scatters");
    }

    #[test]
    fn trials_that_all_fail_stop_at_the_first_look() {
        let mut failed = steady(5);
        for trial in &mut failed {
            trial.outcome = Outcome::Failed(Cause::new(CauseKind::StreamEndedEarly, ""));
        }
        let standard = protocol(Mode::Standard);
        assert_eq!(decide(&standard, &failed[..4], 1.0), Decision::More(Parts::BOTH));
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
