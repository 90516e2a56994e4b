//! A run of tasks as it is stored.

use serde::{Deserialize, Serialize};

use super::{ItemResult, Task};
use crate::machine::Machine;
use crate::model::{EngineDescription, ModelFacts, ModelRef};
use crate::run::{LoadRecord, RunStatus, RungStatus};

/// Which questions were asked. Scores of two suites or two seeds do not pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuiteVersion {
    /// Counts up with every change of an item, an oracle or a grader.
    pub number: u32,
    /// SHA-256 over every prompt and oracle of the frozen seed, in hexadecimal.
    pub hash: String,
    /// The frozen seed, or a rotating one.
    pub seed: u64,
}

/// One model's answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRung {
    /// Position in the run, from 0.
    pub position: u32,
    pub model: ModelRef,
    pub title: String,
    pub facts: ModelFacts,
    /// The engine that ran it, where the run mixes engines; `None`: the run's own.
    pub engine: Option<EngineDescription>,
    pub status: RungStatus,
    pub load: LoadRecord,
    /// In the order in which they were asked.
    pub results: Vec<ItemResult>,
}

/// A run of tasks over several models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRun {
    /// A version-7 UUID: sorts by time.
    pub id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// RFC 3339, UTC; `None` while it is under way.
    pub ended_at: Option<String>,
    pub status: RunStatus,
    pub suite: SuiteVersion,
    pub tasks: Vec<Task>,
    /// Seconds that one model may take; `None`: until every item is asked.
    pub budget_s: Option<u32>,
    /// Why a task could not be asked at all, as a sentence each: the coding task without its sandbox.
    pub unavailable: Vec<(Task, String)>,
    pub engine: EngineDescription,
    pub machine: Machine,
    pub rungs: Vec<TaskRung>,
}
