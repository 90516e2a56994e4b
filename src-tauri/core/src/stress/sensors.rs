//! What the sensors said in a part of a test, and what changed between two parts, in words.

use crate::format;
use crate::grade::disturbance::MAX_QUOTA_HELD_PERCENT;
use crate::machine::HardwareSample;
use crate::stats;

/// A clock that moves by less is the processor's usual play.
const CLOCK_CHANGE: f64 = 0.03;
/// The processor's use, and other programs' share of it, in per cent: a change by less is a busy desktop's noise.
const USE_CHANGE_PERCENT: f64 = 10.0;
/// Other programs may use this share of all cores, in per cent (measurement.md).
pub(super) const MAX_FOREIGN_CPU_PERCENT: f64 = 10.0;
/// Waiting for memory for a larger share of the time is thrashing, in per cent (measurement.md).
pub(super) const MAX_MEMORY_PRESSURE_PERCENT: f64 = 10.0;

/// The samples from one moment to another, in milliseconds.
pub(super) fn within(samples: &[HardwareSample], from_ms: f64, to_ms: f64) -> &[HardwareSample] {
    let begin = samples.partition_point(|sample| sample.at_ms < from_ms);
    let end = samples.partition_point(|sample| sample.at_ms < to_ms);
    samples.get(begin..end).unwrap_or_default()
}

/// The least memory that was available, in bytes.
pub(super) fn lowest_available(samples: &[HardwareSample]) -> Option<u64> {
    samples.iter().filter_map(|sample| sample.memory_available_bytes).min()
}

/// The highest temperature, in degrees Celsius.
pub(super) fn hottest(samples: &[HardwareSample]) -> Option<f32> {
    samples.iter().filter_map(|sample| sample.temperature_c).reduce(f32::max)
}

/// In how many of how many readings the processor slowed down to stay cool; `None` where no reading tells.
pub(super) fn throttled(samples: &[HardwareSample]) -> Option<(usize, usize)> {
    let rates: Vec<f64> = samples.iter().filter_map(|sample| sample.throttles_per_s).collect();
    (!rates.is_empty()).then(|| (rates.iter().filter(|rate| **rate > 0.0).count(), rates.len()))
}

/// The median of a figure over some samples.
pub(super) fn median(samples: &[HardwareSample], read: Read) -> Option<f64> {
    stats::median(&samples.iter().filter_map(read).collect::<Vec<_>>())
}

type Read = fn(&HardwareSample) -> Option<f64>;
/// From the median before and the median then to a phrase, where there is something to say.
type Say = fn(Option<f64>, f64) -> Option<String>;

pub(super) fn foreign_cpu(sample: &HardwareSample) -> Option<f64> {
    sample.foreign_cpu_percent.map(f64::from)
}

/// Toprung itself with its window: one that is dragged about draws, and takes what the model should have.
pub(super) fn own_cpu(sample: &HardwareSample) -> Option<f64> {
    sample.own_cpu_percent.map(f64::from)
}

/// Every figure that may explain a slowdown. A further sensor is a further row.
const FIGURES: [(Read, Say); 9] = [
    (|sample| sample.throttles_per_s, |_, now| (now > 0.0).then(|| "the processor slowed down to stay cool".to_owned())),
    (|sample| sample.quota_held_percent.map(f64::from), quota),
    (|sample| sample.clock_mhz.map(f64::from), clock),
    (|sample| sample.temperature_c.map(f64::from), temperature),
    (
        |sample| sample.on_mains.map(|on_mains| if on_mains { 1.0 } else { 0.0 }),
        |_, now| (now < 0.5).then(|| "it ran on battery".to_owned()),
    ),
    (foreign_cpu, |_, now| {
        (now > MAX_FOREIGN_CPU_PERCENT).then(|| format!("other programs used {} of the processor", format::percent(now / 100.0)))
    }),
    (own_cpu, |_, now| {
        (now > MAX_FOREIGN_CPU_PERCENT).then(|| format!("Toprung's own window used {} of the processor", format::percent(now / 100.0)))
    }),
    (|sample| sample.cpu_percent.map(f64::from), used),
    (
        |sample| sample.memory_pressure_percent.map(f64::from),
        |_, now| {
            (now > MAX_MEMORY_PRESSURE_PERCENT)
                .then(|| format!("everything waited for memory during {} of the time", format::percent(now / 100.0)))
        },
    ),
];

/// What the sensors said then, against before; empty where none had anything to say.
pub(super) fn changes(before: &[HardwareSample], then: &[HardwareSample]) -> Vec<String> {
    FIGURES.iter().filter_map(|(read, say)| say(median(before, *read), median(then, *read)?)).collect()
}

fn quota(before: Option<f64>, now: f64) -> Option<String> {
    let more = now - before.unwrap_or(0.0);
    (more > MAX_QUOTA_HELD_PERCENT).then(|| format!("a CPU quota held the processor back {} of the time", format::percent(now / 100.0)))
}

fn clock(before: Option<f64>, now: f64) -> Option<String> {
    let before = before.filter(|before| now < before * (1.0 - CLOCK_CHANGE))?;
    Some(format!("the clock fell from {before:.0} to {now:.0} MHz"))
}

/// A temperature alone explains nothing, but a person wants to know it.
fn temperature(before: Option<f64>, now: f64) -> Option<String> {
    let change = before.filter(|before| (now - before).abs() >= 1.0).map(|before| format!(" ({before:.0} °C before)"));
    Some(format!("{now:.0} °C{}", change.unwrap_or_default()))
}

/// Slower and less busy: the engine was not let work, which is what a quota looks like from outside.
fn used(before: Option<f64>, now: f64) -> Option<String> {
    let before = before.filter(|before| before - now > USE_CHANGE_PERCENT)?;
    let (now, before) = (format::percent(now / 100.0), format::percent(before / 100.0));
    Some(format!("only {now} of the processor was used ({before} before): something held the engine back, such as a CPU quota"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(change: fn(&mut HardwareSample)) -> Vec<HardwareSample> {
        let mut samples: Vec<HardwareSample> = [0.0, 1000.0].map(|at_ms| HardwareSample { at_ms, ..HardwareSample::default() }).into();
        samples.iter_mut().for_each(change);
        samples
    }

    #[test]
    fn each_change_is_said_with_its_figures() {
        type Change = fn(&mut HardwareSample);
        let usual = readings(|s| {
            (s.clock_mhz, s.cpu_percent, s.temperature_c, s.on_mains) = (Some(3000.0), Some(99.0), Some(70.0), Some(true));
        });
        let table: [(Change, &str); 7] = [
            (|s| s.clock_mhz = Some(1800.0), "the clock fell from 3000 to 1800 MHz"),
            (|s| s.temperature_c = Some(97.0), "97 °C (70 °C before)"),
            (|s| s.throttles_per_s = Some(4.0), "the processor slowed down to stay cool"),
            (|s| s.on_mains = Some(false), "it ran on battery"),
            (|s| s.foreign_cpu_percent = Some(40.0), "other programs used 40 % of the processor"),
            (|s| s.own_cpu_percent = Some(30.0), "Toprung's own window used 30 % of the processor"),
            (|s| s.cpu_percent = Some(50.0), "only 50 % of the processor was used (99 % before)"),
        ];
        for (change, words) in table {
            let said = changes(&usual, &readings(change));
            assert!(said.len() == 1 && said[0].starts_with(words), "{said:?} should say “{words}”");
        }
    }

    #[test]
    fn no_sensor_says_nothing_and_a_lost_one_neither() {
        assert!(changes(&readings(|_| {}), &readings(|_| {})).is_empty());
        assert!(changes(&readings(|s| s.clock_mhz = Some(3000.0)), &readings(|_| {})).is_empty(), "a gap is no fall to 0");
        assert_eq!(throttled(&readings(|_| {})), None, "unknown is not “never”");
        assert_eq!((lowest_available(&[]), hottest(&[])), (None, None));
    }

    #[test]
    fn a_part_holds_its_beginning_and_not_its_end() {
        let samples = readings(|_| {});
        assert_eq!(within(&samples, 0.0, 1000.0).len(), 1);
        assert_eq!(within(&samples, 1000.0, 5000.0).len(), 1);
        assert!(within(&samples, 5000.0, 1000.0).is_empty());
    }
}
