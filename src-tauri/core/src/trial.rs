//! Trials: the unit of everything that is measured.

use serde::{Deserialize, Serialize};

use crate::cause::{Cause, CauseKind};

/// What a trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialKind {
    /// A fixed shape with a prompt that no cache knows, made for its timings.
    Speed,
    /// A short real prompt through the model's own chat template: does it answer, and after how long?
    Answer,
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
    /// Request sent to first non-empty fragment.
    pub ttft_ms: Option<f64>,
    /// Request sent to final record.
    pub response_ms: Option<f64>,
    /// Prompt tokens not served from a cache, per second of prompt time.
    pub prefill_tps: Option<f64>,
    /// (N−1) / (last token − first token), from the engine's own clock where it has one.
    pub decode_tps: Option<f64>,
    /// The same seen from this side of the socket or pipe, where fragments can be counted as tokens.
    pub client_decode_tps: Option<f64>,
    pub prompt_tokens: Option<u32>,
    pub output_tokens: Option<u32>,
    /// Milliseconds from the request to each fragment.
    pub fragments_ms: Vec<f32>,
    /// What the model wrote, capped; empty for a speed trial.
    pub output: String,
    pub outcome: Outcome,
}

impl Trial {
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
