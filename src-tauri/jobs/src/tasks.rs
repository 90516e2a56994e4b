//! Tasks as part of a climb or on their own: which are asked, within what time, and what is in their way.

pub(crate) mod expect;
mod plan;
mod sandbox;

pub use plan::{BUDGETS_S, TaskSet, TaskWish, prepare};
pub(crate) use plan::resumed;

use toprung_core::task::TaskRun;

use crate::history;
use crate::home::Home;
use crate::problem::Problem;

/// The tasks of a stored run, by `last`, its id or a unique start of it.
pub fn show(home: &Home, run: &str) -> Result<TaskRun, Problem> {
    let record = history::record(home, run)?;
    TaskRun::of(&record)
        .ok_or_else(|| Problem::input("no_tasks", "No tasks were asked in that run.", "Choose another run, or start one with tasks."))
}

/// The tasks of the newest run that asked any.
pub fn newest(home: &Home) -> Result<TaskRun, Problem> {
    let runs = home.store().task_runs(1).map_err(|error| error.to_cause())?;
    runs.into_iter().next().ok_or_else(|| Problem::input("no_tasks", "No tasks were asked yet.", "Start a run with tasks."))
}
