//! What disturbed a rung from outside while it was measured, as the hardware samples show it.

use super::Reason;
use crate::analysis::Grade;
use crate::format;
use crate::machine::{HardwareSample, Machine};
use crate::run::RungRecord;
use crate::stats;

/// Smaller changes of the swap are other programs' housekeeping.
const SWAPPING_BYTES: u64 = 64 << 20;
/// Other programs may use this share of all cores, in per cent (measurement.md).
const MAX_FOREIGN_CPU_PERCENT: f64 = 10.0;
/// Waiting for memory for a larger share of the time is thrashing, in per cent (measurement.md).
const MAX_MEMORY_PRESSURE_PERCENT: f64 = 10.0;

/// The samples taken while the rung's trials ran. A resumed run counts its time anew, so a clock that goes back makes
/// the lining-up unsafe, and none are given.
pub(crate) fn samples_during<'a>(rung: &RungRecord, samples: &'a [HardwareSample]) -> Vec<&'a HardwareSample> {
    let ordered = |times: Vec<f64>| times.is_sorted();
    // The drift check of the first rung runs after all the others.
    let trials: Vec<_> = rung.trials.iter().filter(|trial| trial.kind != crate::trial::TrialKind::Sentinel).collect();
    let in_order =
        ordered(samples.iter().map(|sample| sample.at_ms).collect()) && ordered(trials.iter().map(|trial| trial.started_ms).collect());
    let (Some(first), Some(last)) = (trials.first(), trials.last()) else {
        return Vec::new();
    };
    let span = first.started_ms..=last.started_ms + last.response_ms.unwrap_or(0.0);
    samples.iter().filter(|sample| in_order && span.contains(&sample.at_ms)).collect()
}

/// Every disturbance that the samples show.
pub(super) fn reasons(rung: &RungRecord, samples: &[HardwareSample], machine: &Machine) -> Vec<Reason> {
    let during = samples_during(rung, samples);
    [foreign_load(&during), throttling(&during), battery(&during, machine), swapping(&during), memory_pressure(&during)]
        .into_iter()
        .flatten()
        .collect()
}

fn median_of(during: &[&HardwareSample], read: impl Fn(&HardwareSample) -> Option<f32>) -> Option<f64> {
    stats::median(&during.iter().filter_map(|sample| read(sample).map(f64::from)).collect::<Vec<_>>())
}

fn foreign_load(during: &[&HardwareSample]) -> Option<Reason> {
    let load = median_of(during, |sample| sample.foreign_cpu_percent).filter(|load| *load > MAX_FOREIGN_CPU_PERCENT)?;
    Some((Grade::B, format!("other programs used {} of the processor while it ran", format::percent(load / 100.0))))
}

fn throttling(during: &[&HardwareSample]) -> Option<Reason> {
    let slowed = during.iter().filter(|sample| sample.throttles_per_s.is_some_and(|rate| rate > 0.0)).count();
    let words = || format!("the processor slowed down to stay cool in {slowed} of {} readings", during.len());
    (slowed > 0).then(|| (Grade::B, words()))
}

fn battery(during: &[&HardwareSample], machine: &Machine) -> Option<Reason> {
    let on_battery = machine.on_mains == Some(false) || during.iter().any(|sample| sample.on_mains == Some(false));
    on_battery.then(|| (Grade::B, "the machine ran on battery".to_owned()))
}

fn swapping(during: &[&HardwareSample]) -> Option<Reason> {
    let used: Vec<u64> = during.iter().filter_map(|sample| sample.swap_used_bytes).collect();
    let grown = used.iter().max()?.saturating_sub(*used.first()?);
    (grown > SWAPPING_BYTES).then(|| (Grade::C, format!("the swap grew by {} while it ran", format::bytes_gib(grown))))
}

fn memory_pressure(during: &[&HardwareSample]) -> Option<Reason> {
    let share = median_of(during, |sample| sample.memory_pressure_percent).filter(|share| *share > MAX_MEMORY_PRESSURE_PERCENT)?;
    Some((Grade::C, format!("everything waited for memory during {} of the time", format::percent(share / 100.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::rung;

    /// Three readings while a rung of five trials ran, each changed in the same way.
    fn words(change: fn(&mut HardwareSample)) -> Vec<(Grade, String)> {
        let mut samples: Vec<HardwareSample> =
            [0.0, 1000.0, 2000.0].map(|at_ms| HardwareSample { at_ms, ..HardwareSample::default() }).into();
        samples.iter_mut().for_each(change);
        reasons(&rung("1b", 1.0, 50.0, 5), &samples, &Machine::default())
    }

    #[test]
    fn each_disturbance_is_said_with_its_figure() {
        type Change = fn(&mut HardwareSample);
        let table: [(Change, Grade, &str); 4] = [
            (|s| s.foreign_cpu_percent = Some(23.0), Grade::B, "other programs used 23 % of the processor while it ran"),
            (|s| s.throttles_per_s = Some(2.0), Grade::B, "the processor slowed down to stay cool in 3 of 3 readings"),
            (|s| s.on_mains = Some(false), Grade::B, "the machine ran on battery"),
            (|s| s.memory_pressure_percent = Some(31.0), Grade::C, "everything waited for memory during 31 % of the time"),
        ];
        for (change, grade, expected) in table {
            assert_eq!(words(change), [(grade, expected.to_owned())]);
        }
    }

    #[test]
    fn what_is_unknown_or_small_is_no_reason() {
        assert!(words(|_| {}).is_empty(), "a sensor that is not there says nothing");
        assert!(words(|s| s.foreign_cpu_percent = Some(9.0)).is_empty());
        assert!(words(|s| s.throttles_per_s = Some(0.0)).is_empty());
    }

    #[test]
    fn one_busy_moment_is_no_busy_rung() {
        assert!(words(|s| s.foreign_cpu_percent = Some(if s.at_ms == 0.0 { 90.0 } else { 1.0 })).is_empty());
    }
}
