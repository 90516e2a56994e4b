//! Every released schema opens, and what it held is read as it was saved.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;

use common::{STAMP, measured, open};
use rusqlite::Connection;
use toprung_store::{Store, StoreError};

/// Dumps of databases, one a schema version, as they were written by the release that brought it.
const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas");

#[test]
fn every_released_schema_opens_with_all_that_it_held() {
    let mut versions = 0;
    for entry in fs::read_dir(SCHEMAS).unwrap() {
        let dump = entry.unwrap().path();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("toprung.db");
        Connection::open(&path).unwrap().execute_batch(&fs::read_to_string(&dump).unwrap()).unwrap();
        let store = open(&path);
        assert_eq!(store.run("run-1").unwrap(), Some(measured("run-1")), "{}", dump.display());
        assert_eq!(store.events("run-1").unwrap().len(), 1, "{}", dump.display());
        versions += 1;
    }
    assert!(versions > 0, "there is a dump for every schema version in {SCHEMAS}");
}

#[test]
fn the_newest_schema_has_its_dump() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    drop(open(&path));
    let version: i64 = Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let dump = Path::new(SCHEMAS).join(format!("v{version}.sql"));
    assert!(dump.exists(), "a new schema version needs {}, so that later ones are tested against it", dump.display());
}

#[test]
fn a_newer_schema_is_refused_and_the_file_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    open(&path).begin_run(&measured("run-1")).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&path).unwrap();

    let error = Store::open(&path, STAMP).unwrap_err();
    assert_eq!(error, StoreError::TooNew { path: path.clone(), found: 99, known: 1 });
    assert!(error.to_string().contains("its schema is version 99, this one knows up to 1. Update Toprung"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}
