//! One row an item that was asked of a model: prompt, answer, verdict and times.

use rusqlite::{Connection, Result, Row, named_params};
use toprung_core::task::{Band, Grade, GradeClass, ItemResult, Task};

use super::{bad, named};

pub(crate) const V3: &str = "
CREATE TABLE task_items (
    key           INTEGER PRIMARY KEY,
    run           INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    task          TEXT NOT NULL,
    item          TEXT NOT NULL,
    repetition    INTEGER NOT NULL,
    band          TEXT NOT NULL,
    started_ms    REAL NOT NULL,
    prompt        TEXT NOT NULL,
    thinking      TEXT NOT NULL,
    answer        TEXT NOT NULL,
    class         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    ttft_ms       REAL,
    response_ms   REAL,
    prompt_tokens INTEGER,
    output_tokens INTEGER,
    decode_tps    REAL,
    UNIQUE (run, position, item, repetition),
    FOREIGN KEY (run, position) REFERENCES rungs (run, position) ON DELETE CASCADE
) STRICT;
";

/// Answers whether the item was new. One that is stored already is left as it is.
pub(crate) fn insert(conn: &Connection, run: i64, position: u32, result: &ItemResult) -> Result<bool> {
    conn.prepare_cached(
        "INSERT INTO task_items (run, position, task, item, repetition, band, started_ms, prompt, thinking, answer, class, reason,
            ttft_ms, response_ms, prompt_tokens, output_tokens, decode_tps)
         VALUES (:run, :position, :task, :item, :repetition, :band, :started_ms, :prompt, :thinking, :answer, :class, :reason,
            :ttft_ms, :response_ms, :prompt_tokens, :output_tokens, :decode_tps)
         ON CONFLICT (run, position, item, repetition) DO NOTHING",
    )?
    .execute(named_params! {
        ":run": run,
        ":position": position,
        ":task": result.task.name(),
        ":item": result.item,
        ":repetition": result.repeat,
        ":band": result.band.name(),
        ":started_ms": result.started_ms,
        ":prompt": result.prompt,
        ":thinking": result.thinking,
        ":answer": result.answer,
        ":class": result.grade.class.name(),
        ":reason": result.grade.reason,
        ":ttft_ms": result.ttft_ms,
        ":response_ms": result.response_ms,
        ":prompt_tokens": result.prompt_tokens,
        ":output_tokens": result.output_tokens,
        ":decode_tps": result.decode_tps,
    })
    .map(|rows| rows > 0)
}

/// The items of a rung in the order in which they were asked.
pub(crate) fn of_rung(conn: &Connection, run: i64, position: u32) -> Result<Vec<ItemResult>> {
    conn.prepare_cached("SELECT * FROM task_items WHERE run = ?1 AND position = ?2 ORDER BY key")?
        .query_map((run, position), record)?
        .collect()
}

fn record(row: &Row<'_>) -> Result<ItemResult> {
    let task: String = row.get("task")?;
    Ok(ItemResult {
        item: row.get("item")?,
        task: Task::from_name(&task).map_err(|error| bad("task", error))?,
        band: named(row, "band", Band::from_name)?,
        repeat: row.get("repetition")?,
        started_ms: row.get("started_ms")?,
        prompt: row.get("prompt")?,
        thinking: row.get("thinking")?,
        answer: row.get("answer")?,
        grade: Grade { class: named(row, "class", GradeClass::from_name)?, reason: row.get("reason")? },
        ttft_ms: row.get("ttft_ms")?,
        response_ms: row.get("response_ms")?,
        prompt_tokens: row.get("prompt_tokens")?,
        output_tokens: row.get("output_tokens")?,
        decode_tps: row.get("decode_tps")?,
    })
}
