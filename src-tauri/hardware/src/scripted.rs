//! Plays given readings: for tests, and for building screens without sensors.

use toprung_core::machine::HardwareSample;

use crate::Probe;

/// Gives one reading after the other, and then none: a sensor that is gone leaves a gap.
pub struct Scripted {
    readings: std::vec::IntoIter<HardwareSample>,
}

impl Scripted {
    pub fn new(readings: Vec<HardwareSample>) -> Self {
        Self { readings: readings.into_iter() }
    }
}

impl Probe for Scripted {
    /// The time stays the sampler's.
    fn read(&mut self, sample: &mut HardwareSample) {
        if let Some(reading) = self.readings.next() {
            *sample = HardwareSample { at_ms: sample.at_ms, ..reading };
        }
    }
}
