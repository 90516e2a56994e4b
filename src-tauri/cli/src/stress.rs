//! `toprung stress`: plan, ask, test with progress, verdict, files; and looking back at stored tests.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use comfy_table::Cell;
use indicatif::ProgressBar;
use toprung_jobs::format;
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;
use toprung_jobs::stress::{self, Ended, RunningStress, Step, StressEvent, StressLive, StressPlan, StressRecord, StressTest};

use crate::args::{Stress, StressCommand};
use crate::climb::agreed;
use crate::progress::spinner;
use crate::signals;
use crate::table::with_head;
use crate::{INTERRUPTED, NOTHING_DONE, answer, tell};

pub(crate) async fn run(home: &Arc<Home>, args: &Stress) -> Result<ExitCode, Problem> {
    match &args.command {
        StressCommand::List => list(home),
        StressCommand::Show { test, json } => {
            if let Some(path) = json {
                stress::check_target(path)?;
            }
            print(&stress::show(home, test)?, json.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        StressCommand::Rm { test } => {
            answer(&format!("Deleted the stress test {}.", stress::delete(home, test)?));
            Ok(ExitCode::SUCCESS)
        }
        command => test(home, command).await,
    }
}

async fn test(home: &Arc<Home>, command: &StressCommand) -> Result<ExitCode, Problem> {
    let Some((choice, common)) = command.test() else { return Ok(ExitCode::SUCCESS) };
    if let Some(path) = &common.json {
        stress::check_target(path)?;
    }
    let plan = stress::plan(home, &choice).await?;
    announce(&plan);
    if plan.download_bytes > 0 && !command.is_agreed() && !agreed(plan.download_bytes) {
        return Ok(ExitCode::SUCCESS);
    }
    let bar = spinner();
    let drawn = bar.clone();
    let running = stress::start(home, plan, Box::new(move |live, event| hear(&drawn, live, event)));
    let ended = match running {
        Ok(running) => finish(running).await,
        Err(problem) => Err(problem),
    };
    bar.finish_and_clear();
    let Ended { test, not_stored } = ended?;
    print(&test, common.json.as_deref())?;
    match not_stored {
        Some(problem) => tell(&format!("toprung: the test could not be stored: {problem}")),
        None if home.keeps_runs() => tell(&format!("Stored; look at it again with: toprung stress show {}", test.id)),
        None => {}
    }
    Ok(match (test.stopped, test.measured_anything()) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(NOTHING_DONE),
    })
}

fn announce(plan: &StressPlan) {
    let time = plan.seconds.map(|seconds| format!(" About {}.", format::duration(seconds)));
    tell(&format!("{} with {}: {}{}", plan.kind.title(), plan.description.kind.title(), plan.headline, time.unwrap_or_default()));
    for warning in &plan.warnings {
        tell(&format!("Note: {}.", warning.trim_end_matches('.')));
    }
}

/// Ctrl+C stops the test and keeps what it has; a second one ends the program.
async fn finish(running: RunningStress) -> Result<Ended, Problem> {
    let hand = running.hand.clone();
    let stopping = tokio::spawn(async move {
        signals::stop().await;
        hand.stop();
    });
    let ended = running.finished().await;
    stopping.abort();
    ended
}

fn hear(bar: &ProgressBar, live: &StressLive, event: &StressEvent) {
    for line in lasting_lines(live, event) {
        if bar.is_hidden() { tell(&line) } else { bar.println(line) }
    }
    let share = live.progress().map(|share| format!(" · {}", format::percent(share)));
    bar.set_message(format!("{}{}{}", live.doing(), share.unwrap_or_default(), now(live)));
}

/// What is going on, beside the step: the newest line of the record.
fn now(live: &StressLive) -> String {
    match &live.test.record {
        StressRecord::Download(record) => {
            let at = |model| stress::download::line(model, live.now_ms);
            format!(" · {}", record.models.iter().filter(|model| model.end.is_none()).map(at).collect::<Vec<_>>().join(" · "))
        }
        StressRecord::Sustain(_) => live.lines().last().map(|line| format!(" · {line}")).unwrap_or_default(),
        StressRecord::Concurrent(_) | StressRecord::Limit(_) => String::new(),
    }
}

/// What stays on the screen.
fn lasting_lines(live: &StressLive, event: &StressEvent) -> Vec<String> {
    match event {
        // A figure of every second would be a flood; the table comes at the end.
        StressEvent::Doing { step: Step::Working | Step::CoolingDown | Step::Downloading | Step::AnsweringTogether } => {
            vec![format!("  {} …", live.doing())]
        }
        StressEvent::Cut { model, .. } | StressEvent::PullEnded { model, .. } => match &live.test.record {
            StressRecord::Download(record) => record
                .models
                .get(*model as usize)
                .map(|model| format!("  {}", stress::download::line(model, live.now_ms)))
                .into_iter()
                .collect(),
            _ => Vec::new(),
        },
        StressEvent::Attempted { attempt } => vec![format!("  {}", stress::limit::line(attempt))],
        _ => Vec::new(),
    }
}

/// Prints the verdict with its evidence, or the JSON alone when that is what standard output is wanted for.
fn print(test: &StressTest, json: Option<&Path>) -> Result<(), Problem> {
    if json == Some(Path::new("-")) {
        answer(&stress::json(test)?);
        return Ok(());
    }
    let judged = test.judge();
    answer(&format!("\n{}: {}\n{}", test.record.kind().title(), judged.verdict.word(), judged.headline));
    for reason in &judged.reasons {
        answer(&format!("  {reason}"));
    }
    answer("");
    for line in &judged.evidence {
        answer(&format!("- {line}"));
    }
    json.map_or(Ok(()), |path| stress::save(test, path))
}

fn list(home: &Home) -> Result<ExitCode, Problem> {
    let tests = stress::list(home)?;
    if tests.is_empty() {
        answer("There is no stress test yet. Start one with: toprung stress sustain");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = with_head(&["Test", "Started (UTC)", "Kind", "Verdict", "What it says"]);
    for test in &tests {
        table.add_row(vec![
            Cell::new(&test.id),
            Cell::new(test.started_at.get(..16).unwrap_or(&test.started_at).replace('T', " ")),
            Cell::new(test.kind.name()),
            Cell::new(test.verdict.word()),
            Cell::new(&test.headline),
        ]);
    }
    answer(&table.to_string());
    Ok(ExitCode::SUCCESS)
}
