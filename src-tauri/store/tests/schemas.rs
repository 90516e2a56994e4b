//! Every released schema opens, and what it held is read as it was saved.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;

use common::{STAMP, measured, open};
use rusqlite::Connection;
use toprung_core::machine::HardwareSample;
use toprung_core::run::{RunRecord, SessionChecks};
use toprung_core::trial::TrialKind;
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
        let expected = match dump.file_stem().and_then(|name| name.to_str()) {
            Some("v1") => as_of_v1(measured("run-1")),
            Some("v2") => as_of_v2(measured("run-1")),
            _ => measured("run-1"),
        };
        assert_eq!(store.run("run-1").unwrap(), Some(expected), "{}", dump.display());
        assert_eq!(store.events("run-1").unwrap().len(), 1, "{}", dump.display());
        versions += 1;
    }
    assert!(versions > 0, "there is a dump for every schema version in {SCHEMAS}");
}

/// What the second schema could hold of a run: tasks came after it.
fn as_of_v2(mut run: RunRecord) -> RunRecord {
    run.tasks = None;
    run.rungs.iter_mut().for_each(|rung| rung.items.clear());
    run
}

/// What the first schema could hold of a run: the rest is unknown.
fn as_of_v1(run: RunRecord) -> RunRecord {
    let mut run = as_of_v2(run);
    run.checks = SessionChecks::default();
    run.machine.gpus.iter_mut().for_each(|gpu| gpu.driver = None);
    for rung in &mut run.rungs {
        rung.engine = None;
        rung.load.warm_up_ms = None;
        rung.facts.kv_bytes_per_token = None;
        rung.trials.retain(|trial| matches!(trial.kind, TrialKind::Speed | TrialKind::Answer));
        for trial in &mut rung.trials {
            (trial.first_answer_ms, trial.cached_prompt_tokens) = (None, None);
        }
    }
    for sample in &mut run.samples {
        *sample = HardwareSample {
            at_ms: sample.at_ms,
            cpu_percent: sample.cpu_percent,
            per_core_percent: sample.per_core_percent.clone(),
            memory_used_bytes: sample.memory_used_bytes,
            memory_available_bytes: sample.memory_available_bytes,
            swap_used_bytes: sample.swap_used_bytes,
            temperature_c: sample.temperature_c,
            disk_read_bytes_per_s: sample.disk_read_bytes_per_s,
            disk_write_bytes_per_s: sample.disk_write_bytes_per_s,
            network_in_bytes_per_s: sample.network_in_bytes_per_s,
            network_out_bytes_per_s: sample.network_out_bytes_per_s,
            ..HardwareSample::default()
        };
    }
    run
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
    assert_eq!(error, StoreError::TooNew { path: path.clone(), found: 99, known: 3 });
    assert!(error.to_string().contains("its schema is version 99, this one knows up to 3. Update Toprung"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}
