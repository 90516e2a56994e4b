//! Trials: the unit of everything that is measured.

use serde::{Deserialize, Serialize};

use crate::cause::{Cause, CauseKind};

/// What a trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialKind {
    /// A fixed shape with prompts that no cache knows, made for its timings: one request for a long prompt, one for writing behind a short
    /// one. Its times are those of a single stream in which the second wrote on where the first ended.
    Speed,
    /// A short real prompt through the model's own chat template: does it answer, and after how long?
    Answer,
    /// A speed trial behind a long prompt, made for its decode speed alone: how fast is it when the context has filled?
    Depth,
    /// A speed trial of the first rung, made once more after the ladder: has the machine become slower meanwhile?
    Sentinel,
}

impl TrialKind {
    pub const ALL: [Self; 4] = [Self::Speed, Self::Answer, Self::Depth, Self::Sentinel];

    /// The stable name used in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Speed => "speed",
            Self::Answer => "answer",
            Self::Depth => "depth",
            Self::Sentinel => "sentinel",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a person calls such a trial.
    pub fn title(self) -> &'static str {
        match self {
            Self::Speed => "speed trial",
            Self::Answer => "answer",
            Self::Depth => "depth trial",
            Self::Sentinel => "drift check",
        }
    }
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome", content = "cause")]
pub enum Outcome {
    /// A complete stream; for an answer also a non-empty, non-degenerate text.
    Complete,
    Failed(Cause),
}

/// One finished trial. Every time is in milliseconds of a monotonic clock. Unknown is `None`, never 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Counts from 0 within its rung and kind.
    pub index: u32,
    pub kind: TrialKind,
    /// Since the run began (or was resumed).
    pub started_ms: f64,
    /// Tokens in the context before the first one is made, as a depth trial asks for it; `None` for the other kinds.
    pub depth_tokens: Option<u32>,
    /// Request sent to first non-empty fragment of any kind: answer, thinking or tool call.
    pub ttft_ms: Option<f64>,
    /// Request sent to first fragment that is not thinking.
    pub first_answer_ms: Option<f64>,
    /// Request sent to final record.
    pub response_ms: Option<f64>,
    /// Prompt tokens not served from a cache, per second of prompt time.
    pub prefill_tps: Option<f64>,
    /// (N−1) / (last token − first token), from the engine's own clock where it has one.
    pub decode_tps: Option<f64>,
    /// The same seen from this side of the socket or pipe, where fragments can be counted as tokens.
    pub client_decode_tps: Option<f64>,
    pub prompt_tokens: Option<u32>,
    /// Of the prompt's tokens, those that a cache served: they took no time and are left out of the prefill speed.
    pub cached_prompt_tokens: Option<u32>,
    pub output_tokens: Option<u32>,
    /// Milliseconds from the request to each fragment.
    pub fragments_ms: Vec<f32>,
    /// What the model wrote, capped; empty for a speed trial.
    pub output: String,
    pub outcome: Outcome,
}

impl Trial {
    /// A complete trial of which nothing was seen yet: what to fill in, or to write the rest of in a test.
    pub fn new(kind: TrialKind, index: u32, started_ms: f64) -> Self {
        Self {
            index,
            kind,
            started_ms,
            depth_tokens: None,
            ttft_ms: None,
            first_answer_ms: None,
            response_ms: None,
            prefill_tps: None,
            decode_tps: None,
            client_decode_tps: None,
            prompt_tokens: None,
            cached_prompt_tokens: None,
            output_tokens: None,
            fragments_ms: Vec::new(),
            output: String::new(),
            outcome: Outcome::Complete,
        }
    }

    pub fn is_success(&self) -> bool {
        self.outcome == Outcome::Complete
    }

    /// A stream without its final record is incomplete and is never averaged; neither is one whose prompt was cut, because
    /// it is not the shape that was asked for.
    pub fn counts_for_timing(&self) -> bool {
        match &self.outcome {
            Outcome::Complete => true,
            Outcome::Failed(cause) => cause.stream_was_complete() && cause.kind != CauseKind::PromptCut,
        }
    }
}
