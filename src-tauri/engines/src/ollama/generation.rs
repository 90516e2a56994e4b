//! A generation's stream, judged line by line. It reads no socket, so that any stream can be played to it.

use std::time::Instant;

use toprung_core::cause::Cause;

use super::figures::final_record;
use super::wire::{Chunk, Message};
use crate::http::causes::{During, from_words};
use crate::http::flow::{Flow, parse};
use crate::http::stream::Judge;
use crate::{FinalRecord, Fragment, FragmentKind};

/// What has been seen of one stream. Its size does not grow with the stream.
#[derive(Debug)]
pub(super) struct Generation {
    flow: Flow,
}

impl Generation {
    pub(super) fn new(sent: Instant, max_output_tokens: u32) -> Self {
        Self { flow: Flow::new(sent, max_output_tokens) }
    }
}

impl Judge for Generation {
    fn accept(&mut self, line: &[u8], at: Instant, on_fragment: &mut dyn FnMut(Fragment)) -> Result<Option<FinalRecord>, Cause> {
        let chunk: Chunk = parse(line)?;
        if let Some(error) = &chunk.error {
            return Err(from_words(error, During::Use));
        }
        for (kind, text) in texts(&chunk) {
            self.flow.pass(at, kind, text, on_fragment)?;
        }
        match chunk.done {
            true => self.flow.believed(final_record(&chunk, at, self.flow.waited(at))?).map(Some),
            false => Ok(None),
        }
    }

    fn flow(&self) -> &Flow {
        &self.flow
    }
}

/// The texts of a chunk, thinking first: that is the order in which models write.
fn texts(chunk: &Chunk) -> Vec<(FragmentKind, String)> {
    let message = chunk.message.as_ref();
    let thinking = message.and_then(|message| message.thinking.as_ref()).or(chunk.thinking.as_ref());
    let answer = message.and_then(|message| message.content.as_ref()).or(chunk.response.as_ref());
    let mut texts: Vec<_> = thinking.map(|text| (FragmentKind::Thinking, text.clone())).into_iter().collect();
    texts.extend(message.and_then(tool_calls).map(|text| (FragmentKind::ToolCall, text)));
    texts.extend(answer.map(|text| (FragmentKind::Answer, text.clone())));
    texts
}

fn tool_calls(message: &Message) -> Option<String> {
    let calls = message.tool_calls.as_ref().filter(|calls| !calls.is_empty())?;
    Some(calls.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
#[path = "generation_tests.rs"]
mod tests;
