//! Which model for which task: from what was stored, under the floors and weights that a person set.

mod chosen;
mod headline;
mod usage;

use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;
use toprung_core::recommend::{Advice, Candidates, Prepared, Settings, candidates};
use toprung_core::task::{Task, TaskRun};

pub use chosen::{chosen_json, save_chosen};
pub use headline::headline;
pub use usage::usage;

pub use crate::compare::check_target;
use crate::export::{not_written, write_whole};
use crate::home::Home;
use crate::problem::Problem;
use crate::tasks;

/// The file in the data folder that holds floors and weights.
const FILE: &str = "recommend.json";

/// The floors and weights in force; the usual ones where none were set. A file that can't be read is an error: what a person set is not
/// silently forgotten.
pub fn settings(home: &Home) -> Result<Settings, Problem> {
    let path = home.folder().join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // A data folder that can't be one holds no settings either.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Settings::default()),
        Err(error) => return Err(unreadable(&path, &error.to_string())),
    };
    let settings: Settings = serde_json::from_str(&text).map_err(|error| unreadable(&path, &error.to_string()))?;
    settings.check().map_err(|error| unreadable(&path, &error.to_string()))?;
    Ok(settings)
}

/// Keeps floors and weights.
pub fn save_settings(home: &Home, settings: &Settings) -> Result<(), Problem> {
    settings.check().map_err(|error| Problem::input("bad_settings", error.to_string(), "Change that figure."))?;
    let path = home.folder().join(FILE);
    let failed = |detail: String| {
        Problem::world("settings_not_saved", format!("{} could not be written.", path.display()), "Make room or the folder writable.")
            .with_detail(detail)
    };
    let text = serde_json::to_string_pretty(settings).map_err(|error| failed(error.to_string()))?;
    write_whole(&path, &text)
}

/// The shape of the JSON export; counts up when a key changes its meaning.
const JSON_SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Export<'a> {
    schema: u32,
    settings: &'a Settings,
    #[serde(flatten)]
    advice: &'a Advice,
    /// Tasks that could not be asked, and why.
    unavailable: &'a [(Task, String)],
}

/// The advice as JSON, schema 1: shares 0–1, times in seconds, sizes in bytes.
pub fn json(advised: &Advised) -> Result<String, Problem> {
    let Advised { settings, advice, candidates, .. } = advised;
    let export = Export { schema: JSON_SCHEMA, settings, advice, unavailable: &candidates.unavailable };
    serde_json::to_string_pretty(&export).map_err(|error| not_written("The advice", &error.to_string()))
}

/// Writes the JSON. An existing file stays intact unless the new one is complete.
pub fn save(advised: &Advised, path: &Path) -> Result<(), Problem> {
    write_whole(path, &json(advised)?)
}

fn unreadable(path: &std::path::Path, detail: &str) -> Problem {
    Problem::world(
        "settings_unreadable",
        format!("The file {} can't be used.", path.display()),
        "Mend it, or remove it: the usual floors and weights are then used.",
    )
    .with_detail(detail)
}

/// More runs than a person compares; older ones say little of today's machine.
const MOST_RUNS: usize = 50;

/// Advice with all that it was made from.
pub struct Advised {
    pub candidates: Candidates,
    /// Ready to be ranked again under other weights.
    pub prepared: Prepared,
    pub settings: Settings,
    pub advice: Advice,
}

/// The advice from one run, or from every comparable one of this machine.
pub fn advise(home: &Home, run: Option<&str>) -> Result<Advised, Problem> {
    let runs = match run {
        Some(run) => vec![tasks::show(home, run)?],
        None => home.store().task_runs(MOST_RUNS).map_err(|error| error.to_cause())?,
    };
    Ok(advised(&runs, settings(home)?))
}

/// The advice from these runs under these settings.
pub fn advised(runs: &[TaskRun], settings: Settings) -> Advised {
    let candidates = candidates(runs);
    let prepared = Prepared::new(&candidates.candidates, &settings);
    let advice = prepared.advise(&settings.effective_weights());
    Advised { candidates, prepared, settings, advice }
}

impl Advised {
    /// Advises anew under other wishes. Other weights only rank again, which takes no time that a person notices; other floors look at
    /// every answer again.
    pub fn under(&mut self, settings: Settings) {
        if settings.floors != self.settings.floors {
            self.prepared = Prepared::new(&self.candidates.candidates, &settings);
        }
        self.advice = self.prepared.advise(&settings.effective_weights());
        self.settings = settings;
    }
}
