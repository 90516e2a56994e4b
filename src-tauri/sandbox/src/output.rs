//! What the program prints: counted, and the end of it kept.

/// How much of standard error is kept for the reason of a failure: some lines of a traceback.
const KEPT_BYTES: usize = 4096;

/// A stream that the program may print on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Errors,
}

/// Both streams of one program.
pub(crate) struct Output {
    left: u64,
    errors: Vec<u8>,
}

/// More was printed than is allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flooded;

impl Output {
    pub(crate) fn new(most_bytes: u64) -> Self {
        Self { left: most_bytes, errors: Vec::new() }
    }

    pub(crate) fn write(&mut self, stream: Stream, bytes: &[u8]) -> Result<(), Flooded> {
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(Flooded)?;
        if stream == Stream::Errors {
            self.errors.extend_from_slice(bytes);
            let surplus = self.errors.len().saturating_sub(KEPT_BYTES);
            self.errors.drain(..surplus);
        }
        Ok(())
    }

    /// The end of what stands on standard error, without blank lines around it.
    pub(crate) fn last_words(&self) -> String {
        String::from_utf8_lossy(&self.errors).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_count_and_only_the_end_of_standard_error_is_kept() {
        let mut output = Output::new(10_000);
        output.write(Stream::Output, b"answer").unwrap();
        output.write(Stream::Errors, &[b'x'; KEPT_BYTES]).unwrap();
        output.write(Stream::Errors, b" the end\n").unwrap();
        let words = output.last_words();
        assert!(words.len() < KEPT_BYTES && words.ends_with("x the end"), "{words}");
        assert_eq!(output.write(Stream::Output, &[0; 6000]), Err(Flooded), "together they are more than is allowed");
    }

    #[test]
    fn what_is_no_text_is_kept_as_replacement_characters() {
        let mut output = Output::new(10);
        output.write(Stream::Errors, b"\xff\xfeno").unwrap();
        assert_eq!(output.last_words(), "\u{fffd}\u{fffd}no");
    }
}
