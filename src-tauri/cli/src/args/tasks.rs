//! What `toprung tasks` and `toprung recommend` take.

use std::path::PathBuf;

use clap::Subcommand;
use toprung_core::task::Task;
use toprung_jobs::Mode;
use toprung_jobs::plan::Choice;
use toprung_jobs::tasks::TaskWish;

use super::{Engine, ladder};

#[derive(Debug, clap::Args)]
pub(crate) struct Tasks {
    #[command(subcommand)]
    pub(crate) command: TasksCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TasksCommand {
    /// Put tasks to models, without measuring their speed by itself.
    Run(TasksRun),
    /// List the tasks with their floors.
    List,
    /// Show how models did, or what one of them answered.
    Show(TasksShow),
}

/// Which tasks, and within what time.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TaskArgs {
    /// A task, as `coding`; may be given more than once. Without it all of them.
    #[arg(long, value_name = "TASK", value_parser = task)]
    task: Vec<Task>,
    /// A file of your own items (.toml), a task of its own; may be given more than once.
    #[arg(long, value_name = "FILE")]
    items: Vec<PathBuf>,
    /// The time for one model, as 90s or 5m; without it until every item that helps is asked.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    budget: Option<u32>,
    /// Ask this month's items instead of the frozen ones: shows whether a model learnt those by heart.
    #[arg(long)]
    rotate: bool,
}

impl TaskArgs {
    pub(crate) fn wish(&self) -> TaskWish {
        TaskWish { tasks: self.task.clone(), own_files: self.items.clone(), budget_s: self.budget, rotating: self.rotate }
    }

    /// Whether any of it was given.
    pub(crate) fn is_given(&self) -> bool {
        !self.task.is_empty() || !self.items.is_empty() || self.budget.is_some() || self.rotate
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct TasksRun {
    #[command(flatten)]
    pub(crate) tasks: TaskArgs,
    /// A ladder's name (starter, classic, installed) or a ladder file (.toml).
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "model")]
    ladder: Option<String>,
    /// Models to ask, smallest first; may be given more than once.
    #[arg(long, value_name = "REF", num_args = 1..)]
    model: Vec<String>,
    #[command(flatten)]
    engine: Engine,
    /// Download what is missing without asking.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Leave out models that are not installed.
    #[arg(long)]
    no_downloads: bool,
    /// Also try models that are predicted not to fit into memory.
    #[arg(long)]
    try_anyway: bool,
    /// Go on with a run that was cut off: the newest, or the one named by its id or the start of it.
    #[arg(long, value_name = "RUN", num_args = 0..=1, conflicts_with_all = ["ladder", "model", "no_downloads", "task", "items", "budget", "rotate"])]
    pub(crate) resume: Option<Option<String>>,
}

impl TasksRun {
    pub(crate) fn choice(&self) -> Choice {
        let engine = self.engine.choice();
        Choice {
            ladder: ladder(self.ladder.as_deref(), &self.model, engine.kind),
            engine,
            mode: Mode::Tasks,
            without_downloads: self.no_downloads,
            try_anyway: self.try_anyway,
            sampling: true,
            tasks: Some(self.tasks.wish()),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct TasksShow {
    /// A run by its id, the start of it, or `last`; without it the newest run with tasks.
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// Show each item of this task: what was asked, what was answered, and the verdict.
    #[arg(long, value_name = "TASK", value_parser = task)]
    pub(crate) task: Option<Task>,
    /// Of this model alone.
    #[arg(long, value_name = "REF")]
    pub(crate) model: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Recommend {
    /// For this task alone; may be given more than once.
    #[arg(long, value_name = "TASK", value_parser = task)]
    pub(crate) task: Vec<Task>,
    /// From this run alone; without it from every comparable run on this machine.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// From speed (0) to quality (1); without it as it was set in the window, or the middle.
    #[arg(long, value_name = "0–1")]
    pub(crate) slider: Option<f64>,
    /// Write the advice as JSON (`-`: to standard output).
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

fn task(name: &str) -> Result<Task, String> {
    Task::from_name(name).map_err(|error| error.to_string())
}

/// Seconds from `90`, `90s`, `5m` or `1h`.
fn seconds(text: &str) -> Result<u32, String> {
    let (figures, factor) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(figures) if text.ends_with('m') => (figures, 60),
        Some(figures) if text.ends_with('h') => (figures, 3600),
        Some(figures) => (figures, 1),
        None => (text, 1),
    };
    let number: u32 = figures.trim().parse().map_err(|_| format!("“{text}” is not a time; write 90s or 5m"))?;
    number.checked_mul(factor).filter(|seconds| *seconds > 0).ok_or_else(|| format!("“{text}” is out of range; write 90s or 5m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_read_with_its_unit() {
        for (text, expected) in [("90", Some(90)), ("90s", Some(90)), ("5m", Some(300)), ("1h", Some(3600)), ("0", None), ("5x", None)] {
            assert_eq!(seconds(text).ok(), expected, "{text}");
        }
        assert!(seconds("99999999h").unwrap_err().contains("out of range"));
    }
}
