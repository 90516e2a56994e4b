//! Main memory and swap, within the limits that control groups set (a container's, a service's).

use std::path::Path;

use sysinfo::{MemoryRefreshKind, System};
use toprung_core::machine::HardwareSample;

use crate::groups::{Controller, counter};
use crate::root::{Root, number, text};
use crate::{Probe, SensorReport};

const SOURCE: &str = if cfg!(target_os = "linux") { "/proc/meminfo, memory limits of the control groups" } else { "the system" };
const GROUPS: Controller = Controller { name: "memory", v1_mounts: &["sys/fs/cgroup/memory"] };
/// What a group has taken, in either version.
const TAKEN: &str = "memory.stat";

/// Reads how much memory is used and how much could be had.
pub(crate) struct Memory {
    root: Root,
}

impl Memory {
    pub(crate) fn new(root: &Root) -> Self {
        Self { root: root.clone() }
    }
}

impl Probe for Memory {
    fn read(&mut self, sample: &mut HardwareSample) {
        let Some(sizes) = sizes(&self.root) else { return };
        sample.memory_used_bytes = Some(sizes.total.saturating_sub(sizes.available));
        sample.memory_available_bytes = Some(sizes.available);
        sample.swap_used_bytes = sizes.swap_used;
    }
}

/// What this process may use, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) total: u64,
    pub(crate) available: u64,
    pub(crate) swap: Option<u64>,
    pub(crate) swap_used: Option<u64>,
}

/// The machine's, or what is left of the narrowest limit. `None` where it can't be told.
pub(crate) fn sizes(root: &Root) -> Option<Sizes> {
    let machine = if cfg!(target_os = "linux") { in_meminfo(&root.text("proc/meminfo")?) } else { of_system() }?;
    Some(GROUPS.groups(root, "proc/self/cgroup", TAKEN).iter().filter_map(|group| limit(group)).fold(machine, within))
}

fn in_meminfo(meminfo: &str) -> Option<Sizes> {
    let bytes = |key: &str| -> Option<u64> {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
    };
    let (swap, free) = (bytes("SwapTotal"), bytes("SwapFree"));
    let swap_used = swap.zip(free).map(|(total, free)| total.saturating_sub(free));
    let sizes = Sizes { total: bytes("MemTotal")?, available: bytes("MemAvailable")?, swap, swap_used };
    (sizes.total > 0).then_some(sizes)
}

fn of_system() -> Option<Sizes> {
    let mut system = System::new().ok()?;
    system.refresh_memory_specifics(MemoryRefreshKind::everything());
    let (swap, swap_used) = (Some(system.total_swap()), Some(system.used_swap()));
    let sizes = Sizes { total: system.total_memory(), available: system.available_memory(), swap, swap_used };
    (sizes.total > 0).then_some(sizes)
}

/// A group's limit with the anonymous memory that it holds. What it holds of files is not counted: the kernel gives that up
/// when a model needs the room.
fn limit(group: &Path) -> Option<(u64, u64)> {
    let most = number(&group.join("memory.max")).or_else(|| number(&group.join("memory.limit_in_bytes")))?;
    let taken = text(&group.join(TAKEN))?;
    // Version 1 tells what the groups below hold under a name of its own.
    Some((most, counter(&taken, "total_rss").or_else(|| counter(&taken, "anon"))?))
}

/// Applies a group's limit. One above the machine's memory, as version 1 shows where nobody set any, changes nothing.
fn within(sizes: Sizes, (most, held): (u64, u64)) -> Sizes {
    Sizes { total: sizes.total.min(most), available: sizes.available.min(most.saturating_sub(held)), ..sizes }
}

/// Bytes of memory that a program can have without swapping; `None` where it can't be told.
pub fn available_bytes() -> Option<u64> {
    sizes(&Root::real()).map(|sizes| sizes.available)
}

/// Bytes that lie in swap; `None` where it can't be told.
pub fn swap_used_bytes() -> Option<u64> {
    sizes(&Root::real())?.swap_used
}

pub(crate) fn report(root: &Root) -> SensorReport {
    let reading = sizes(root).map(|sizes| format!("{} of {} available", gib(sizes.available), gib(sizes.total)));
    SensorReport::new("Memory", reading, "the system reports no memory", "Let Toprung read /proc/meminfo.").with_source(SOURCE, "bytes")
}

fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
