//! Why a worker died: its exit status, the kernel's count of out-of-memory kills and its last words.

use std::fs;
use std::process::ExitStatus;

use toprung_core::cause::{Cause, CauseKind};

/// What is known of a worker that has ended.
#[derive(Debug, Default)]
pub(super) struct Death {
    /// The signal that ended it, if one did.
    pub(super) signal: Option<i32>,
    /// Its exit code, if it ended by itself.
    pub(super) code: Option<i32>,
    /// Whether the kernel killed a process for memory since the worker began.
    pub(super) kernel_killed_for_memory: bool,
    /// The worker's last known peak of memory.
    pub(super) peak_bytes: Option<u64>,
    /// The last lines of its log.
    pub(super) last_words: String,
}

impl Death {
    pub(super) fn read_status(status: Option<ExitStatus>) -> Self {
        #[cfg(unix)]
        let signal = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
        #[cfg(not(unix))]
        let signal = None;
        Self { signal, code: status.and_then(|status| status.code()), ..Self::default() }
    }

    pub(super) fn cause(&self) -> Cause {
        let killed_for_memory = self.signal == Some(SIGKILL) && self.kernel_killed_for_memory;
        let kind = if killed_for_memory || self.log_names_memory() { CauseKind::OutOfMemory } else { CauseKind::EngineCrashed };
        let mut detail = match (self.signal, self.code) {
            _ if killed_for_memory => "the system killed the worker to free memory".to_owned(),
            (Some(signal), _) => format!("the worker was ended by {}", signal_words(signal)),
            (None, Some(code)) => format!("the worker ended with code {code}"),
            (None, None) => "the worker ended and the system does not say how".to_owned(),
        };
        if let Some(bytes) = self.peak_bytes {
            detail.push_str(&format!("; its peak was {:.1} GiB", bytes as f64 / f64::from(1_u32 << 30)));
        }
        if !self.last_words.is_empty() {
            detail.push_str("; its last words: ");
            detail.push_str(&self.last_words);
        }
        Cause::new(kind, detail)
    }

    /// C++ aborts a process whose allocation fails, after a line that says so.
    fn log_names_memory(&self) -> bool {
        ["bad_alloc", "failed to allocate", "insufficient memory", "out of memory"].iter().any(|words| self.last_words.contains(words))
    }
}

/// POSIX gives these two the same number everywhere.
const SIGKILL: i32 = 9;
const SIGILL: i32 = 4;

/// A signal's name and, where it helps, what it usually means here.
fn signal_words(signal: i32) -> String {
    let words = match signal {
        SIGILL => "SIGILL (the processor does not know an instruction of this build)",
        6 => "SIGABRT (it found its own state impossible)",
        8 => "SIGFPE",
        SIGKILL => "SIGKILL (somebody ended it; short memory is the usual reason)",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        #[cfg(unix)]
        libc::SIGBUS => "SIGBUS (its model file could not be read to the end)",
        _ => return format!("signal {signal}"),
    };
    words.to_owned()
}

/// Processes that the kernel has killed for memory since it started, by whatever limit. `None` where it does not say.
pub(super) fn memory_kills() -> Option<u64> {
    let counters = fs::read_to_string("/proc/vmstat").ok()?;
    counters.lines().find_map(|line| line.strip_prefix("oom_kill "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn death(signal: i32, kernel_killed_for_memory: bool, last_words: &str) -> Cause {
        Death { signal: Some(signal), kernel_killed_for_memory, last_words: last_words.to_owned(), ..Death::default() }.cause()
    }

    #[test]
    fn a_kill_by_the_kernel_is_out_of_memory_and_any_other_kill_is_a_crash() {
        assert_eq!(death(9, true, "").kind, CauseKind::OutOfMemory, "the kernel counted a kill while the worker ran");
        let by_hand = death(9, false, "");
        assert_eq!(by_hand.kind, CauseKind::EngineCrashed, "nothing proves that memory was short");
        assert!(by_hand.detail.contains("SIGKILL"), "{by_hand}");
        assert_eq!(death(11, true, "").kind, CauseKind::EngineCrashed, "a kill elsewhere does not explain a segmentation fault");
    }

    #[test]
    fn an_abort_after_a_failed_allocation_is_out_of_memory() {
        assert_eq!(death(6, false, "terminate called after throwing an instance of 'std::bad_alloc'").kind, CauseKind::OutOfMemory);
        let ggml =
            "ggml_aligned_malloc: insufficient memory (attempted to allocate  41.96 MB) | GGML_ASSERT(ctx->mem_buffer != NULL) failed";
        assert_eq!(death(6, false, ggml).kind, CauseKind::OutOfMemory, "ggml words it differently");
        assert_eq!(death(6, false, "GGML_ASSERT(n > 0) failed").kind, CauseKind::EngineCrashed);
    }

    #[test]
    fn signals_are_named_and_the_last_words_are_kept() {
        let cause = death(11, false, "ggml: something odd");
        assert!(cause.detail.contains("SIGSEGV") && cause.detail.contains("something odd"), "{cause}");
        assert!(death(4, false, "").detail.contains("processor"), "an illegal instruction means the wrong build");
        assert!(death(64, false, "").detail.contains("signal 64"), "a signal without a name keeps its number");
    }

    #[test]
    fn the_peak_is_told_in_gibibytes() {
        let cause = Death { signal: Some(9), peak_bytes: Some(3 << 30), ..Death::default() }.cause();
        assert!(cause.detail.contains("3.0 GiB"), "{cause}");
    }
}
