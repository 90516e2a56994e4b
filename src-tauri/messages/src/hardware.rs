//! Hardware: what the machine is, what can be read of it, and which checks it has passed.

use serde::Serialize;
use ts_rs::TS;

/// The machine and its sensors.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct HardwareView {
    pub profile: ProfileView,
    pub sensors: Vec<SensorView>,
}

/// What the machine is, and what became of it since it was last measured.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ProfileView {
    pub facts: Vec<FactView>,
    /// When the newest stored run began; `null` where there is none.
    pub since: Option<String>,
    /// Each in words: “on battery, was on mains”.
    pub changes: Vec<String>,
}

/// One line of the machine's profile.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FactView {
    pub name: String,
    /// `null` where nothing tells.
    pub value: Option<String>,
}

/// One group of sensors.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SensorView {
    pub name: String,
    pub readable: bool,
    /// What it reads now, or why nothing can be read.
    pub detail: String,
    /// What a person can do; `null` where it is readable.
    pub mend: Option<String>,
    /// Files of the kernel, or a library; `null` where the detail says it.
    pub source: Option<String>,
    pub unit: Option<String>,
}

/// Whether the machine and the program hold up, check by check.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ValidationView {
    /// The engine that was asked, by its kind; `null` where it does not answer.
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub checks: Vec<CheckView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CheckView {
    /// `cooling`, `model_cache`, `escalation`, `downloads`, `concurrency`, `headroom`.
    pub code: String,
    pub title: String,
    /// `pass`, `fail`, `not_tested`.
    pub verdict: String,
    /// A line each.
    pub evidence: Vec<String>,
    /// What to do where it did not pass; `null` where there is nothing, or where the window has a button for it.
    pub next_step: Option<String>,
}
