//! What else happened in a run, as the fronts word it: pauses, faults, resumes.

use rusqlite::{Connection, Result};

pub(crate) const V1: &str = "
CREATE TABLE events (
    key   INTEGER PRIMARY KEY,
    run   INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    at_ms REAL NOT NULL,
    event TEXT NOT NULL
) STRICT;
CREATE INDEX events_of_run ON events (run);
";

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Monotonic milliseconds since the run began (or was resumed).
    pub at_ms: f64,
    /// JSON.
    pub event: String,
}

pub(crate) fn insert(conn: &Connection, run: i64, at_ms: f64, event: &str) -> Result<()> {
    conn.prepare_cached("INSERT INTO events (run, at_ms, event) VALUES (?1, ?2, ?3)")?.execute((run, at_ms, event)).map(drop)
}

/// The events of a run in the order in which they were saved.
pub(crate) fn of_run(conn: &Connection, run: i64) -> Result<Vec<StoredEvent>> {
    conn.prepare_cached("SELECT at_ms, event FROM events WHERE run = ?1 ORDER BY key")?
        .query_map([run], |row| Ok(StoredEvent { at_ms: row.get(0)?, event: row.get(1)? }))?
        .collect()
}
