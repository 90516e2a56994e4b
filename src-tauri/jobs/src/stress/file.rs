//! A stress test as a file for other programs.

use std::path::Path;

use serde::Serialize;
use toprung_core::stress::{Judgement, StressTest};

pub use crate::compare::check_target;
use crate::export::{not_written, write_whole};
use crate::problem::Problem;

#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    judgement: Judgement,
    #[serde(flatten)]
    test: &'a StressTest,
}

/// It as JSON, with its verdict.
pub fn json(test: &StressTest) -> Result<String, Problem> {
    let judged = Judged { judgement: test.judge(), test };
    serde_json::to_string_pretty(&judged).map_err(|error| not_written("The stress test", &error.to_string()))
}

/// Writes the JSON. An existing file stays intact unless the new one is complete.
pub fn save(test: &StressTest, path: &Path) -> Result<(), Problem> {
    write_whole(path, &json(test)?)
}
