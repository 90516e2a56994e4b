//! One table, one file: its schema, its reads and its writes.

pub(crate) mod events;
pub(crate) mod rungs;
pub(crate) mod runs;
pub(crate) mod samples;
pub(crate) mod stress_tests;
pub(crate) mod task_items;
pub(crate) mod trials;

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Error, Result, Row};

/// Parents before children: the order in which rows can be copied.
pub(crate) const ALL: [&str; 7] = ["runs", "rungs", "trials", "task_items", "samples", "events", "stress_tests"];

/// SQLite's integers end at 2^63 − 1. A larger count can't be real, and what can't be real is unknown.
pub(crate) fn stored(count: Option<u64>) -> Option<i64> {
    count.and_then(|count| i64::try_from(count).ok())
}

/// A count as it was stored; a negative one is damage.
pub(crate) fn count(row: &Row<'_>, column: &str) -> Result<Option<u64>> {
    let Some(value) = row.get::<_, Option<i64>>(column)? else { return Ok(None) };
    u64::try_from(value).map(Some).map_err(|_| bad(column, value))
}

/// A record as JSON, for what is only ever read whole.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

/// A record from its JSON; text that is none is damage.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| bad(column, error))
}

/// A stored name turned into one of a closed set; an unknown name is damage.
pub(crate) fn named<T>(row: &Row<'_>, column: &str, from_name: impl Fn(&str) -> Option<T>) -> Result<T> {
    let name: String = row.get(column)?;
    from_name(&name).ok_or_else(|| bad(column, format!("“{}”", name.escape_debug())))
}

/// The error for a value that Toprung never writes.
pub(crate) fn bad(column: &str, value: impl std::fmt::Display) -> Error {
    let detail = FromSqlError::Other(format!("{column} holds {value}").into());
    Error::FromSqlConversionFailure(0, Type::Null, Box::new(detail))
}
