//! What /proc says of single processes, and which of them are the engine's.

use std::collections::BTreeSet;
use std::path::Path;

use crate::root::{entries, name, text};

/// Programs that run models, as the kernel cuts their names (15 characters). Those that Toprung started itself, such as
/// its worker, are found by descent.
const ENGINE_NAMES: [&str; 8] = ["ollama", "ollama_llama_se", "ollama_llama_ru", "llama-server", "rpc-server", "lms", "LM Studio", "vllm"];

/// What processes have used since they began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Processor time in the kernel's ticks.
    pub(crate) ticks: u64,
    /// Pages that the disk had to bring.
    pub(crate) major_faults: u64,
}

/// One line of /proc/PID/stat, as far as it is needed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) name: String,
    pub(crate) parent: u32,
    pub(crate) used: Used,
}

/// Resident memory, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Resident {
    /// The process's own.
    pub(crate) anon: u64,
    /// Pages of files that it holds: with mapped weights, the weights.
    pub(crate) file: u64,
}

/// Busy and all ticks of the machine, from the first line of /proc/stat. Time that a hypervisor took counts as busy: it
/// was wanted here and went to somebody else. Guests' time is in the user's already.
pub(crate) fn machine_ticks(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_whitespace().take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [user, nice, system, idle, waiting, hard, soft, stolen] = ticks[..] else { return None };
    let busy = user + nice + system + hard + soft + stolen;
    Some((busy, busy + idle + waiting))
}

/// `proc` is the folder /proc.
pub(crate) fn stat_of(proc: &Path, pid: u32) -> Option<Stat> {
    parse_stat(&text(&proc.join(pid.to_string()).join("stat"))?)
}

/// The name stands in brackets and may hold brackets and spaces itself, so the last one closes it.
pub(crate) fn parse_stat(text: &str) -> Option<Stat> {
    let (head, tail) = text.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = tail.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    // Counted from the state, which is the third field of proc_pid_stat(5).
    let (parent, faults, user, system) = (number(1)?, number(9)?, number(11)?, number(12)?);
    Some(Stat { name, parent: u32::try_from(parent).ok()?, used: Used { ticks: user + system, major_faults: faults } })
}

pub(crate) fn all_stats(proc: &Path) -> Vec<(u32, Stat)> {
    let pids = entries(proc).into_iter().filter_map(|entry| name(&entry).parse::<u32>().ok());
    pids.filter_map(|pid| Some((pid, stat_of(proc, pid)?))).collect()
}

/// Resident memory by its kind. `/proc/PID/status` is a hundred times cheaper than smaps, and the kernel's counters in it
/// are off by some pages a thread at most.
pub(crate) fn resident_of(proc: &Path, pid: u32) -> Option<Resident> {
    let status = text(&proc.join(pid.to_string()).join("status"))?;
    let bytes = |key: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(key))?;
        value.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
    };
    Some(Resident { anon: bytes("RssAnon:")?, file: bytes("RssFile:")? })
}

/// Bytes that a process made the disks read and write. The kernel tells it to the process's own user and to root alone.
pub(crate) fn disk_bytes_of(proc: &Path, pid: u32) -> Option<(u64, u64)> {
    let io = text(&proc.join(pid.to_string()).join("io"))?;
    let bytes = |key: &str| io.lines().find_map(|line| line.strip_prefix(key))?.trim().parse::<u64>().ok();
    Some((bytes("read_bytes:")?, bytes("write_bytes:")?))
}

/// The window's own processes are no engine's, though this program starts them.
const WINDOW_NAMES: &str = "WebKit";

/// The processes that draw this program's window.
pub(crate) fn window_processes(all: &[(u32, Stat)], own: u32) -> BTreeSet<u32> {
    let is_windows = |stat: &Stat| stat.parent == own && stat.name.starts_with(WINDOW_NAMES);
    all.iter().filter(|(_, stat)| is_windows(stat)).map(|(pid, _)| *pid).collect()
}

/// The engine's processes: everything that this program started but what draws its window, and whatever bears an engine's name, with
/// all of their descendants.
pub(crate) fn engine_processes(all: &[(u32, Stat)], own: u32) -> BTreeSet<u32> {
    let named = all.iter().filter(|(_, stat)| ENGINE_NAMES.contains(&stat.name.as_str())).map(|(pid, _)| *pid);
    let mut engine: BTreeSet<u32> = named.filter(|pid| *pid != own).collect();
    loop {
        let child = |(pid, stat): &&(u32, Stat)| {
            let is_descendant = stat.parent == own || engine.contains(&stat.parent);
            is_descendant && !engine.contains(pid) && *pid != own && !stat.name.starts_with(WINDOW_NAMES)
        };
        let Some((pid, _)) = all.iter().find(child) else { return engine };
        engine.insert(*pid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::write;

    fn stat(name: &str, parent: u32, ticks: u64) -> String {
        format!("7 ({name}) R {parent} 7 7 0 -1 4194304 900 0 12 0 {ticks} 5 0 0 20 0 3 0 100 1000000 200")
    }

    #[test]
    fn a_name_with_brackets_is_read_to_its_last_one() {
        let parsed = parse_stat(&stat("a) b (c", 3, 40)).unwrap();
        assert_eq!(parsed, Stat { name: "a) b (c".to_owned(), parent: 3, used: Used { ticks: 45, major_faults: 12 } });
        assert_eq!(parse_stat("7 (cut short) R 3"), None);
    }

    #[test]
    fn what_this_program_started_and_what_bears_an_engines_name_is_the_engine_but_for_the_window() {
        let engine = [(10, "toprung", 1), (11, "toprung-worker", 10), (20, "ollama", 1), (21, "runner", 20)];
        let others = [(30, "browser", 1), (31, "WebKitWebProces", 30), (12, "WebKitWebProces", 10)];
        let all: Vec<(u32, Stat)> =
            engine.into_iter().chain(others).map(|(pid, name, parent)| (pid, parse_stat(&stat(name, parent, 0)).unwrap())).collect();
        assert_eq!(engine_processes(&all, 10), BTreeSet::from([11, 20, 21]));
        assert_eq!(window_processes(&all, 10), BTreeSet::from([12]), "another program's pages are not this one's");
    }

    #[test]
    fn memory_is_split_and_what_the_kernel_keeps_to_itself_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "7/status", "Name:\tollama\nVmRSS:\t  300 kB\nRssAnon:\t  100 kB\nRssFile:\t  200 kB\nRssShmem:\t 0 kB\n");
        write(folder.path(), "7/io", "rchar: 9\nread_bytes: 4096\nwrite_bytes: 512\ncancelled_write_bytes: 0\n");
        write(folder.path(), "8/status", "Name:\tzombie\nState:\tZ (zombie)\n");
        write(folder.path(), "8/io", "read_bytes: lots\n");
        assert_eq!(resident_of(folder.path(), 7), Some(Resident { anon: 102_400, file: 204_800 }));
        assert_eq!(disk_bytes_of(folder.path(), 7), Some((4096, 512)));
        assert_eq!((resident_of(folder.path(), 8), disk_bytes_of(folder.path(), 8), disk_bytes_of(folder.path(), 9)), (None, None, None));
    }
}
