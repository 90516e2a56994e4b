//! The check of the escalation framework.

use super::{Check, CheckVerdict, Stored, check, some_of};
use crate::format;
use crate::run::{RunRecord, RunStatus, RungRecord, RungStatus};

/// Every rung of the newest finished run was stepped on or left out by a rule, and its results are stored.
pub(super) fn escalation(stored: &Stored<'_>) -> Check {
    let (code, title, how) = ("escalation", "Escalation framework", "Climb a ladder.");
    let Some(run) = stored.runs.iter().find(|run| run.status == RunStatus::Finished) else {
        let newest = stored.runs.first();
        let evidence = newest.map_or_else(
            || "No run is stored.".to_owned(),
            |newest| format!("No run is finished; stored of the newest: {}.", trials_of(newest)),
        );
        return check(code, title, CheckVerdict::NotTested, vec![evidence], how);
    };
    let of = |is: fn(&RungStatus) -> bool| run.rungs.iter().filter(|rung| is(&rung.status)).count() as u32;
    let measured = of(|status| *status == RungStatus::Measured);
    let failed = of(|status| matches!(status, RungStatus::Failed(_)));
    let left_out = of(|status| matches!(status, RungStatus::LeftOut(_)));
    let rungs = format::count(run.rungs.len() as u32, "rung", "rungs");
    let mut evidence = vec![format!(
        "{}, ladder {}: {rungs}, {measured} measured, {failed} failed with a cause, {left_out} left out by a rule; {} stored.",
        run.started_at.get(..10).unwrap_or(&run.started_at),
        run.ladder,
        trials_of(run)
    )];
    let open: Vec<&str> = run.rungs.iter().filter(|rung| is_missing(rung)).map(|rung| rung.title.as_str()).collect();
    if open.is_empty() {
        return check(code, title, CheckVerdict::Pass, evidence, "");
    }
    evidence.push(format!("Nothing is stored of {}.", some_of(&open)));
    check(code, title, CheckVerdict::Fail, evidence, "Climb again; if it happens twice, check the data folder's disk.")
}

fn trials_of(run: &RunRecord) -> String {
    let sum = |of: fn(&RungRecord) -> usize| run.rungs.iter().map(of).sum::<usize>() as u32;
    let (trials, answers) = (sum(|rung| rung.trials.len()), sum(|rung| rung.items.len()));
    let told = format::count(trials, "trial", "trials");
    match (trials, answers) {
        (_, 0) => told,
        (0, answers) => format::count(answers, "answer to tasks", "answers to tasks"),
        (_, answers) => format!("{told} and {}", format::count(answers, "answer to tasks", "answers to tasks")),
    }
}

/// A rung that was never stepped on, or one that was measured and of which nothing is stored.
fn is_missing(rung: &RungRecord) -> bool {
    match rung.status {
        RungStatus::Waiting | RungStatus::Running => true,
        RungStatus::Measured => rung.trials.is_empty() && rung.items.is_empty(),
        RungStatus::Failed(_) | RungStatus::LeftOut(_) => false,
    }
}
