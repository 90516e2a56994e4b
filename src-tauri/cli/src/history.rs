//! `toprung history`: list runs, show one.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use comfy_table::Cell;
use toprung_jobs::export;
use toprung_jobs::history::{self, RunHeader};
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;
use toprung_jobs::run::RunStatus;

use crate::args::{History, HistoryCommand};
use crate::table::{number, with_head};
use crate::{answer, results};

pub(crate) fn run(home: &Arc<Home>, args: History) -> Result<ExitCode, Problem> {
    match args.command {
        HistoryCommand::List => list(home),
        HistoryCommand::Show { run, json, report } => {
            for path in [&json, &report].into_iter().flatten() {
                export::check_target(path)?;
            }
            let shown = history::show(home, &run)?;
            results::print(home, &shown, json.as_deref() == Some(Path::new("-")))?;
            export::save_all(home, &shown, json.as_deref(), report.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list(home: &Home) -> Result<ExitCode, Problem> {
    let runs = history::runs(home)?;
    if runs.is_empty() {
        answer("There is no run yet. Start one with: toprung climb");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = with_head(&["Run", "Started (UTC)", "Ladder", "Engine", "Mode", "Rungs", "Status"]);
    for run in &runs {
        table.add_row(vec![
            Cell::new(&run.id),
            Cell::new(run.started_at.get(..16).unwrap_or(&run.started_at).replace('T', " ")),
            Cell::new(&run.ladder),
            Cell::new(run.engine.name()),
            Cell::new(run.mode.name()),
            number(format!("{} of {}", run.rungs_done, run.rungs)),
            Cell::new(status(home, run)),
        ]);
    }
    answer(&table.to_string());
    Ok(ExitCode::SUCCESS)
}

fn status(home: &Home, run: &RunHeader) -> &'static str {
    match run.status {
        RunStatus::Finished => "finished",
        RunStatus::Stopped => "stopped, can be resumed",
        RunStatus::Running if history::is_resumable(home, run) => "cut off, can be resumed",
        RunStatus::Running => "running",
    }
}
