//! Opening the database file: settings, checks, and the way to the newest schema.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;
use crate::{schema, table};

/// How long a write waits for another process. A trial's commit takes milliseconds, a checkpoint on a slow disk a second or two.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// A database in memory, with the same settings and schema.
pub(crate) fn in_memory() -> Result<Connection, StoreError> {
    let versions = schema::versions();
    let sql = |error| StoreError::from_sql(&error, None);
    let mut conn = Connection::open_in_memory().map_err(sql)?;
    harden(&conn).and_then(|()| conn.pragma_update(None, "foreign_keys", true)).map_err(sql)?;
    schema::migrations(&versions).to_latest(&mut conn).map_err(|error| from_migration(error, None))?;
    Ok(conn)
}

/// Opens the file at an absolute `path`, making it where there is none, and brings it to the newest of `versions`.
/// `stamp` names the copy that is made before a file with data is changed. A damaged file is left as it is.
pub(crate) fn open(path: &Path, stamp: &str, versions: &[&'static str]) -> Result<Connection, StoreError> {
    OpenOptions::new().append(true).create(true).open(path).map_err(|error| StoreError::from_io(&error, path))?;
    let sql = |error: rusqlite::Error| StoreError::from_sql(&error, Some(path));
    // URI file names stay off, and an absolute path can't be taken for one where the build allows them.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags).map_err(sql)?;
    harden(&conn).map_err(sql)?;
    // Until the file is known to be sound and ours, closing it must not write to it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(sql)?;
    let version = refuse_newer(&conn, path, versions.len()).map_err(of_a_file)?;
    quick_check(&conn, path).map_err(of_a_file)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(sql)?;
    make_durable(&conn).map_err(sql).map_err(of_a_file)?;
    if version > 0 && version < versions.len() {
        back_up(&conn, &beside(path, &format!("v{version}-{stamp}.backup"))).map_err(sql)?;
    }
    schema::migrations(versions).to_latest(&mut conn).map_err(|error| from_migration(error, Some(path))).map_err(of_a_file)?;
    table::runs::headers(&conn).map_err(sql).map_err(of_a_file)?;
    Ok(conn)
}

/// Settings that hold for every connection: a hostile or damaged schema must not be able to do anything.
pub(crate) fn harden(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_LIMIT)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.pragma_update(None, "cell_size_check", true)
}

/// A commit returns only once it is on the disk. WAL lets the other front read meanwhile.
fn make_durable(conn: &Connection) -> rusqlite::Result<()> {
    // Where WAL can't be had (some network disks) the rollback journal stays, which is as durable.
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)
}

/// The file's schema version; an error when it is above the newest known.
fn refuse_newer(conn: &Connection, path: &Path, known: usize) -> Result<usize, StoreError> {
    let version = user_version(conn).map_err(|error| StoreError::from_sql(&error, Some(path)))?;
    match usize::try_from(version) {
        Ok(version) if version <= known => Ok(version),
        Ok(version) => Err(StoreError::TooNew { path: path.to_owned(), found: version as u64, known: known as u64 }),
        Err(_) => Err(StoreError::Damaged { detail: format!("its schema version is {version}") }),
    }
}

pub(crate) fn user_version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn quick_check(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let verdict: String =
        conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| StoreError::from_sql(&error, Some(path)))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Damaged { detail: verdict }) }
}

/// A whole and consistent copy, made by SQLite itself.
fn back_up(conn: &Connection, to: &Path) -> rusqlite::Result<()> {
    // A copy of that name is left from an attempt in the same second that did not end.
    let _ = fs::remove_file(to);
    conn.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map(drop)
}

/// While a file is being opened, a request that makes no sense to SQLite means that the file makes no sense.
fn of_a_file(error: StoreError) -> StoreError {
    match error {
        StoreError::Other { detail } => StoreError::Damaged { detail },
        other => other,
    }
}

pub(crate) fn from_migration(error: rusqlite_migration::Error, path: Option<&Path>) -> StoreError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => StoreError::from_sql(&err, path),
        other => StoreError::Other { detail: other.to_string() },
    }
}

/// The file beside `path` whose name is the same with `.suffix` added.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: &str = "2026-01-02T03-04-05Z";
    const NEXT: &str = "ALTER TABLE runs ADD COLUMN note TEXT;";

    fn insert_run(conn: &Connection, id: &str) {
        conn.execute(
            "INSERT INTO runs (id, started_at, status, ladder, mode, engine, engine_settings, machine)
             VALUES (?1, '2026-01-01T00:00:00Z', 'finished', 'starter', 'quick', 'llama', '[]', '{}')",
            [id],
        )
        .unwrap();
    }

    /// The schema of today, and one that a later release might bring.
    fn today_and_next() -> (Vec<&'static str>, Vec<&'static str>) {
        (schema::versions(), schema::versions().into_iter().chain([NEXT]).collect())
    }

    #[test]
    fn a_file_with_data_is_copied_before_its_schema_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("toprung.db");
        let (today, next) = today_and_next();
        let old = open(&path, STAMP, &today).unwrap();
        insert_run(&old, "kept");
        drop(old);

        let new = open(&path, STAMP, &next).unwrap();
        assert_eq!(new.query_row("SELECT id, note FROM runs", [], |row| row.get::<_, String>(0)).unwrap(), "kept");
        let backup = Connection::open(beside(&path, &format!("v{}-{STAMP}.backup", today.len()))).unwrap();
        assert_eq!(user_version(&backup).unwrap(), today.len() as i64, "the copy is of the schema before the change");
        assert_eq!(backup.query_row("SELECT id FROM runs", [], |row| row.get::<_, String>(0)).unwrap(), "kept");
    }

    #[test]
    fn a_migration_that_fails_leaves_the_file_at_its_old_schema() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("toprung.db");
        let (today, _) = today_and_next();
        insert_run(&open(&path, STAMP, &today).unwrap(), "kept");

        let half = "ALTER TABLE runs ADD COLUMN extra TEXT; ALTER TABLE nowhere ADD COLUMN x TEXT;";
        let broken: Vec<&str> = today.iter().copied().chain([half]).collect();
        assert!(open(&path, STAMP, &broken).is_err(), "there is no table “nowhere”");
        let conn = Connection::open(&path).unwrap();
        assert_eq!(user_version(&conn).unwrap(), today.len() as i64);
        assert!(conn.prepare("SELECT extra FROM runs").is_err(), "half a migration must not stay");
    }

    #[test]
    fn a_newer_schema_is_refused_and_its_bytes_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("toprung.db");
        let (today, next) = today_and_next();
        insert_run(&open(&path, STAMP, &next).unwrap(), "future");
        let before = fs::read(&path).unwrap();

        let error = open(&path, STAMP, &today).unwrap_err();
        assert_eq!(error, StoreError::TooNew { path: path.clone(), found: next.len() as u64, known: today.len() as u64 });
        assert_eq!(fs::read(&path).unwrap(), before, "a file that can't be understood must not be written");
    }

    #[test]
    fn commits_are_synchronous_and_the_schema_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let conn = open(&folder.path().join("toprung.db"), STAMP, &schema::versions()).unwrap();
        let pragma = |name| conn.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
        assert_eq!(pragma("synchronous"), 2.into(), "2 is FULL: every commit is synced");
        assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
        assert_eq!(pragma("foreign_keys"), 1.into());
        assert_eq!(pragma("trusted_schema"), 0.into());
        assert!(conn.db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE).unwrap());
        assert!(conn.execute_batch("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema").is_err(), "DEFENSIVE forbids it");
    }

    #[test]
    fn a_name_that_looks_like_a_uri_is_a_file_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file:toprung.db?mode=memory");
        drop(open(&path, STAMP, &schema::versions()).unwrap());
        assert!(fs::metadata(&path).unwrap().len() > 0, "the database must be in the file of that very name");
    }
}
