//! The schema's versions. A version that was once released never changes: a new one is added after it.

use std::sync::LazyLock;

use rusqlite_migration::{M, Migrations};

use crate::table::{events, rungs, runs, samples, stress_tests, task_items, trials};

/// Each table's first schema stands in the table's own file.
static V1: LazyLock<String> = LazyLock::new(|| [runs::V1, rungs::V1, trials::V1, samples::V1, events::V1].concat());

/// What a measurement's trust rests on: disturbances, session checks, depth trials, engines of single rungs; and stress tests.
static V2: LazyLock<String> = LazyLock::new(|| [runs::V2, rungs::V2, trials::V2, samples::V2, stress_tests::V2].concat());

/// Tasks: what a run was to ask, and each answer with its verdict.
static V3: LazyLock<String> = LazyLock::new(|| [runs::V3, task_items::V3].concat());

/// Every version, oldest first.
pub(crate) fn versions() -> Vec<&'static str> {
    vec![&V1, &V2, &V3]
}

pub(crate) fn migrations(versions: &[&'static str]) -> Migrations<'static> {
    Migrations::new(versions.iter().map(|sql| M::up(sql)).collect())
}
