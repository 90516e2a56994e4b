//! `toprung validate`: the list of checks, each with its verdict, its evidence and the next step.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;
use toprung_jobs::validation::{self, CheckVerdict};

use crate::answer;
use crate::args::Validate;
use crate::hints::with_command;

pub(crate) async fn run(home: &Arc<Home>, args: &Validate) -> Result<ExitCode, Problem> {
    if let Some(path) = &args.json {
        validation::check_target(path)?;
    }
    let list = validation::validate(home, &args.engine.choice(), args.verify).await?;
    if args.json.as_deref() == Some(Path::new("-")) {
        answer(&validation::json(&list)?);
        return Ok(ExitCode::SUCCESS);
    }
    for check in &list.checks {
        let mark = match check.verdict {
            CheckVerdict::Pass => "✓",
            CheckVerdict::Fail => "✗",
            CheckVerdict::NotTested => "·",
        };
        answer(&format!("{mark} {}: {}", check.title, check.verdict.word()));
        for line in &check.evidence {
            answer(&format!("    {line}"));
        }
        match check.verdict {
            CheckVerdict::NotTested => answer(&format!("    → {}", with_command(&check.next_step, &check.code))),
            CheckVerdict::Fail => answer(&format!("    → {}", check.next_step)),
            CheckVerdict::Pass => {}
        }
    }
    args.json.as_deref().map_or(Ok(()), |path| validation::save(&list, path))?;
    Ok(ExitCode::SUCCESS)
}
