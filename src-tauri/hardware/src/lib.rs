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
mod groups;
mod host;
mod hwmon;
mod load;
mod machine;
mod memory;
mod network;
mod power;
mod pressure;
mod process;
mod processes;
mod quota;
mod rapl;
mod root;
mod sampler;
mod scripted;
mod thermal;
mod throughput;
mod topology;

use std::path::Path;

use toprung_core::machine::HardwareSample;

pub use bandwidth::copy_bandwidth;
pub use clock::{slept_s, wall_offset_s};
pub use disk::free_bytes as disk_free_bytes;
pub use load::load_average;
pub use machine::{machine, machine_at_work};
pub use memory::{available_bytes as available_memory_bytes, swap_used_bytes};
pub use power::on_mains;
pub use rapl::reads_power;
pub use sampler::{SHORTEST_INTERVAL, Sampler};
pub use scripted::Scripted;

/// One group of sensors. A reading that can't be had stays `None`.
pub trait Probe: Send {
    /// Fills in what this probe can read.
    fn read(&mut self, sample: &mut HardwareSample);
}

/// A probe for every group of sensors that a sample holds. Rates and loads begin with the second reading.
pub fn probes() -> Vec<Box<dyn Probe>> {
    let mut probes: Vec<Box<dyn Probe>> = vec![
        Box::new(cpu::Cpu::new()),
        Box::new(disk::DiskThroughput::new()),
        Box::new(network::NetworkThroughput::new()),
        Box::new(gpu::Gpus::new()),
    ];
    probes.extend(probes_under(Path::new("/")));
    probes
}

/// The same, and what can still be written in a folder.
pub fn probes_with_disk(folder: &Path) -> Vec<Box<dyn Probe>> {
    let mut probes = probes();
    probes.push(Box::new(disk::DiskFree(folder.to_owned())));
    probes
}

/// Those that read the kernel's own files, below a folder that holds `proc` and `sys`: for tests on a machine that was made up.
pub fn probes_under(folder: &Path) -> Vec<Box<dyn Probe>> {
    let root = root::Root::at(folder);
    vec![
        Box::new(memory::Memory::new(&root)),
        Box::new(thermal::Thermal::new(&root)),
        Box::new(processes::Processes::new(&root)),
        Box::new(pressure::Pressure::new(&root)),
        Box::new(clocks::Clocks::new(&root)),
        Box::new(power::Power::new(&root)),
        Box::new(rapl::Rapl::new(&root)),
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
    /// Where the reading comes from: files of the kernel, a library. Empty where that is in the detail.
    pub source: String,
    /// Of the readings in a sample; `None` where they have none.
    pub unit: Option<&'static str>,
}

impl SensorReport {
    /// A report from a reading in words, or from its absence: why, and how to mend it.
    fn new(name: &'static str, reading: Option<String>, why: &str, mend: &'static str) -> Self {
        let readable = reading.is_some();
        let detail = reading.unwrap_or_else(|| why.to_owned());
        Self { name, readable, detail, mend: (!readable).then_some(mend), source: String::new(), unit: None }
    }

    /// The same with where it is read and in which unit; an empty unit is none.
    fn with_source(self, source: &str, unit: &'static str) -> Self {
        Self { source: source.to_owned(), unit: (!unit.is_empty()).then_some(unit), ..self }
    }
}

/// Every group of sensors, for `toprung doctor` and the hardware screen.
pub fn sensors() -> Vec<SensorReport> {
    let root = root::Root::real();
    let mut reports = vec![cpu::report()];
    reports.extend(clocks::reports(&root));
    reports.extend([quota::report(&root), memory::report(&root), pressure::report(&root), processes::report(&root)]);
    reports.extend(thermal::reports(&root));
    reports.push(rapl::report(&root));
    reports.extend(power::reports(&root));
    reports.extend([disk::report(), network::report()]);
    reports.extend(gpu::reports());
    reports
}
