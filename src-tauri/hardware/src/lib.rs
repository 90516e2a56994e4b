//! What the machine is, and what is seen of it while a run goes on.
//!
//! Architecture invariant: a reading that can't be had is `None`, never 0, and never an error: a run does not stop
//! for a sensor. Where the sensors are missing, [`sensors`] says why and how to mend it.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bandwidth;
mod clock;
mod clocks;
mod cpu;
mod disk;
mod gpu;
mod machine;
mod memory;
mod network;
mod power;
mod pressure;
mod processes;
mod sampler;
mod scripted;
mod thermal;
mod throughput;

use toprung_core::machine::HardwareSample;

pub use bandwidth::copy_bandwidth;
pub use clock::{slept_s, wall_offset_s};
pub use disk::free_bytes as disk_free_bytes;
pub use machine::machine;
pub use memory::available_bytes as available_memory_bytes;
pub use power::on_mains;
pub use sampler::{SHORTEST_INTERVAL, Sampler};
pub use scripted::Scripted;

/// One group of sensors. A reading that can't be had stays `None`.
pub trait Probe: Send {
    /// Fills in what this probe can read.
    fn read(&mut self, sample: &mut HardwareSample);
}

/// A probe for every group of sensors that a sample holds. Rates and loads begin with the second reading.
pub fn probes() -> Vec<Box<dyn Probe>> {
    vec![
        Box::new(cpu::Cpu::new()),
        Box::new(memory::Memory::new()),
        Box::new(thermal::Thermal::new()),
        Box::new(disk::DiskThroughput::new()),
        Box::new(network::NetworkThroughput::new()),
        Box::new(processes::Processes::new()),
        Box::new(pressure::Pressure::new()),
        Box::new(clocks::Clocks::new()),
        Box::new(power::Power),
        Box::new(gpu::Gpus::new()),
    ]
}

/// Whether a group of sensors can be read, and if not, why and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensorReport {
    pub name: &'static str,
    pub readable: bool,
    /// What it reads now, or why nothing can be read.
    pub detail: String,
    /// What a person can do; `None` where it is readable.
    pub mend: Option<&'static str>,
}

impl SensorReport {
    /// A report from a reading in words, or from its absence: why, and how to mend it.
    fn new(name: &'static str, reading: Option<String>, why: &str, mend: &'static str) -> Self {
        let readable = reading.is_some();
        Self { name, readable, detail: reading.unwrap_or_else(|| why.to_owned()), mend: (!readable).then_some(mend) }
    }
}

/// Every group of sensors, for `toprung doctor` and the hardware screen.
pub fn sensors() -> Vec<SensorReport> {
    let mut reports = vec![cpu::report(), memory::report(), thermal::report(), disk::report(), network::report(), power::report()];
    reports.extend(gpu::reports());
    reports
}
