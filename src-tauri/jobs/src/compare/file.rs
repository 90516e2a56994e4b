//! A comparison as a file for other programs.

use std::path::Path;

use serde::Serialize;

use super::Comparison;
use crate::export;
use crate::problem::Problem;

/// Counts up when a field changes its meaning or goes.
const JSON_SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Numbered<'a> {
    schema: u32,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

/// The comparison as JSON.
pub fn json(comparison: &Comparison) -> Result<String, Problem> {
    let numbered = Numbered { schema: JSON_SCHEMA, comparison };
    serde_json::to_string_pretty(&numbered).map_err(|error| export::not_written("The comparison", &error.to_string()))
}

/// Finds out beforehand that a JSON file could not be written.
pub fn check_target(path: &Path) -> Result<(), Problem> {
    let is_json = path == Path::new("-") || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if !is_json {
        let what = format!("{} does not end with .json.", path.display());
        return Err(Problem::input("bad_file_ending", what, "Give the file that ending."));
    }
    export::check_target(path)
}

/// Writes the JSON. An existing file stays intact unless the new one is complete.
pub fn save(comparison: &Comparison, path: &Path) -> Result<(), Problem> {
    export::write_whole(path, &json(comparison)?)
}
