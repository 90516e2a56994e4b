//! One row a run: what was climbed, when, with which engine, on which machine.

use rusqlite::{Connection, OptionalExtension, Result, Row, named_params, params};
use toprung_core::machine::Machine;
use toprung_core::model::{EngineDescription, EngineKind};
use toprung_core::plan::Mode;
use toprung_core::run::{RunRecord, RunStatus, SessionChecks};
use toprung_core::task::Task;

use super::{from_json, json, named};

pub(crate) const V1: &str = "
CREATE TABLE runs (
    key            INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    started_at     TEXT NOT NULL,
    ended_at       TEXT,
    status         TEXT NOT NULL,
    ladder         TEXT NOT NULL,
    mode           TEXT NOT NULL,
    engine         TEXT NOT NULL,
    engine_version TEXT,
    engine_url     TEXT,
    engine_settings TEXT NOT NULL,
    machine        TEXT NOT NULL,
    deleted_at     TEXT
) STRICT;
";

/// What was looked at before and after the ladder, as JSON.
pub(crate) const V2: &str = "
ALTER TABLE runs ADD COLUMN checks TEXT;
";

/// What tasks were to be asked, as JSON.
pub(crate) const V3: &str = "
ALTER TABLE runs ADD COLUMN tasks TEXT;
";

/// One line of History.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunHeader {
    pub id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// RFC 3339, UTC; `None` while it is under way.
    pub ended_at: Option<String>,
    pub status: RunStatus,
    pub ladder: String,
    pub mode: Mode,
    pub engine: EngineKind,
    /// Planned rungs.
    pub rungs: u32,
    /// Rungs that were measured, failed or were left out.
    pub rungs_done: u32,
    /// Tasks that its models were put to; empty for none.
    pub tasks: Vec<Task>,
}

fn status_name(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Finished => "finished",
        RunStatus::Stopped => "stopped",
    }
}

fn status_from_name(name: &str) -> Option<RunStatus> {
    [RunStatus::Running, RunStatus::Finished, RunStatus::Stopped].into_iter().find(|status| status_name(*status) == name)
}

/// Inserts the run itself, without its rungs; answers with its key.
pub(crate) fn insert(conn: &Connection, run: &RunRecord) -> Result<i64> {
    conn.prepare_cached(
        "INSERT INTO runs (id, started_at, ended_at, status, ladder, mode, engine, engine_version, engine_url, engine_settings, machine, checks, tasks)
         VALUES (:id, :started_at, :ended_at, :status, :ladder, :mode, :engine, :version, :url, :settings, :machine, :checks, :tasks)",
    )?
    .insert(named_params! {
        ":id": run.id,
        ":started_at": run.started_at,
        ":ended_at": run.ended_at,
        ":status": status_name(run.status),
        ":ladder": run.ladder,
        ":mode": run.mode.name(),
        ":engine": run.engine.kind.name(),
        ":version": run.engine.version,
        ":url": run.engine.url,
        ":settings": json(&run.engine.settings)?,
        ":machine": json(&run.machine)?,
        ":checks": json(&run.checks)?,
        ":tasks": run.tasks.as_ref().map(json).transpose()?,
    })
}

/// The key of a run that is not deleted.
pub(crate) fn key(conn: &Connection, id: &str) -> Result<Option<i64>> {
    conn.prepare_cached("SELECT key FROM runs WHERE id = ?1 AND deleted_at IS NULL")?.query_row([id], |row| row.get(0)).optional()
}

/// The run itself, without rungs, trials and samples.
pub(crate) fn read(conn: &Connection, key: i64) -> Result<RunRecord> {
    conn.prepare_cached("SELECT * FROM runs WHERE key = ?1")?.query_row([key], record)
}

fn record(row: &Row<'_>) -> Result<RunRecord> {
    let (settings, machine): (String, String) = (row.get("engine_settings")?, row.get("machine")?);
    let (checks, tasks): (Option<String>, Option<String>) = (row.get("checks")?, row.get("tasks")?);
    Ok(RunRecord {
        id: row.get("id")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        status: named(row, "status", status_from_name)?,
        ladder: row.get("ladder")?,
        mode: named(row, "mode", Mode::from_name)?,
        engine: EngineDescription {
            kind: named(row, "engine", EngineKind::from_name)?,
            version: row.get("engine_version")?,
            url: row.get("engine_url")?,
            settings: from_json("engine_settings", &settings)?,
        },
        machine: from_json("machine", &machine)?,
        rungs: Vec::new(),
        samples: Vec::new(),
        checks: checks.map(|text| from_json("checks", &text)).transpose()?.unwrap_or_default(),
        tasks: tasks.map(|text| from_json("tasks", &text)).transpose()?,
    })
}

/// Every run that is not deleted, newest first.
pub(crate) fn headers(conn: &Connection) -> Result<Vec<RunHeader>> {
    conn.prepare_cached(
        "SELECT runs.*, COUNT(rungs.key) AS rungs, COUNT(rungs.key) FILTER (WHERE rungs.status NOT IN ('waiting', 'running')) AS rungs_done
         FROM runs LEFT JOIN rungs ON rungs.run = runs.key
         WHERE deleted_at IS NULL GROUP BY runs.key ORDER BY started_at DESC, runs.key DESC",
    )?
    .query_map([], header)?
    .collect()
}

/// Keys of the newest runs that asked tasks, deleted ones left out, newest first.
pub(crate) fn with_tasks(conn: &Connection, most: usize) -> Result<Vec<i64>> {
    conn.prepare_cached("SELECT key FROM runs WHERE tasks IS NOT NULL AND deleted_at IS NULL ORDER BY started_at DESC, key DESC LIMIT ?1")?
        .query_map([i64::try_from(most).unwrap_or(i64::MAX)], |row| row.get(0))?
        .collect()
}

/// Start and machine of the newest run that is not deleted.
pub(crate) fn newest_machine(conn: &Connection) -> Result<Option<(String, Machine)>> {
    conn.prepare_cached("SELECT started_at, machine FROM runs WHERE deleted_at IS NULL ORDER BY started_at DESC, key DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get("started_at")?, from_json("machine", &row.get::<_, String>("machine")?)?)))
        .optional()
}

fn header(row: &Row<'_>) -> Result<RunHeader> {
    let run = record(row)?;
    Ok(RunHeader {
        id: run.id,
        started_at: run.started_at,
        ended_at: run.ended_at,
        status: run.status,
        ladder: run.ladder,
        mode: run.mode,
        engine: run.engine.kind,
        rungs: row.get("rungs")?,
        rungs_done: row.get("rungs_done")?,
        tasks: run.tasks.map(|plan| plan.tasks).unwrap_or_default(),
    })
}

/// Removes runs whose own row can't be read, with all that belongs to them; for a salvaged copy only.
pub(crate) fn remove_unreadable(conn: &Connection) -> Result<()> {
    let keys: Vec<i64> = conn.prepare("SELECT key FROM runs")?.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
    for key in keys {
        if read(conn, key).is_err() {
            conn.execute("DELETE FROM runs WHERE key = ?1", [key])?;
        }
    }
    Ok(())
}

pub(crate) fn set_status(conn: &Connection, key: i64, status: RunStatus, ended_at: Option<&str>) -> Result<()> {
    conn.prepare_cached("UPDATE runs SET status = ?2, ended_at = ?3 WHERE key = ?1")?
        .execute(params![key, status_name(status), ended_at])
        .map(drop)
}

pub(crate) fn set_checks(conn: &Connection, key: i64, checks: &SessionChecks) -> Result<()> {
    conn.prepare_cached("UPDATE runs SET checks = ?2 WHERE key = ?1")?.execute(params![key, json(checks)?]).map(drop)
}

/// Ids of all runs, deleted ones left out, that begin with `prefix`.
pub(crate) fn with_prefix(conn: &Connection, prefix: &str) -> Result<Vec<String>> {
    conn.prepare_cached("SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 AND deleted_at IS NULL")?
        .query_map([prefix], |row| row.get(0))?
        .collect()
}

/// Answers whether there was such a run to mark.
pub(crate) fn mark_deleted(conn: &Connection, id: &str, deleted_at: Option<&str>) -> Result<bool> {
    conn.prepare_cached("UPDATE runs SET deleted_at = ?2 WHERE id = ?1 AND (deleted_at IS NULL) <> (?2 IS NULL)")?
        .execute(params![id, deleted_at])
        .map(|rows| rows > 0)
}

/// Removes for good what was deleted before a moment; answers with the number of runs.
pub(crate) fn purge(conn: &Connection, before: &str) -> Result<usize> {
    conn.prepare_cached("DELETE FROM runs WHERE deleted_at < ?1")?.execute([before])
}
