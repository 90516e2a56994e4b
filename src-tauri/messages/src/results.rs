//! Results and History: what a stored run means.

use serde::Serialize;
use ts_rs::TS;

use crate::{MachineView, Problem};

/// One line of History.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RunRow {
    pub id: String,
    pub started_at: String,
    pub duration_s: Option<f64>,
    /// `running`, `finished` or `stopped`.
    pub status: String,
    pub ladder: String,
    pub mode: String,
    pub engine: String,
    pub rungs: u32,
    pub rungs_done: u32,
    /// The verdict's first sentence, where there is one.
    pub headline: Option<String>,
    /// Whether it can be resumed: it is neither finished nor under way in this or another process.
    pub resumable: bool,
    /// Titles of the tasks that its models were put to; empty for none.
    pub tasks: Vec<String>,
    /// Whether it measured A against B in turns, so that it holds a comparison of its own.
    pub interleaved: bool,
}

/// A stored run with its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RunView {
    pub row: RunRow,
    pub engine_version: Option<String>,
    pub machine: MachineView,
    pub headline: String,
    /// Small to large.
    pub rungs: Vec<RungView>,
    pub steps: Vec<StepView>,
    pub knee: Option<KneeView>,
    pub sweet_spots: Vec<SweetSpotView>,
    pub proven: Vec<CapabilityView>,
    pub projected: Vec<CapabilityView>,
    pub insights: Vec<String>,
    pub queue: Vec<String>,
}

/// A median with its 95 % interval and trial count.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct EstimateView {
    pub median: f64,
    pub low: f64,
    pub high: f64,
    pub n: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RungView {
    pub model: String,
    pub title: String,
    #[ts(type = "number | null")]
    pub file_bytes: Option<u64>,
    pub quantization: Option<String>,
    /// `waiting`, `running`, `measured`, `failed`, `left_out`.
    pub status: String,
    pub decode_tps: Option<EstimateView>,
    /// Decode speed as the context fills, the shortest first; empty where it was not measured.
    pub at_depth: Vec<DepthView>,
    pub prefill_tps: Option<EstimateView>,
    /// The same trials by this side's clock.
    pub observed: ObservedView,
    pub ttft_ms: Option<EstimateView>,
    pub response_ms: Option<EstimateView>,
    pub answered: Option<u32>,
    pub asked: Option<u32>,
    pub load_ms: Option<f64>,
    #[ts(type = "number | null")]
    pub peak_memory_bytes: Option<u64>,
    /// Of that, what belongs to the process alone, and what is pages of the model's file.
    #[ts(type = "number | null")]
    pub rss_anon_bytes: Option<u64>,
    #[ts(type = "number | null")]
    pub rss_file_bytes: Option<u64>,
    #[ts(type = "number | null")]
    pub vram_bytes: Option<u64>,
    /// The longest context that fits into the machine's memory.
    pub context_fits_tokens: Option<u32>,
    pub grade: Option<String>,
    pub reasons: Vec<String>,
    /// `fast_iterations`, `balanced`, `high_quality`, `specialised_coding`, `works`, `avoid`, `not_measured`.
    pub verdict: String,
    pub problem: Option<Problem>,
    /// The first of its answers, raw, for a look.
    pub answers: Vec<AnswerView>,
}

/// What was seen from this side of the socket or pipe.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ObservedView {
    pub decode_tps: Option<EstimateView>,
    pub prefill_tps: Option<EstimateView>,
    /// Milliseconds per output token.
    pub tpot_ms: Option<EstimateView>,
    /// Milliseconds between fragments: usual, exceeded by one in twenty, longest.
    pub gap_p50_ms: Option<f64>,
    pub gap_p95_ms: Option<f64>,
    pub gap_max_ms: Option<f64>,
}

/// Decode speed behind a prompt of so many tokens.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct DepthView {
    pub depth_tokens: u32,
    pub decode_tps: EstimateView,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AnswerView {
    pub prompt: String,
    pub output: String,
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct StepView {
    pub from: String,
    pub to: String,
    pub throughput_change: Option<f64>,
    pub response_change: Option<f64>,
    pub memory_change: Option<f64>,
    pub elasticity: Option<f64>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct KneeView {
    pub model: String,
    pub title: String,
    pub probability: f64,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SweetSpotView {
    /// `fast_iterations`, `balanced`, `high_quality`, `specialised_coding`, `avoid`.
    #[serde(rename = "use")]
    #[ts(rename = "use")]
    pub usage: String,
    pub title: String,
    pub model: String,
    pub evidence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CapabilityView {
    pub statement: String,
    pub basis: String,
    pub holds: Option<bool>,
}

/// A chart from the one renderer, for a theme.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ChartView {
    pub svg: String,
    pub width: f64,
    pub height: f64,
    /// Said instead of the picture.
    pub alt: String,
    /// Focusable points with what their tooltip says.
    pub marks: Vec<MarkView>,
    /// The same figures as a table: a head and rows.
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct MarkView {
    /// In the picture's own units.
    pub x: f64,
    pub y: f64,
    pub label: String,
}

/// What became of a save.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Saved {
    Written {
        path: String,
    },
    /// The dialog was closed.
    NotNow,
}
