//! When a machine was in trouble: the stretches of a run's readings in which something held it back.

use std::ops::RangeInclusive;

use crate::grade::disturbance::{MAX_MAJOR_FAULTS_PER_S, MAX_QUOTA_HELD_PERCENT, MAX_SWAP_IN_BYTES_PER_S};
use crate::machine::{HardwareSample, Throttle};

/// What held the machine back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The processor slowed down to stay cool.
    Throttled,
    /// The graphics processor slowed down to stay cool, or because its hardware or its power supply asked for it. Its
    /// usual power limit is no trouble: every prompt touches it.
    GpuThrottled,
    /// A CPU quota withheld time.
    Quota,
    /// What memory did not hold came back from swap, or was read from the disk again while a model worked: a load reads
    /// the disk too, and is none.
    Spilled,
    OnBattery,
}

impl Trouble {
    pub const ALL: [Self; 5] = [Self::Throttled, Self::GpuThrottled, Self::Quota, Self::Spilled, Self::OnBattery];

    /// In two or three words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Throttled => "Throttling",
            Self::GpuThrottled => "GPU throttling",
            Self::Quota => "CPU quota",
            Self::Spilled => "Spill to disk",
            Self::OnBattery => "On battery",
        }
    }

    /// What happened, as the beginning of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Throttled => "The processor slowed down to stay cool",
            Self::GpuThrottled => "The GPU slowed down",
            Self::Quota => "A CPU quota held the processor back",
            Self::Spilled => "Memory did not hold the model: it was read from the disk again",
            Self::OnBattery => "The machine ran on battery",
        }
    }

    /// `works`: whether a model worked during all that the reading tells of.
    fn is_in(self, sample: &HardwareSample, works: bool) -> bool {
        match self {
            Self::Throttled => sample.throttles_per_s.is_some_and(|rate| rate > 0.0),
            Self::GpuThrottled => sample.gpus.iter().filter_map(|gpu| gpu.throttles.as_ref()).flatten().any(is_urgent),
            Self::Quota => sample.quota_held_percent.is_some_and(|share| f64::from(share) > MAX_QUOTA_HELD_PERCENT),
            Self::Spilled => {
                sample.swap_in_bytes_per_s.is_some_and(|rate| rate > MAX_SWAP_IN_BYTES_PER_S)
                    || (works && sample.major_faults_per_s.is_some_and(|rate| rate > MAX_MAJOR_FAULTS_PER_S))
            }
            Self::OnBattery => sample.on_mains == Some(false),
        }
    }
}

fn is_urgent(throttle: &Throttle) -> bool {
    matches!(throttle, Throttle::Thermal | Throttle::PowerBrake)
}

/// A stretch of readings with one trouble in each of them, in milliseconds of the readings' clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    pub trouble: Trouble,
    /// When the reading before it was taken: a rate counts from there.
    pub from_ms: f64,
    pub to_ms: f64,
}

/// Every spell of the readings, trouble by trouble and by time. Readings whose clock went back, as those of a resumed run,
/// have none: where they stand is not known. `working` are the stretches in which a model worked and none was loaded, on the
/// same clock (see [`crate::working::working`]).
pub fn spells(samples: &[HardwareSample], working: &[RangeInclusive<f64>]) -> Vec<Spell> {
    if !samples.is_sorted_by(|a, b| a.at_ms <= b.at_ms) {
        return Vec::new();
    }
    Trouble::ALL.into_iter().flat_map(|trouble| of(trouble, samples, working)).collect()
}

fn of(trouble: Trouble, samples: &[HardwareSample], working: &[RangeInclusive<f64>]) -> Vec<Spell> {
    let mut found: Vec<Spell> = Vec::new();
    let mut goes_on = false;
    let mut before_ms: Option<f64> = None;
    for sample in samples {
        // A rate tells of the time since the reading before.
        let works = before_ms.is_some_and(|before| working.iter().any(|span| span.contains(&before) && span.contains(&sample.at_ms)));
        let is_in = trouble.is_in(sample, works);
        match found.last_mut().filter(|_| goes_on) {
            Some(spell) if is_in => spell.to_ms = sample.at_ms,
            _ if is_in => found.push(Spell { trouble, from_ms: before_ms.unwrap_or(sample.at_ms), to_ms: sample.at_ms }),
            _ => {}
        }
        (goes_on, before_ms) = (is_in, Some(sample.at_ms));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::GpuSample;

    const ALWAYS: [RangeInclusive<f64>; 1] = [0.0..=f64::INFINITY];

    fn samples(change: impl Fn(usize, &mut HardwareSample)) -> Vec<HardwareSample> {
        (0..6)
            .map(|second| {
                let mut sample = HardwareSample { at_ms: second as f64 * 1000.0, ..HardwareSample::default() };
                change(second, &mut sample);
                sample
            })
            .collect()
    }

    #[test]
    fn a_spell_goes_from_the_reading_before_it_to_its_last() {
        let throttled = samples(|second, sample| sample.throttles_per_s = Some(if [2, 3, 5].contains(&second) { 1.0 } else { 0.0 }));
        let spell = |from_ms, to_ms| Spell { trouble: Trouble::Throttled, from_ms, to_ms };
        assert_eq!(spells(&throttled, &[]), [spell(1000.0, 3000.0), spell(4000.0, 5000.0)]);
    }

    #[test]
    fn each_trouble_is_told_from_its_own_reading() {
        type Change = fn(&mut HardwareSample);
        let gpu = |throttle| GpuSample { throttles: Some(vec![throttle]), ..GpuSample::default() };
        let table: [(Change, Trouble); 6] = [
            (|s| s.throttles_per_s = Some(1.0), Trouble::Throttled),
            (|s| s.quota_held_percent = Some(40.0), Trouble::Quota),
            (|s| s.swap_in_bytes_per_s = Some(8e6), Trouble::Spilled),
            (|s| s.major_faults_per_s = Some(2500.0), Trouble::Spilled),
            (|s| s.on_mains = Some(false), Trouble::OnBattery),
            (|s| s.gpus = vec![GpuSample { throttles: Some(vec![Throttle::Thermal]), ..GpuSample::default() }], Trouble::GpuThrottled),
        ];
        for (change, trouble) in table {
            let found: Vec<Trouble> = spells(&samples(|_, sample| change(sample)), &ALWAYS).iter().map(|spell| spell.trouble).collect();
            assert_eq!(found, [trouble]);
        }
        assert!(spells(&samples(|_, _| {}), &ALWAYS).is_empty(), "a sensor that is not there says nothing");
        assert!(spells(&samples(|_, s| s.gpus = vec![gpu(Throttle::PowerCap)]), &ALWAYS).is_empty(), "a power limit is kept all day");
    }

    #[test]
    fn readings_whose_clock_went_back_have_no_place_in_time() {
        let mut back = samples(|_, sample| sample.on_mains = Some(false));
        back[3].at_ms = 0.0;
        assert!(spells(&back, &ALWAYS).is_empty());
    }

    #[test]
    fn a_load_that_reads_the_disk_is_no_spill() {
        let read = samples(|_, sample| sample.major_faults_per_s = Some(2500.0));
        assert!(spells(&read, &[]).is_empty(), "nothing worked");
        // Loaded for two seconds, worked for two, and then the next model was loaded.
        let found = spells(&read, &[1900.0..=4100.0]);
        assert_eq!(
            found,
            [Spell { trouble: Trouble::Spilled, from_ms: 2000.0, to_ms: 4000.0 }],
            "the reading at 2 s tells of the load too"
        );
        let swapped = samples(|_, sample| sample.swap_in_bytes_per_s = Some(8e6));
        assert_eq!(spells(&swapped, &[]).len(), 1, "what comes back from swap had no room, whoever wants it");
    }
}
