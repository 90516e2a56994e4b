//! The statistics of a difference: ratios with bootstrap intervals, Cliff's delta, and how far a run wandered by itself.
//!
//! Values are finite and above zero here. Every bootstrap has the one seed of all, so that the same two stored runs
//! always compare alike.

use super::Ratio;
use crate::stats::{self, RESAMPLES, SplitMix64, TAIL};

/// The ratio of B's median to A's, each side resampled by itself.
pub(super) fn ratio_of_medians(a: &[f64], b: &[f64]) -> Option<Ratio> {
    let value = stats::median(b)? / stats::median(a)?;
    let mut random = SplitMix64(stats::SEED);
    let (mut of_a, mut of_b) = (Vec::with_capacity(a.len()), Vec::with_capacity(b.len()));
    let ratios = (0..RESAMPLES).filter_map(|_| {
        draw(a, &mut of_a, &mut random);
        draw(b, &mut of_b, &mut random);
        Some(stats::median(&of_b)? / stats::median(&of_a)?)
    });
    interval(value, ratios.collect())
}

/// The median of the pairs' ratios, resampled as pairs.
pub(super) fn median_of_ratios(ratios: &[f64]) -> Option<Ratio> {
    let value = stats::median(ratios)?;
    let mut random = SplitMix64(stats::SEED);
    let mut drawn = Vec::with_capacity(ratios.len());
    let medians = (0..RESAMPLES).filter_map(|_| {
        draw(ratios, &mut drawn, &mut random);
        stats::median(&drawn)
    });
    interval(value, medians.collect())
}

/// As many values as there are, with replacement.
fn draw(values: &[f64], into: &mut Vec<f64>, random: &mut SplitMix64) {
    into.clear();
    into.extend((0..values.len()).filter_map(|_| values.get(random.below(values.len()))));
}

/// The percentile interval, with the same allowance at its ends as every other interval has.
fn interval(value: f64, mut resampled: Vec<f64>) -> Option<Ratio> {
    resampled.sort_by(f64::total_cmp);
    let last = resampled.len().checked_sub(1)?;
    let beyond = (last as f64 * TAIL).floor() as usize;
    let ratio = Ratio { value, low: *resampled.get(beyond)?, high: *resampled.get(last - beyond)? };
    (ratio.value.is_finite() && ratio.low.is_finite() && ratio.high.is_finite()).then_some(ratio)
}

/// The share of pairs in which B is above A, less the share in which it is below (Cliff 1993). `None` without values.
pub fn cliffs_delta(a: &[f64], b: &[f64]) -> Option<f64> {
    let pairs = a.len() * b.len();
    let sum: i64 = b.iter().flat_map(|b| a.iter().map(move |a| i64::from(b > a) - i64::from(b < a))).sum();
    (pairs > 0).then(|| sum as f64 / pairs as f64)
}

/// How far the values moved by themselves: |ln| of the ratio between the medians of their later and their earlier half.
/// The middle one of an odd number counts for neither. 0 for fewer than two.
pub fn wander(values: &[f64]) -> f64 {
    let half = values.len() / 2;
    let (earlier, later) = (values.get(..half), values.get(values.len() - half..));
    let moved = earlier.zip(later).and_then(|(earlier, later)| Some((stats::median(later)? / stats::median(earlier)?).ln().abs()));
    moved.filter(|moved| moved.is_finite()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cliffs_delta_is_what_counting_the_pairs_by_hand_gives() {
        let table: [(&[f64], &[f64], Option<f64>); 6] = [
            (&[1.0, 2.0, 3.0], &[4.0, 5.0], Some(1.0)),
            (&[4.0, 5.0], &[1.0, 2.0, 3.0], Some(-1.0)),
            (&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], Some(0.0)),
            // Of nine pairs five have B above, two below and two are equal.
            (&[10.0, 20.0, 30.0], &[20.0, 30.0, 40.0], Some(5.0 / 9.0)),
            // 1 lies below all four; 8 above three and below one; 10 above all four: 7 of twelve pairs above, 5 below.
            (&[2.0, 4.0, 7.0, 9.0], &[1.0, 8.0, 10.0], Some(2.0 / 12.0)),
            (&[], &[1.0], None),
        ];
        for (a, b, expected) in table {
            let delta = cliffs_delta(a, b);
            let close = delta.zip(expected).is_some_and(|(is, wanted)| (is - wanted).abs() < 1e-12);
            assert!(close || delta == expected, "{a:?} against {b:?}: {delta:?}, not {expected:?}");
        }
    }

    #[test]
    fn the_ratio_is_that_of_the_medians_and_its_interval_holds_it() {
        let (a, b) = ([10.0, 11.0, 9.0, 10.5, 9.5], [20.0, 22.0, 18.0, 21.0, 19.0]);
        let ratio = ratio_of_medians(&a, &b).unwrap();
        assert_eq!(ratio.value, 2.0);
        // The furthest that resampled medians can be apart are the smallest of one and the largest of the other.
        assert!(18.0 / 11.0 < ratio.low && ratio.low < 2.0 && 2.0 < ratio.high && ratio.high < 22.0 / 9.0, "{ratio:?}");
        assert_eq!(ratio_of_medians(&a, &b), Some(ratio), "the same trials always compare alike");
        assert_eq!(ratio_of_medians(&[], &b), None);
    }

    #[test]
    fn pairs_that_all_have_one_ratio_have_no_width() {
        let ratio = median_of_ratios(&[0.9; 6]).unwrap();
        assert_eq!((ratio.value, ratio.low, ratio.high), (0.9, 0.9, 0.9));
    }

    #[test]
    fn a_run_wanders_by_the_distance_of_its_halves() {
        let table: [(&[f64], f64); 5] = [
            (&[], 0.0),
            (&[5.0], 0.0),
            (&[10.0, 10.0, 20.0, 20.0], 2f64.ln()),
            (&[20.0, 20.0, 99.0, 10.0, 10.0], 2f64.ln()),
            (&[10.0, 20.0, 10.0, 20.0], 0.0),
        ];
        for (values, expected) in table {
            assert!((wander(values) - expected).abs() < 1e-12, "{values:?}: {}", wander(values));
        }
    }
}
