//! `toprung compare`: may two rungs be compared, and which is faster? The answer first, then the figures.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use comfy_table::{Cell, Table};
use toprung_jobs::compare::{self, Comparison, Figure, FigureComparison, Pair, SideShown};
use toprung_jobs::format;
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;

use crate::args::Compare;
use crate::table::{number, with_head};
use crate::{BAD_INPUT, answer, tell};

pub(crate) fn run(home: &Arc<Home>, args: &Compare) -> Result<ExitCode, Problem> {
    if let Some(path) = &args.json {
        compare::check_target(path)?;
    }
    let comparison = compare::compare(home, &args.question())?;
    show(&comparison, args.json.as_deref())?;
    Ok(if comparison.compared_anything() { ExitCode::SUCCESS } else { ExitCode::from(BAD_INPUT) })
}

/// Prints a comparison and writes its file, or prints its JSON alone when that is what standard output is wanted for.
pub(crate) fn show(comparison: &Comparison, json: Option<&Path>) -> Result<(), Problem> {
    if json == Some(Path::new("-")) {
        answer(&compare::json(comparison)?);
        return Ok(());
    }
    for pair in &comparison.pairs {
        if pair.comparability.is_fine() { print(pair) } else { refuse(pair) }
    }
    for alone in &comparison.alone {
        tell(alone);
    }
    json.map_or(Ok(()), |path| compare::save(comparison, path))
}

fn print(pair: &Pair) {
    let of = if pair.a.title == pair.b.title { format!("{}: ", pair.title) } else { String::new() };
    answer(&format!("\n{of}{}\n", pair.answer));
    if !pair.figures.is_empty() {
        answer(&figures(&pair.figures).to_string());
    }
    sides(pair, answer);
    for difference in &pair.comparability.asked {
        answer(&format!("On purpose: {}.", difference.words.trim_end_matches('.')));
    }
    for remark in &pair.comparability.remarks {
        answer(&format!("Note: {remark}."));
    }
    if let Some(next) = &pair.next_step {
        answer(&format!("{next} (toprung ab --trials 20)"));
    }
}

/// A refusal is no result: it goes to the person alone.
fn refuse(pair: &Pair) {
    tell(&format!("toprung: {}", pair.answer));
    for difference in &pair.comparability.reasons {
        tell(&format!("  – {}.", difference.words.trim_end_matches('.')));
    }
    sides(pair, tell);
    if let Some(next) = &pair.next_step {
        tell(&format!("{next} Or compare in spite of it with --anyway."));
    }
}

fn sides(pair: &Pair, say: fn(&str)) {
    for (letter, side) in [("A", &pair.a), ("B", &pair.b)] {
        say(&format!("{letter}: {}", described(side)));
    }
}

fn described(side: &SideShown) -> String {
    let started = side.started_at.get(..16).unwrap_or(&side.started_at).replace('T', " ");
    let grade = side.grade.map_or_else(|| "not measured".to_owned(), |grade| format!("grade {grade:?}"));
    format!("{}, {}, {} mode, run {} of {started} (UTC), {grade}", side.model, side.engine.title(), side.mode.name(), side.run)
}

fn figures(figures: &[FigureComparison]) -> Table {
    let mut table = with_head(&["Figure", "A, median", "B, median", "B against A (95 %)", "Effect", "B is"]);
    for FigureComparison { figure, compared } in figures {
        let shown = |value: f64| match figure {
            Figure::Decode | Figure::Prefill => format::tokens_per_second(value),
            Figure::FirstToken | Figure::Response => format::milliseconds(value),
        };
        table.add_row(vec![
            Cell::new(figure.title()),
            number(format!("{} (n {})", shown(compared.a.median), compared.a.n)),
            number(format!("{} (n {})", shown(compared.b.median), compared.b.n)),
            number(compare::change(&compared.ratio)),
            Cell::new(compared.effect.word()),
            Cell::new(compared.verdict_words()),
        ]);
    }
    table
}
