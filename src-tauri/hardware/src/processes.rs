//! Whose work the processor does: the engine's, Toprung's own, or somebody else's; what the engine holds in memory and
//! makes the disks do. From /proc; elsewhere unknown.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use toprung_core::format;
use toprung_core::machine::HardwareSample;

use crate::process::{Resident, Used, all_stats, disk_bytes_of, engine_processes, machine_ticks, resident_of, stat_of, window_processes};
use crate::quota::Quota;
use crate::root::Root;
use crate::throughput::{Counters, Throughput};
use crate::{Probe, SensorReport};

/// Walking all processes takes milliseconds where there are hundreds; between walks only the engine's are read.
const READINGS_PER_WALK: u32 = 5;

/// Counters at one moment.
#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Instant,
    busy: u64,
    total: u64,
    own: u64,
    engine: Used,
}

/// Splits the processor's work, and watches what the engine takes.
pub(crate) struct Processes {
    proc: PathBuf,
    root: Root,
    own: u32,
    /// What draws this program's window.
    window: BTreeSet<u32>,
    engine: BTreeSet<u32>,
    readings: u32,
    last: Option<Reading>,
    disk: Throughput,
    quota: Quota,
}

impl Processes {
    pub(crate) fn new(root: &Root) -> Self {
        Self::of(root, std::process::id())
    }

    fn of(root: &Root, own: u32) -> Self {
        Self {
            proc: root.path("proc"),
            root: root.clone(),
            own,
            window: BTreeSet::new(),
            engine: BTreeSet::new(),
            readings: 0,
            last: None,
            disk: Throughput::default(),
            quota: Quota::new(root),
        }
    }

    fn walk(&mut self) {
        if self.readings.is_multiple_of(READINGS_PER_WALK) {
            let all = all_stats(&self.proc);
            self.window = window_processes(&all, self.own);
            self.engine = engine_processes(&all, self.own);
            self.quota.watch(self.engine.iter().copied().chain([self.own]));
        }
        self.readings += 1;
    }

    fn reading(&self) -> Option<Reading> {
        let (busy, total) = machine_ticks(&self.root.text("proc/stat")?)?;
        let used = self.engine.iter().filter_map(|pid| stat_of(&self.proc, *pid)).map(|stat| stat.used);
        let sum = |sum: Used, used: Used| Used { ticks: sum.ticks + used.ticks, major_faults: sum.major_faults + used.major_faults };
        let engine = used.fold(Used::default(), sum);
        let window = self.window.iter().filter_map(|pid| stat_of(&self.proc, *pid)).map(|stat| stat.used.ticks).sum::<u64>();
        let own = stat_of(&self.proc, self.own)?.used.ticks + window;
        Some(Reading { at: Instant::now(), busy, total, own, engine })
    }

    /// The memory of all the engine's processes; `None` where there is none. One that has just ended holds none.
    fn resident(&self) -> Option<Resident> {
        let each: Vec<Resident> = self.engine.iter().filter_map(|pid| resident_of(&self.proc, *pid)).collect();
        let sum = |sum: Resident, one: &Resident| Resident { anon: sum.anon + one.anon, file: sum.file + one.file };
        (!each.is_empty()).then(|| each.iter().fold(Resident::default(), sum))
    }

    /// What each of the engine's processes made the disks do; empty where one does not tell.
    fn disk_counters(&self) -> Counters {
        let each = self.engine.iter().map(|pid| Some((pid.to_string(), disk_bytes_of(&self.proc, *pid)?)));
        each.collect::<Option<_>>().unwrap_or_default()
    }
}

impl Probe for Processes {
    fn read(&mut self, sample: &mut HardwareSample) {
        let before = (self.window.clone(), self.engine.clone());
        self.walk();
        let now = self.reading();
        // Another set of processes has another sum: what they used before is no basis.
        let same_processes = before == (self.window.clone(), self.engine.clone());
        if let (Some(then), Some(now), true) = (self.last, now, same_processes) {
            fill_in(sample, &then, &now, !self.engine.is_empty());
        }
        self.last = now;
        let resident = self.resident();
        sample.engine_rss_anon_bytes = resident.map(|resident| resident.anon);
        sample.engine_rss_file_bytes = resident.map(|resident| resident.file);
        let disk = self.disk.since_last(Instant::now(), self.disk_counters());
        (sample.engine_read_bytes_per_s, sample.engine_write_bytes_per_s) = (disk.map(|(read, _)| read), disk.map(|(_, written)| written));
        sample.quota_held_percent = self.quota.held_percent(Instant::now());
    }
}

/// Shares between two readings. A counter that ran backwards leaves its figure unknown; an engine that is not here has none.
fn fill_in(sample: &mut HardwareSample, then: &Reading, now: &Reading, has_engine: bool) {
    let Some(total) = now.total.checked_sub(then.total).filter(|ticks| *ticks > 0) else { return };
    let share = |ticks: u64| (ticks as f32 / total as f32 * 100.0).clamp(0.0, 100.0);
    let own = now.own.checked_sub(then.own);
    let engine = now.engine.ticks.checked_sub(then.engine.ticks);
    sample.own_cpu_percent = own.map(share);
    sample.engine_cpu_percent = engine.filter(|_| has_engine).map(share);
    if let (Some(busy), Some(own), Some(engine)) = (now.busy.checked_sub(then.busy), own, engine) {
        // The kernel rounds each process by itself, so the parts may be a tick more than their sum.
        sample.foreign_cpu_percent = Some(share(busy.saturating_sub(own + engine)));
    }
    let seconds = now.at.saturating_duration_since(then.at).as_secs_f64();
    let faults = now.engine.major_faults.checked_sub(then.engine.major_faults).filter(|_| seconds > 0.0 && has_engine);
    sample.major_faults_per_s = faults.map(|faults| faults as f64 / seconds);
}

pub(crate) fn report(root: &Root) -> SensorReport {
    let mut processes = Processes::new(root);
    processes.walk();
    let count = format::count(u32::try_from(processes.engine.len()).unwrap_or(u32::MAX), "process", "processes");
    let held = processes.resident().map(|resident| format!(", {} of their own and {} of files", gib(resident.anon), gib(resident.file)));
    let silent = !processes.engine.is_empty() && processes.disk_counters().is_empty();
    let disk = if silent { "; what they read from the disk is told to their own user and to root alone" } else { "" };
    let reading = processes.reading().map(|_| match processes.engine.is_empty() {
        true => "no engine runs now".to_owned(),
        false => format!("{count}{}{disk}", held.unwrap_or_default()),
    });
    let why = "the system does not show its processes in /proc";
    SensorReport::new("Engine's processes", reading, why, "Nothing outside of Linux: whose work the processor does is then unknown.")
        .with_source("/proc/stat, /proc/PID/{stat,status,io}", "%, bytes, bytes/s")
}

fn gib(bytes: u64) -> String {
    format::bytes_gib(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::root::write;

    fn stat(name: &str, parent: u32, ticks: u64) -> String {
        format!("7 ({name}) R {parent} 7 7 0 -1 4194304 900 0 12 0 {ticks} 5 0 0 20 0 3 0 100 1000000 200")
    }

    fn read(processes: &mut Processes) -> HardwareSample {
        let mut sample = HardwareSample::default();
        processes.read(&mut sample);
        sample
    }

    /// Ticks of the machine, Toprung (10) and its worker (11).
    fn round(root: &Path, user: u64, own: u64, engine: u64, idle: u64) {
        write(root, "proc/stat", &format!("cpu  {user} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 1\n"));
        write(root, "proc/10/stat", &stat("toprung", 1, own));
        write(root, "proc/11/stat", &stat("toprung-worker", 10, engine));
    }

    #[test]
    fn what_neither_uses_is_foreign() {
        let folder = tempfile::tempdir().unwrap();
        let mut processes = Processes::of(&Root::at(folder.path()), 10);
        round(folder.path(), 1000, 5, 500, 1000);
        assert_eq!(read(&mut processes), HardwareSample::default(), "a share is a difference");
        round(folder.path(), 1100, 7, 560, 1100);
        let sample = read(&mut processes);
        let engine = sample.engine_cpu_percent.map(f32::round);
        assert_eq!((sample.own_cpu_percent, engine), (Some(1.0), Some(30.0)), "2 and 60 of 200 ticks");
        assert_eq!(sample.foreign_cpu_percent, Some(19.0), "100 busy, 2 own, 60 the engine's");
    }

    #[test]
    fn what_the_engine_holds_and_reads_is_seen_until_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let mut processes = Processes::of(&Root::at(folder.path()), 10);
        let io = |bytes: u64| write(folder.path(), "proc/11/io", &format!("read_bytes: {bytes}\nwrite_bytes: 0\n"));
        round(folder.path(), 1000, 5, 500, 1000);
        write(folder.path(), "proc/11/status", "RssAnon:\t100 kB\nRssFile:\t200 kB\n");
        io(0);
        let sample = read(&mut processes);
        assert_eq!((sample.engine_rss_anon_bytes, sample.engine_rss_file_bytes), (Some(102_400), Some(204_800)));
        std::thread::sleep(std::time::Duration::from_millis(10));
        io(1 << 20);
        assert!(read(&mut processes).engine_read_bytes_per_s.is_some_and(|rate| rate > 0.0));
        std::fs::remove_dir_all(folder.path().join("proc/11")).unwrap();
        let sample = read(&mut processes);
        assert_eq!((sample.engine_rss_anon_bytes, sample.engine_read_bytes_per_s), (None, None), "gone is unknown, and not 0");
    }

    #[test]
    fn a_system_without_proc_is_unknown() {
        let root = Root::at(Path::new("/nowhere"));
        assert_eq!(read(&mut Processes::of(&root, 1)), HardwareSample::default());
        assert!(!report(&root).readable);
    }
}
