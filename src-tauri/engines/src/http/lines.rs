//! Bytes to lines, wherever the network cut them. Nothing is decoded here, so a character that was cut in two is whole again.

/// The longest line that is accepted, in bytes. Real lines stay below 1 MB (a tokenizer's vocabulary in a reply); a longer one is a
/// mistake or an attack.
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// A line went past the limit; holds the limit in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineTooLong(pub(crate) usize);

/// Collects bytes until a line is whole. Holds at most one unfinished line, and never more than its limit.
#[derive(Debug)]
pub(crate) struct Lines {
    unfinished: Vec<u8>,
    limit: usize,
}

impl Lines {
    pub(crate) fn new() -> Self {
        Self::with_limit(MAX_LINE_BYTES)
    }

    pub(crate) fn with_limit(limit: usize) -> Self {
        Self { unfinished: Vec::new(), limit }
    }

    /// Takes the next bytes and gives the lines that they finish, without line ends and without blank lines.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, LineTooLong> {
        let mut lines = Vec::new();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            self.append(&rest[..end])?;
            lines.extend(self.finish());
            rest = &rest[end + 1..];
        }
        self.append(rest)?;
        Ok(lines)
    }

    /// The last line, where the stream ended without a line end.
    pub(crate) fn finish(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.unfinished);
        let line = line.trim_ascii();
        (!line.is_empty()).then(|| line.to_vec())
    }

    fn append(&mut self, part: &[u8]) -> Result<(), LineTooLong> {
        if self.unfinished.len() + part.len() > self.limit {
            return Err(LineTooLong(self.limit));
        }
        self.unfinished.extend_from_slice(part);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_gives_the_same_lines_wherever_it_is_cut() {
        let text = "{\"a\":\"é😀\"}\r\n\n{\"b\":2}\n{\"c\":3}".as_bytes();
        let whole: Vec<Vec<u8>> = ["{\"a\":\"é😀\"}", "{\"b\":2}", "{\"c\":3}"].map(|line| line.as_bytes().to_vec()).to_vec();
        for first in 0..text.len() {
            for second in first..text.len() {
                let mut lines = Lines::new();
                let mut seen = Vec::new();
                for part in [&text[..first], &text[first..second], &text[second..]] {
                    seen.extend(lines.push(part).unwrap());
                }
                seen.extend(lines.finish());
                assert_eq!(seen, whole, "cut at {first} and {second}: a cut must not change the text");
            }
        }
    }

    #[test]
    fn a_line_past_the_limit_is_refused_and_not_kept() {
        let mut lines = Lines::with_limit(16);
        assert_eq!(lines.push(b"0123456789abcdef\n").unwrap().len(), 1, "a line of exactly the limit is accepted");
        assert_eq!(lines.push(&[b'x'; 17]), Err(LineTooLong(16)));
        assert!(lines.unfinished.len() <= 16, "what was refused must not stay in memory");
    }
}
