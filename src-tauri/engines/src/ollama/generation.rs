//! A generation's stream, judged line by line. It reads no socket, so that any stream can be played to it.

use std::time::{Duration, Instant};

use toprung_core::cause::{Cause, CauseKind};

use super::causes::{During, clean, from_words, is_web_page};
use super::figures::final_record;
use super::wire::{Chunk, Message};
use crate::{FinalRecord, Fragment, FragmentKind};

/// The server aborts a stream after this many equal tokens in a row (its runner counts more than 30 repeats of the last token).
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
pub(super) struct Generation {
    sent: Instant,
    fragments: u32,
    most_fragments: u32,
    tail: Tail,
}

impl Generation {
    pub(super) fn new(sent: Instant, max_output_tokens: u32) -> Self {
        let most_fragments = max_output_tokens.saturating_mul(MAX_FRAGMENTS_PER_TOKEN).saturating_add(SPARE_FRAGMENTS);
        Self { sent, fragments: 0, most_fragments, tail: Tail::default() }
    }

    /// Judges one line that was read at `at`: passes its fragments on and gives the final record when it is there.
    pub(super) fn accept(&mut self, line: &[u8], at: Instant, on_fragment: &mut dyn FnMut(Fragment)) -> Result<Option<FinalRecord>, Cause> {
        let chunk = parse(line)?;
        if let Some(error) = &chunk.error {
            return Err(from_words(error, During::Use));
        }
        for (kind, text) in texts(&chunk) {
            self.count(&text)?;
            on_fragment(Fragment { at, kind, text, tokens: None });
        }
        match chunk.done {
            true => self.believable(final_record(&chunk, at, at.saturating_duration_since(self.sent))?).map(Some),
            false => Ok(None),
        }
    }

    /// No more tokens than were allowed, with the slack that fragments have.
    fn believable(&self, record: FinalRecord) -> Result<FinalRecord, Cause> {
        match record.output_tokens.filter(|tokens| *tokens > self.most_fragments) {
            Some(tokens) => {
                Err(Cause::new(CauseKind::AbsurdFigures, format!("eval_count is {tokens}, far past the tokens that were allowed")))
            }
            None => Ok(record),
        }
    }

    /// Why a stream has no final record, from how its text ended.
    pub(super) fn cut(&self, how: &str) -> Cause {
        match self.tail.repeats() {
            Some((unit, times)) => {
                let detail = format!("“{}” {times} times in a row after {} fragments", clean(&unit), self.fragments);
                Cause::new(CauseKind::RepetitionAborted, detail)
            }
            None => Cause::new(CauseKind::StreamEndedEarly, format!("{how} after {} fragments", self.fragments)),
        }
    }

    /// Nothing came within the idle limit.
    pub(super) fn stalled(&self, idle: Duration) -> Cause {
        Cause::new(CauseKind::Stalled, format!("nothing for {:.0} s after {} fragments", idle.as_secs_f64(), self.fragments))
    }

    fn count(&mut self, text: &str) -> Result<(), Cause> {
        self.fragments += 1;
        self.tail.push(text);
        match self.fragments > self.most_fragments {
            true => Err(Cause::new(
                CauseKind::AbsurdFigures,
                format!("it went on after {} fragments, past the tokens that were allowed", self.fragments),
            )),
            false => Ok(()),
        }
    }
}

fn parse(line: &[u8]) -> Result<Chunk, Cause> {
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

/// The non-empty texts of a chunk, thinking first: that is the order in which models write.
fn texts(chunk: &Chunk) -> Vec<(FragmentKind, String)> {
    let message = chunk.message.as_ref();
    let thinking = message.and_then(|message| message.thinking.as_ref()).or(chunk.thinking.as_ref());
    let answer = message.and_then(|message| message.content.as_ref()).or(chunk.response.as_ref());
    let mut texts: Vec<_> = thinking.map(|text| (FragmentKind::Thinking, text.clone())).into_iter().collect();
    texts.extend(message.and_then(tool_calls).map(|text| (FragmentKind::ToolCall, text)));
    texts.extend(answer.map(|text| (FragmentKind::Answer, text.clone())));
    texts.retain(|(_, text)| !text.is_empty());
    texts
}

fn tool_calls(message: &Message) -> Option<String> {
    let calls = message.tool_calls.as_ref().filter(|calls| !calls.is_empty())?;
    Some(calls.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
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
#[path = "generation_tests.rs"]
mod tests;
