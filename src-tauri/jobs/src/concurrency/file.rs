//! A measurement of requests at once as a file for other programs.

use std::path::Path;

use serde::Serialize;

use super::{Concurrency, sentence};
pub use crate::compare::check_target;
use crate::export::{not_written, write_whole};
use crate::problem::Problem;

/// Counts up when a field changes its meaning or goes.
const JSON_SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Numbered<'a> {
    schema: u32,
    answer: String,
    #[serde(flatten)]
    measured: &'a Concurrency,
}

/// It as JSON.
pub fn json(measured: &Concurrency) -> Result<String, Problem> {
    let numbered = Numbered { schema: JSON_SCHEMA, answer: sentence(measured), measured };
    serde_json::to_string_pretty(&numbered).map_err(|error| not_written("The measurement", &error.to_string()))
}

/// Writes the JSON. An existing file stays intact unless the new one is complete.
pub fn save(measured: &Concurrency, path: &Path) -> Result<(), Problem> {
    write_whole(path, &json(measured)?)
}
