//! One row a planned rung: the model, how it stands, and what loading it showed.

use rusqlite::{Connection, Result, Row, named_params};
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{EngineKind, ModelFacts, ModelRef, Specialty};
use toprung_core::run::{LoadKind, LoadRecord, RungRecord, RungStatus};

use super::{bad, count, from_json, json, named, stored, task_items, trials};

pub(crate) const V1: &str = "
CREATE TABLE rungs (
    key            INTEGER PRIMARY KEY,
    run            INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    position       INTEGER NOT NULL,
    model          TEXT NOT NULL,
    title          TEXT NOT NULL,
    digest         TEXT,
    file_bytes     INTEGER,
    parameters     INTEGER,
    active_bytes   INTEGER,
    architecture   TEXT,
    quantization   TEXT,
    context_length INTEGER,
    specialty      TEXT,
    status         TEXT NOT NULL,
    cause          TEXT,
    detail         TEXT,
    load_ms        REAL,
    load_kind      TEXT,
    context_tokens INTEGER,
    vram_bytes     INTEGER,
    peak_rss_anon_bytes INTEGER,
    peak_rss_file_bytes INTEGER,
    peak_memory_bytes   INTEGER,
    UNIQUE (run, position)
) STRICT;
";

/// The rung's own engine as JSON, where a ladder mixes engines or hosts; what a longer context takes; how long warming up took.
pub(crate) const V2: &str = "
ALTER TABLE rungs ADD COLUMN engine TEXT;
ALTER TABLE rungs ADD COLUMN kv_bytes_per_token INTEGER;
ALTER TABLE rungs ADD COLUMN warm_up_ms REAL;
";

/// A rung's status as its three columns.
fn status_columns(status: &RungStatus) -> (&'static str, Option<&'static str>, Option<&str>) {
    match status {
        RungStatus::Waiting => ("waiting", None, None),
        RungStatus::Running => ("running", None, None),
        RungStatus::Measured => ("measured", None, None),
        RungStatus::Failed(cause) => ("failed", Some(cause.kind.code()), Some(&cause.detail)),
        RungStatus::LeftOut(reason) => ("left_out", None, Some(reason)),
    }
}

fn status(row: &Row<'_>) -> Result<RungStatus> {
    let detail = row.get::<_, Option<String>>("detail")?.unwrap_or_default();
    match row.get::<_, String>("status")?.as_str() {
        "waiting" => Ok(RungStatus::Waiting),
        "running" => Ok(RungStatus::Running),
        "measured" => Ok(RungStatus::Measured),
        "failed" => Ok(RungStatus::Failed(cause(row, detail)?)),
        "left_out" => Ok(RungStatus::LeftOut(detail)),
        other => Err(bad("status", format!("“{}”", other.escape_debug()))),
    }
}

/// The cause in this row's `cause` column. A code that this program does not know keeps its name in the detail.
pub(crate) fn cause(row: &Row<'_>, detail: String) -> Result<Cause> {
    let code: String = row.get("cause")?;
    Ok(match CauseKind::from_code(&code) {
        Some(kind) => Cause::new(kind, detail),
        None => Cause::new(CauseKind::Unknown, format!("{code}: {detail}")),
    })
}

fn specialty_name(specialty: Specialty) -> &'static str {
    match specialty {
        Specialty::Code => "code",
    }
}

fn load_kind_name(kind: LoadKind) -> &'static str {
    match kind {
        LoadKind::Cold => "cold",
        LoadKind::Warm => "warm",
    }
}

pub(crate) fn insert(conn: &Connection, run: i64, rung: &RungRecord) -> Result<()> {
    let engine = rung.engine.as_ref().map(json).transpose()?;
    conn.prepare_cached("INSERT INTO rungs (run, position, model, title, status, engine) VALUES (?1, ?2, ?3, ?4, 'waiting', ?5)")?
        .execute((run, rung.position, rung.model.as_str(), &rung.title, engine))?;
    set_facts(conn, run, rung.position, &rung.facts)?;
    set_status(conn, run, rung.position, &rung.status, &rung.load)?;
    Ok(())
}

/// Answers whether there is such a rung.
pub(crate) fn set_facts(conn: &Connection, run: i64, position: u32, facts: &ModelFacts) -> Result<bool> {
    conn.prepare_cached(
        "UPDATE rungs SET digest = :digest, file_bytes = :file_bytes, parameters = :parameters, active_bytes = :active_bytes,
            architecture = :architecture, quantization = :quantization, context_length = :context_length,
            kv_bytes_per_token = :kv_bytes_per_token, specialty = :specialty
         WHERE run = :run AND position = :position",
    )?
    .execute(named_params! {
        ":run": run,
        ":position": position,
        ":digest": facts.digest,
        ":file_bytes": stored(facts.file_bytes),
        ":parameters": stored(facts.parameters),
        ":active_bytes": stored(facts.active_bytes),
        ":architecture": facts.architecture,
        ":quantization": facts.quantization,
        ":context_length": facts.context_length,
        ":kv_bytes_per_token": stored(facts.kv_bytes_per_token),
        ":specialty": facts.specialty.map(specialty_name),
    })
    .map(|rows| rows > 0)
}

/// Answers whether there is such a rung.
pub(crate) fn set_status(conn: &Connection, run: i64, position: u32, status: &RungStatus, load: &LoadRecord) -> Result<bool> {
    let (status, cause, detail) = status_columns(status);
    conn.prepare_cached(
        "UPDATE rungs SET status = :status, cause = :cause, detail = :detail, load_ms = :load_ms, warm_up_ms = :warm_up_ms, load_kind = :load_kind,
            context_tokens = :context_tokens, vram_bytes = :vram, peak_rss_anon_bytes = :anon, peak_rss_file_bytes = :file,
            peak_memory_bytes = :peak
         WHERE run = :run AND position = :position",
    )?
    .execute(named_params! {
        ":run": run,
        ":position": position,
        ":status": status,
        ":cause": cause,
        ":detail": detail,
        ":load_ms": load.load_ms,
        ":warm_up_ms": load.warm_up_ms,
        ":load_kind": load.kind.map(load_kind_name),
        ":context_tokens": load.context_tokens,
        ":vram": stored(load.vram_bytes),
        ":anon": stored(load.peak_rss_anon_bytes),
        ":file": stored(load.peak_rss_file_bytes),
        ":peak": stored(load.peak_memory_bytes),
    })
    .map(|rows| rows > 0)
}

/// The rungs of a run with their trials, in the ladder's order.
pub(crate) fn of_run(conn: &Connection, run: i64) -> Result<Vec<RungRecord>> {
    let mut rungs: Vec<RungRecord> =
        conn.prepare_cached("SELECT * FROM rungs WHERE run = ?1 ORDER BY position")?.query_map([run], record)?.collect::<Result<_>>()?;
    for rung in &mut rungs {
        rung.trials = trials::of_rung(conn, run, rung.position)?;
        rung.items = task_items::of_rung(conn, run, rung.position)?;
    }
    Ok(rungs)
}

fn record(row: &Row<'_>) -> Result<RungRecord> {
    Ok(RungRecord {
        position: row.get("position")?,
        model: named(row, "model", |name| ModelRef::new(name).ok())?,
        title: row.get("title")?,
        facts: facts(row)?,
        status: status(row)?,
        engine: row.get::<_, Option<String>>("engine")?.map(|text| from_json("engine", &text)).transpose()?,
        load: load(row)?,
        trials: Vec::new(),
        items: Vec::new(),
    })
}

fn facts(row: &Row<'_>) -> Result<ModelFacts> {
    let specialty: Option<String> = row.get("specialty")?;
    Ok(ModelFacts {
        digest: row.get("digest")?,
        file_bytes: count(row, "file_bytes")?,
        parameters: count(row, "parameters")?,
        active_bytes: count(row, "active_bytes")?,
        architecture: row.get("architecture")?,
        quantization: row.get("quantization")?,
        context_length: row.get("context_length")?,
        kv_bytes_per_token: count(row, "kv_bytes_per_token")?,
        specialty: specialty.and_then(|name| [Specialty::Code].into_iter().find(|one| specialty_name(*one) == name)),
    })
}

fn load(row: &Row<'_>) -> Result<LoadRecord> {
    let kind: Option<String> = row.get("load_kind")?;
    Ok(LoadRecord {
        load_ms: row.get("load_ms")?,
        warm_up_ms: row.get("warm_up_ms")?,
        kind: kind.and_then(|name| [LoadKind::Cold, LoadKind::Warm].into_iter().find(|one| load_kind_name(*one) == name)),
        context_tokens: row.get("context_tokens")?,
        vram_bytes: count(row, "vram_bytes")?,
        peak_rss_anon_bytes: count(row, "peak_rss_anon_bytes")?,
        peak_rss_file_bytes: count(row, "peak_rss_file_bytes")?,
        peak_memory_bytes: count(row, "peak_memory_bytes")?,
    })
}

/// What was last measured of a model with one kind of engine: the input of an expected speed.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSpeed {
    pub model: ModelRef,
    pub engine: EngineKind,
    /// Bytes of weights that one generated token streams through.
    pub active_bytes: Option<u64>,
    /// Decode speed of each of the rung's trials that count for timing, in tokens per second; never empty.
    pub decode_tps: Vec<f64>,
}

/// The latest measured rung of every model and engine.
pub(crate) fn speeds(conn: &Connection) -> Result<Vec<ModelSpeed>> {
    let mut statement = conn.prepare_cached(
        "SELECT run, position, model, active_bytes, engine FROM (
            SELECT rungs.run, position, model, active_bytes, runs.engine, ROW_NUMBER() OVER (PARTITION BY model, runs.engine ORDER BY runs.started_at DESC, rungs.key DESC) AS age
            FROM rungs JOIN runs ON runs.key = rungs.run WHERE deleted_at IS NULL AND rungs.engine IS NULL AND rungs.status = 'measured')
         WHERE age = 1 ORDER BY model, engine",
    )?;
    let mut rows = statement.query([])?;
    let mut speeds = Vec::new();
    while let Some(row) = rows.next()? {
        let decode_tps = trials::decode_speeds(conn, row.get("run")?, row.get("position")?)?;
        if !decode_tps.is_empty() {
            speeds.push(ModelSpeed {
                model: named(row, "model", |name| ModelRef::new(name).ok())?,
                engine: named(row, "engine", EngineKind::from_name)?,
                active_bytes: count(row, "active_bytes")?,
                decode_tps,
            });
        }
    }
    Ok(speeds)
}
