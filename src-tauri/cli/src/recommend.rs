//! `toprung recommend`: which model for which task, why, and what would change it.

use std::path::Path;
use std::process::ExitCode;

use toprung_core::recommend::{Settings, TaskAdvice, Weights};
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;
use toprung_jobs::recommend::{self, Advised};

use crate::args::Recommend;
use crate::{NOTHING_DONE, answer, tell};

pub(crate) fn run(home: &Home, args: &Recommend) -> Result<ExitCode, Problem> {
    if let Some(path) = &args.json {
        recommend::check_target(path)?;
    }
    let mut advised = recommend::advise(home, args.run.as_deref())?;
    if let Some(slider) = args.slider {
        let settings = Settings { slider: Some(slider), weights: Weights::from_slider(slider), ..advised.settings };
        settings
            .check()
            .map_err(|error| Problem::input("bad_slider", error.to_string(), "Choose a figure from 0 (speed) to 1 (quality)."))?;
        (advised.advice, advised.settings) = (advised.prepared.advise(&settings.effective_weights()), settings);
    }
    if !args.task.is_empty() {
        advised.advice.tasks.retain(|advice| args.task.contains(&advice.task));
    }
    if advised.advice.tasks.is_empty() {
        tell("No tasks were asked yet, so there is nothing to recommend. Ask some with: toprung tasks run --budget 5m");
        return Ok(ExitCode::from(NOTHING_DONE));
    }
    match args.json.as_deref() {
        Some(path) if path == Path::new("-") => answer(&recommend::json(&advised)?),
        Some(path) => recommend::save(&advised, path)?,
        None => {}
    }
    if args.json.as_deref() != Some(Path::new("-")) {
        print(&advised);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(advised: &Advised) {
    for advice in &advised.advice.tasks {
        print_task(advice);
    }
    for (task, why) in &advised.candidates.unavailable {
        answer(&format!("{}: not available: {why}\n", task.title()));
    }
    for left_out in &advised.candidates.left_out {
        tell(&format!("Run {} is left out. {}", left_out.run, left_out.why));
    }
}

fn print_task(advice: &TaskAdvice) {
    answer(advice.task.title());
    answer(&format!("  {}", advice.sentence));
    for line in &advice.evidence {
        answer(&format!("    {line}"));
    }
    if let Some(second) = &advice.runner_up {
        answer(&format!("    second: {}", second.why));
    }
    for line in &advice.what_would_change {
        answer(&format!("    would change it: {line}"));
    }
    for avoid in &advice.avoid {
        answer(&format!("    avoid {}: {}", avoid.pick.title, avoid.reason));
    }
    answer("");
}
