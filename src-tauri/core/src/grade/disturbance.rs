//! What disturbed a rung from outside while it was measured, as the hardware samples show it.

use super::{Reason, lost};
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

/// Swapped pages that come back at a higher rate are the model's, not housekeeping's: 1 MiB a second.
pub(crate) const MAX_SWAP_IN_BYTES_PER_S: f64 = 1_048_576.0;
/// The engine waits for the disk so often that it shows: a page fault to disk takes about a tenth of a millisecond on an
/// SSD, so 100 a second are one per cent of the time.
pub(crate) const MAX_MAJOR_FAULTS_PER_S: f64 = 100.0;
/// A quota that withholds a smaller share moves a speed by less than the precision that is asked of it, in per cent.
pub(crate) const MAX_QUOTA_HELD_PERCENT: f64 = 2.0;

/// The samples taken while the rung's trials ran. A clock that goes back makes the lining-up
/// unsafe, and none are given.
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
    let seen = [
        foreign_load(&during),
        throttling(&during),
        quota(&during),
        battery(&during, machine),
        swapping(&during),
        memory_pressure(&during),
        waiting_for_disk(&during),
    ];
    seen.into_iter().flatten().chain(lost::reasons(&during, samples, machine)).collect()
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

/// The share of processor time that a quota withheld from a rung, in per cent: a mean, because it is a share of time, and a
/// quota that holds for half of the rung slows half of its trials.
pub(crate) fn quota_held_percent(during: &[&HardwareSample]) -> Option<f64> {
    let shares: Vec<f64> =
        during.iter().filter_map(|sample| sample.quota_held_percent.map(f64::from)).filter(|share| share.is_finite()).collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}

fn quota(during: &[&HardwareSample]) -> Option<Reason> {
    let held = quota_held_percent(during).filter(|held| *held > MAX_QUOTA_HELD_PERCENT)?;
    Some((Grade::B, format!("a CPU quota held the processor back {} of the time", format::percent(held / 100.0))))
}

fn battery(during: &[&HardwareSample], machine: &Machine) -> Option<Reason> {
    let on_battery = machine.on_mains == Some(false) || during.iter().any(|sample| sample.on_mains == Some(false));
    on_battery.then(|| (Grade::B, "the machine ran on battery".to_owned()))
}

fn swapping(during: &[&HardwareSample]) -> Option<Reason> {
    let used: Vec<u64> = during.iter().filter_map(|sample| sample.swap_used_bytes).collect();
    let grown = used.iter().max().zip(used.first()).map_or(0, |(most, first)| most.saturating_sub(*first));
    if grown > SWAPPING_BYTES {
        return Some((Grade::C, format!("the swap grew by {} while it ran", format::bytes_gib(grown))));
    }
    let rates: Vec<f64> = during.iter().filter_map(|sample| sample.swap_in_bytes_per_s).collect();
    let rate = stats::median(&rates).filter(|rate| *rate > MAX_SWAP_IN_BYTES_PER_S)?;
    Some((Grade::C, format!("{}/s came back from swap while it ran", format::bytes_gib(rate as u64))))
}

/// The spill to the disk: weights that memory does not hold are read again and again.
fn waiting_for_disk(during: &[&HardwareSample]) -> Option<Reason> {
    let rates: Vec<f64> = during.iter().filter_map(|sample| sample.major_faults_per_s).collect();
    let rate = stats::median(&rates).filter(|rate| *rate > MAX_MAJOR_FAULTS_PER_S)?;
    let words = format!("the engine waited for the disk {} times a second: memory did not hold the model", format::figures(rate));
    Some((Grade::B, words))
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
        let table: [(Change, Grade, &str); 7] = [
            (|s| s.foreign_cpu_percent = Some(23.0), Grade::B, "other programs used 23 % of the processor while it ran"),
            (|s| s.throttles_per_s = Some(2.0), Grade::B, "the processor slowed down to stay cool in 3 of 3 readings"),
            (|s| s.quota_held_percent = Some(40.0), Grade::B, "a CPU quota held the processor back 40 % of the time"),
            (|s| s.on_mains = Some(false), Grade::B, "the machine ran on battery"),
            (|s| s.swap_in_bytes_per_s = Some(8e6), Grade::C, "7.63 MiB/s came back from swap while it ran"),
            (
                |s| s.major_faults_per_s = Some(2500.0),
                Grade::B,
                "the engine waited for the disk 2500 times a second: memory did not hold the model",
            ),
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
        assert!(words(|s| s.quota_held_percent = Some(1.0)).is_empty());
        assert!(words(|s| s.major_faults_per_s = Some(20.0)).is_empty());
    }

    #[test]
    fn a_quota_that_came_half_way_counts_by_its_time() {
        let held = words(|s| s.quota_held_percent = Some(if s.at_ms == 2000.0 { 60.0 } else { 0.0 }));
        assert_eq!(held, [(Grade::B, "a CPU quota held the processor back 20 % of the time".to_owned())]);
    }

    #[test]
    fn a_sensor_lost_on_the_way_is_a_blemish() {
        let lost = words(|s| (s.throttles_per_s, s.on_mains) = (None, Some(true)));
        assert!(lost.is_empty(), "throttle counters that never were are no loss");
        let mut samples: Vec<HardwareSample> =
            (0..5).map(|second| HardwareSample { at_ms: f64::from(second) * 1000.0, ..HardwareSample::default() }).collect();
        samples[0].on_mains = Some(true);
        let found = reasons(&rung("1b", 1.0, 50.0, 5), &samples, &Machine::default());
        let words = "the power source could not be read in 4 of 5 readings, so the machine may have run on battery";
        assert_eq!(found, [(Grade::B, words.to_owned())]);
    }

    #[test]
    fn one_busy_moment_is_no_busy_rung() {
        assert!(words(|s| s.foreign_cpu_percent = Some(if s.at_ms == 0.0 { 90.0 } else { 1.0 })).is_empty());
    }
}
