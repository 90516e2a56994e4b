//! Sensors that fell silent while a rung was measured, where the trust in its figures rests on them.

use super::Reason;
use crate::analysis::Grade;
use crate::format;
use crate::machine::{HardwareSample, Machine};

/// A rate has no basis in the first reading, and none in the one after a process came or went: fewer gaps than this are
/// how sensors are.
pub(super) const LOST_READINGS: usize = 3;

/// A sensor whose silence hides a disturbance.
struct Watched {
    name: &'static str,
    /// What may have happened unseen.
    hides: &'static str,
    is_read: fn(&HardwareSample) -> bool,
    /// Whether the machine's own description shows that there is such a sensor.
    is_known: fn(&Machine) -> bool,
}

const WATCHED: [Watched; 5] = [
    Watched {
        name: "the throttle counters",
        hides: "the processor may have slowed down to stay cool",
        is_read: reads_throttles,
        is_known: |_| false,
    },
    Watched {
        name: "the power source",
        hides: "the machine may have run on battery",
        is_read: reads_mains,
        is_known: |machine| machine.on_mains.is_some(),
    },
    Watched {
        name: "the load of other programs",
        hides: "other programs may have used the processor",
        is_read: |sample| sample.foreign_cpu_percent.is_some(),
        is_known: |_| false,
    },
    Watched {
        name: "the memory pressure",
        hides: "everything may have waited for memory",
        is_read: |sample| sample.memory_pressure_percent.is_some(),
        is_known: |_| false,
    },
    Watched {
        name: "the CPU quota",
        hides: "a quota may have held the processor back",
        is_read: |sample| sample.quota_held_percent.is_some(),
        is_known: |_| false,
    },
];

pub(crate) fn reads_throttles(sample: &HardwareSample) -> bool {
    sample.throttles_per_s.is_some()
}

pub(crate) fn reads_mains(sample: &HardwareSample) -> bool {
    sample.on_mains.is_some()
}

/// In how many of a rung's readings a sensor is missing; `None` where they are too few to speak of a loss.
pub(crate) fn missing(during: &[&HardwareSample], is_read: fn(&HardwareSample) -> bool) -> Option<usize> {
    let missing = during.iter().filter(|sample| !is_read(sample)).count();
    (missing >= LOST_READINGS).then_some(missing)
}

/// A reason for every watched sensor that the run has read at some time and that is missing here. One that was never
/// there is no loss: the machine has none.
pub(super) fn reasons(during: &[&HardwareSample], samples: &[HardwareSample], machine: &Machine) -> Vec<Reason> {
    let was_there = |watched: &Watched| samples.iter().any(watched.is_read) || (watched.is_known)(machine);
    let lost = WATCHED.iter().filter(|watched| was_there(watched));
    lost.filter_map(|watched| Some((watched, missing(during, watched.is_read)?)))
        .map(|(watched, missing)| reason(watched, missing, during.len()))
        .collect()
}

fn reason(watched: &Watched, missing: usize, of: usize) -> Reason {
    let readings = format::count(u32::try_from(of).unwrap_or(u32::MAX), "reading", "readings");
    (Grade::B, format!("{} could not be read in {missing} of {readings}, so {}", watched.name, watched.hides))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(throttles: &[Option<f64>]) -> Vec<HardwareSample> {
        throttles.iter().map(|rate| HardwareSample { throttles_per_s: *rate, ..HardwareSample::default() }).collect()
    }

    fn words(during: &[Option<f64>], whole: &[Option<f64>], machine: &Machine) -> Vec<String> {
        let during = samples(during);
        let during: Vec<&HardwareSample> = during.iter().collect();
        reasons(&during, &samples(whole), machine).into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn a_sensor_that_falls_silent_is_said_with_what_it_hides() {
        let during = [Some(0.0), None, None, None];
        let expected = "the throttle counters could not be read in 3 of 4 readings, so the processor may have slowed down to stay cool";
        assert_eq!(words(&during, &during, &Machine::default()), [expected]);
        let earlier = [Some(0.0), None, None, None];
        assert_eq!(words(&[None; 3], &earlier, &Machine::default()).len(), 1, "it was lost on a rung below");
    }

    #[test]
    fn a_gap_and_a_sensor_that_never_was_are_no_loss() {
        let gaps = [None, Some(0.0), Some(0.0), None];
        assert!(words(&gaps, &gaps, &Machine::default()).is_empty(), "a rate has no basis in the first reading");
        assert!(words(&[None; 9], &[None; 9], &Machine::default()).is_empty(), "a virtual machine has no throttle counters");
    }

    #[test]
    fn a_machine_that_was_on_mains_had_a_power_source_to_read() {
        let machine = Machine { on_mains: Some(true), ..Machine::default() };
        let expected = "the power source could not be read in 3 of 3 readings, so the machine may have run on battery";
        assert_eq!(words(&[None; 3], &[None; 3], &machine), [expected]);
    }
}
