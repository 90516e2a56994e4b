//! Stress tests come back as they were saved, and half an hour of readings stays small.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;

use common::{open, planned, sample};
use rusqlite::Connection;
use toprung_core::machine::HardwareSample;
use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_core::stress::sustain::{Sustain, TimedRequest};
use toprung_core::stress::{STRESS_VERSION, StressKind, StressRecord, StressTest, Verdict};

const MEGABYTE: u64 = 1_000_000;

/// Work of so many seconds, a request a second, on a machine with so many cores.
fn test(id: &str, seconds: u32, cores: usize) -> StressTest {
    let request = |second: u32| TimedRequest {
        sent_ms: f64::from(second) * 1e3 + 0.123_456_789,
        first_ms: Some(f64::from(second) * 1e3 + 101.7),
        ended_ms: f64::from(second) * 1e3 + 999.9,
        decode_tps: Some(54.321_987),
        output_tokens: Some(50),
        cause: None,
    };
    let run = planned("run");
    let record = Sustain {
        model: ModelRef::new("smollm2:135m").unwrap(),
        shape: Shape { prompt_tokens: 64, output_tokens: 128 },
        context_tokens: 2048,
        planned_s: f64::from(seconds),
        loop_s: 30.0,
        cool_down_s: 60.0,
        began_ms: Some(0.0),
        cooling_ms: None,
        requests: (0..seconds).map(request).collect(),
    };
    StressTest {
        version: STRESS_VERSION,
        id: id.to_owned(),
        started_at: format!("2026-01-02T03:04:{:02}Z", id.len()),
        ended_at: Some("2026-01-02T04:00:00Z".to_owned()),
        machine: run.machine,
        engine: run.engine,
        stopped: false,
        record: StressRecord::Sustain(record),
        samples: (0..seconds).map(|second| sample(second, cores)).collect(),
    }
}

#[test]
fn a_test_is_listed_read_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("toprung.db"));
    let (older, newer) = (test("a1", 120, 8), test("a22", 120, 8));
    for one in [&older, &newer, &newer] {
        store.save_stress_test(one).unwrap();
    }
    let listed = store.stress_tests().unwrap();
    assert_eq!(listed.iter().map(|header| header.id.as_str()).collect::<Vec<_>>(), ["a22", "a1"], "the newest first, each once");
    assert_eq!((listed[0].kind, listed[0].verdict), (StressKind::Sustain, Verdict::Pass));
    assert_eq!(listed[0].headline, newer.judge().headline);
    let read = store.stress_test("a1").unwrap().unwrap();
    assert_eq!((&read.record, &read.machine, &read.engine), (&older.record, &older.machine, &older.engine));
    assert_eq!(store.find_stress_test("a2").unwrap().as_deref(), Some("a22"));
    assert_eq!(store.find_stress_test("a").unwrap(), None, "two begin so");
    assert!(store.delete_stress_test("a1").unwrap() && !store.delete_stress_test("a1").unwrap());
    assert_eq!(store.stress_test("a1").unwrap(), None);
}

#[test]
fn readings_come_back_to_the_hundredth_or_whole_where_they_are_large_and_gaps_as_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("toprung.db"));
    let mut saved = test("a", 3, 2);
    saved.samples[1] = HardwareSample { at_ms: 1000.0, temperature_c: Some(71.456), ..HardwareSample::default() };
    store.save_stress_test(&saved).unwrap();
    let read = store.stress_test("a").unwrap().unwrap();
    assert_eq!(read.samples[0].network_in_bytes_per_s, Some(3_333_333.0));
    let expected = HardwareSample { temperature_c: Some(71.46), ..saved.samples[1].clone() };
    assert_eq!(read.samples[1], expected, "what was not read is unknown, not 0");
    assert_eq!(read.samples[2].per_core_percent, saved.samples[2].per_core_percent);
    let gpus = |samples: &[HardwareSample]| samples.iter().map(|sample| sample.gpus.len()).collect::<Vec<_>>();
    assert_eq!(gpus(&read.samples), gpus(&saved.samples), "a device that was gone for a reading is not there in it");
    assert_eq!(read.samples[0].gpus, saved.samples[0].gpus);
}

#[test]
fn half_an_hour_of_a_large_machine_stays_below_a_megabyte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    open(&path).save_stress_test(&test("a", 1800, 32)).unwrap();
    Connection::open(&path).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let bytes = fs::metadata(&path).unwrap().len();
    assert!(bytes < MEGABYTE, "1800 readings of 32 cores and as many requests take {bytes} bytes");
}
