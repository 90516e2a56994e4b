//! The cores' clocks, and how often they were slowed down to stay cool. Linux only.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use toprung_core::machine::HardwareSample;

use crate::Probe;
use crate::throughput::{Counters, Throughput};

const CORES: &str = "/sys/devices/system/cpu";

pub(crate) struct Clocks {
    cores: PathBuf,
    throttles: Throughput,
}

impl Clocks {
    pub(crate) fn new() -> Self {
        Self { cores: PathBuf::from(CORES), throttles: Throughput::default() }
    }
}

impl Probe for Clocks {
    fn read(&mut self, sample: &mut HardwareSample) {
        let khz: Vec<u64> = numbers(&self.cores, "cpufreq/scaling_cur_freq").into_iter().map(|(_, khz)| khz).collect();
        sample.clock_mhz = (!khz.is_empty()).then(|| (khz.iter().sum::<u64>() as f64 / khz.len() as f64 / 1000.0) as f32);
        // Each core keeps its package's count too; the core's own tells whether it was slowed.
        let counts: Counters =
            numbers(&self.cores, "thermal_throttle/core_throttle_count").into_iter().map(|(core, count)| (core, (count, 0))).collect();
        sample.throttles_per_s = self.throttles.since_last(Instant::now(), counts).map(|(per_s, _)| per_s);
    }
}

/// The number in a file of each core's folder, by the core's name; cores without it are left out.
fn numbers(cores: &Path, file: &str) -> Vec<(String, u64)> {
    let folders = fs::read_dir(cores).into_iter().flatten().flatten();
    let number = |entry: fs::DirEntry| {
        let name = entry.file_name().to_str()?.to_owned();
        name.strip_prefix("cpu")?.parse::<u32>().ok()?;
        Some((name, fs::read_to_string(entry.path().join(file)).ok()?.trim().parse().ok()?))
    };
    folders.filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_averaged_and_throttling_is_a_rate() {
        let folder = tempfile::tempdir().unwrap();
        let write = |core: &str, file: &str, text: &str| {
            let path = folder.path().join(core).join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let mut clocks = Clocks { cores: folder.path().to_owned(), throttles: Throughput::default() };
        let mut read = || {
            let mut sample = HardwareSample::default();
            clocks.read(&mut sample);
            (sample.clock_mhz, sample.throttles_per_s)
        };
        assert_eq!(read(), (None, None), "a virtual machine shows neither");
        write("cpufreq", "cpufreq/scaling_cur_freq", "9");
        for (core, khz) in [("cpu0", "2000000\n"), ("cpu1", "3000000\n")] {
            write(core, "cpufreq/scaling_cur_freq", khz);
            write(core, "thermal_throttle/core_throttle_count", "5\n");
        }
        assert_eq!(read(), (Some(2500.0), None), "a rate begins with the second reading");
        std::thread::sleep(std::time::Duration::from_millis(10));
        assert_eq!(read().1, Some(0.0));
        write("cpu1", "thermal_throttle/core_throttle_count", "9\n");
        std::thread::sleep(std::time::Duration::from_millis(10));
        assert!(read().1.is_some_and(|rate| rate > 0.0), "core 1 was slowed down");
    }
}
