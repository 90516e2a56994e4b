//! The shape of the advice that every screen, report and export shows.

use serde::{Deserialize, Serialize};

use super::{QualityState, Weights};
use crate::analysis::{Success, Use};
use crate::model::{EngineKind, ModelRef};
use crate::task::{Task, TaskFloors, TaskScore};

/// Everything that is advised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// The weights that it was ranked by; their sum is 1.
    pub weights: Weights,
    /// In the order of the suite, then the user's own by name. Only tasks that some candidate was asked.
    pub tasks: Vec<TaskAdvice>,
    /// The four sweet spots and what to avoid, across tasks.
    pub views: Vec<SweetSpotView>,
}

/// The advice for one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskAdvice {
    pub task: Task,
    pub floors: TaskFloors,
    pub verdict: TaskVerdict,
    /// The verdict in a sentence or two, with its figures.
    pub sentence: String,
    /// What it rests on, a line each.
    pub evidence: Vec<String>,
    pub runner_up: Option<RunnerUp>,
    /// What would lead to another answer, a sentence each.
    pub what_would_change: Vec<String>,
    pub avoid: Vec<Avoid>,
    /// Models that no other beats in quality, seconds and memory at once, from the best quality down.
    pub pareto: Vec<Pick>,
    /// Every candidate, the best first; those without a utility come last.
    pub rows: Vec<AdviceRow>,
    /// Items that the compared models all answered; 0 where nothing was compared.
    pub items_shared: u32,
}

/// A model under an engine: what is recommended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    pub model: ModelRef,
    pub engine: EngineKind,
    /// The engine's address, where it has one.
    pub server: Option<String>,
    pub title: String,
}

/// What is advised for a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TaskVerdict {
    /// One model is surely ahead and surely good enough.
    Use { pick: Pick },
    /// These can't be told apart. The preferred one is the faster, else the smaller.
    Tie { prefer: Pick, members: Vec<Pick> },
    /// None surely reaches the floors; the leader may.
    NotProven {
        leader: Pick,
        /// Further items that would decide; `None` where it is too close to say.
        more_items: Option<u32>,
        /// What they would take.
        more_seconds: Option<f64>,
    },
    /// No model will do, or none was asked.
    None { why: String },
}

impl TaskVerdict {
    /// The model to run, where there is one that is good enough.
    pub fn pick(&self) -> Option<&Pick> {
        match self {
            Self::Use { pick } => Some(pick),
            Self::Tie { prefer, .. } => Some(prefer),
            Self::NotProven { .. } | Self::None { .. } => None,
        }
    }
}

/// The next best, and why it is not the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunnerUp {
    pub pick: Pick,
    pub why: String,
}

/// A model to leave alone for a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Avoid {
    pub pick: Pick,
    /// As “2 of 24 passed, surely below the floor of 60 %”.
    pub reason: String,
    /// As “Avoid A for coding: 2 of 24 passed, surely below the floor of 60 %.”
    pub sentence: String,
}

/// Where a candidate stands in the advice for a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Recommended, alone or as the preferred one of a tie.
    Recommended,
    /// Can't be told apart from the recommended one.
    Tied,
    /// Good enough, and surely behind.
    Behind,
    /// Not surely good enough.
    Unproven,
    /// Surely not good enough, too slow, or too large.
    LeftOut,
    /// Nothing that counts was measured.
    NotMeasured,
}

/// What a candidate must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// Fits into memory with room to spare.
    Memory,
    /// Seconds an answer may take.
    Seconds,
    TokensPerSecond,
    FirstToken,
}

/// How a gate was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateState {
    Passed,
    /// The figure's interval straddles the bound.
    Borderline,
    Failed,
    /// The figure is not known. It excludes nobody.
    Unknown,
}

/// One gate with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub kind: GateKind,
    pub state: GateState,
    /// As “12 s an answer, the floor is 10 s”.
    pub words: String,
}

/// What the utility is made of, each 0–1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Factors {
    pub quality: f64,
    pub speed: f64,
    pub memory: f64,
}

/// One candidate's row in a task's table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdviceRow {
    pub pick: Pick,
    pub standing: Standing,
    /// Its answers, added up; `None` where it was not asked.
    pub score: Option<TaskScore>,
    pub memory_bytes: Option<u64>,
    pub quality_state: QualityState,
    /// The share that surely (at 90 %) is reached, and the one that surely is not passed: the ends that the state was judged by.
    pub quality_90: Option<Success>,
    pub gates: Vec<Gate>,
    pub factors: Option<Factors>,
    /// quality^w1 · speed^w2 · memory^w3. `None` where a figure that it needs is not known.
    pub utility: Option<f64>,
    /// The share of resamples in which it is the best; `None` for what was not compared.
    pub p_best: Option<f64>,
    pub is_on_front: bool,
    /// Why it stands where it stands, in a sentence.
    pub why: String,
}

/// A model for one of the uses that the seed names, resting on measured quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweetSpotView {
    #[serde(rename = "use")]
    pub usage: Use,
    /// `None` where its tasks were measured and no model is surely good enough.
    pub pick: Option<Pick>,
    /// Others that can't be told apart from it.
    pub tied: Vec<Pick>,
    /// The tasks that it rests on.
    pub tasks: Vec<Task>,
    pub evidence: String,
}
