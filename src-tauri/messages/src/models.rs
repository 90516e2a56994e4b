//! Models: what is installed, what the catalogue offers, and pulls under way.

use serde::Serialize;
use ts_rs::TS;

use crate::Problem;

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ModelsView {
    pub installed: Vec<ModelRow>,
    /// What can be pulled and is not installed.
    pub catalogue: Vec<ModelRow>,
    /// Engines that could not be asked, with the reason.
    pub problems: Vec<Problem>,
    /// Pulls under way, so that a page that reloads finds them again.
    pub pulls: Vec<PullView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ModelRow {
    pub model: String,
    pub title: String,
    pub engine: String,
    #[ts(type = "number | null")]
    pub file_bytes: Option<u64>,
    #[ts(type = "number | null")]
    pub parameters: Option<u64>,
    pub quantization: Option<String>,
    pub architecture: Option<String>,
    pub digest: Option<String>,
    /// Ladders that it stands in.
    pub ladders: Vec<String>,
    /// The newest measured speed on this machine.
    pub last_tps: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PullView {
    /// The job's id, for cancelling.
    pub job: u32,
    pub model: String,
    pub engine: String,
    pub status: String,
    #[ts(type = "number")]
    pub done_bytes: u64,
    #[ts(type = "number | null")]
    pub total_bytes: Option<u64>,
    pub bytes_per_s: Option<f64>,
    pub left_s: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum PullEvent {
    Progress { pull: PullView },
    Done { model: String },
    Cancelled { model: String },
    Failed { model: String, problem: Problem },
}
