//! Main memory and swap, within the limit that a container sets.

use sysinfo::{MemoryRefreshKind, System};
use toprung_core::machine::HardwareSample;

use crate::{Probe, SensorReport};

const SOURCE: &str = if cfg!(target_os = "linux") { "/proc/meminfo, memory limit of the control group" } else { "the system" };

/// Reads how much memory is used and how much could be had.
pub(crate) struct Memory {
    /// `None` on a system that sysinfo does not know.
    system: Option<System>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self { system: System::new().ok() }
    }
}

impl Probe for Memory {
    fn read(&mut self, sample: &mut HardwareSample) {
        let Some(system) = &mut self.system else { return };
        system.refresh_memory_specifics(MemoryRefreshKind::everything());
        if system.total_memory() == 0 {
            return;
        }
        sample.memory_used_bytes = Some(system.used_memory());
        sample.memory_available_bytes = Some(system.available_memory());
        sample.swap_used_bytes = Some(system.used_swap());
    }
}

/// Total, available and swap, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) total: u64,
    pub(crate) available: u64,
    pub(crate) swap: u64,
}

/// What this process may use now: the machine's, or what is left of its container's limit. `None` where it can't be told.
pub(crate) fn sizes() -> Option<Sizes> {
    let mut system = System::new().ok()?;
    system.refresh_memory_specifics(MemoryRefreshKind::everything());
    let machine = Sizes { total: system.total_memory(), available: system.available_memory(), swap: system.total_swap() };
    let limit = system.cgroup_limits().map(|limits| (limits.total_memory, limits.rss));
    (machine.total > 0).then(|| within(machine, limit))
}

/// Applies a container's limit, given with the anonymous memory it holds. What it holds of files is not counted:
/// the kernel gives that up when a model needs the room.
fn within(machine: Sizes, limit: Option<(u64, u64)>) -> Sizes {
    match limit {
        Some((total, held)) if total < machine.total => {
            Sizes { total, available: machine.available.min(total.saturating_sub(held)), ..machine }
        }
        _ => machine,
    }
}

/// Bytes of memory that a program can have without swapping; `None` where it can't be told.
pub fn available_bytes() -> Option<u64> {
    sizes().map(|sizes| sizes.available)
}

pub(crate) fn report() -> SensorReport {
    let reading = sizes().map(|sizes| format!("{} of {} available", gib(sizes.available), gib(sizes.total)));
    SensorReport::new("Memory", reading, "the system reports no memory", "Let Toprung read /proc/meminfo.").with_source(SOURCE, "bytes")
}

fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: Sizes = Sizes { total: 16_000, available: 9_000, swap: 2_000 };

    #[test]
    fn a_limit_below_the_machine_bounds_what_can_be_had() {
        assert_eq!(within(MACHINE, Some((8_000, 3_000))), Sizes { total: 8_000, available: 5_000, swap: 2_000 });
        assert_eq!(within(MACHINE, Some((8_000, 9_000))).available, 0, "a container above its limit has nothing left");
        assert_eq!(within(MACHINE, Some((15_000, 1_000))).available, 9_000, "the machine itself has no more");
    }

    #[test]
    fn no_limit_leaves_the_machine_as_it_is() {
        assert_eq!(within(MACHINE, None), MACHINE);
        assert_eq!(within(MACHINE, Some((16_000, 15_000))), MACHINE);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn readings_agree_with_the_kernel() {
        let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap();
        let kib = |key: &str| -> u64 {
            let line = meminfo.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
        };
        let mut sample = HardwareSample::default();
        Memory::new().read(&mut sample);
        let (total, available) = (kib("MemTotal") * 1024, kib("MemAvailable") * 1024);
        // Other programs go on in between; a tenth of the memory is far more than they move.
        assert!(sample.memory_available_bytes.unwrap().abs_diff(available) < total / 10, "{sample:?} against {available}");
        assert!(sample.memory_used_bytes.unwrap() < total);
        assert!(available_bytes().unwrap() <= total);
    }
}
