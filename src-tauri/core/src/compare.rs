//! Two measured rungs beside each other: may they be compared, and which of them is faster?
//!
//! B is always seen from A: a ratio of 0.9 says that B's figure is nine tenths of A's. The reasons for the way it is
//! computed are in ARCHITECTURE.md, "Why is a difference not simply two medians?".

mod aspect;
mod comparable;
mod figures;
mod statistics;
mod words;

use serde::{Deserialize, Serialize};

use crate::analysis::Estimate;
use crate::stats;

pub use aspect::Aspect;
pub use comparable::{Comparability, Difference, Side, comparable};
pub use figures::{Figure, FigureComparison, figures};
pub use statistics::{cliffs_delta, wander};
pub use words::{change, headline, next_step};

/// A difference within ±3 % is none: so much moves between two runs of the same model on a machine that nobody touches.
pub const MARGIN: f64 = 0.03;

/// Fewer trials on a side can't carry a verdict. Of three against three, one side is wholly above the other by chance
/// alone in one case of ten, of five against five in one of 126.
pub const MIN_TRIALS: usize = 5;

/// How the two sides' trials stood to each other in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// One side after the other: what the machine did in between shows as a difference.
    Apart,
    /// A B B A …: a trial of each stands next to one of the other, so that both saw the same machine.
    Interleaved,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Of speeds.
    Higher,
    /// Of times.
    Lower,
}

/// B's figure over A's, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Ratio {
    /// Whether the interval lies wholly within [`MARGIN`]: the two are then known to be equally fast.
    pub fn is_within_margin(&self) -> bool {
        self.low >= 1.0 - MARGIN && self.high <= 1.0 + MARGIN
    }
}

/// What B is, seen from A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Faster,
    Slower,
    /// None that these trials could show beyond [`MARGIN`]; the interval says how large one could still be.
    NoDifference,
}

/// How well the two sides' trials are told apart: |Cliff's delta| in the words of Romano et al. 2006.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Negligible,
    Small,
    Medium,
    Large,
}

/// One figure of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    pub a: Estimate,
    pub b: Estimate,
    pub ratio: Ratio,
    /// Cliff's delta of B against A, −1 to 1: how much oftener a trial of B lies above one of A than below it.
    pub delta: f64,
    pub effect: Effect,
    /// `None` with fewer than [`MIN_TRIALS`] trials on a side.
    pub verdict: Option<Verdict>,
}

/// Compares the values of two runs that were made one after the other. Values that are not above zero are an engine's
/// mistake and are dropped. `None` where a side has none left.
pub fn compare(a: &[f64], b: &[f64], better: Better) -> Option<Compared> {
    let (a, b) = (positive(a), positive(b));
    let ratio = statistics::ratio_of_medians(&a, &b)?;
    compared(&a, &b, widened(ratio, wander(&a).max(wander(&b))), better)
}

/// Compares values that belong together in pairs `(a, b)`: trials that stood next to each other in time, or answers to
/// the same question. The ratio is the median of the pairs' own.
pub fn compare_pairs(pairs: &[(f64, f64)], design: Design, better: Better) -> Option<Compared> {
    let is_positive = |value: f64| value.is_finite() && value > 0.0;
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().filter(|(a, b)| is_positive(*a) && is_positive(*b)).unzip();
    let ratios: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b / a).collect();
    let ratio = statistics::median_of_ratios(&ratios)?;
    let wandered = if design == Design::Apart { wander(&ratios) } else { 0.0 };
    compared(&a, &b, widened(ratio, wandered), better)
}

fn positive(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| value.is_finite() && *value > 0.0).collect()
}

/// Whether both of the ratio's ends lie within [`MARGIN`] of it: a difference that matters then shows, and more trials would only say the
/// same.
pub fn is_precise(ratio: &Ratio) -> bool {
    ratio.low >= ratio.value * (1.0 - MARGIN) && ratio.high <= ratio.value * (1.0 + MARGIN)
}

/// The interval with a second, independent uncertainty: a run's median lies half the distance of its halves from either of them. Both add
/// as the legs of a right triangle, on the logarithmic scale.
fn widened(ratio: Ratio, wandered: f64) -> Ratio {
    let end = |end: f64| (end / ratio.value).ln().abs().hypot(wandered / 2.0).exp();
    Ratio { low: ratio.value / end(ratio.low), high: ratio.value * end(ratio.high), ..ratio }
}

fn compared(a: &[f64], b: &[f64], ratio: Ratio, better: Better) -> Option<Compared> {
    let delta = cliffs_delta(a, b)?;
    let enough = a.len().min(b.len()) >= MIN_TRIALS;
    Some(Compared {
        a: stats::bootstrap_median(a, stats::SEED)?,
        b: stats::bootstrap_median(b, stats::SEED)?,
        ratio,
        delta,
        effect: effect(delta),
        verdict: enough.then(|| verdict(&ratio, better)),
    })
}

/// Faster or slower only where the whole interval lies beyond the margin.
pub fn verdict(ratio: &Ratio, better: Better) -> Verdict {
    let (above, below) = (ratio.low > 1.0 + MARGIN, ratio.high < 1.0 - MARGIN);
    match (above, below, better) {
        (true, _, Better::Higher) | (_, true, Better::Lower) => Verdict::Faster,
        (true, _, Better::Lower) | (_, true, Better::Higher) => Verdict::Slower,
        (false, false, _) => Verdict::NoDifference,
    }
}

/// Romano, Kromrey, Coraggio & Skowronek 2006, "Appropriate statistics for ordinal level data".
const EFFECTS: [(f64, Effect); 3] = [(0.147, Effect::Negligible), (0.33, Effect::Small), (0.474, Effect::Medium)];

/// The usual word for a Cliff's delta.
pub fn effect(delta: f64) -> Effect {
    EFFECTS.iter().find(|(below, _)| delta.abs() < *below).map_or(Effect::Large, |(_, effect)| *effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many values around `middle`, spread by ±`spread`, in an order without a trend.
    fn values(n: u32, middle: f64, spread: f64) -> Vec<f64> {
        (0..n).map(|i| middle * (1.0 + spread * (f64::from(i * 7 % n) / f64::from(n - 1) * 2.0 - 1.0))).collect()
    }

    #[test]
    fn a_verdict_needs_the_whole_interval_beyond_three_per_cent() {
        let table = [
            (0.85, 0.96, Some(Verdict::Slower)),
            (0.85, 0.98, None),
            (0.98, 1.02, None),
            (0.85, 1.2, None),
            (1.02, 1.2, None),
            (1.04, 1.2, Some(Verdict::Faster)),
        ];
        for (low, high, expected) in table {
            let ratio = Ratio { value: f64::midpoint(low, high), low, high };
            let expected = expected.unwrap_or(Verdict::NoDifference);
            assert_eq!(verdict(&ratio, Better::Higher), expected, "{low} to {high}");
            let of_a_time = match expected {
                Verdict::Faster => Verdict::Slower,
                Verdict::Slower => Verdict::Faster,
                Verdict::NoDifference => Verdict::NoDifference,
            };
            assert_eq!(verdict(&ratio, Better::Lower), of_a_time, "a longer time is slower: {low} to {high}");
        }
    }

    #[test]
    fn a_ratio_is_precise_within_the_margin_around_it() {
        for (low, high, precise) in [(0.875, 0.925, true), (0.86, 0.91, false), (0.89, 0.93, false)] {
            assert_eq!(is_precise(&Ratio { value: 0.9, low, high }), precise, "{low} to {high}");
        }
    }

    #[test]
    fn the_words_of_an_effect_change_at_romanos_thresholds() {
        let table = [
            (0.0, Effect::Negligible),
            (-0.146, Effect::Negligible),
            (0.147, Effect::Small),
            (-0.32, Effect::Small),
            (0.33, Effect::Medium),
            (-0.473, Effect::Medium),
            (0.474, Effect::Large),
            (-1.0, Effect::Large),
        ];
        for (delta, word) in table {
            assert_eq!(effect(delta), word, "{delta}");
        }
    }

    #[test]
    fn the_same_values_are_no_different_and_a_tenth_less_is_slower() {
        let a = values(10, 50.0, 0.01);
        let same = compare(&a, &a, Better::Higher).unwrap();
        assert_eq!((same.ratio.value, same.delta, same.effect, same.verdict), (1.0, 0.0, Effect::Negligible, Some(Verdict::NoDifference)));
        let less: Vec<f64> = a.iter().map(|value| value * 0.9).collect();
        let slower = compare(&a, &less, Better::Higher).unwrap();
        assert!((slower.ratio.value - 0.9).abs() < 1e-12 && slower.delta == -1.0, "{slower:?}");
        assert_eq!(slower.verdict, Some(Verdict::Slower));
        assert_eq!(compare(&a, &less, Better::Lower).unwrap().verdict, Some(Verdict::Faster), "a shorter time is faster");
    }

    #[test]
    fn three_trials_a_side_show_their_ratio_and_carry_no_verdict() {
        let compared = compare(&[50.0, 51.0, 50.5], &[25.0, 25.5, 25.2], Better::Higher).unwrap();
        assert!(compared.ratio.high < 0.6 && compared.verdict.is_none(), "{compared:?}");
        assert_eq!(compare(&[f64::NAN, 0.0], &[1.0], Better::Higher), None, "nothing is left to compare");
    }

    #[test]
    fn a_run_that_wandered_widens_what_is_said_of_it() {
        let wandering: Vec<f64> = (0..10).map(|i| 50.0 * (1.0 - 0.006 * f64::from(i))).collect();
        // The same values in an order in which they lead nowhere.
        let steady: Vec<f64> = [0, 9, 4, 5, 2, 7, 8, 1, 6, 3].map(|i: usize| wandering[i]).to_vec();
        let slower: Vec<f64> = steady.iter().map(|value| value * 0.945).collect();
        let (steady, wandering) = [steady, wandering].map(|a| compare(&a, &slower, Better::Higher).unwrap()).into();
        assert_eq!((steady.ratio.value, steady.verdict), (wandering.ratio.value, Some(Verdict::Slower)), "{steady:?}");
        assert_eq!(wandering.verdict, Some(Verdict::NoDifference), "it moved by 3 % by itself: {wandering:?}");
    }

    #[test]
    fn pairs_see_a_difference_through_a_drift_that_hides_it_from_two_medians() {
        let drifting: Vec<f64> = (0..10).map(|i| 50.0 * (1.0 - 0.03 * f64::from(i))).collect();
        let pairs: Vec<(f64, f64)> = drifting.iter().map(|a| (*a, a * 0.9)).collect();
        let interleaved = compare_pairs(&pairs, Design::Interleaved, Better::Higher).unwrap();
        assert_eq!(interleaved.verdict, Some(Verdict::Slower), "{interleaved:?}");
        let slower: Vec<f64> = drifting.iter().map(|a| a * 0.9).collect();
        assert_eq!(compare(&drifting, &slower, Better::Higher).unwrap().verdict, Some(Verdict::NoDifference));
    }
}
