//! `toprung ab`: two variants in turns, with progress, and the comparison at the end.

use std::process::ExitCode;
use std::sync::Arc;

use toprung_jobs::ClimbEnd;
use toprung_jobs::ab::{self, AbPlan};
use toprung_jobs::compare::{self, Question};
use toprung_jobs::format;
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;

use crate::args::Ab;
use crate::climb::{agreed, finish};
use crate::compare::show;
use crate::progress::Progress;
use crate::{INTERRUPTED, NOTHING_DONE, tell};

pub(crate) async fn run(home: &Arc<Home>, args: &Ab) -> Result<ExitCode, Problem> {
    if let Some(path) = &args.json {
        compare::check_target(path)?;
    }
    let plan = ab::plan(home, &args.choice()).await?;
    tell(&headline(&plan));
    for warning in ab::warnings(&plan) {
        tell(&format!("Note: {}.", warning.trim_end_matches('.')));
    }
    if !args.yes && plan.download_bytes > 0 && !agreed(plan.download_bytes) {
        return Ok(ExitCode::SUCCESS);
    }
    let running = ab::start(home, plan, Progress::new().listener())?;
    let run = running.hand.run.clone();
    let interrupted = finish(running).await? == ClimbEnd::Stopped;
    let comparison = compare::compare(home, &Question { a: run.clone(), ..Question::default() })?;
    show(&comparison, args.json.as_deref())?;
    if home.keeps_runs() {
        let go_on = if interrupted { format!("; go on with: toprung climb --resume {run}") } else { String::new() };
        tell(&format!("See it again with: toprung compare {run}{go_on}"));
    }
    Ok(match (interrupted, comparison.compared_anything()) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(NOTHING_DONE),
    })
}

fn headline(plan: &AbPlan) -> String {
    let [a, b] = plan.variants.each_ref().map(|variant| variant.title.as_str());
    let trials = match plan.looks.as_slice() {
        [least, .., most] => format!("{least} to {most} trials"),
        looks => format::count(looks.iter().sum(), "trial", "trials"),
    };
    let mut text = format!("{a} against {b}: {trials} of each in turns, {} mode", plan.mode.name());
    if plan.download_bytes > 0 {
        text += &format!(", {} to download", format::bytes_gb(plan.download_bytes));
    }
    text + "."
}
