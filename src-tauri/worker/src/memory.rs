//! This process's own memory and disk reads, from /proc. Elsewhere they are unknown.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use toprung_protocol::Memory;

/// Four readings a second catch the seconds in which a load holds the file's pages and the repacked weights at
/// once; a reading takes some 20 µs, far below the 2 % of one core that measuring may cost.
const SAMPLE_EVERY: Duration = Duration::from_millis(250);

/// The highest figures seen; 0 means that none has been seen.
static PEAK_ANON: AtomicU64 = AtomicU64::new(0);
static PEAK_FILE: AtomicU64 = AtomicU64::new(0);

/// Starts the thread that remembers the highest anonymous and file-backed figures: the kernel keeps a
/// high-water mark of their sum only.
pub(crate) fn track_peaks() {
    thread::spawn(|| {
        while sample().is_some() {
            thread::sleep(SAMPLE_EVERY);
        }
    });
}

/// The peaks so far, this moment included.
pub(crate) fn peaks() -> Memory {
    let now = sample().unwrap_or_default();
    let seen = |peak: &AtomicU64| Some(peak.load(Ordering::Relaxed)).filter(|bytes| *bytes > 0);
    Memory { peak_rss_bytes: now.peak_rss_bytes, rss_anon_bytes: seen(&PEAK_ANON), rss_file_bytes: seen(&PEAK_FILE) }
}

/// Bytes that the storage really delivered to this process so far; what came from the page cache is not in it.
pub(crate) fn disk_read_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/io").ok()?;
    text.lines().find_map(|line| line.strip_prefix("read_bytes:"))?.trim().parse().ok()
}

fn sample() -> Option<Memory> {
    let memory = parse_status(&fs::read_to_string("/proc/self/status").ok()?);
    PEAK_ANON.fetch_max(memory.rss_anon_bytes.unwrap_or(0), Ordering::Relaxed);
    PEAK_FILE.fetch_max(memory.rss_file_bytes.unwrap_or(0), Ordering::Relaxed);
    Some(memory)
}

/// Reads the lines of /proc/PID/status that count memory, in kibibytes.
fn parse_status(text: &str) -> Memory {
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        kibibytes.checked_mul(1024)
    };
    Memory { peak_rss_bytes: bytes("VmHWM"), rss_anon_bytes: bytes("RssAnon"), rss_file_bytes: bytes("RssFile") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines_become_bytes() {
        let memory = parse_status("Name:\ttoprung-worker\nVmHWM:\t  1280 kB\nRssAnon:\t     512 kB\nRssFile:\t     768 kB\n");
        let expected = Memory { peak_rss_bytes: Some(1_310_720), rss_anon_bytes: Some(524_288), rss_file_bytes: Some(786_432) };
        assert_eq!(memory, expected, "/proc counts kibibytes and names them kB");
    }

    #[test]
    fn a_missing_line_is_unknown_and_not_zero() {
        assert_eq!(parse_status("VmHWM:\t12 MB\nRssAnon: kB\n"), Memory::default(), "nothing there can be read as kibibytes");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory() {
        let memory = peaks();
        assert!(memory.peak_rss_bytes > memory.rss_anon_bytes, "the peak holds anonymous and file-backed pages: {memory:?}");
        assert!(memory.rss_anon_bytes > Some(0), "a running process has anonymous pages: {memory:?}");
    }
}
