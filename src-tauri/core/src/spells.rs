//! When a machine was in trouble: the stretches of a run's readings in which something held it back.

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
    /// What memory did not hold came back from swap, or was read from the disk again.
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

    fn is_in(self, sample: &HardwareSample) -> bool {
        match self {
            Self::Throttled => sample.throttles_per_s.is_some_and(|rate| rate > 0.0),
            Self::GpuThrottled => sample.gpus.iter().filter_map(|gpu| gpu.throttles.as_ref()).flatten().any(is_urgent),
            Self::Quota => sample.quota_held_percent.is_some_and(|share| f64::from(share) > MAX_QUOTA_HELD_PERCENT),
            Self::Spilled => {
                sample.swap_in_bytes_per_s.is_some_and(|rate| rate > MAX_SWAP_IN_BYTES_PER_S)
                    || sample.major_faults_per_s.is_some_and(|rate| rate > MAX_MAJOR_FAULTS_PER_S)
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
/// have none: where they stand is not known.
pub fn spells(samples: &[HardwareSample]) -> Vec<Spell> {
    if !samples.is_sorted_by(|a, b| a.at_ms <= b.at_ms) {
        return Vec::new();
    }
    Trouble::ALL.into_iter().flat_map(|trouble| of(trouble, samples)).collect()
}

fn of(trouble: Trouble, samples: &[HardwareSample]) -> Vec<Spell> {
    let mut found: Vec<Spell> = Vec::new();
    let mut goes_on = false;
    let mut before_ms = None;
    for sample in samples {
        let is_in = trouble.is_in(sample);
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
        assert_eq!(spells(&throttled), [spell(1000.0, 3000.0), spell(4000.0, 5000.0)]);
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
            let found: Vec<Trouble> = spells(&samples(|_, sample| change(sample))).iter().map(|spell| spell.trouble).collect();
            assert_eq!(found, [trouble]);
        }
        assert!(spells(&samples(|_, _| {})).is_empty(), "a sensor that is not there says nothing");
        assert!(spells(&samples(|_, s| s.gpus = vec![gpu(Throttle::PowerCap)])).is_empty(), "a power limit is kept all day");
    }

    #[test]
    fn readings_whose_clock_went_back_have_no_place_in_time() {
        let mut back = samples(|_, sample| sample.on_mains = Some(false));
        back[3].at_ms = 0.0;
        assert!(spells(&back).is_empty());
    }
}
