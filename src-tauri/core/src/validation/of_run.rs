//! The checks that a run's report can make: nothing is asked any more, so its models are those that it loaded.

use crate::cause::CauseKind;
use crate::format;
use crate::model::ModelFacts;
use crate::plan::protocol;
use crate::run::{RunRecord, RungStatus};
use crate::stress::StressTest;

use super::{Check, CheckVerdict, Stored, check, concurrency, cooling, downloads, escalation, headroom};

/// Every check on one run and on the stored stress tests of its machine, newest first, in the order of [`super::validate`].
/// The next rung is weighed against the memory that was free when the run began.
pub fn validate_run(run: &RunRecord, stress: &[StressTest], next_rung: Option<(&str, &ModelFacts)>) -> Vec<Check> {
    let is_here = run.engine.runs_here();
    let stored = Stored {
        runs: std::slice::from_ref(run),
        stress,
        models: None,
        reclaimable_bytes: None,
        next_rung,
        context_tokens: protocol(run.mode).context_tokens,
        memory_available_bytes: run.samples.iter().find_map(|sample| sample.memory_available_bytes).filter(|_| is_here),
        memory_total_bytes: run.machine.memory_bytes.filter(|_| is_here),
    };
    vec![cooling(&stored), model_files(run), escalation::escalation(&stored), downloads(&stored), concurrency(&stored), headroom(&stored)]
}

/// No file that the run met was damaged or could not be fetched.
fn model_files(run: &RunRecord) -> Check {
    let of = |verdict, line: String, next_step: &str| check("model_files", "Model files", verdict, vec![line], next_step);
    let is_damaged = |status: &RungStatus| matches!(status, RungStatus::Failed(cause) if is_about_files(cause.kind));
    let damaged = run.rungs.iter().filter(|rung| is_damaged(&rung.status)).count() as u32;
    let loaded =
        run.rungs.iter().filter(|rung| rung.load.load_ms.is_some() || !rung.trials.is_empty() || !rung.items.is_empty()).count() as u32;
    match (damaged, loaded) {
        (0, 0) => of(CheckVerdict::NotTested, "No model was seen to load.".to_owned(), "Climb a ladder."),
        (0, loaded) => of(CheckVerdict::Pass, format!("{} loaded, none damaged.", format::count(loaded, "model", "models")), ""),
        (damaged, _) => {
            let line = format!("{} could not be fetched or read.", format::count(damaged, "model", "models"));
            of(CheckVerdict::Fail, line, "Delete the model and pull it again.")
        }
    }
}

fn is_about_files(kind: CauseKind) -> bool {
    matches!(kind, CauseKind::DamagedFile | CauseKind::DownloadFailed | CauseKind::DiskFull | CauseKind::ModelNotFound)
}
