//! A run's results on the terminal: the answer first, then the figures.

use comfy_table::{Cell, Table};
use toprung_jobs::analysis::{Analysis, RungSummary, RungVerdict, Step, Use};
use toprung_jobs::energy::Energy;
use toprung_jobs::export;
use toprung_jobs::format;
use toprung_jobs::history::Shown;
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;

use crate::answer;
use crate::hints::with_command;
use crate::table::{number, with_head};

/// Prints a run, or its JSON alone when that is what standard output is wanted for.
pub(crate) fn print(home: &Home, shown: &Shown, json_alone: bool) -> Result<(), Problem> {
    if json_alone {
        answer(&export::json(home, shown)?);
        return Ok(());
    }
    let analysis = &shown.analysis;
    answer(&format!("\n{}\n", analysis.headline));
    answer(&rungs(analysis).to_string());
    if !analysis.steps.is_empty() {
        answer(&format!("\nWhat the next step costs\n{}", steps(&analysis.steps)));
    }
    answer(&format!("\n{}", energy(analysis)));
    print_causes(analysis);
    for spot in &analysis.sweet_spots {
        answer(&format!("{}: {}. {}", usage(spot.usage), spot.title, spot.evidence));
    }
    if let Some(knee) = &analysis.knee {
        answer(&format!("Top rung: {}. {}", knee.title, knee.reason));
    }
    for waiting in &analysis.queue {
        answer(&format!("Not measured: {waiting}"));
    }
    if home.keeps_runs() {
        answer(&format!("\nSee it again, or write files of it, with: toprung history show {} [--json FILE] [--report FILE]", shown.run.id));
    }
    Ok(())
}

fn rungs(analysis: &Analysis) -> Table {
    let mut table = with_head(&["Model", "Tokens/s", "Prefill", "First token", "Response", "Answered", "Memory", "Grade", "Verdict"]);
    for rung in &analysis.rungs {
        table.add_row(vec![
            Cell::new(&rung.title),
            number(format::or_unknown(rung.decode_tps, |tps| format::estimate(&tps, "").replace("  ", " "))),
            number(format::or_unknown(rung.prefill_tps, |tps| format::figures(tps.median))),
            number(format::or_unknown(rung.ttft_ms, |ms| format::milliseconds(ms.median))),
            number(format::or_unknown(rung.response_ms, |ms| format::milliseconds(ms.median))),
            number(format::or_unknown(rung.success, |success| format!("{} of {}", success.ok, success.n))),
            number(format::or_unknown(rung.load.peak_memory_bytes, format::bytes_gib)),
            Cell::new(rung.grade.map_or_else(|| format::UNKNOWN.to_owned(), |grade| format!("{grade:?}"))),
            Cell::new(verdict(rung)),
        ]);
    }
    table
}

/// What a token cost in energy, or one line that says why that is not known.
fn energy(analysis: &Analysis) -> String {
    let known: Vec<(&RungSummary, &Energy)> = analysis.rungs.iter().filter_map(|rung| Some((rung, rung.energy.as_ref().ok()?))).collect();
    if known.is_empty() {
        let why = analysis.rungs.iter().find_map(|rung| rung.energy.as_ref().err());
        return why.map(|why| format!("Energy per token: not known: {why}.")).unwrap_or_default();
    }
    let mut table = with_head(&["Model", "J per token", "Above idle", "Power", "Idle", "Of"]);
    for (rung, energy) in known {
        table.add_row(vec![
            Cell::new(&rung.title),
            number(format::figures(energy.gross_j_per_token)),
            number(format::or_unknown(energy.net_j_per_token, format::figures)),
            number(format!("{} W", format::figures(energy.mean_w))),
            number(format::or_unknown(energy.idle_w, |watts| format!("{} W", format::figures(watts)))),
            Cell::new(energy.source.title()),
        ]);
    }
    format!("What a token costs in energy\n{table}")
}

fn steps(steps: &[Step]) -> Table {
    let mut table = with_head(&["Step", "Throughput", "Response time", "Memory", ""]);
    for step in steps {
        let change = |change: Option<f64>| number(format::or_unknown(change, format::percent_change_tenths));
        table.add_row(vec![
            Cell::new(format!("{} → {}", step.from_title, step.to_title)),
            change(step.throughput_change),
            change(step.response_change),
            change(step.memory_change),
            Cell::new(step.note.as_deref().unwrap_or("")),
        ]);
    }
    table
}

/// A failing rung says why, and what to do.
fn print_causes(analysis: &Analysis) {
    for rung in &analysis.rungs {
        if let Some(cause) = &rung.cause {
            let next_step = with_command(cause.kind.next_step(), cause.kind.code());
            answer(&format!("{}: {cause} {next_step}", rung.title));
        }
        for reason in &rung.reasons {
            answer(&format!("{}: {reason}", rung.title));
        }
    }
    answer("");
}

fn verdict(rung: &RungSummary) -> &'static str {
    match rung.verdict {
        RungVerdict::FastIterations => "fast iterations",
        RungVerdict::Balanced => "balanced",
        RungVerdict::HighQuality => "high quality (by size)",
        RungVerdict::SpecialisedCoding => "specialised coding",
        RungVerdict::Works => "works",
        RungVerdict::Avoid => "avoid",
        RungVerdict::NotMeasured => "not measured",
    }
}

fn usage(usage: Use) -> &'static str {
    match usage {
        Use::FastIterations => "Fast iterations",
        Use::Balanced => "Balanced",
        Use::HighQuality => "High quality",
        Use::SpecialisedCoding => "Specialised coding",
        Use::Avoid => "Avoid",
    }
}
