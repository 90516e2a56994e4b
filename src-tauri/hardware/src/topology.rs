//! Kinds of cores and sizes of caches, as Linux shows them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::clocks::cores;
use crate::root::{Root, entries, number, text};

/// A core below this share of the fastest one's capacity or top clock is built to save energy. Cores of one kind differ by
/// some per cent (a few may clock higher); efficiency cores reach 0.7 of it at most on the hybrid processors of Intel and
/// AMD, and half on ARM's.
const EFFICIENT_SHARE: f64 = 0.8;

/// Physical cores by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds {
    pub(crate) performance: u32,
    pub(crate) efficiency: u32,
}

/// `None` where the system tells nothing that sets cores apart.
pub(crate) fn kinds(root: &Root) -> Option<Kinds> {
    let mut physical: BTreeMap<String, PathBuf> = BTreeMap::new();
    for core in cores(root) {
        // Two threads of one core share this list.
        let siblings = text(&core.join("topology/core_cpus_list")).or_else(|| text(&core.join("topology/thread_siblings_list")))?;
        physical.entry(siblings).or_insert(core);
    }
    let by = |file: &str| physical.values().map(|core| number::<f64>(&core.join(file))).collect::<Option<Vec<f64>>>();
    let differ = |values: &Vec<f64>| values.iter().any(|value| value != &values[0]);
    let (capacity, clock) = (by("cpu_capacity"), by("cpufreq/cpuinfo_max_freq"));
    // The kernel's own measure first, where it sets cores apart.
    let values = capacity.clone().filter(differ).or(clock).or(capacity).filter(|values| !values.is_empty())?;
    let most = values.iter().copied().fold(0.0, f64::max);
    let efficiency = values.iter().filter(|value| **value < most * EFFICIENT_SHARE).count();
    let count = |cores: usize| u32::try_from(cores).ok();
    Some(Kinds { performance: count(values.len() - efficiency)?, efficiency: count(efficiency)? })
}

/// Bytes of all caches of a level together, instructions' caches left out; `None` where none is shown.
pub(crate) fn cache_bytes(root: &Root, level: u32) -> Option<u64> {
    let mut caches: BTreeMap<String, u64> = BTreeMap::new();
    for cache in cores(root).iter().flat_map(|core| entries(&core.join("cache"))) {
        if let Some((sharers, bytes)) = cache_of(&cache, level) {
            caches.insert(sharers, bytes);
        }
    }
    (!caches.is_empty()).then(|| caches.values().sum())
}

/// Who shares a cache, and its size, if it is of that level.
fn cache_of(cache: &Path, level: u32) -> Option<(String, u64)> {
    let is_level = number::<u32>(&cache.join("level")) == Some(level) && text(&cache.join("type"))? != "Instruction";
    let size = text(&cache.join("size")).filter(|_| is_level)?;
    Some((text(&cache.join("shared_cpu_list"))?, bytes_of(&size)?))
}

/// “1024K” or “32M”.
fn bytes_of(size: &str) -> Option<u64> {
    let (count, unit) = match size.strip_suffix('K') {
        Some(kib) => (kib, 1 << 10),
        None => (size.strip_suffix('M')?, 1 << 20),
    };
    count.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clocks::CORES;
    use crate::root::write;

    /// Logical cores: the threads that share a core, and a file with its value.
    fn machine(cores: &[(&str, &str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (number, (siblings, file, value)) in cores.iter().enumerate() {
            write(folder.path(), &format!("{CORES}/cpu{number}/topology/core_cpus_list"), siblings);
            write(folder.path(), &format!("{CORES}/cpu{number}/{file}"), value);
        }
        folder
    }

    fn kinds_of(cores: &[(&str, &str, &str)]) -> Option<(u32, u32)> {
        kinds(&Root::at(machine(cores).path())).map(|kinds| (kinds.performance, kinds.efficiency))
    }

    #[test]
    fn slower_cores_are_told_from_fast_ones() {
        let clock = "cpufreq/cpuinfo_max_freq";
        let hybrid = [("0-1", clock, "5800000"), ("0-1", clock, "5800000"), ("2", clock, "4100000"), ("3", clock, "4100000")];
        assert_eq!(kinds_of(&hybrid), Some((1, 2)), "two threads are one core");
        let preferred = [("0", clock, "5760000"), ("1", clock, "5490000")];
        assert_eq!(kinds_of(&preferred), Some((2, 0)), "a core that may clock a little higher is no kind of its own");
        let arm = [("0", "cpu_capacity", "1024"), ("1", "cpu_capacity", "870"), ("2", "cpu_capacity", "446")];
        assert_eq!(kinds_of(&arm), Some((2, 1)));
        assert_eq!(kinds_of(&[("0", "cpu_capacity", "1024"), ("1", "cpu_capacity", "1024")]), Some((2, 0)));
        assert_eq!(kinds_of(&[("0", "uevent", "x")]), None, "what nothing tells is unknown");
        assert_eq!(kinds_of(&[("0", "cpu_capacity", "1024"), ("1", "cpu_capacity", "lots")]), None);
        assert_eq!(kinds_of(&[]), None);
    }

    #[test]
    fn caches_that_cores_share_count_once() {
        let folder = tempfile::tempdir().unwrap();
        let cache = |core: u32, index: u32, [level, kind, size, sharers]: [&str; 4]| {
            for (file, text) in [("level", level), ("type", kind), ("size", size), ("shared_cpu_list", sharers)] {
                write(folder.path(), &format!("{CORES}/cpu{core}/cache/index{index}/{file}"), text);
            }
        };
        for core in 0..2 {
            let own = core.to_string();
            cache(core, 0, ["1", "Instruction", "32K", &own]);
            cache(core, 2, ["2", "Unified", "1024K", &own]);
            cache(core, 3, ["3", "Unified", "32M", "0-1"]);
        }
        cache(1, 4, ["3", "Unified", "huge", "7"]);
        let root = Root::at(folder.path());
        assert_eq!((cache_bytes(&root, 2), cache_bytes(&root, 3)), (Some(2 << 20), Some(32 << 20)));
        assert_eq!(cache_bytes(&root, 1), None, "caches of instructions are left out");
    }
}
