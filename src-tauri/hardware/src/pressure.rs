//! How much everything waits for memory: the kernel's pressure figures and what comes back from swap. Linux only.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use toprung_core::machine::HardwareSample;

use crate::Probe;
use crate::throughput::{Counters, Throughput};

/// The kernel counts swapped pages; on every machine that runs local models with this system a page has 4 KiB, or 16 on
/// some ARM boards, where this is a lower bound.
const PAGE_BYTES: u64 = 4096;

pub(crate) struct Pressure {
    proc: PathBuf,
    waited: Throughput,
    swapped: Throughput,
}

impl Pressure {
    pub(crate) fn new() -> Self {
        Self { proc: PathBuf::from("/proc"), waited: Throughput::default(), swapped: Throughput::default() }
    }
}

impl Probe for Pressure {
    fn read(&mut self, sample: &mut HardwareSample) {
        let now = Instant::now();
        let read = |name: &str| fs::read_to_string(self.proc.join(name)).unwrap_or_default();
        let one = |name: &str, count: Option<u64>| count.map(|count| Counters::from([(name.to_owned(), (count, 0))])).unwrap_or_default();
        let waited = self.waited.since_last(now, one("full", full_wait_us(&read("pressure/memory"))));
        // Microseconds waited per second that passed.
        sample.memory_pressure_percent = waited.map(|(us_per_s, _)| (us_per_s / 1e6 * 100.0).min(100.0) as f32);
        let swapped = self.swapped.since_last(now, one("in", swapped_in_bytes(&read("vmstat"))));
        sample.swap_in_bytes_per_s = swapped.map(|(bytes_per_s, _)| bytes_per_s);
    }
}

/// Microseconds in which every task waited for memory, since the system started.
fn full_wait_us(pressure: &str) -> Option<u64> {
    pressure.lines().find(|line| line.starts_with("full "))?.split("total=").nth(1)?.trim().parse().ok()
}

fn swapped_in_bytes(vmstat: &str) -> Option<u64> {
    vmstat.lines().find_map(|line| line.strip_prefix("pswpin "))?.trim().parse::<u64>().ok()?.checked_mul(PAGE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_lines_are_read() {
        let pressure = "some avg10=0.12 avg60=0.00 avg300=0.00 total=99\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=35081\n";
        assert_eq!(full_wait_us(pressure), Some(35_081), "“full” is the share in which nothing at all went on");
        assert_eq!(full_wait_us(""), None, "a kernel without pressure figures");
        assert_eq!(swapped_in_bytes("pswpin 3\npswpout 9\n"), Some(12_288));
        assert_eq!(swapped_in_bytes("pgpgin 3\n"), None);
    }

    #[test]
    fn a_share_of_time_begins_with_the_second_reading() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pressure")).unwrap();
        let mut probe = Pressure { proc: folder.path().to_owned(), ..Pressure::new() };
        let mut read = |total: u64| {
            fs::write(folder.path().join("pressure/memory"), format!("full avg10=0.00 total={total}\n")).unwrap();
            let mut sample = HardwareSample::default();
            probe.read(&mut sample);
            sample.memory_pressure_percent
        };
        assert_eq!(read(1_000_000), None);
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_eq!(read(1_000_000), Some(0.0), "nobody waited");
        assert_eq!(read(u64::MAX / 2), Some(100.0), "no share is above the whole");
    }
}
