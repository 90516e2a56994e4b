//! What speed may be expected of a model that was not measured, from those that were.
//!
//! Decoding streams every active weight once a token, so ms/token = a + b · active bytes; a and b are fitted over the
//! measured rungs. The interval is an honest guess and no confidence interval: few rungs do not allow one.

use crate::analysis::RungSummary;
use crate::stats::{self, Line};

/// With so few rungs, and other quantizations and architectures ahead, no projection is surer than this.
const LEAST_HALF_WIDTH: f64 = 0.2;
/// However far it reaches, a range wider than a factor of about three says nothing; it is given no wider.
const MOST_HALF_WIDTH: f64 = 0.6;
/// A model so many times larger than the largest measured one is another world (another memory, another cache).
const MOST_EXTRAPOLATION: f64 = 10.0;

/// Tokens per second that may be expected, as a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    pub low: f64,
    pub mid: f64,
    pub high: f64,
    /// Rungs that the fit rests on.
    pub rungs: usize,
}

/// Bytes of weights that a token streams through: the active ones, or the whole file where nothing says otherwise.
pub fn streamed_bytes(summary: &RungSummary) -> Option<u64> {
    summary.facts.active_bytes.or(summary.facts.file_bytes).filter(|bytes| *bytes > 0)
}

/// Measured points: active bytes and milliseconds a token. Rungs with a cause of failure are left out: whatever slows
/// them is not their size.
fn points(rungs: &[RungSummary]) -> Vec<(f64, f64)> {
    let sound = rungs.iter().filter(|rung| rung.cause.is_none());
    points_from(sound.filter_map(|rung| Some((streamed_bytes(rung)?, rung.decode_tps?.median))))
}

/// Points from tokens per second, as (active bytes, tokens per second) of each model.
fn points_from(speeds: impl IntoIterator<Item = (u64, f64)>) -> Vec<(f64, f64)> {
    speeds.into_iter().map(|(bytes, tps)| (bytes as f64, 1000.0 / tps)).filter(|(_, ms)| ms.is_finite() && *ms > 0.0).collect()
}

/// The line of ms/token over active bytes. `None` with fewer than two sizes, or when larger models were not slower.
pub fn law(rungs: &[RungSummary]) -> Option<Line> {
    law_of(&points(rungs))
}

fn law_of(points: &[(f64, f64)]) -> Option<Line> {
    stats::fit_line(points).filter(|line| line.slope > 0.0)
}

/// The speed to expect of a model with so many active bytes; `None` where the measured rungs do not carry that far.
pub fn expected_tps(rungs: &[RungSummary], active_bytes: u64) -> Option<Expected> {
    expected_at(&points(rungs), active_bytes)
}

/// The same from earlier measurements: (active bytes, tokens per second) of each model.
pub fn expected_from(speeds: impl IntoIterator<Item = (u64, f64)>, active_bytes: u64) -> Option<Expected> {
    expected_at(&points_from(speeds), active_bytes)
}

fn expected_at(points: &[(f64, f64)], active_bytes: u64) -> Option<Expected> {
    let line = law_of(points)?;
    let bytes = active_bytes as f64;
    let largest = points.iter().map(|(bytes, _)| *bytes).fold(0.0, f64::max);
    let ms = line.at(bytes);
    if ms <= 0.0 || bytes <= 0.0 || bytes > largest * MOST_EXTRAPOLATION {
        return None;
    }
    // Beyond the largest measured rung the range widens with the square root of the distance.
    let reach = (bytes / largest).max(1.0).sqrt();
    let from_residuals = line.residual.map_or(0.0, |residual| 2.0 * residual / ms);
    let half_width = (LEAST_HALF_WIDTH * reach).max(from_residuals).min(MOST_HALF_WIDTH);
    let tps = |ms: f64| Some(1000.0 / ms).filter(|tps| tps.is_finite());
    Some(Expected { low: tps(ms * (1.0 + half_width))?, mid: tps(ms)?, high: tps(ms * (1.0 - half_width))?, rungs: line.n })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Floors, analyse};
    use crate::run::RungRecord;
    use crate::scripted::{run, rung};

    fn expected(rungs: Vec<RungRecord>, gigabytes: f64) -> Option<Expected> {
        expected_tps(&analyse(&run(rungs), &Floors::default()).rungs, (gigabytes * 1e9) as u64)
    }

    /// A machine that streams 20 GB/s and spends 2 ms a token on the rest.
    fn lawful(gigabytes: f64) -> RungRecord {
        rung(&format!("m{gigabytes}"), gigabytes, 1000.0 / (2.0 + gigabytes * 50.0), 5)
    }

    #[test]
    fn a_lawful_machine_is_projected_to_its_law_with_an_honest_range() {
        let expected = expected(vec![lawful(0.5), lawful(1.0), lawful(2.0)], 4.0).unwrap();
        assert!((expected.mid - 1000.0 / 202.0).abs() < 0.01, "{expected:?}");
        assert!(
            expected.low <= expected.mid * 0.8 && expected.high >= expected.mid * 1.2,
            "no projection is surer than 20 %: {expected:?}"
        );
        assert_eq!(expected.rungs, 3);
    }

    #[test]
    fn the_range_widens_with_the_distance() {
        let width = |gigabytes| expected(vec![lawful(0.5), lawful(1.0)], gigabytes).map(|e| e.high / e.low).unwrap();
        assert!(width(4.0) > width(1.0));
    }

    #[test]
    fn nothing_is_projected_from_what_does_not_carry() {
        let table = [
            ("no rung", vec![], 1.0),
            ("one rung", vec![lawful(1.0)], 2.0),
            ("two rungs of one size", vec![lawful(1.0), rung("x", 1.0, 30.0, 5)], 2.0),
            ("larger models were faster", vec![rung("a", 1.0, 20.0, 5), rung("b", 2.0, 40.0, 5)], 3.0),
            ("a failing rung is no evidence", vec![lawful(1.0), rung("b", 2.0, 1.0, 0)], 3.0),
            ("ten times the largest is another world", vec![lawful(0.1), lawful(0.2)], 2.5),
            ("no bytes", vec![lawful(1.0), lawful(2.0)], 0.0),
        ];
        for (fact, rungs, gigabytes) in table {
            assert_eq!(expected(rungs, gigabytes), None, "{fact}");
        }
    }
}
