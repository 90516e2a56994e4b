//! The end of a worker's log, kept because it is what a dead worker leaves.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes that are kept: some hundred lines, whatever a hostile model makes llama.cpp write.
const KEPT_BYTES: usize = 16 * 1024;
/// Lines of them that a person is shown.
const SHOWN_LINES: usize = 4;
/// Characters of a line that a person is shown.
const SHOWN_LINE_CHARS: usize = 300;

/// The last bytes of a log that somebody else writes.
#[derive(Debug, Clone, Default)]
pub(super) struct LogTail(Arc<Mutex<VecDeque<u8>>>);

impl LogTail {
    /// Reads until the log ends. The worker must never wait because nobody reads its log.
    pub(super) async fn follow(self, mut log: impl AsyncRead + Unpin) {
        let mut chunk = [0; 4096];
        while let Ok(count) = log.read(&mut chunk).await {
            if count == 0 {
                return;
            }
            self.push(&chunk[..count]);
        }
    }

    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let excess = kept.len().saturating_sub(KEPT_BYTES);
        kept.drain(..excess);
    }

    /// The last lines, on one line.
    pub(super) fn last_words(&self) -> String {
        let bytes: Vec<u8> = self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
        let cut = |line: &&str| line.chars().filter(|c| !c.is_control()).take(SHOWN_LINE_CHARS).collect::<String>();
        shown.iter().map(cut).collect::<Vec<_>>().join(" | ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_lines_are_kept_and_the_rest_forgotten() {
        let tail = LogTail::default();
        let log: String = (0..100_000).map(|number| format!("line {number}\n")).collect();
        tail.clone().follow(log.as_bytes()).await;
        assert_eq!(tail.last_words(), "line 99996 | line 99997 | line 99998 | line 99999", "a person needs the end alone");
        assert!(tail.0.lock().unwrap().len() <= KEPT_BYTES, "a log of {} bytes must not be held whole", log.len());
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut_and_escape_codes_are_dropped() {
        let tail = LogTail::default();
        tail.clone().follow(format!("\u{1b}[31m{}", "x".repeat(100_000)).as_bytes()).await;
        tail.clone().follow(&b"\n\x1b[31mred\n"[..]).await;
        let words = tail.last_words();
        assert!(words.chars().count() <= SHOWN_LINE_CHARS * SHOWN_LINES, "{} characters", words.chars().count());
        assert!(words.ends_with("[31mred"), "a log must not colour a terminal: {words:?}");
    }
}
