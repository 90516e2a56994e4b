//! `toprung`: the terminal front. The same jobs as the window, with progress bars and tables.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod ab;
mod args;
mod climb;
mod compare;
mod concurrency;
mod doctor;
mod hints;
mod history;
mod key;
mod models;
mod progress;
mod recommend;
mod results;
mod signals;
mod stress;
mod table;
mod tasks;
mod validate;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use toprung_jobs::home::Home;
use toprung_jobs::problem::{Blame, Problem};

use crate::args::{Args, Command};

/// Bad input, as clap itself exits.
const BAD_INPUT: u8 = 2;
/// Nothing could be measured or done.
const NOTHING_DONE: u8 = 3;
/// As a shell reports a program that Ctrl+C ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Problem::world("no_runtime", "The program could not start its threads.", "Close other programs.").with_detail(error.to_string())
        })
        .and_then(|runtime| runtime.block_on(run(args)));
    match outcome {
        Ok(code) => code,
        Err(problem) => {
            tell(&format!("toprung: {}", hints::words(&problem)));
            ExitCode::from(match problem.blame {
                Blame::Input => BAD_INPUT,
                Blame::World => NOTHING_DONE,
            })
        }
    }
}

async fn run(args: Args) -> Result<ExitCode, Problem> {
    let home = Arc::new(Home::open()?);
    if let Some(notice) = home.notice() {
        tell(&format!("toprung: {notice}"));
    }
    match args.command {
        Command::Climb(args) => climb::run(&home, &args).await,
        Command::Tasks(args) => tasks::run(&home, args.command).await,
        Command::Recommend(args) => recommend::run(&home, &args),
        Command::Ab(args) => ab::run(&home, &args).await,
        Command::Compare(args) => compare::run(&home, &args),
        Command::Concurrency(args) => concurrency::run(&home, &args).await,
        Command::Key(args) => key::run(&home, args.command),
        Command::Stress(args) => stress::run(&home, &args).await,
        Command::Validate(args) => validate::run(&home, &args).await,
        Command::Models(args) => models::run(&home, args).await,
        Command::History(args) => history::run(&home, args),
        Command::Doctor(args) => doctor::run(&home, &args).await,
    }
}

/// Says something to the person. A terminal that was closed meanwhile is no reason to end a climb.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Prints a line of the result. A reader that has left, such as `head`, wants no more of it.
fn answer(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
