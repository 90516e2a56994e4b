//! The chosen models as a file, for whatever starts them.

use std::path::Path;

use serde::Serialize;
use toprung_core::recommend::Candidate;

use super::{Advised, usage};
use crate::export::{not_written, write_whole};
use crate::home::Home;
use crate::problem::Problem;

/// The shape of the file; counts up when a key changes its meaning.
const JSON_SCHEMA: u32 = 1;

#[derive(Serialize)]
struct File<'a> {
    schema: u32,
    tasks: Vec<Chosen<'a>>,
}

#[derive(Serialize)]
struct Chosen<'a> {
    task: String,
    model: &'a str,
    engine: &'static str,
    /// The engine's address, where it has one.
    address: Option<&'a str>,
    /// What runs it; `None` where that is not known.
    usage: Option<String>,
    why: &'a str,
}

/// The chosen model of each task that has one, as JSON.
///
/// # Errors
/// When no task has a model that is shown to be good enough.
pub fn chosen_json(home: &Home, advised: &Advised) -> Result<String, Problem> {
    let tasks: Vec<Chosen<'_>> = advised
        .advice
        .tasks
        .iter()
        .filter_map(|task| {
            let pick = task.verdict.pick()?;
            Some(Chosen {
                task: task.task.name(),
                model: pick.model.as_str(),
                engine: pick.engine.name(),
                address: pick.server.as_deref(),
                usage: advised.candidates.candidates.iter().find(|one| is_it(one, pick)).and_then(|one| usage(home, one)),
                why: &task.sentence,
            })
        })
        .collect();
    if tasks.is_empty() {
        let what = "No task has a model that is shown to be good enough.";
        return Err(Problem::input("nothing_chosen", what, "Ask more items, or lower a floor."));
    }
    serde_json::to_string_pretty(&File { schema: JSON_SCHEMA, tasks }).map_err(|error| not_written("The profile", &error.to_string()))
}

fn is_it(candidate: &Candidate, pick: &toprung_core::recommend::Pick) -> bool {
    candidate.model == pick.model && candidate.engine == pick.engine && candidate.server == pick.server
}

/// Writes the chosen models. An existing file stays intact unless the new one is complete.
pub fn save_chosen(home: &Home, advised: &Advised, path: &Path) -> Result<(), Problem> {
    write_whole(path, &chosen_json(home, advised)?)
}
