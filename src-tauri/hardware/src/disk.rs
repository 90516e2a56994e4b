//! Disk throughput and free space.

use std::path::{Path, PathBuf};
use std::time::Instant;

use sysinfo::{DiskRefreshKind, Disks};
use toprung_core::machine::HardwareSample;

use crate::throughput::{Counters, Throughput};
use crate::{Probe, SensorReport};

const SOURCE: &str = if cfg!(target_os = "linux") { "/proc/diskstats" } else { "the system's counters" };

/// Reads how many bytes the mounted disks read and wrote.
pub(crate) struct DiskThroughput {
    /// The disks that were mounted at the start: looking for new ones touches every mount, and a dead network mount hangs.
    disks: Option<Disks>,
    throughput: Throughput,
}

impl DiskThroughput {
    pub(crate) fn new() -> Self {
        let disks = Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing().with_io_usage());
        Self { disks: disks.ok(), throughput: Throughput::default() }
    }

    fn counters(&mut self) -> Counters {
        let mut counters = Counters::new();
        for disk in self.disks.iter_mut().flat_map(|disks| disks.iter_mut()) {
            let name = disk.name().to_string_lossy().into_owned();
            // One disk may be mounted at several places.
            if counters.contains_key(&name) {
                continue;
            }
            disk.refresh_specifics(DiskRefreshKind::nothing().with_io_usage());
            let usage = disk.usage();
            counters.insert(name, (usage.total_read_bytes, usage.total_written_bytes));
        }
        counted(counters)
    }
}

/// A disk that never read nor wrote a byte has no counters: its zeros are no readings.
fn counted(mut counters: Counters) -> Counters {
    counters.retain(|_, totals| *totals != (0, 0));
    counters
}

impl Probe for DiskThroughput {
    fn read(&mut self, sample: &mut HardwareSample) {
        let counters = self.counters();
        if let Some((read, written)) = self.throughput.since_last(Instant::now(), counters) {
            (sample.disk_read_bytes_per_s, sample.disk_write_bytes_per_s) = (Some(read), Some(written));
        }
    }
}

/// Reads what can still be written in a folder.
pub(crate) struct DiskFree(pub(crate) PathBuf);

impl Probe for DiskFree {
    fn read(&mut self, sample: &mut HardwareSample) {
        sample.disk_free_bytes = free_bytes(&self.0);
    }
}

/// Bytes that this user can still write at `path`, or where it is going to be made. `None` where it can't be told.
pub fn free_bytes(path: &Path) -> Option<u64> {
    let path = std::path::absolute(path).ok()?;
    let existing = path.ancestors().find(|folder| folder.exists())?;
    fs4::available_space(existing).ok()
}

pub(crate) fn report() -> SensorReport {
    let counters = DiskThroughput::new().counters();
    let reading = (!counters.is_empty()).then(|| counters.into_keys().collect::<Vec<_>>().join(", "));
    let why = "no mounted disk has counters; a container often hides them";
    SensorReport::new("Disk throughput", reading, why, "Run Toprung outside the container, or on a disk of its own.")
        .with_source(SOURCE, "bytes/s")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    #[test]
    fn zeros_of_a_disk_without_counters_are_no_readings() {
        let counters = Counters::from([("real".to_owned(), (1, 0)), ("overlay".to_owned(), (0, 0))]);
        assert_eq!(counted(counters).into_keys().collect::<Vec<_>>(), ["real"]);
    }

    #[test]
    fn the_first_reading_has_no_rate() {
        let mut sample = HardwareSample::default();
        DiskThroughput::new().read(&mut sample);
        assert_eq!(sample, HardwareSample::default());
    }

    #[test]
    fn the_free_space_of_a_folder_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut sample = HardwareSample::default();
        DiskFree(folder.path().to_owned()).read(&mut sample);
        assert!(sample.disk_free_bytes.is_some_and(|bytes| bytes > 0), "{sample:?}");
    }

    #[test]
    fn space_is_told_for_a_folder_that_does_not_exist_yet() {
        let folder = tempfile::tempdir().unwrap();
        let free = free_bytes(folder.path()).unwrap();
        let later = free_bytes(&folder.path().join("not/yet/there.gguf")).unwrap();
        assert!(free > 0 && later.abs_diff(free) < free / 2, "{later} against {free}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn written_bytes_are_seen() {
        const WRITTEN: usize = 8 << 20;
        let mut probe = DiskThroughput::new();
        // In a container the disk may have no counters; then there must be no rate either.
        let has_counters = !probe.counters().is_empty();
        let mut sample = HardwareSample::default();
        probe.read(&mut sample);
        let started = Instant::now();
        // The build folder is on a disk; a temporary folder may be in memory.
        let path = std::env::current_exe().unwrap().with_extension("disk-test");
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(&vec![1; WRITTEN]).unwrap();
        file.sync_all().unwrap();
        probe.read(&mut sample);
        fs::remove_file(path).unwrap();
        match sample.disk_write_bytes_per_s {
            // The clock that the probe read is a little inside of this one.
            Some(rate) => assert!(rate * started.elapsed().as_secs_f64() >= WRITTEN as f64 * 0.9, "{rate}"),
            None => assert!(!has_counters, "a disk with counters has a rate"),
        }
    }
}
