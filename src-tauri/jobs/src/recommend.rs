//! Which model for which task: from what was stored, under the floors and weights that a person set.

use toprung_core::recommend::{self, Advice, Candidate, Prepared, Settings};
use toprung_core::run::RunRecord;
use toprung_core::task::{Task, TaskRun};

use crate::history;
use crate::home::Home;
use crate::problem::Problem;

/// The file in the data folder that holds floors and weights.
const FILE: &str = "recommend.json";

/// The floors and weights in force; the usual ones where none were set. A file that can't be read is an error: what a person set is not
/// silently forgotten.
pub fn settings(home: &Home) -> Result<Settings, Problem> {
    let path = home.folder().join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
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
    let mut file = tempfile::NamedTempFile::new_in(home.folder()).map_err(|error| failed(error.to_string()))?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|error| failed(error.to_string()))?;
    file.persist(&path).map(drop).map_err(|error| failed(error.to_string()))
}

fn unreadable(path: &std::path::Path, detail: &str) -> Problem {
    Problem::world("settings_unreadable", format!("The file {} can't be used.", path.display()), "Mend it, or remove it: the usual floors and weights are then used.")
        .with_detail(detail)
}
