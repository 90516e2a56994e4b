//! One row a finished trial, with its raw fragment times.

use rusqlite::{Connection, Result, Row, named_params};
use toprung_core::trial::{Outcome, Trial, TrialKind};

use super::{bad, named, rungs};

pub(crate) const V1: &str = "
CREATE TABLE trials (
    key           INTEGER PRIMARY KEY,
    run           INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    number        INTEGER NOT NULL,
    started_ms    REAL NOT NULL,
    ttft_ms       REAL,
    response_ms   REAL,
    prefill_tps   REAL,
    decode_tps    REAL,
    client_decode_tps REAL,
    prompt_tokens INTEGER,
    output_tokens INTEGER,
    fragments_ms  BLOB NOT NULL,
    output        TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    cause         TEXT,
    detail        TEXT,
    UNIQUE (run, position, kind, number),
    FOREIGN KEY (run, position) REFERENCES rungs (run, position) ON DELETE CASCADE
) STRICT;
";

/// Depth trials, the first answer fragment, and what a prompt cache served.
pub(crate) const V2: &str = "
ALTER TABLE trials ADD COLUMN depth_tokens INTEGER;
ALTER TABLE trials ADD COLUMN first_answer_ms REAL;
ALTER TABLE trials ADD COLUMN cached_prompt_tokens INTEGER;
";

/// Answers whether the trial was new. One that is stored already is left as it is.
pub(crate) fn insert(conn: &Connection, run: i64, position: u32, trial: &Trial) -> Result<bool> {
    let (outcome, cause) = match &trial.outcome {
        Outcome::Complete => ("complete", None),
        Outcome::Failed(cause) => ("failed", Some(cause)),
    };
    conn.prepare_cached(
        "INSERT INTO trials (run, position, kind, number, started_ms, depth_tokens, ttft_ms, first_answer_ms, response_ms, prefill_tps,
            decode_tps, client_decode_tps, prompt_tokens, cached_prompt_tokens, output_tokens, fragments_ms, output, outcome, cause, detail)
         VALUES (:run, :position, :kind, :number, :started_ms, :depth_tokens, :ttft_ms, :first_answer_ms, :response_ms, :prefill_tps,
            :decode_tps, :client_decode_tps, :prompt_tokens, :cached, :output_tokens, :fragments_ms, :output, :outcome, :cause, :detail)
         ON CONFLICT (run, position, kind, number) DO NOTHING",
    )?
    .execute(named_params! {
        ":run": run,
        ":position": position,
        ":kind": trial.kind.name(),
        ":number": trial.index,
        ":started_ms": trial.started_ms,
        ":depth_tokens": trial.depth_tokens,
        ":ttft_ms": trial.ttft_ms,
        ":first_answer_ms": trial.first_answer_ms,
        ":response_ms": trial.response_ms,
        ":prefill_tps": trial.prefill_tps,
        ":decode_tps": trial.decode_tps,
        ":client_decode_tps": trial.client_decode_tps,
        ":prompt_tokens": trial.prompt_tokens,
        ":cached": trial.cached_prompt_tokens,
        ":output_tokens": trial.output_tokens,
        ":fragments_ms": pack(&trial.fragments_ms),
        ":output": trial.output,
        ":outcome": outcome,
        ":cause": cause.map(|cause| cause.kind.code()),
        ":detail": cause.map(|cause| &cause.detail),
    })
    .map(|rows| rows > 0)
}

/// The trials of a rung in the order in which they were made.
pub(crate) fn of_rung(conn: &Connection, run: i64, position: u32) -> Result<Vec<Trial>> {
    conn.prepare_cached("SELECT * FROM trials WHERE run = ?1 AND position = ?2 ORDER BY key")?.query_map((run, position), record)?.collect()
}

fn record(row: &Row<'_>) -> Result<Trial> {
    let blob: Vec<u8> = row.get("fragments_ms")?;
    Ok(Trial {
        index: row.get("number")?,
        kind: named(row, "kind", TrialKind::from_name)?,
        started_ms: row.get("started_ms")?,
        depth_tokens: row.get("depth_tokens")?,
        ttft_ms: row.get("ttft_ms")?,
        first_answer_ms: row.get("first_answer_ms")?,
        response_ms: row.get("response_ms")?,
        prefill_tps: row.get("prefill_tps")?,
        decode_tps: row.get("decode_tps")?,
        client_decode_tps: row.get("client_decode_tps")?,
        prompt_tokens: row.get("prompt_tokens")?,
        cached_prompt_tokens: row.get("cached_prompt_tokens")?,
        output_tokens: row.get("output_tokens")?,
        fragments_ms: unpack(&blob).ok_or_else(|| bad("fragments_ms", format!("{} bytes", blob.len())))?,
        output: row.get("output")?,
        outcome: outcome(row)?,
    })
}

fn outcome(row: &Row<'_>) -> Result<Outcome> {
    match row.get::<_, String>("outcome")?.as_str() {
        "complete" => Ok(Outcome::Complete),
        "failed" => Ok(Outcome::Failed(rungs::cause(row, row.get::<_, Option<String>>("detail")?.unwrap_or_default())?)),
        other => Err(bad("outcome", format!("“{}”", other.escape_debug()))),
    }
}

/// Decode speeds of a rung: of its speed trials, or of its answers where it has no others (the classic mode).
pub(crate) fn decode_speeds(conn: &Connection, run: i64, position: u32) -> Result<Vec<f64>> {
    let trials = of_rung(conn, run, position)?;
    let of = |kind| trials.iter().filter(move |t| t.kind == kind && t.counts_for_timing()).filter_map(|t| t.decode_tps).collect();
    let speed: Vec<f64> = of(TrialKind::Speed);
    Ok(if speed.is_empty() { of(TrialKind::Answer) } else { speed })
}

/// Four bytes a fragment, little-endian: exact, and half of what text would take.
fn pack(times: &[f32]) -> Vec<u8> {
    times.iter().flat_map(|time| time.to_le_bytes()).collect()
}

/// `None` when the bytes are not whole times.
fn unpack(bytes: &[u8]) -> Option<Vec<f32>> {
    let (times, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| times.iter().map(|time| f32::from_le_bytes(*time)).collect())
}
