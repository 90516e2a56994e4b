//! A generation's server-sent events, judged line by line. It reads no socket, so that any stream can be played to it.
//!
//! Each `data:` line holds a whole JSON value, as every server of this interface writes it, so that lines need not be joined to events.

use std::time::Instant;

use serde_json::Value;
use toprung_core::cause::{Cause, CauseKind};

use super::figures::final_record;
use super::wire::{Choice, Chunk, Delta, Timings, Usage};
use crate::http::causes::{During, clean, error_words, from_words, is_web_page, refusal};
use crate::http::flow::{Flow, parse};
use crate::http::stream::Judge;
use crate::{DoneReason, FinalRecord, Fragment, FragmentKind};

/// The mark of a stream's end.
const DONE: &[u8] = b"[DONE]";

/// What one line is.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    /// A comment (a ping) or a field that says nothing of the answer.
    Aside,
    Data(&'a [u8]),
    /// An error in a field of its own, as older llama-servers write it.
    Error(&'a [u8]),
    /// No event at all.
    Bare(&'a [u8]),
}

impl<'a> Line<'a> {
    fn of(line: &'a [u8]) -> Self {
        let field = |name: &[u8]| line.strip_prefix(name).map(<[u8]>::trim_ascii_start);
        if let Some(data) = field(b"data:") {
            return Self::Data(data);
        }
        if let Some(error) = field(b"error:") {
            return Self::Error(error);
        }
        let is_aside = [b":".as_slice(), b"event:", b"id:", b"retry:"].iter().any(|name| line.starts_with(name));
        if is_aside { Self::Aside } else { Self::Bare(line) }
    }
}

/// What has been seen of one stream. Its size does not grow with the stream.
#[derive(Debug)]
pub(super) struct Generation {
    flow: Flow,
    /// When the model said that it is done, and why.
    finish: Option<(Instant, DoneReason)>,
    usage: Option<Usage>,
    timings: Option<Timings>,
}

impl Generation {
    pub(super) fn new(sent: Instant, max_output_tokens: u32) -> Self {
        Self { flow: Flow::new(sent, max_output_tokens), finish: None, usage: None, timings: None }
    }

    fn chunk(&mut self, data: &[u8], at: Instant, on_fragment: &mut dyn FnMut(Fragment)) -> Result<(), Cause> {
        let chunk: Chunk = parse(data)?;
        if chunk.error.is_some() || chunk.object.as_deref() == Some("error") {
            return Err(from_words(&refusal(&String::from_utf8_lossy(data)).unwrap_or_default(), During::Use));
        }
        // Only one answer was asked for.
        for choice in chunk.choices.into_iter().flatten().filter(|choice| choice.index.unwrap_or(0) == 0) {
            let reason = choice.finish_reason.clone().filter(|reason| !reason.is_empty());
            for (kind, text) in texts(choice) {
                self.flow.pass(at, kind, text, on_fragment)?;
            }
            if let (Some(reason), None) = (reason, &self.finish) {
                self.finish = Some((at, done_reason(&reason)?));
            }
        }
        // Some servers count on in every chunk: the last count is the whole.
        self.usage = chunk.usage.or(self.usage.take());
        self.timings = chunk.timings.or(self.timings.take());
        Ok(())
    }
}

impl Judge for Generation {
    fn accept(&mut self, line: &[u8], at: Instant, on_fragment: &mut dyn FnMut(Fragment)) -> Result<Option<FinalRecord>, Cause> {
        match Line::of(line) {
            Line::Aside => Ok(None),
            Line::Data(DONE) => match self.close()? {
                Some(record) => Ok(Some(record)),
                None => Err(self.flow.cut("the stream ended without a finish_reason")),
            },
            Line::Data(data) => self.chunk(data, at, on_fragment).map(|()| None),
            Line::Error(error) => {
                Err(from_words(&parse::<Value>(error).ok().as_ref().and_then(error_words).unwrap_or_default(), During::Use))
            }
            Line::Bare(line) => Err(no_event(line)),
        }
    }

    fn flow(&self) -> &Flow {
        &self.flow
    }

    fn is_closing(&self) -> bool {
        self.finish.is_some()
    }

    fn close(&mut self) -> Result<Option<FinalRecord>, Cause> {
        let Some((at, done)) = self.finish.take() else { return Ok(None) };
        final_record(done, at, self.usage.as_ref(), self.timings.as_ref(), self.flow.waited(at)).map(Some)
    }
}

/// Why a line is no event: an error that was not streamed, a web page, or something else.
fn no_event(line: &[u8]) -> Cause {
    let text = String::from_utf8_lossy(line);
    if let Some(words) = refusal(&text) {
        return from_words(&words, During::Use);
    }
    if is_web_page(&text) {
        return Cause::new(CauseKind::NotAnEngine, "it answers with a web page");
    }
    let shown = clean(&text.chars().take(80).collect::<String>());
    Cause::new(CauseKind::EngineError, format!("it does not answer with a stream of events: {shown}"))
}

/// The texts of a choice, thinking first: that is the order in which models write.
fn texts(choice: Choice) -> Vec<(FragmentKind, String)> {
    let delta = choice.delta.unwrap_or_default();
    let mut texts: Vec<_> = thinking(&delta).map(|text| (FragmentKind::Thinking, text)).into_iter().collect();
    texts.extend(tool_calls(&delta).map(|text| (FragmentKind::ToolCall, text)));
    texts.extend(delta.content.or(choice.text).map(|text| (FragmentKind::Answer, text)));
    texts
}

fn thinking(delta: &Delta) -> Option<String> {
    let named = [&delta.reasoning_content, &delta.reasoning];
    named.into_iter().flatten().find_map(Value::as_str).map(str::to_owned)
}

fn tool_calls(delta: &Delta) -> Option<String> {
    let calls = delta.tool_calls.as_ref().filter(|calls| !calls.is_empty())?;
    Some(calls.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn done_reason(reason: &str) -> Result<DoneReason, Cause> {
    match reason {
        "stop" => Ok(DoneReason::Stop),
        "length" => Ok(DoneReason::Length),
        "error" | "abort" => Err(Cause::new(CauseKind::EngineError, format!("finish_reason {reason}: the server gave the answer up"))),
        other => Ok(DoneReason::Other(clean(other))),
    }
}

#[cfg(test)]
#[path = "generation_tests.rs"]
mod tests;
