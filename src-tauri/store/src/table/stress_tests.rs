//! One row a stress test: what a list shows, and the whole record as a JSON document.
//!
//! In the document the readings of the hardware stand by column and not by row, rounded, and a sensor that was never read has no
//! column: half an hour of them stays below a megabyte, and a new sensor needs no new schema.

use rusqlite::{Connection, Error, OptionalExtension, Result, Row, named_params};
use serde_json::{Map, Value};
use toprung_core::stress::{StressKind, StressTest, Verdict};

use super::{bad, from_json, named};

pub(crate) const V2: &str = "
CREATE TABLE stress_tests (
    key        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at   TEXT,
    verdict    TEXT NOT NULL,
    headline   TEXT NOT NULL,
    record     TEXT NOT NULL
) STRICT;
";

/// The readings' place in the document.
const SAMPLES: &str = "samples";
/// Marks a column that holds the columns of devices.
const DEVICES: &str = "each";
/// Readings are kept to hundredths of their units (of a per cent, a degree, a watt), large ones to whole units (of a millisecond, a byte
/// a second): no sensor says more.
const PER_UNIT: f64 = 100.0;
const LARGE: f64 = 1000.0;

/// One line of the list of stress tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StressHeader {
    pub id: String,
    pub kind: StressKind,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// RFC 3339, UTC.
    pub ended_at: Option<String>,
    pub verdict: Verdict,
    /// The answer in a sentence, as it was at the test's end.
    pub headline: String,
}

/// Saves a test; answers whether there was none of its id.
pub(crate) fn insert(conn: &Connection, test: &StressTest) -> Result<bool> {
    let judged = test.judge();
    conn.prepare_cached(
        "INSERT OR IGNORE INTO stress_tests (id, kind, started_at, ended_at, verdict, headline, record)
         VALUES (:id, :kind, :started_at, :ended_at, :verdict, :headline, :record)",
    )?
    .execute(named_params! {
        ":id": test.id,
        ":kind": test.record.kind().name(),
        ":started_at": test.started_at,
        ":ended_at": test.ended_at,
        ":verdict": judged.verdict.name(),
        ":headline": judged.headline,
        ":record": document(test)?,
    })
    .map(|rows| rows > 0)
}

/// Every test, newest first.
pub(crate) fn headers(conn: &Connection) -> Result<Vec<StressHeader>> {
    conn.prepare_cached("SELECT id, kind, started_at, ended_at, verdict, headline FROM stress_tests ORDER BY started_at DESC, key DESC")?
        .query_map([], header)?
        .collect()
}

fn header(row: &Row<'_>) -> Result<StressHeader> {
    Ok(StressHeader {
        id: row.get("id")?,
        kind: named(row, "kind", StressKind::from_name)?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        verdict: named(row, "verdict", Verdict::from_name)?,
        headline: row.get("headline")?,
    })
}

/// A whole test; `None` when there is none of that id.
pub(crate) fn read(conn: &Connection, id: &str) -> Result<Option<StressTest>> {
    let text: Option<String> =
        conn.prepare_cached("SELECT record FROM stress_tests WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()?;
    text.map(|text| from_document(&text)).transpose()
}

/// Ids that begin with `prefix`.
pub(crate) fn with_prefix(conn: &Connection, prefix: &str) -> Result<Vec<String>> {
    conn.prepare_cached("SELECT id FROM stress_tests WHERE substr(id, 1, length(?1)) = ?1")?
        .query_map([prefix], |row| row.get(0))?
        .collect()
}

/// Deletes a test for good; answers whether it was there.
pub(crate) fn delete(conn: &Connection, id: &str) -> Result<bool> {
    conn.prepare_cached("DELETE FROM stress_tests WHERE id = ?1")?.execute([id]).map(|rows| rows > 0)
}

fn document(test: &StressTest) -> Result<String> {
    let failed = |error: serde_json::Error| Error::ToSqlConversionFailure(error.into());
    let mut document = serde_json::to_value(test).map_err(failed)?;
    if let Some(samples) = document.get_mut(SAMPLES) {
        *samples = columns(samples.as_array().map(Vec::as_slice).unwrap_or_default());
    }
    serde_json::to_string(&document).map_err(failed)
}

fn from_document(text: &str) -> Result<StressTest> {
    let mut document: Value = from_json("record", text)?;
    if let Some(samples) = document.get_mut(SAMPLES) {
        *samples = rows(samples);
    }
    serde_json::from_value(document).map_err(|error| bad("record", error))
}

/// Rows as columns: each field's values in the rows' order. A field that no row has a value of is left out.
fn columns(rows: &[Value]) -> Value {
    let mut columns: Map<String, Value> = Map::new();
    let names = rows.iter().filter_map(Value::as_object).flat_map(Map::keys);
    for name in names {
        if columns.contains_key(name) {
            continue;
        }
        let values: Vec<Value> = rows.iter().map(|row| row.get(name).map_or(Value::Null, rounded)).collect();
        let says_nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !values.iter().all(says_nothing) {
            columns.insert(name.clone(), devices(&values).unwrap_or(Value::Array(values)));
        }
    }
    Value::Object(columns)
}

/// Where each row lists devices with fields of their own: the columns of each device, so that its fields are named once and not in each row.
/// A row without the device has gaps.
fn devices(values: &[Value]) -> Option<Value> {
    let lists: Vec<&[Value]> = values.iter().map(|value| value.as_array().map(Vec::as_slice).unwrap_or_default()).collect();
    let most = lists.iter().filter(|list| list.first().is_some_and(Value::is_object)).map(|list| list.len()).max()?;
    let of = |device: usize| columns(&lists.iter().map(|list| list.get(device).cloned().unwrap_or_default()).collect::<Vec<Value>>());
    Some(serde_json::json!({ DEVICES: (0..most).map(of).collect::<Vec<Value>>() }))
}

/// The lists of devices again, one a row. A device without a field in a row was not there.
fn lists(devices: &Value) -> Option<Vec<Value>> {
    let devices: Vec<Vec<Value>> =
        devices.get(DEVICES)?.as_array()?.iter().map(|device| rows(device).as_array().cloned().unwrap_or_default()).collect();
    let count = devices.iter().map(Vec::len).max()?;
    let is_there = |device: &&Value| device.as_object().is_some_and(|fields| !fields.is_empty());
    Some((0..count).map(|row| devices.iter().filter_map(|device| device.get(row)).filter(is_there).cloned().collect()).collect())
}

/// Columns as rows. A gap is left out, so that it reads as unknown.
fn rows(columns: &Value) -> Value {
    let Some(columns) = columns.as_object() else { return Value::Array(Vec::new()) };
    let column = |values: &Value| values.as_array().cloned().or_else(|| lists(values)).unwrap_or_default();
    let columns: Vec<(&String, Vec<Value>)> = columns.iter().map(|(name, values)| (name, column(values))).collect();
    let count = columns.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let row = |index: usize| {
        let field =
            |(name, values): &(&String, Vec<Value>)| Some(((*name).clone(), values.get(index).filter(|value| !value.is_null())?.clone()));
        Value::Object(columns.iter().filter_map(field).collect())
    };
    Value::Array((0..count).map(row).collect())
}

fn rounded(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let value = number.as_f64().unwrap_or(0.0);
            let value = if value.abs() >= LARGE { value.round() } else { (value * PER_UNIT).round() / PER_UNIT };
            // Whole numbers are shorter without their point, and read back as the same.
            if value.fract() == 0.0 && value.abs() < 9e15 { Value::from(value as i64) } else { Value::from(value) }
        }
        Value::Array(values) => Value::Array(values.iter().map(rounded).collect()),
        other => other.clone(),
    }
}
