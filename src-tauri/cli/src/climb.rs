//! `toprung climb`: plan, ask, climb with progress, results, files.

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use toprung_jobs::ClimbEnd;
use toprung_jobs::climb::{self, RunningClimb};
use toprung_jobs::export;
use toprung_jobs::format;
use toprung_jobs::history;
use toprung_jobs::home::Home;
use toprung_jobs::plan::{Choice, Plan, plan, warnings};
use toprung_jobs::problem::Problem;
use toprung_jobs::profile::profile;

use crate::args;
use crate::progress::Progress;
use crate::signals::interrupted;
use crate::{INTERRUPTED, NOTHING_DONE, results, table, tell};

/// While a result can't be saved: seldom enough for a disk, soon enough for a person who has just made room.
pub(crate) const SAVE_AGAIN_EVERY: Duration = Duration::from_secs(2);

pub(crate) async fn run(home: &Arc<Home>, args: &args::Climb) -> Result<ExitCode, Problem> {
    // A file name that can't be written is found out before the climb, not after it.
    for path in [&args.json, &args.report].into_iter().flatten() {
        export::check_target(path)?;
    }
    let running = match &args.resume {
        Some(run) => Some(resume(home, run.as_deref()).await?),
        None => start(home, args).await?,
    };
    let Some(running) = running else { return Ok(ExitCode::SUCCESS) };
    let run = running.hand.run.clone();
    let interrupted = finish(running).await? == ClimbEnd::Stopped;
    let shown = history::show(home, &run)?;
    results::print(home, &shown, args.json.as_deref() == Some(Path::new("-")))?;
    export::save_all(home, &shown, args.json.as_deref(), args.report.as_deref())?;
    if interrupted {
        if home.keeps_runs() {
            tell(&format!("Interrupted. What was measured is kept; go on with: toprung climb --resume {run}"));
        }
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(if shown.measured_anything() { ExitCode::SUCCESS } else { ExitCode::from(NOTHING_DONE) })
}

/// `None` when the person declined.
async fn start(home: &Arc<Home>, args: &args::Climb) -> Result<Option<RunningClimb>, Problem> {
    let plan = plan(home, &choice(args)).await?;
    tell(&headline(&plan));
    for warning in profile(home).note().into_iter().chain(warnings(&plan)) {
        tell(&format!("Note: {}.", warning.trim_end_matches('.')));
    }
    tell(&table::plan(&plan).to_string());
    if !args.yes && plan.download_bytes > 0 && !agreed(plan.download_bytes) {
        return Ok(None);
    }
    let progress = Progress::new();
    climb::start(home, plan, progress.listener()).map(Some)
}

async fn resume(home: &Arc<Home>, run: Option<&str>) -> Result<RunningClimb, Problem> {
    let run = history::resumable(home, run)?;
    tell(&format!("Going on with run {run}."));
    let progress = Progress::new();
    climb::resume(home, &run, progress.listener()).await
}

fn choice(args: &args::Climb) -> Choice {
    let engine = args.engine.choice();
    Choice {
        ladder: args::ladder(args.ladder.as_deref(), &args.model, engine.kind),
        engine,
        mode: args.mode.into(),
        without_downloads: args.no_downloads,
        try_anyway: args.try_anyway,
        sampling: !args.no_sampling,
        tasks: (args.tasks || args.asked.is_given()).then(|| args.asked.wish()),
    }
}

fn headline(plan: &Plan) -> String {
    let mut text = format!(
        "{}: {} with {}, {}, about {}",
        plan.title,
        format::count(plan.rungs.len() as u32, "model", "models"),
        plan.description.kind.title(),
        plan.mode.name(),
        minutes(plan.minutes),
    );
    if let Some(tasks) = &plan.tasks {
        let time = plan.task_minutes.map_or_else(String::new, |range| format!(", another {}", minutes(range)));
        text += &format!(", then {}{time}", tasks.in_words());
    }
    if plan.download_bytes > 0 {
        text += &format!(", {} to download", format::bytes_gb(plan.download_bytes));
    }
    text + "."
}

/// A guess of minutes is told in whole ones.
pub(crate) fn minutes((low, high): (f64, f64)) -> String {
    let whole = |minutes: f64| format::setting(minutes.round().max(1.0));
    let (low, high) = (whole(low), whole(high));
    if low == high { format!("{low} min") } else { format!("{low}–{high} min") }
}

/// Asks before a download. With nobody to ask, what was typed is the answer.
pub(crate) fn agreed(download_bytes: u64) -> bool {
    if !std::io::stdin().is_terminal() {
        return true;
    }
    eprint!("Download {}? [Y/n] ", format::bytes_gb(download_bytes));
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer).is_ok();
    read && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes")
}

/// Waits for the end. Ctrl+C stops the climb and keeps what it has; a second one ends the program.
pub(crate) async fn finish(running: RunningClimb) -> Result<ClimbEnd, Problem> {
    let hand = running.hand.clone();
    let signals = tokio::spawn(async move {
        interrupted().await;
        hand.stop();
        tell("\nStopping; what is finished is kept.");
        interrupted().await;
        std::process::exit(INTERRUPTED.into());
    });
    let hand = running.hand.clone();
    // Nobody sits at a button here that says “go on” once a full disk has room again.
    let saving = tokio::spawn(async move {
        loop {
            tokio::time::sleep(SAVE_AGAIN_EVERY).await;
            hand.save_again();
        }
    });
    let end = running.finished().await;
    signals.abort();
    saving.abort();
    end
}
