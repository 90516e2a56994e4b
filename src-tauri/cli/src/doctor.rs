//! `toprung doctor`: what is here, what is missing, how to mend it.

use std::process::ExitCode;
use std::sync::Arc;

use toprung_jobs::doctor;
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;

use crate::answer;
use crate::args::Doctor;

pub(crate) async fn run(home: &Arc<Home>, args: &Doctor) -> Result<ExitCode, Problem> {
    let mut group = "";
    for check in doctor::examine(home, args.url.as_deref(), args.server.as_deref()).await {
        if check.group != group {
            group = check.group;
            answer(group);
        }
        answer(&format!("  {} {}: {}", if check.well { "✓" } else { "–" }, check.name, check.detail));
        if let Some(mend) = check.mend {
            answer(&format!("      {mend}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
