//! Whether the machine, the engine or the clock changed while a ladder was climbed.
//!
//! The first rung is measured once more after the last, and the memory bandwidth before and after. What changed by more
//! than its own noise lowers the grade of the whole session: rungs that were measured an hour apart can then not be told
//! apart from an hour's warmth.

use crate::analysis::{Estimate, Grade};
use crate::format;
use crate::run::{RunRecord, RungRecord};
use crate::stats;
use crate::summary;
use crate::trial::{Trial, TrialKind};

/// A smaller drift is left unsaid (measurement.md).
const MAX_DRIFT: f64 = 0.03;
/// A setting of the wall clock by fewer seconds is what time synchronisation does all day.
const CLOCK_SET_S: f64 = 2.0;
/// A shorter sleep can't be told from the two clocks' rounding.
const SLEPT_S: f64 = 0.5;

/// A change that is larger than [`MAX_DRIFT`] and than the noise of both readings; `None` where either is unknown.
fn change(before: Option<Estimate>, after: Option<Estimate>) -> Option<f64> {
    let (before, after) = (before?, after?);
    let apart = before.low > after.high || after.low > before.high;
    stats::ratio_change(before.median, after.median).filter(|change| apart && change.abs() > MAX_DRIFT)
}

fn sentinel(rung: &RungRecord) -> Option<Estimate> {
    let again: Vec<f64> = rung.trials.iter().filter(|trial| is_good_sentinel(trial)).filter_map(|trial| trial.decode_tps).collect();
    stats::bootstrap_median(&again, stats::SEED)
}

fn is_good_sentinel(trial: &Trial) -> bool {
    trial.kind == TrialKind::Sentinel && trial.counts_for_timing()
}

/// How the first rung's decode speed changed until it was measured again, where that can be told from its noise.
pub fn speed_drift(run: &RunRecord) -> Option<(&RungRecord, f64)> {
    let rung = run.rungs.iter().find(|rung| rung.trials.iter().any(is_good_sentinel))?;
    let before = stats::bootstrap_median(&summary::decode_values(rung), stats::SEED);
    Some((rung, change(before, sentinel(rung))?))
}

/// Why nothing of the whole session can be trusted fully, worst first; empty where all stayed as it was.
pub(crate) fn session_reasons(run: &RunRecord) -> Vec<(Grade, String)> {
    let checks = &run.checks;
    let directed = |change: f64, up: &str, down: &str| {
        let word = if change > 0.0 { up } else { down };
        format!("{} {word}", format::percent_tenths(change.abs()))
    };
    let mut reasons: Vec<(Grade, String)> =
        checks.versions_changed.iter().map(|words| (Grade::C, format!("the engine was changed meanwhile: {words}"))).collect();
    reasons.extend(speed_drift(run).map(|(rung, change)| {
        (Grade::B, format!("{} was {} when measured again at the end", rung.title, directed(change, "faster", "slower")))
    }));
    let bandwidth = |values: &[f64]| stats::bootstrap_median(values, stats::SEED);
    let drifted = change(bandwidth(&checks.bandwidth_before), bandwidth(&checks.bandwidth_after));
    reasons.extend(drifted.map(|change| (Grade::B, format!("memory bandwidth was {} at the end", directed(change, "higher", "lower")))));
    let long = |seconds: Option<f64>, least: f64| seconds.filter(|seconds| seconds.abs() > least);
    reasons.extend(long(checks.slept_s, SLEPT_S).map(|s| (Grade::B, format!("the machine slept for {} meanwhile", format::duration(s)))));
    reasons.extend(
        long(checks.clock_set_s, CLOCK_SET_S).map(|s| (Grade::B, format!("the clock was set by {} meanwhile", format::duration(s.abs())))),
    );
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::SessionChecks;
    use crate::scripted::{run, rung, trial};

    fn drifted(factor: f64) -> RunRecord {
        let mut first = rung("1b", 1.0, 50.0, 5);
        first.trials.extend((0..5).map(|i| trial(TrialKind::Sentinel, i, 50.0 * factor + 0.01 * f64::from(i))));
        run(vec![first, rung("2b", 2.0, 25.0, 5)])
    }

    fn words(run: &RunRecord) -> Vec<String> {
        session_reasons(run).into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn a_drift_beyond_the_noise_is_said_with_its_direction() {
        assert_eq!(words(&drifted(0.93)), ["1b was 7.0 % slower when measured again at the end"]);
        assert_eq!(words(&drifted(1.08)), ["1b was 8.0 % faster when measured again at the end"]);
        assert!(words(&drifted(0.98)).is_empty(), "two per cent are within what the specification lets pass");
        assert!(words(&run(vec![rung("1b", 1.0, 50.0, 5)])).is_empty(), "a ladder that was not finished has no drift check");
    }

    #[test]
    fn noise_is_no_drift() {
        let mut run = drifted(1.0);
        let spread = [0.8, 0.9, 0.95, 1.05, 1.2];
        let again = run.rungs[0].trials.iter_mut().filter(|trial| trial.kind == TrialKind::Sentinel);
        again.zip(spread).for_each(|(trial, factor)| trial.decode_tps = Some(46.0 * factor));
        assert!(words(&run).is_empty(), "the drift check itself scatters by 40 %");
    }

    #[test]
    fn each_check_has_its_words() {
        let mut run = run(vec![rung("1b", 1.0, 50.0, 5)]);
        run.checks = SessionChecks {
            bandwidth_before: vec![20e9, 20.1e9, 19.9e9],
            bandwidth_after: vec![15e9, 15.1e9, 14.9e9],
            versions_changed: vec!["0.5.4, then 0.6.0".to_owned()],
            slept_s: Some(600.0),
            clock_set_s: Some(-3600.0),
        };
        let expected = [
            "the engine was changed meanwhile: 0.5.4, then 0.6.0",
            "memory bandwidth was 25.0 % lower at the end",
            "the machine slept for 10 min meanwhile",
            "the clock was set by 1 h meanwhile",
        ];
        assert_eq!(words(&run), expected);
        assert_eq!(session_reasons(&run)[0].0, Grade::C, "another version is another instrument");
    }
}
