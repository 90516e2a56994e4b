//! Tasks as part of a climb or on their own: which are asked, within what time, and what is in their way.

pub(crate) mod expect;
mod plan;
mod sandbox;

pub(crate) use plan::resumed;
pub use plan::{BUDGETS_S, TaskSet, TaskWish, own_tasks, prepare};

use toprung_core::model::EngineDescription;
use toprung_core::recommend::Pick;
use toprung_core::task::{ItemResult, Task, TaskRun};

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

/// What a model answered to one task in a run, in the order in which it was asked.
pub fn answers(home: &Home, run: &str, pick: &Pick, task: &Task) -> Result<Vec<ItemResult>, Problem> {
    let run = show(home, run)?;
    let is_it = |engine: &EngineDescription| engine.kind == pick.engine && engine.url == pick.server;
    let rung = run.rungs.iter().find(|rung| rung.model == pick.model && is_it(rung.engine.as_ref().unwrap_or(&run.engine)));
    let answers = rung.map(|rung| rung.results.iter().filter(|answer| answer.task == *task).cloned().collect());
    answers.ok_or_else(|| Problem::input("no_such_rung", format!("{} was not in that run.", pick.title), "Choose another model."))
}
