//! What the machine is, and what is seen of it while a run goes on.

use toprung_core::machine::HardwareSample;

/// One group of sensors. A reading that can't be had stays `None`.
pub trait Probe: Send {
    /// Fills in what this probe can read.
    fn read(&mut self, sample: &mut HardwareSample);
}
