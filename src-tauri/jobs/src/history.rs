//! Looking back: stored runs and what they mean.

use toprung_core::analysis::{Analysis, Floors, analyse};
use toprung_core::format;
use toprung_core::run::{RunRecord, RunStatus};

use crate::home::Home;
use crate::lock::ClimbLock;
use crate::problem::Problem;

use toprung_store::StoreError;

pub use toprung_store::RunHeader;

/// Means the newest run, and `last~1` the one before it.
const NEWEST: &str = "last";

/// A stored run with its meaning.
pub struct Shown {
    /// Its line in the list.
    pub header: RunHeader,
    pub run: RunRecord,
    pub analysis: Analysis,
}

impl Shown {
    /// Whether the run holds any figure at all.
    pub fn measured_anything(&self) -> bool {
        self.run.rungs.iter().any(|rung| rung.trials.iter().any(|trial| trial.response_ms.is_some() || trial.ttft_ms.is_some()))
    }
}

/// Every run, newest first.
pub fn runs(home: &Home) -> Result<Vec<RunHeader>, Problem> {
    Ok(home.store().runs().map_err(|error| error.to_cause())?)
}

/// One run by `last`, its id or a unique start of it.
pub fn show(home: &Home, id: &str) -> Result<Shown, Problem> {
    let run = record(home, id)?;
    let (store, id) = (home.store(), run.id.clone());
    let header =
        store.runs().map_err(|error| error.to_cause())?.into_iter().find(|header| header.id == id).ok_or_else(|| no_such_run(&id))?;
    drop(store);
    let analysis = analyse(&run, &Floors::default());
    Ok(Shown { header, run, analysis })
}

/// A stored run by `last`, its id or a unique start of it.
pub(crate) fn record(home: &Home, id: &str) -> Result<RunRecord, Problem> {
    let store = home.store();
    let id = find(&store, id)?;
    store.run(&id).map_err(|error| error.to_cause())?.ok_or_else(|| no_such_run(&id))
}

/// The run to go on with: the one named, or the newest that is not finished.
pub fn resumable(home: &Home, id: Option<&str>) -> Result<String, Problem> {
    let store = home.store();
    match id {
        Some(id) => find(&store, id),
        None => store
            .newest_resumable()
            .map_err(|error| error.to_cause())?
            .map(|run| run.id)
            .ok_or_else(|| Problem::input("nothing_to_resume", "There is no unfinished run.", "Start a new climb.")),
    }
}

/// Whether a run can go on: it is neither finished nor under way in this or another process.
pub fn is_resumable(home: &Home, run: &RunHeader) -> bool {
    match run.status {
        RunStatus::Finished => false,
        RunStatus::Stopped => true,
        RunStatus::Running => !ClimbLock::is_taken(home),
    }
}

/// Hides a run; it can be brought back until the next start.
pub fn delete(home: &Home, id: &str) -> Result<(), Problem> {
    Ok(home.store().delete_run(id, &jiff::Timestamp::now().to_string()).map_err(|error| error.to_cause())?)
}

/// Brings a deleted run back.
pub fn restore(home: &Home, id: &str) -> Result<(), Problem> {
    Ok(home.store().restore_run(id).map_err(|error| error.to_cause())?)
}

/// A run by `last`, `last~2` (so many before it), its id or a unique start of it.
fn find(store: &toprung_store::Store, id: &str) -> Result<String, Problem> {
    if let Some(back) = steps_back(id) {
        let runs = store.runs().map_err(|error| error.to_cause())?;
        let too_few = || {
            let what = format!("There is no run “{}”: there are {}.", id.escape_debug(), format::count(runs.len() as u32, "run", "runs"));
            Problem::input("no_such_run", what, "List the runs and choose one.")
        };
        return runs.get(back).map(|run| run.id.clone()).ok_or_else(too_few);
    }
    store.find_run(id).map_err(|error| match error {
        StoreError::NoSuchRun { .. } => no_such_run(id),
        StoreError::AmbiguousRun { .. } => Problem::input("which_run", error.to_string(), "Give more of its id."),
        error => error.to_cause().into(),
    })
}

/// How far back from the newest run; `None` where an id is meant.
pub(crate) fn steps_back(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(NEWEST)?;
    if rest.is_empty() { Some(0) } else { rest.strip_prefix('~')?.parse().ok() }
}

fn no_such_run(id: &str) -> Problem {
    Problem::input("no_such_run", format!("There is no run “{}”.", id.escape_debug()), "List the runs and choose one.")
}

/// Seconds from start to end; `None` while it is under way.
pub fn duration_s(started_at: &str, ended_at: Option<&str>) -> Option<f64> {
    let parse = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let span = parse(ended_at?)?.as_second() - parse(started_at)?.as_second();
    (span >= 0).then_some(span as f64)
}

/// The verdict's first sentence, for a list; `None` where nothing was measured yet.
pub fn headline(home: &Home, run: &RunHeader) -> Option<String> {
    if run.rungs_done == 0 {
        return None;
    }
    let headline = show(home, &run.id).ok()?.analysis.headline;
    Some(headline.split_inclusive(". ").next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_back_from_the_newest() {
        for (text, back) in
            [("last", Some(0)), ("last~1", Some(1)), ("last~12", Some(12)), ("last~", None), ("last1", None), ("0192", None)]
        {
            assert_eq!(steps_back(text), back, "{text}");
        }
    }
}
