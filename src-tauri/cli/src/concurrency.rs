//! `toprung concurrency`: requests at once, level by level, and where more of them make no more tokens.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use comfy_table::{Cell, Table};
use toprung_jobs::concurrency::{self, Concurrency, CrowdEnd, CrowdEvent, CrowdPlan, Level};
use toprung_jobs::format;
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;

use crate::args::Concurrency as Args;
use crate::progress::spinner;
use crate::signals::stop;
use crate::table::{number, with_head};
use crate::{INTERRUPTED, NOTHING_DONE, answer, tell};

pub(crate) async fn run(home: &Arc<Home>, args: &Args) -> Result<ExitCode, Problem> {
    if let Some(path) = &args.json {
        concurrency::check_target(path)?;
    }
    let plan = concurrency::plan(home, &args.choice()).await?;
    tell(&headline(&plan));
    for warning in concurrency::warnings(&plan) {
        tell(&format!("Note: {}.", warning.trim_end_matches('.')));
    }
    let bar = spinner();
    let measured = concurrency::measure(home, plan, stop(), |event| match event {
        CrowdEvent::Measuring { parallel } => bar.set_message(format!("measuring {}", at_once(parallel))),
        CrowdEvent::Measured(level) => {
            let line = format!("  {}", lasting_line(&level));
            if bar.is_hidden() { tell(&line) } else { bar.println(line) }
        }
    })
    .await;
    bar.finish_and_clear();
    let measured = measured?;
    show(&measured, args.json.as_deref())?;
    Ok(match (measured.end, measured.measured_anything()) {
        (CrowdEnd::Interrupted, _) => ExitCode::from(INTERRUPTED),
        (_, true) => ExitCode::SUCCESS,
        (_, false) => ExitCode::from(NOTHING_DONE),
    })
}

fn headline(plan: &CrowdPlan) -> String {
    format!(
        "{} with {}: up to {}, each of {} and {} tokens, {} mode.",
        plan.model,
        plan.description.kind.title(),
        at_once(plan.up_to),
        plan.shape.prompt_tokens,
        plan.shape.output_tokens,
        plan.mode.name()
    )
}

/// Prints the answer and its figures, or the JSON alone when that is what standard output is wanted for.
fn show(measured: &Concurrency, json: Option<&Path>) -> Result<(), Problem> {
    if json == Some(Path::new("-")) {
        answer(&concurrency::json(measured)?);
        return Ok(());
    }
    answer(&format!("\n{}\n", concurrency::sentence(measured)));
    if !measured.levels.is_empty() {
        answer(&levels(&measured.levels).to_string());
        answer("Times to the first token count from the moment at which a request was meant to be sent.");
    }
    json.map_or(Ok(()), |path| concurrency::save(measured, path))
}

fn levels(levels: &[Level]) -> Table {
    let mut table = with_head(&["At once", "Tokens/s in all", "Tokens/s of each", "First token, p50", "First token, p95", "Failed"]);
    for level in levels {
        let estimate = |tps| format::or_unknown(tps, |tps| format::estimate(&tps, "").replace("  ", " "));
        table.add_row(vec![
            number(level.parallel.to_string()),
            number(estimate(level.total_tps)),
            number(format::or_unknown(level.request_tps, |tps| format::figures(tps.median))),
            number(format::or_unknown(level.ttft_p50_ms, format::milliseconds)),
            number(format::or_unknown(level.ttft_p95_ms, format::milliseconds)),
            Cell::new(failures(level)),
        ]);
    }
    table
}

fn failures(level: &Level) -> String {
    match &level.cause {
        Some(cause) => format!("{} of {}: {cause}", level.failed, level.requests),
        None => format!("{} of {}", level.failed, level.requests),
    }
}

fn lasting_line(level: &Level) -> String {
    let figures = format::or_unknown(level.total_tps, |tps| format::tokens_per_second(tps.median));
    let failed = if level.failed > 0 { format!(" · {} of {} failed", level.failed, level.requests) } else { String::new() };
    let mark = if level.total_tps.is_some() { "✓" } else { "✗" };
    format!("{mark} {}  {figures} in all{failed}", at_once(level.parallel))
}

fn at_once(parallel: u32) -> String {
    format!("{} at once", format::count(parallel, "request", "requests"))
}
