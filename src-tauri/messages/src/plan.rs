//! Home: the machine, the engines, and the plan of a climb.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Problem, TaskChoice, TaskOfferView, TaskPlanView};

/// Home's first question: what is here?
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Setup {
    pub version: String,
    /// A BCP 47 tag that `Intl` accepts.
    pub locale: String,
    pub machine: MachineView,
    /// What is not as it was in the newest stored run, each in words.
    pub changes: Vec<String>,
    pub engines: Vec<EngineView>,
    pub ladders: Vec<LadderChoice>,
    /// What models can be asked beside their speed.
    pub tasks: Vec<TaskOfferView>,
    /// Times a model that a person is offered for the tasks, in seconds.
    pub budgets_s: Vec<u32>,
    pub data_folder: String,
    /// Set when nothing can be stored, for example on a read-only data folder.
    pub storage_problem: Option<Problem>,
    /// The newest run that can be resumed.
    pub resumable: Option<Resumable>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct MachineView {
    pub cpu: Option<String>,
    pub physical_cores: Option<u32>,
    pub logical_cores: Option<u32>,
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
    pub gpus: Vec<GpuView>,
    pub os: Option<String>,
    pub on_mains: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct GpuView {
    pub name: String,
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
}

/// An engine and whether it answers.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct EngineView {
    /// `llama`, `ollama` …
    pub kind: String,
    pub title: String,
    pub ready: bool,
    pub version: Option<String>,
    pub url: Option<String>,
    pub models: u32,
    /// Why it is not ready, and what to do.
    pub problem: Option<Problem>,
}

/// A server that answered at the address that a person typed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ServerView {
    pub url: Option<String>,
    /// `llama-server`, `vLLM`, `LM Studio`, where it says so.
    pub program: Option<String>,
    pub version: Option<String>,
    /// What it serves, by name.
    pub models: Vec<String>,
    /// What a person should know before using it, each in a sentence.
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LadderChoice {
    pub name: String,
    pub title: String,
    /// In one line: what it is for.
    pub about: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Resumable {
    pub run: String,
    pub ladder: String,
    pub started_at: String,
    pub rungs_done: u32,
    pub rungs: u32,
}

/// What a person chose to climb.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Choice {
    pub engine: String,
    /// Where the engine is reached; `null` is its usual address.
    pub url: Option<String>,
    /// A ladder's name, or the path of a TOML file.
    pub ladder: String,
    pub mode: String,
    /// Leave out what is not installed.
    pub without_downloads: bool,
    /// What the models are asked beside their speed; `null`: nothing.
    pub tasks: Option<TaskChoice>,
}

/// What a climb will do, before it starts.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PlanView {
    pub ladder: String,
    pub title: String,
    /// Small to large.
    pub rungs: Vec<PlannedRungView>,
    /// Minutes, as a range; `null` while nothing is known to estimate from.
    pub minutes_low: Option<f64>,
    pub minutes_high: Option<f64>,
    #[ts(type = "number")]
    pub download_bytes: u64,
    #[ts(type = "number | null")]
    pub disk_free_bytes: Option<u64>,
    /// What the models would be asked beside their speed.
    pub tasks: Option<TaskPlanView>,
    /// What stops this plan from starting, if anything.
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PlannedRungView {
    pub model: String,
    pub title: String,
    #[ts(type = "number | null")]
    pub file_bytes: Option<u64>,
    pub quantization: Option<String>,
    pub installed: bool,
    /// `fits`, `tight`, `too_large` or `unknown`.
    pub fit: String,
    /// In words: “fits”, “needs 21.4 of 22.9 GiB”.
    pub fit_words: String,
    /// Tokens per second from earlier runs on this machine; `null` where there are none.
    pub expected_low: Option<f64>,
    pub expected_high: Option<f64>,
}
