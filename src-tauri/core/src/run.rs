//! A run as it is stored: everything that analysis, screens, reports and exports are made from.

use serde::{Deserialize, Serialize};

use crate::cause::Cause;
use crate::machine::{HardwareSample, Machine};
use crate::model::{EngineDescription, ModelFacts, ModelRef};
use crate::plan::Mode;
use crate::task::{ItemResult, TaskPlan};
use crate::trial::Trial;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Under way, or cut off by a crash: it can be resumed.
    Running,
    /// Every rung was measured, failed or was left out by a stop rule.
    Finished,
    /// Stopped by a person: it can be resumed.
    Stopped,
}

/// Where a rung stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status", content = "cause")]
pub enum RungStatus {
    Waiting,
    Running,
    Measured,
    /// It failed as a whole. A failed rung is a result, not an error.
    Failed(Cause),
    /// A stop rule left it out; the text says which.
    LeftOut(String),
}

/// Whether loading read the weights from disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadKind {
    Cold,
    Warm,
}

/// What loading a model showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadRecord {
    pub load_ms: Option<f64>,
    /// Requests before the first trial, until the speed no longer climbed.
    pub warm_up_ms: Option<f64>,
    pub kind: Option<LoadKind>,
    /// The context that the engine really set up, in tokens.
    pub context_tokens: Option<u32>,
    /// Bytes of the model that sit in GPU memory; 0 is a reading, `None` is unknown.
    pub vram_bytes: Option<u64>,
    /// Peak anonymous and file-backed resident memory of the engine's process.
    pub peak_rss_anon_bytes: Option<u64>,
    pub peak_rss_file_bytes: Option<u64>,
    /// Peak memory of the engine's process (or what the engine says the model takes).
    pub peak_memory_bytes: Option<u64>,
}

/// One rung of a stored run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RungRecord {
    /// Position in the ladder, from 0.
    pub position: u32,
    pub model: ModelRef,
    pub title: String,
    pub facts: ModelFacts,
    pub status: RungStatus,
    /// The engine that ran it, where a ladder mixes engines or hosts; `None`: the run's own.
    pub engine: Option<EngineDescription>,
    pub load: LoadRecord,
    /// In the order in which they were made.
    pub trials: Vec<Trial>,
    /// Answers to items of tasks, in the order in which they were asked.
    #[serde(default)]
    pub items: Vec<ItemResult>,
}

impl RungRecord {
    /// A rung that nobody has stepped on yet.
    pub fn waiting(position: u32, model: ModelRef, title: String, facts: ModelFacts, engine: Option<EngineDescription>) -> Self {
        Self {
            position,
            model,
            title,
            facts,
            status: RungStatus::Waiting,
            engine,
            load: LoadRecord::default(),
            trials: Vec::new(),
            items: Vec::new(),
        }
    }
}

/// What was looked at before and after a ladder, to see whether the machine or the engine changed meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionChecks {
    /// Memory bandwidth in bytes per second, several short readings each; empty where it was not taken.
    pub bandwidth_before: Vec<f64>,
    pub bandwidth_after: Vec<f64>,
    /// The engines' versions at the end that differ from those at the start, each as “0.5.4, then 0.6.0”.
    pub versions_changed: Vec<String>,
    /// Seconds for which the machine slept while the ladder was climbed; `None` where the system does not tell.
    pub slept_s: Option<f64>,
    /// Seconds by which the wall clock was set meanwhile. Durations come from a clock that can't be set.
    pub clock_set_s: Option<f64>,
}

/// A whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// A version-7 UUID: sorts by time.
    pub id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// RFC 3339, UTC; `None` while it is under way.
    pub ended_at: Option<String>,
    pub status: RunStatus,
    pub ladder: String,
    pub mode: Mode,
    pub engine: EngineDescription,
    pub machine: Machine,
    pub rungs: Vec<RungRecord>,
    pub samples: Vec<HardwareSample>,
    pub checks: SessionChecks,
    /// What tasks were asked; `None` where none were.
    #[serde(default)]
    pub tasks: Option<TaskPlan>,
}
