//! Compare: stored runs beside each other.

use serde::Serialize;
use ts_rs::TS;

use crate::EstimateView;

/// The answer, pair by pair.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ComparisonView {
    /// A change within ± this share is none.
    pub margin: f64,
    /// In A's order.
    pub pairs: Vec<PairView>,
    /// Rungs that have no partner, in words.
    pub alone: Vec<String>,
}

/// Two rungs beside each other.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PairView {
    /// The model, or both models.
    pub title: String,
    pub a: SideView,
    pub b: SideView,
    /// Whether trials of both stood next to each other in time.
    pub interleaved: bool,
    /// Why the two may not be compared; empty where they may.
    pub reasons: Vec<DifferenceView>,
    /// What differs on purpose.
    pub asked: Vec<DifferenceView>,
    /// What is known of one side only, and settings that differ.
    pub remarks: Vec<String>,
    /// Empty where the two may not be compared.
    pub figures: Vec<ComparedView>,
    /// In a sentence or two.
    pub answer: String,
    /// What to do where the answer is open or refused.
    pub next_step: Option<String>,
}

/// One side of a pair.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SideView {
    pub run: String,
    pub started_at: String,
    pub model: String,
    pub title: String,
    pub engine: String,
    pub engine_version: Option<String>,
    pub mode: String,
    /// `null` when nothing was measured.
    pub grade: Option<String>,
}

/// Something in which the two sides differ.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct DifferenceView {
    /// `model`, `quantization`, `context`, `shape`, `thinking`, `engine`, `power`, `machine`, `grade`.
    pub aspect: String,
    /// With both figures.
    pub words: String,
}

/// One figure of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ComparedView {
    /// `decode` and `prefill` in tokens per second; `first_token` and `response` in milliseconds.
    pub figure: String,
    pub a: EstimateView,
    pub b: EstimateView,
    /// B's figure over A's.
    pub ratio: RatioView,
    /// Cliff's delta of B against A, −1 to 1.
    pub delta: f64,
    /// `negligible`, `small`, `medium`, `large`.
    pub effect: String,
    /// What B is: `faster`, `slower`, `no_difference`, `not_shown` (there may be one), `too_few_trials`.
    pub verdict: String,
}

/// A ratio with its 95 % interval.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RatioView {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}
