//! Whose work the processor does: the engine's, Toprung's own, or somebody else's. From /proc; elsewhere unknown.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use toprung_core::machine::HardwareSample;

use crate::Probe;

/// Walking all processes takes milliseconds where there are hundreds; between walks only the engine's are read.
const READINGS_PER_WALK: u32 = 5;

/// Programs that run models, as the kernel cuts their names (15 characters). Those that Toprung started itself, such as
/// its worker, are found by descent.
const ENGINE_NAMES: [&str; 8] = ["ollama", "ollama_llama_se", "ollama_llama_ru", "llama-server", "rpc-server", "lms", "LM Studio", "vllm"];

/// What one process has used since it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Used {
    /// Processor time in the kernel's ticks.
    ticks: u64,
    /// Pages that the disk had to bring.
    major_faults: u64,
}

/// One line of /proc/PID/stat, as far as it is needed.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    name: String,
    parent: u32,
    used: Used,
}

/// Counters at one moment.
#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Instant,
    busy: u64,
    total: u64,
    own: u64,
    engine: Used,
}

/// Splits the processor's work.
pub(crate) struct Processes {
    proc: PathBuf,
    own: u32,
    engine: BTreeSet<u32>,
    readings: u32,
    last: Option<Reading>,
}

impl Processes {
    pub(crate) fn new() -> Self {
        Self::at(PathBuf::from("/proc"), std::process::id())
    }

    fn at(proc: PathBuf, own: u32) -> Self {
        Self { proc, own, engine: BTreeSet::new(), readings: 0, last: None }
    }

    fn reading(&mut self) -> Option<Reading> {
        let (busy, total) = machine_ticks(&fs::read_to_string(self.proc.join("stat")).ok()?)?;
        if self.readings.is_multiple_of(READINGS_PER_WALK) {
            self.engine = engine_processes(&all_stats(&self.proc), self.own);
        }
        self.readings += 1;
        let used: Vec<Used> = self.engine.iter().filter_map(|pid| stat_of(&self.proc, *pid)).map(|stat| stat.used).collect();
        let engine = used
            .iter()
            .fold(Used::default(), |sum, used| Used { ticks: sum.ticks + used.ticks, major_faults: sum.major_faults + used.major_faults });
        Some(Reading { at: Instant::now(), busy, total, own: stat_of(&self.proc, self.own)?.used.ticks, engine })
    }
}

impl Probe for Processes {
    fn read(&mut self, sample: &mut HardwareSample) {
        let before = self.engine.clone();
        let now = self.reading();
        // Another set of processes has another sum: what they used before is no basis.
        let same_processes = before == self.engine;
        if let (Some(then), Some(now), true) = (self.last, now, same_processes) {
            fill_in(sample, &then, &now);
        }
        self.last = now;
    }
}

/// Shares between two readings. A counter that ran backwards leaves its figure unknown.
fn fill_in(sample: &mut HardwareSample, then: &Reading, now: &Reading) {
    let Some(total) = now.total.checked_sub(then.total).filter(|ticks| *ticks > 0) else { return };
    let share = |ticks: u64| (ticks as f32 / total as f32 * 100.0).clamp(0.0, 100.0);
    let own = now.own.checked_sub(then.own);
    let engine = now.engine.ticks.checked_sub(then.engine.ticks);
    sample.own_cpu_percent = own.map(share);
    if let (Some(busy), Some(own), Some(engine)) = (now.busy.checked_sub(then.busy), own, engine) {
        // The kernel rounds each process by itself, so the parts may be a tick more than their sum.
        sample.foreign_cpu_percent = Some(share(busy.saturating_sub(own + engine)));
    }
    let seconds = now.at.saturating_duration_since(then.at).as_secs_f64();
    let faults = now.engine.major_faults.checked_sub(then.engine.major_faults).filter(|_| seconds > 0.0);
    sample.major_faults_per_s = faults.map(|faults| faults as f64 / seconds);
}

/// Busy and all ticks of the machine, from the first line of /proc/stat. Time that a hypervisor took counts as busy: it
/// was wanted here and went to somebody else. Guests' time is in the user's already.
fn machine_ticks(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_whitespace().take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [user, nice, system, idle, waiting, hard, soft, stolen] = ticks[..] else { return None };
    let busy = user + nice + system + hard + soft + stolen;
    Some((busy, busy + idle + waiting))
}

fn stat_of(proc: &Path, pid: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(proc.join(pid.to_string()).join("stat")).ok()?)
}

/// The name stands in brackets and may hold brackets and spaces itself, so the last one closes it.
fn parse_stat(text: &str) -> Option<Stat> {
    let (head, tail) = text.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = tail.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    // Counted from the state, which is the third field of proc_pid_stat(5).
    let (parent, faults, user, system) = (number(1)?, number(9)?, number(11)?, number(12)?);
    Some(Stat { name, parent: u32::try_from(parent).ok()?, used: Used { ticks: user + system, major_faults: faults } })
}

fn all_stats(proc: &Path) -> Vec<(u32, Stat)> {
    let entries = fs::read_dir(proc).into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| Some((pid, stat_of(proc, pid)?))).collect()
}

/// The engine's processes: everything that this program started, and whatever bears an engine's name, with all of
/// their descendants.
fn engine_processes(all: &[(u32, Stat)], own: u32) -> BTreeSet<u32> {
    let named = all.iter().filter(|(_, stat)| ENGINE_NAMES.contains(&stat.name.as_str())).map(|(pid, _)| *pid);
    let mut engine: BTreeSet<u32> = named.filter(|pid| *pid != own).collect();
    loop {
        let child =
            |(pid, stat): &&(u32, Stat)| !engine.contains(pid) && *pid != own && (stat.parent == own || engine.contains(&stat.parent));
        let Some((pid, _)) = all.iter().find(child) else { return engine };
        engine.insert(*pid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(name: &str, parent: u32, ticks: u64) -> String {
        format!("7 ({name}) R {parent} 7 7 0 -1 4194304 900 0 12 0 {ticks} 5 0 0 20 0 3 0 100 1000000 200")
    }

    fn write(proc: &Path, pid: u32, text: &str) {
        fs::create_dir_all(proc.join(pid.to_string())).unwrap();
        fs::write(proc.join(pid.to_string()).join("stat"), text).unwrap();
    }

    #[test]
    fn a_name_with_brackets_is_read_to_its_last_one() {
        let parsed = parse_stat(&stat("a) b (c", 3, 40)).unwrap();
        assert_eq!(parsed, Stat { name: "a) b (c".to_owned(), parent: 3, used: Used { ticks: 45, major_faults: 12 } });
        assert_eq!(parse_stat("7 (cut short) R 3"), None);
    }

    #[test]
    fn what_this_program_started_and_what_bears_an_engines_name_is_the_engine() {
        let all: Vec<(u32, Stat)> =
            [(10, "toprung", 1), (11, "toprung-worker", 10), (20, "ollama", 1), (21, "runner", 20), (30, "browser", 1)]
                .map(|(pid, name, parent)| (pid, parse_stat(&stat(name, parent, 0)).unwrap()))
                .into();
        assert_eq!(engine_processes(&all, 10), BTreeSet::from([11, 20, 21]));
    }

    #[test]
    fn what_neither_uses_is_foreign() {
        let folder = tempfile::tempdir().unwrap();
        let proc = folder.path();
        let mut processes = Processes::at(proc.to_owned(), 10);
        let mut round = |user: u64, own: u64, engine: u64, idle: u64| {
            fs::write(proc.join("stat"), format!("cpu  {user} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 1\n")).unwrap();
            write(proc, 10, &stat("toprung", 1, own));
            write(proc, 11, &stat("toprung-worker", 10, engine));
            let mut sample = HardwareSample::default();
            processes.read(&mut sample);
            sample
        };
        assert_eq!(round(1000, 5, 500, 1000), HardwareSample::default(), "a share is a difference");
        let sample = round(1100, 7, 560, 1100);
        assert_eq!(sample.own_cpu_percent, Some(1.0), "2 of 200 ticks");
        assert_eq!(sample.foreign_cpu_percent, Some(19.0), "100 busy, 2 own, 60 the engine's");
    }

    #[test]
    fn a_system_without_proc_is_unknown() {
        let mut sample = HardwareSample::default();
        Processes::at(PathBuf::from("/nowhere"), 1).read(&mut sample);
        assert_eq!(sample, HardwareSample::default());
    }
}
