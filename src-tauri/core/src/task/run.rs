//! A run of tasks as it is stored.

use serde::{Deserialize, Serialize};

use super::{ItemResult, Task};
use crate::machine::Machine;
use crate::model::{EngineDescription, ModelFacts, ModelRef};
use crate::run::{LoadRecord, RunRecord, RunStatus, RungStatus};

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

/// What a run was to ask, as it is stored with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskPlan {
    pub suite: SuiteVersion,
    pub tasks: Vec<Task>,
    /// Seconds that one model may take; `None`: until every item is asked.
    pub budget_s: Option<u32>,
    /// Why a task could not be asked at all, as a sentence each: the coding task without its sandbox.
    pub unavailable: Vec<(Task, String)>,
    /// Files of the user's own tasks, so that a stopped run can go on with them.
    #[serde(default)]
    pub own_files: Vec<String>,
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

impl TaskRun {
    /// The tasks of a stored run; `None` where it asked none.
    pub fn of(run: &RunRecord) -> Option<Self> {
        let plan = run.tasks.clone()?;
        Some(Self {
            id: run.id.clone(),
            started_at: run.started_at.clone(),
            ended_at: run.ended_at.clone(),
            status: run.status,
            suite: plan.suite,
            tasks: plan.tasks,
            budget_s: plan.budget_s,
            unavailable: plan.unavailable,
            engine: run.engine.clone(),
            machine: run.machine.clone(),
            rungs: run
                .rungs
                .iter()
                .map(|rung| TaskRung {
                    position: rung.position,
                    model: rung.model.clone(),
                    title: rung.title.clone(),
                    facts: rung.facts.clone(),
                    engine: rung.engine.clone(),
                    status: rung.status.clone(),
                    load: rung.load.clone(),
                    results: rung.items.clone(),
                })
                .collect(),
        })
    }
}
