//! A damaged database: the original is kept beside, what can be read is saved into a new one.
//!
//! The order makes a crash at any moment harmless: the new file is finished under a name of its own, then the
//! original is moved aside, then the new one takes its place. [`finish`] completes what was cut off.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, params_from_iter};

use crate::connection::{beside, from_migration, harden, user_version};
use crate::error::StoreError;
use crate::{schema, table};

/// What was done about a damaged database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Where the damaged original lies, unchanged.
    pub kept: PathBuf,
    /// What was found wrong.
    pub problem: String,
    /// What could be read, and is in the new database.
    pub runs: u32,
    pub trials: u32,
}

impl Notice {
    /// Counts what the repaired database `conn` holds.
    pub(crate) fn new(conn: &Connection, kept: PathBuf, problem: String) -> rusqlite::Result<Self> {
        let count = |table| conn.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0));
        Ok(Self { kept, problem, runs: count("runs")?, trials: count("trials")? })
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, problem, runs, trials } = self;
        write!(f, "The database was damaged ({problem}). {runs} runs with {trials} trials could be read and were saved; ")?;
        write!(f, "the damaged file is kept at {}.", kept.display())
    }
}

/// SQLite's own companions of a database file. The log of recent commits goes where its database goes.
const LOG: &str = "-wal";
const SHARED_MEMORY: &str = "-shm";

/// The file beside the database in which a finished salvage waits to take its place.
const SALVAGED: &str = "salvaged";

/// Keeps the damaged database at `path` under a name with `stamp`, and puts what can be read of it into a new one;
/// answers with where the damaged one is kept.
pub(crate) fn recover(path: &Path, stamp: &str, versions: &[&'static str]) -> Result<PathBuf, StoreError> {
    let (copy, part) = (beside(path, "damaged-copy"), beside(path, "salvaging"));
    for file in [&copy, &part] {
        remove(file);
    }
    // SQLite may write to what it opens, so only a copy of the damaged file is opened.
    copy_with_log(path, &copy).map_err(|error| StoreError::from_io(&error, path))?;
    let saved = salvage(&copy, &part, versions);
    remove(&copy);
    saved.inspect_err(|_| remove(&part))?;
    fs::rename(&part, beside(path, SALVAGED)).map_err(|error| StoreError::from_io(&error, path))?;
    Ok(finish(path, stamp)?.unwrap_or_else(|| path.to_owned()))
}

/// Puts a finished salvage in its place, where there is one; answers with the name under which the original was kept.
pub(crate) fn finish(path: &Path, stamp: &str) -> Result<Option<PathBuf>, StoreError> {
    let salvaged = beside(path, SALVAGED);
    if !salvaged.exists() {
        return Ok(None);
    }
    let kept = unused(&beside(path, &format!("damaged-{stamp}")));
    // The log goes first: beside a new database, a stale one could be taken for its own.
    let moves = move_if_there(&with(path, LOG), &with(&kept, LOG))
        .and_then(|()| move_if_there(path, &kept))
        .and_then(|()| fs::rename(&salvaged, path));
    let _ = fs::remove_file(with(path, SHARED_MEMORY));
    moves.map_err(|error| StoreError::from_io(&error, path))?;
    Ok(Some(kept))
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The first name of `path`, `path.2`, `path.3` … that is free: an older kept file is never overwritten.
fn unused(path: &Path) -> PathBuf {
    let numbered = (2_u32..).map(|number| beside(path, &number.to_string()));
    std::iter::once(path.to_owned()).chain(numbered).find(|name| !name.exists()).unwrap_or_else(|| path.to_owned())
}

fn copy_with_log(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    match fs::copy(with(from, LOG), with(to, LOG)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn move_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes a working file of our own with its companions, where it is there.
fn remove(path: &Path) {
    for suffix in ["", LOG, SHARED_MEMORY, "-journal"] {
        let _ = fs::remove_file(with(path, suffix));
    }
}

/// Copies what can be read of `from` into a new database `to`.
fn salvage(from: &Path, to: &Path, versions: &[&'static str]) -> Result<(), StoreError> {
    let sql = |error: rusqlite::Error| StoreError::from_sql(&error, Some(to));
    let source = Connection::open(from).ok();
    let version = source.as_ref().and_then(|conn| user_version(conn).ok()).and_then(|version| usize::try_from(version).ok());
    let version = version.filter(|version| (1..=versions.len()).contains(version)).unwrap_or(versions.len());

    let mut target = Connection::open(to).map_err(sql)?;
    harden(&target).map_err(sql)?;
    let migrations = schema::migrations(versions);
    migrations.to_version(&mut target, version).map_err(|error| from_migration(error, Some(to)))?;
    if let Some(source) = source {
        // A copy that can't even be hardened can't be read either; the new database is then empty.
        let _ = harden(&source);
        let transaction = target.transaction().map_err(sql)?;
        for name in table::ALL {
            copy_rows(&source, &transaction, name).map_err(sql)?;
        }
        transaction.commit().map_err(sql)?;
    }
    migrations.to_latest(&mut target).map_err(|error| from_migration(error, Some(to)))?;
    table::runs::remove_unreadable(&target).map_err(sql)
}

/// Copies the rows of one table. Where reading stops at a damaged page, it goes on from the table's other end.
fn copy_rows(from: &Connection, to: &Connection, table: &str) -> rusqlite::Result<()> {
    let columns: Vec<String> =
        to.prepare("SELECT name FROM pragma_table_info(?1)")?.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if columns.is_empty() {
        // An older schema does not have this table yet.
        return Ok(());
    }
    for order in ["ASC", "DESC"] {
        if copy_until_damage(from, to, table, &columns, order)? {
            break;
        }
    }
    Ok(())
}

/// Answers whether the end was reached. Errors are of the target alone.
fn copy_until_damage(from: &Connection, to: &Connection, table: &str, columns: &[String], order: &str) -> rusqlite::Result<bool> {
    let names = columns.join(", ");
    let mut insert = to.prepare(&format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({})", vec!["?"; columns.len()].join(", ")))?;
    let Ok(mut select) = from.prepare(&format!("SELECT {names} FROM {table} ORDER BY rowid {order}")) else { return Ok(false) };
    let Ok(mut rows) = select.query([]) else { return Ok(false) };
    loop {
        let values: Vec<Value> = match rows.next() {
            Ok(Some(row)) => match (0..columns.len()).map(|column| row.get(column)).collect() {
                Ok(values) => values,
                Err(_) => continue,
            },
            Ok(None) => return Ok(true),
            Err(_) => return Ok(false),
        };
        match insert.execute(params_from_iter(values)) {
            // A row that breaks the schema's rules, or whose parent is lost, is damage.
            Err(error) if error.sqlite_error_code() != Some(ErrorCode::ConstraintViolation) => return Err(error),
            _ => {}
        }
    }
}
