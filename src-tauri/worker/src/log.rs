//! llama.cpp's log: warnings and errors go to standard error, and the last of them are kept, because a load
//! that fails says why nowhere else.

use std::collections::VecDeque;
use std::ffi::{CStr, c_char, c_void};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use llama_cpp_sys_2 as sys;

/// Enough to hold the chain of messages that a failed load leaves.
const KEPT_LINES: usize = 24;

struct Log {
    kept: VecDeque<String>,
    /// A line that llama.cpp has not ended yet, and whether it is worth writing.
    open: String,
    open_is_worth: bool,
}

static LOG: Mutex<Log> = Mutex::new(Log { kept: VecDeque::new(), open: String::new(), open_is_worth: false });

/// Takes over llama.cpp's log.
pub(crate) fn capture() {
    // SAFETY: the callback is a plain function that lives as long as the process, and it needs no user data.
    unsafe { sys::llama_log_set(Some(receive), std::ptr::null_mut()) };
}

/// The warnings and errors so far, oldest first.
pub(crate) fn kept() -> Vec<String> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner).kept.iter().cloned().collect()
}

unsafe extern "C" fn receive(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    if text.is_null() {
        return;
    }
    // SAFETY: llama.cpp passes a C string that ends in a null byte and stays valid for this call.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    for line in LOG.lock().unwrap_or_else(PoisonError::into_inner).take(level, &text) {
        // A log that can't be written must not stop a measurement.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

impl Log {
    /// A message may come in pieces: those after the first carry the level "continued". Answers the lines that it
    /// completes and that are worth keeping.
    fn take(&mut self, level: sys::ggml_log_level, text: &str) -> Vec<String> {
        if level != sys::GGML_LOG_LEVEL_CONT {
            self.open_is_worth = level == sys::GGML_LOG_LEVEL_WARN || level == sys::GGML_LOG_LEVEL_ERROR;
        }
        let mut whole = Vec::new();
        if !self.open_is_worth {
            return whole;
        }
        self.open.push_str(text);
        while let Some(end) = self.open.find('\n') {
            let line: String = self.open.drain(..=end).collect();
            let line = line.trim_end();
            if !line.is_empty() {
                whole.push(line.to_owned());
            }
        }
        self.kept.extend(whole.iter().cloned());
        let excess = self.kept.len().saturating_sub(KEPT_LINES);
        self.kept.drain(..excess);
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Log {
        Log { kept: VecDeque::new(), open: String::new(), open_is_worth: false }
    }

    #[test]
    fn an_error_in_pieces_is_one_line() {
        let mut log = log();
        log.take(sys::GGML_LOG_LEVEL_ERROR, "error loading ");
        log.take(sys::GGML_LOG_LEVEL_CONT, "model\n");
        assert_eq!(log.kept, ["error loading model"], "the second piece continues the first");
    }

    #[test]
    fn information_is_not_kept() {
        let mut log = log();
        log.take(sys::GGML_LOG_LEVEL_INFO, "llama_model_loader: 291 tensors");
        log.take(sys::GGML_LOG_LEVEL_CONT, ".....\n");
        log.take(sys::GGML_LOG_LEVEL_WARN, "slow\n");
        assert_eq!(log.kept, ["slow"], "the dots continue a line that is not worth keeping");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let mut log = log();
        for number in 0..KEPT_LINES + 3 {
            log.take(sys::GGML_LOG_LEVEL_ERROR, &format!("{number}\n"));
        }
        assert_eq!(log.kept.len(), KEPT_LINES, "a log that repeats itself must not grow without end");
        assert_eq!(log.kept.front().map(String::as_str), Some("3"), "the oldest go first");
    }
}
