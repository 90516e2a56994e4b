//! What a run's tasks come to: the scores of its models and the advice that follows.

use toprung_core::recommend::{Advice, Candidates, Settings, candidates, recommend};
use toprung_core::run::RunRecord;
use toprung_core::task::{TaskPlan, TaskRun};

/// The answers of one run with the advice from them alone.
pub(crate) struct Advised {
    pub(crate) plan: TaskPlan,
    pub(crate) candidates: Candidates,
    pub(crate) advice: Advice,
}

impl Advised {
    /// `None` where the run asked no tasks.
    pub(crate) fn of(run: &RunRecord, settings: &Settings) -> Option<Self> {
        let plan = run.tasks.clone()?;
        let candidates = candidates(&[TaskRun::of(run)?]);
        let advice = recommend(&candidates.candidates, settings);
        Some(Self { plan, candidates, advice })
    }
}
