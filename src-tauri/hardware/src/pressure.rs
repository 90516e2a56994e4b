//! How much everything waits for memory: the kernel's pressure figures and what comes back from swap. Linux only.

use std::time::Instant;

use toprung_core::machine::HardwareSample;

use crate::root::Root;
use crate::throughput::{Counters, Throughput};
use crate::{Probe, SensorReport};

/// The kernel counts swapped pages; on every machine that runs local models with this system a page has 4 KiB, or 16 on
/// some ARM boards, where this is a lower bound.
const PAGE_BYTES: u64 = 4096;
const PRESSURE: &str = "proc/pressure/memory";
const COUNTS: &str = "proc/vmstat";

pub(crate) struct Pressure {
    root: Root,
    waited: Throughput,
    some_waited: Throughput,
    swapped: Throughput,
}

impl Pressure {
    pub(crate) fn new(root: &Root) -> Self {
        Self { root: root.clone(), waited: Throughput::default(), some_waited: Throughput::default(), swapped: Throughput::default() }
    }
}

impl Probe for Pressure {
    fn read(&mut self, sample: &mut HardwareSample) {
        let now = Instant::now();
        let pressure = self.root.text(PRESSURE).unwrap_or_default();
        sample.memory_pressure_percent = share(self.waited.since_last(now, one(wait_us(&pressure, "full "))));
        sample.memory_some_pressure_percent = share(self.some_waited.since_last(now, one(wait_us(&pressure, "some "))));
        let swapped = one(swapped_in_bytes(&self.root.text(COUNTS).unwrap_or_default()));
        sample.swap_in_bytes_per_s = self.swapped.since_last(now, swapped).map(|(bytes_per_s, _)| bytes_per_s);
    }
}

fn one(count: Option<u64>) -> Counters {
    count.map(|count| Counters::from([(String::new(), (count, 0))])).unwrap_or_default()
}

/// Per cent, from the microseconds that were waited per second that passed.
fn share(waited: Option<(f64, f64)>) -> Option<f32> {
    waited.map(|(us_per_s, _)| (us_per_s / 1e6 * 100.0).min(100.0) as f32)
}

/// Microseconds in which every task (“full”) or at least one (“some”) waited for memory, since the system started.
fn wait_us(pressure: &str, kind: &str) -> Option<u64> {
    pressure.lines().find(|line| line.starts_with(kind))?.split("total=").nth(1)?.trim().parse().ok()
}

fn swapped_in_bytes(vmstat: &str) -> Option<u64> {
    vmstat.lines().find_map(|line| line.strip_prefix("pswpin "))?.trim().parse::<u64>().ok()?.checked_mul(PAGE_BYTES)
}

pub(crate) fn report(root: &Root) -> SensorReport {
    let text = root.text(PRESSURE).unwrap_or_default();
    let seconds = |kind: &str| Some(wait_us(&text, kind)? / 1_000_000);
    let waited = seconds("full ").zip(seconds("some "));
    let reading = waited.map(|(all, some)| format!("since the system started everything waited {all} s for memory, something {some} s"));
    let why = "the kernel has no pressure figures, or they are switched off";
    let mend = if cfg!(target_os = "linux") { "Start the kernel (4.20 or newer) with psi=1." } else { "Nothing: Linux alone has them." };
    SensorReport::new("Memory pressure", reading, why, mend).with_source("/proc/pressure/memory, /proc/vmstat", "%, bytes/s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::write;

    #[test]
    fn the_kernels_lines_are_read() {
        let pressure = "some avg10=0.12 avg60=0.00 avg300=0.00 total=99\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=35081\n";
        assert_eq!(wait_us(pressure, "full "), Some(35_081), "“full” is the share in which nothing at all went on");
        assert_eq!(wait_us(pressure, "some "), Some(99));
        assert_eq!(wait_us("", "full "), None, "a kernel without pressure figures");
        assert_eq!(swapped_in_bytes("pswpin 3\npswpout 9\n"), Some(12_288));
        assert_eq!(swapped_in_bytes("pgpgin 3\n"), None);
    }

    #[test]
    fn a_share_of_time_begins_with_the_second_reading() {
        let folder = tempfile::tempdir().unwrap();
        let mut probe = Pressure::new(&Root::at(folder.path()));
        let mut read = |full: u64, some: u64| {
            write(folder.path(), PRESSURE, &format!("some avg10=0.00 total={some}\nfull avg10=0.00 total={full}\n"));
            std::thread::sleep(std::time::Duration::from_millis(20));
            let mut sample = HardwareSample::default();
            probe.read(&mut sample);
            (sample.memory_pressure_percent, sample.memory_some_pressure_percent)
        };
        assert_eq!(read(1_000_000, 9), (None, None));
        assert_eq!(read(1_000_000, 9), (Some(0.0), Some(0.0)), "nobody waited");
        assert_eq!(read(1_000_000, u64::MAX / 2), (Some(0.0), Some(100.0)), "no share is above the whole");
    }

    #[test]
    fn pages_from_swap_are_a_rate_and_a_lost_file_is_a_gap() {
        let folder = tempfile::tempdir().unwrap();
        let mut probe = Pressure::new(&Root::at(folder.path()));
        let mut read = |vmstat: &str| {
            write(folder.path(), COUNTS, vmstat);
            std::thread::sleep(std::time::Duration::from_millis(10));
            let mut sample = HardwareSample::default();
            probe.read(&mut sample);
            sample.swap_in_bytes_per_s
        };
        assert_eq!(read("pswpin 100\n"), None);
        assert!(read("pswpin 10100\n").is_some_and(|rate| rate > 1e6));
        assert_eq!((read("pgpgin 1\n"), read("pswpin 10100\n")), (None, None));
        assert!(!report(&Root::at(folder.path())).readable);
    }
}
