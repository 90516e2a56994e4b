//! The load of the processor, all cores together and each.

use sysinfo::{CpuRefreshKind, System};
use toprung_core::machine::HardwareSample;

use crate::{Probe, SensorReport};

const SOURCE: &str = if cfg!(target_os = "linux") { "/proc/stat" } else { "the system" };

/// Reads the time that each core spent working since the last reading.
pub(crate) struct Cpu {
    /// `None` on a system that sysinfo does not know.
    system: Option<System>,
    /// A load is a difference: the first reading has nothing to compare with.
    has_basis: bool,
}

impl Cpu {
    pub(crate) fn new() -> Self {
        Self { system: System::new().ok(), has_basis: false }
    }
}

impl Probe for Cpu {
    fn read(&mut self, sample: &mut HardwareSample) {
        let Some(system) = &mut self.system else { return };
        // Frequencies are left out: reading them takes longer than all the rest.
        system.refresh_cpu_specifics(CpuRefreshKind::nothing().with_usage());
        if self.has_basis && !system.cpus().is_empty() {
            sample.cpu_percent = percent(system.global_cpu_usage());
            // Known for each core or for none: a list with holes could not say which core it speaks of.
            sample.per_core_percent = system.cpus().iter().map(|cpu| percent(cpu.usage())).collect::<Option<_>>().unwrap_or_default();
        }
        self.has_basis = true;
    }
}

/// Rounding in the kernel's counters can give a little more than 100; what is no number is unknown.
fn percent(load: f32) -> Option<f32> {
    load.is_finite().then(|| load.clamp(0.0, 100.0))
}

/// The model name, and physical and logical cores, each where it can be told.
pub(crate) fn description() -> (Option<String>, Option<u32>, Option<u32>) {
    let Ok(mut system) = System::new() else { return (None, None, None) };
    system.refresh_cpu_list(CpuRefreshKind::nothing());
    let name = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).filter(|name| !name.is_empty());
    let count = |cores: usize| u32::try_from(cores).ok().filter(|cores| *cores > 0);
    (name, System::physical_core_count().ok().and_then(count), count(system.cpus().len()))
}

pub(crate) fn report() -> SensorReport {
    let (name, _, logical) = description();
    let reading = logical.map(|cores| format!("{cores} logical cores, {}", name.as_deref().unwrap_or("model unknown")));
    SensorReport::new("Processor load", reading, "the system reports no cores", "Let Toprung read /proc/stat and /proc/cpuinfo.")
        .with_source(SOURCE, "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reading_is_unknown_and_the_second_a_percentage() {
        let (mut cpu, mut first, mut second) = (Cpu::new(), HardwareSample::default(), HardwareSample::default());
        cpu.read(&mut first);
        assert_eq!(first, HardwareSample::default(), "a load is a difference, and there is nothing before the first");
        std::thread::sleep(sysinfo::MINIMUM_CPU_UPDATE_INTERVAL);
        cpu.read(&mut second);
        assert!(second.cpu_percent.is_some_and(|load| (0.0..=100.0).contains(&load)), "{second:?}");
        assert_eq!(second.per_core_percent.len() as u32, description().2.unwrap(), "one reading a core");
    }

    #[test]
    fn a_load_that_is_no_number_is_unknown() {
        assert_eq!(percent(f32::NAN), None);
        assert_eq!(percent(100.4), Some(100.0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_busy_core_is_seen() {
        let (mut cpu, mut sample) = (Cpu::new(), HardwareSample::default());
        cpu.read(&mut sample);
        let started = std::time::Instant::now();
        let mut work = 0_u64;
        while started.elapsed() < std::time::Duration::from_millis(600) {
            work = std::hint::black_box(work.wrapping_mul(31).wrapping_add(1));
        }
        cpu.read(&mut sample);
        let cores = sample.per_core_percent.len() as f32;
        // Half a core leaves room for other programs that take this one's turns.
        assert!(sample.cpu_percent.unwrap() >= 50.0 / cores, "one of {cores} cores was busy: {sample:?}");
    }
}
