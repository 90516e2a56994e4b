//! Stress tests: what is asked for, a test while it goes on, and what is stored of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Problem, SampleView};

/// What a person wants to test. What is `null` or empty is chosen sensibly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StressChoice {
    /// `download`, `sustain`, `concurrent`, `limit`.
    pub kind: String,
    pub engine: String,
    /// Where the engine is reached; `null` is its usual address.
    pub url: Option<String>,
    pub models: Vec<String>,
    /// Download: a ladder's name or file; what it has and the engine has not is downloaded, where no model is named.
    pub ladder: Option<String>,
    /// Download: a model that answers meanwhile.
    pub beside: Option<String>,
    /// Sustain: how long it works.
    pub seconds: Option<f64>,
    /// Concurrent: requests at once.
    pub requests: Option<u32>,
    /// Limit: the longest context that is tried, in tokens.
    pub most_context: Option<u32>,
    /// Limit: also try what is predicted not to fit.
    pub try_anyway: bool,
}

/// What a test will do, before it starts.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct StressPlanView {
    /// In a sentence.
    pub headline: String,
    /// What a person should know before, each in a sentence.
    pub warnings: Vec<String>,
    #[ts(type = "number")]
    pub download_bytes: u64,
    /// How long it takes; `null` where that is not known before.
    pub seconds: Option<f64>,
}

/// What a test says while it goes on.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum StressEvent {
    /// The whole state but for the samples, which come one by one.
    Changed { live: Box<StressLiveView> },
    /// A reading of the sensors.
    Sampled { sample: Box<SampleView> },
    /// The test ended. `test` is what can be opened, `null` where it could not be stored, and the problem then says why.
    Ended { test: Option<String>, verdict: Option<String>, headline: Option<String>, problem: Option<Problem> },
}

/// A test that is going on.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct StressLiveView {
    pub id: String,
    pub kind: String,
    pub title: String,
    /// `running` or `stopping`.
    pub state: String,
    /// In a few words: “warming up smollm2”.
    pub doing: String,
    /// 0–1; `null` where nobody knows how much there is.
    pub progress: Option<f64>,
    pub elapsed_s: f64,
    /// What it has found so far, a line each; empty for downloads, which have rows of their own.
    pub lines: Vec<String>,
    pub downloads: Vec<DownloadView>,
    /// All downloads together.
    pub combined_bytes_per_s: Option<f64>,
    /// The last two minutes of readings.
    pub samples: Vec<SampleView>,
}

/// One of several downloads.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct DownloadView {
    pub model: String,
    /// In the engine's words.
    pub status: String,
    #[ts(type = "number")]
    pub done_bytes: u64,
    #[ts(type = "number | null")]
    pub total_bytes: Option<u64>,
    pub bytes_per_s: Option<f64>,
    pub left_s: Option<f64>,
    /// Seconds since the last byte came; `null` once it is over.
    pub idle_s: Option<f64>,
    /// `running`, `complete` or `failed`.
    pub state: String,
}

/// One line of the list of stored tests.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct StressRow {
    pub id: String,
    pub kind: String,
    pub title: String,
    pub started_at: String,
    pub duration_s: Option<f64>,
    /// `pass`, `fail`, `not_decided`.
    pub verdict: String,
    pub headline: String,
}

/// A stored test with its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct StressView {
    pub row: StressRow,
    pub engine: String,
    pub engine_version: Option<String>,
    /// A person stopped it.
    pub stopped: bool,
    /// Why it is no pass, each a sentence.
    pub reasons: Vec<String>,
    /// What was seen, a line each.
    pub evidence: Vec<String>,
}
