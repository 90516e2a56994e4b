//! What a generation's stream has brought so far, for any engine: how much, whether it can go on so, and how it broke off.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use toprung_core::cause::{Cause, CauseKind};

use super::causes::{clean, is_web_page};
use crate::{FinalRecord, Fragment, FragmentKind};

/// Ollama aborts a stream after this many equal tokens in a row (its runner counts more than 30 repeats of the last token).
const ABORT_REPEATS: u32 = 30;
/// The longest unit whose repetition is looked for at the end of a text, in bytes.
const MAX_UNIT_BYTES: usize = 8;
/// Kept of the text's end: enough for [`ABORT_REPEATS`] of the longest unit.
const TAIL_BYTES: usize = MAX_UNIT_BYTES * (ABORT_REPEATS as usize + 2);
/// A fragment holds one token as a rule, and part of one where a character spans several; beyond this many fragments a
/// token that was allowed, the stream will not end by itself.
const MAX_FRAGMENTS_PER_TOKEN: u32 = 4;
const SPARE_FRAGMENTS: u32 = 64;

/// What has been seen of one stream. Its size does not grow with the stream.
#[derive(Debug)]
pub(crate) struct Flow {
    sent: Instant,
    fragments: u32,
    most_fragments: u32,
    tail: Tail,
}

impl Flow {
    /// A stream that was asked for at `sent` and may bring so many tokens.
    pub(crate) fn new(sent: Instant, max_output_tokens: u32) -> Self {
        let most_fragments = max_output_tokens.saturating_mul(MAX_FRAGMENTS_PER_TOKEN).saturating_add(SPARE_FRAGMENTS);
        Self { sent, fragments: 0, most_fragments, tail: Tail::default() }
    }

    /// What this side of the socket has waited until `at`.
    pub(crate) fn waited(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.sent)
    }

    /// Passes a text on as a fragment; an empty one is none.
    pub(crate) fn pass(
        &mut self,
        at: Instant,
        kind: FragmentKind,
        text: String,
        on_fragment: &mut dyn FnMut(Fragment),
    ) -> Result<(), Cause> {
        if text.is_empty() {
            return Ok(());
        }
        self.fragments += 1;
        self.tail.push(&text);
        if self.fragments > self.most_fragments {
            let detail = format!("it went on after {} fragments, past the tokens that were allowed", self.fragments);
            return Err(Cause::new(CauseKind::AbsurdFigures, detail));
        }
        on_fragment(Fragment { at, kind, text, tokens: None });
        Ok(())
    }

    /// The engine's account, unless it counts far more tokens than were allowed, with the slack that fragments have.
    pub(crate) fn believed(&self, record: FinalRecord) -> Result<FinalRecord, Cause> {
        match record.output_tokens.filter(|tokens| *tokens > self.most_fragments) {
            Some(tokens) => {
                let detail = format!("it counts {tokens} tokens of output, far past those that were allowed");
                Err(Cause::new(CauseKind::AbsurdFigures, detail))
            }
            None => Ok(record),
        }
    }

    /// How many fragments came.
    pub(crate) fn fragments(&self) -> u32 {
        self.fragments
    }

    /// Why a stream has no final record, from how its text ended.
    pub(crate) fn cut(&self, how: &str) -> Cause {
        match self.tail.repeats() {
            Some((unit, times)) => {
                let detail = format!("“{}” {times} times in a row after {} fragments", clean(&unit), self.fragments);
                Cause::new(CauseKind::RepetitionAborted, detail)
            }
            None => Cause::new(CauseKind::StreamEndedEarly, format!("{how} after {} fragments", self.fragments)),
        }
    }

    /// Nothing came within the idle limit.
    pub(crate) fn stalled(&self, idle: Duration) -> Cause {
        Cause::new(CauseKind::Stalled, format!("nothing for {:.0} s after {} fragments", idle.as_secs_f64(), self.fragments))
    }
}

/// A line of a stream as JSON.
pub(crate) fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, Cause> {
    // Bytes that are no UTF-8 are replaced, as the server itself does: they must not cost the trial.
    serde_json::from_str(&String::from_utf8_lossy(line)).map_err(|error| {
        let shown = clean(&String::from_utf8_lossy(&line[..line.len().min(80)]));
        let is_absurd = ["NaN", "Infinity"].iter().any(|word| contains(line, word)) || error.to_string().contains("number out of range");
        let kind = match () {
            () if is_web_page(&shown) => CauseKind::NotAnEngine,
            () if is_absurd => CauseKind::AbsurdFigures,
            () => CauseKind::EngineError,
        };
        Cause::new(kind, format!("a line of the stream is not what the interface promises ({error}): {shown}"))
    })
}

fn contains(line: &[u8], word: &str) -> bool {
    line.windows(word.len()).any(|window| window == word.as_bytes())
}

/// The end of a text, for telling a repetition from a broken connection.
#[derive(Debug, Default)]
struct Tail {
    text: String,
    last: String,
    /// Equal fragments in a row, spaces aside, as the server counts them.
    equal: u32,
}

impl Tail {
    fn push(&mut self, text: &str) {
        let trimmed = text.trim();
        let short = trimmed.len() <= TAIL_BYTES;
        if short && self.last == trimmed && self.equal > 0 {
            self.equal += 1;
        } else {
            self.equal = u32::from(short);
            self.last = if short { trimmed.to_owned() } else { String::new() };
        }
        self.text.push_str(text);
        if self.text.len() > TAIL_BYTES {
            let cut =
                (self.text.len() - TAIL_BYTES..=self.text.len()).find(|&at| self.text.is_char_boundary(at)).unwrap_or(self.text.len());
            self.text.drain(..cut);
        }
    }

    /// The unit that the text ends with again and again, and how often.
    fn repeats(&self) -> Option<(String, u32)> {
        if self.equal >= ABORT_REPEATS {
            return Some((self.last.clone(), self.equal));
        }
        // Several tokens can share a fragment: then the repetition shows in the text alone.
        let bytes = self.text.as_bytes();
        (1..=MAX_UNIT_BYTES.min(bytes.len())).find_map(|size| {
            let unit = &bytes[bytes.len() - size..];
            let times = bytes.rchunks_exact(size).take_while(|chunk| *chunk == unit).count() as u32;
            (times >= ABORT_REPEATS).then(|| (String::from_utf8_lossy(unit).into_owned(), times))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_stream_does_not_grow_with_it() {
        let mut tail = Tail::default();
        for n in 0..10_000 {
            tail.push(&"é".repeat(n % 700));
            assert!(tail.text.len() <= TAIL_BYTES && tail.last.len() <= TAIL_BYTES, "{} bytes are kept", tail.text.len());
        }
    }
}
