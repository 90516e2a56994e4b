//! The sensors by themselves, while nothing is measured.

use std::time::Duration;

use toprung_core::machine::{HardwareSample, Machine};
use toprung_hardware::Sampler;

use crate::home::Home;

pub use toprung_hardware::{SensorReport, sensors};

/// Gauges need no more.
const INTERVAL: Duration = Duration::from_secs(1);

/// Reads the sensors until it is dropped.
pub struct Watch {
    _sampler: Sampler,
}

/// Hears a reading of a machine.
pub type OnReading = Box<dyn FnMut(&HardwareSample, &Machine) + Send>;

/// Begins to read every sensor once a second. `on_reading` is called on a thread of its own, and should return quickly.
pub fn watch(home: &Home, mut on_reading: OnReading) -> Watch {
    let machine = toprung_hardware::machine();
    let hear = Box::new(move |sample| on_reading(&sample, &machine));
    Watch { _sampler: Sampler::start(toprung_hardware::probes_with_disk(home.folder()), INTERVAL, hear) }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_watch_reads_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (sender, samples) = channel();
        let watch = watch(
            &Home::open_at(folder.path()).unwrap(),
            Box::new(move |sample, _| sender.send(sample.memory_used_bytes).unwrap_or_default()),
        );
        assert!(samples.recv().unwrap().is_some_and(|bytes| bytes > 0));
        drop(watch);
        assert!(samples.iter().count() < 3, "nothing comes after the end");
    }
}
