//! `toprung models`: list, pull, remove.

use std::process::ExitCode;
use std::sync::Arc;

use comfy_table::Cell;
use toprung_jobs::format;
use toprung_jobs::home::Home;
use toprung_jobs::models::{self, Offered};
use toprung_jobs::problem::Problem;

use crate::args::{Engine, Models, ModelsCommand};
use crate::progress::pull_bar;
use crate::table::{number, with_head};
use crate::{INTERRUPTED, answer, tell};

pub(crate) async fn run(home: &Arc<Home>, args: Models) -> Result<ExitCode, Problem> {
    match args.command {
        ModelsCommand::List { engine } => list(home, &engine).await,
        ModelsCommand::Pull { model, engine } => pull(home, &engine, &model).await,
        ModelsCommand::Rm { model, engine } => {
            models::delete(home, &engine.choice(), &model).await?;
            answer(&format!("Deleted {model}."));
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn list(home: &Home, engine: &Engine) -> Result<ExitCode, Problem> {
    let installed = models::installed(home, &engine.choice()).await?;
    let speeds = models::last_speeds(home);
    let mut table = with_head(&["Model", "Size", "Parameters", "Quantization", "Here", "Last measured"]);
    for model in &installed {
        table.add_row(vec![
            Cell::new(&model.model),
            number(format::or_unknown(model.facts.file_bytes, format::bytes_gb)),
            number(format::or_unknown(model.facts.parameters, format::parameters)),
            Cell::new(model.facts.quantization.as_deref().unwrap_or(format::UNKNOWN)),
            Cell::new("installed"),
            number(format::or_unknown(speeds.get(&model.model).copied(), format::tokens_per_second)),
        ]);
    }
    let offered = models::offered(engine.choice().kind);
    for model in offered.iter().filter(|offer| !installed.iter().any(|have| have.model == offer.model)) {
        table.add_row(offer_row(model));
    }
    answer(&table.to_string());
    if !offered.is_empty() {
        answer("Pull one with: toprung models pull MODEL");
    }
    Ok(ExitCode::SUCCESS)
}

fn offer_row(offer: &Offered) -> Vec<Cell> {
    vec![
        Cell::new(&offer.model),
        number(format::or_unknown(offer.facts.file_bytes, format::bytes_gb)),
        number(format::or_unknown(offer.facts.parameters, format::parameters)),
        Cell::new(offer.facts.quantization.as_deref().unwrap_or(format::UNKNOWN)),
        Cell::new(format!("can be pulled ({})", offer.ladders.join(", "))),
        number(format::UNKNOWN),
    ]
}

async fn pull(home: &Home, engine: &Engine, model: &str) -> Result<ExitCode, Problem> {
    let bar = pull_bar();
    let choice = engine.choice();
    let pulling = models::pull(home, &choice, model, |progress| {
        if let Some(total) = progress.total_bytes {
            bar.set_length(total);
        }
        bar.set_position(progress.done_bytes);
        bar.set_message(progress.status);
    });
    let outcome = tokio::select! {
        outcome = pulling => Some(outcome),
        _ = tokio::signal::ctrl_c() => None,
    };
    bar.finish_and_clear();
    match outcome {
        Some(outcome) => {
            outcome?;
            answer(&format!("Pulled {model}."));
            Ok(ExitCode::SUCCESS)
        }
        None => {
            tell("Stopped. Pull it again to go on where it stopped.");
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}
