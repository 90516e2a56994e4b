//! What is saved comes back, and History's operations do what they say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{failed, full_sample, measured, open, planned, sample, trial};
use toprung_core::cause::CauseKind;
use toprung_core::machine::HardwareSample;
use toprung_core::run::{LoadRecord, RunStatus, RungStatus};
use toprung_core::trial::TrialKind;
use toprung_store::{Store, StoreError};

#[test]
fn a_whole_run_comes_back_as_it_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/toprung.db");
    let run = measured("run-1");
    open(&path).begin_run(&run).unwrap();
    assert_eq!(open(&path).run("run-1").unwrap().unwrap(), run, "unknown must stay unknown and floats must stay exact");
}

#[test]
fn a_run_saved_step_by_step_is_the_same_run() {
    let mut store = Store::in_memory().unwrap();
    let whole = measured("run-1");
    store.begin_run(&planned("run-1")).unwrap();
    for rung in &whole.rungs {
        store.save_facts("run-1", rung.position, &rung.facts).unwrap();
        for trial in &rung.trials {
            store.save_trial("run-1", rung.position, trial).unwrap();
        }
        for item in &rung.items {
            store.save_item("run-1", rung.position, item).unwrap();
            store.save_item("run-1", rung.position, item).expect("a climb offers an item again after a failed save");
        }
        store.save_rung("run-1", rung.position, &rung.status, &rung.load).unwrap();
    }
    store.save_samples("run-1", &whole.samples).unwrap();
    store.save_checks("run-1", &whole.checks).unwrap();
    store.end_run("run-1", RunStatus::Finished, whole.ended_at.as_deref().unwrap()).unwrap();
    assert_eq!(store.run("run-1").unwrap().unwrap(), whole);
}

#[test]
fn a_finished_trial_is_never_overwritten() {
    let mut store = Store::in_memory().unwrap();
    store.begin_run(&planned("run-1")).unwrap();
    let first = trial(0, TrialKind::Speed);
    store.save_trial("run-1", 0, &first).unwrap();
    store.save_trial("run-1", 0, &first).expect("a climb offers a trial again after a failed save");

    let mut other = first.clone();
    other.decode_tps = Some(1.0);
    let error = store.save_trial("run-1", 0, &other).unwrap_err();
    assert_eq!(error, StoreError::TrialDiffers { run: "run-1".to_owned(), rung: 0, index: 0 });
    assert_eq!(store.run("run-1").unwrap().unwrap().rungs[0].trials, [first]);
}

#[test]
fn what_belongs_to_nothing_is_refused() {
    let mut store = Store::in_memory().unwrap();
    store.begin_run(&planned("run-1")).unwrap();
    let unknown = StoreError::NoSuchRun { id: "other".to_owned() };
    assert_eq!(store.save_trial("other", 0, &trial(0, TrialKind::Speed)).unwrap_err(), unknown);
    assert_eq!(store.save_event("other", 0.0, "{}").unwrap_err(), unknown);
    assert!(store.save_trial("run-1", 9, &trial(0, TrialKind::Speed)).is_err(), "there is no tenth rung");
    assert!(store.save_rung("run-1", 9, &RungStatus::Measured, &LoadRecord::default()).is_err());
    assert_eq!(store.run("other").unwrap(), None);
}

#[test]
fn events_come_back_in_order() {
    let mut store = Store::in_memory().unwrap();
    store.begin_run(&planned("run-1")).unwrap();
    store.save_event("run-1", 5.5, r#"{"event":"paused"}"#).unwrap();
    store.save_event("run-1", 1.0, r#"{"event":"resumed"}"#).unwrap();
    let events = store.events("run-1").unwrap();
    assert_eq!(events.iter().map(|e| e.at_ms).collect::<Vec<_>>(), [5.5, 1.0], "a resumed run's clock begins anew");
    assert_eq!(events[0].event, r#"{"event":"paused"}"#);
}

#[test]
fn history_lists_the_newest_first_with_its_progress() {
    let mut store = Store::in_memory().unwrap();
    let mut older = measured("older");
    older.started_at = "2025-12-31T00:00:00Z".to_owned();
    store.begin_run(&planned("newer")).unwrap();
    store.begin_run(&older).unwrap();

    let headers = store.runs().unwrap();
    assert_eq!(headers.iter().map(|h| h.id.as_str()).collect::<Vec<_>>(), ["newer", "older"]);
    assert_eq!((headers[0].rungs, headers[0].rungs_done), (3, 0));
    assert_eq!((headers[1].rungs, headers[1].rungs_done), (3, 3), "failed and left-out rungs are done");
    assert_eq!(store.newest_resumable().unwrap().unwrap().id, "newer");
    store.end_run("newer", RunStatus::Finished, "2026-01-02T04:00:00Z").unwrap();
    assert_eq!(store.newest_resumable().unwrap(), None);
    store.resume_run("newer").unwrap();
    assert_eq!(store.run("newer").unwrap().unwrap().ended_at, None, "a run under way has no end");
}

#[test]
fn the_newest_runs_machine_is_the_last_known_one() {
    let mut store = Store::in_memory().unwrap();
    assert_eq!(store.newest_machine().unwrap(), None);
    let mut older = planned("older");
    older.started_at = "2025-12-31T00:00:00Z".to_owned();
    older.machine.kernel = Some("6.1.0".to_owned());
    store.begin_run(&planned("newer")).unwrap();
    store.begin_run(&older).unwrap();
    assert_eq!(store.newest_machine().unwrap(), Some((planned("newer").started_at, planned("newer").machine)));
    store.delete_run("newer", "2026-02-01T00:00:00Z").unwrap();
    assert_eq!(store.newest_machine().unwrap().unwrap().1.kernel.as_deref(), Some("6.1.0"));
}

#[test]
fn a_run_is_found_by_what_its_id_begins_with() {
    let mut store = Store::in_memory().unwrap();
    for id in ["0190-aa", "0190-ab", "0191-%"] {
        store.begin_run(&planned(id)).unwrap();
    }
    assert_eq!(store.find_run("0191").unwrap(), "0191-%");
    assert_eq!(store.find_run("0190-a").unwrap_err(), StoreError::AmbiguousRun { prefix: "0190-a".to_owned(), matches: 2 });
    assert_eq!(store.find_run("%").unwrap_err(), StoreError::NoSuchRun { id: "%".to_owned() }, "no character is a wildcard");
}

#[test]
fn a_deleted_run_can_be_brought_back_until_it_is_purged() {
    let mut store = Store::in_memory().unwrap();
    let run = measured("run-1");
    store.begin_run(&run).unwrap();
    store.delete_run("run-1", "2026-02-01T00:00:00Z").unwrap();
    assert_eq!((store.run("run-1").unwrap(), store.runs().unwrap().len()), (None, 0));
    assert!(store.delete_run("run-1", "2026-02-02T00:00:00Z").is_err(), "it is deleted already");

    assert_eq!(store.purge_deleted("2026-01-31T00:00:00Z").unwrap(), 0, "it was deleted later than that");
    store.restore_run("run-1").unwrap();
    assert_eq!(store.run("run-1").unwrap(), Some(run));

    store.delete_run("run-1", "2026-02-01T00:00:00Z").unwrap();
    assert_eq!(store.purge_deleted("2026-02-02T00:00:00Z").unwrap(), 1);
    assert_eq!(store.restore_run("run-1").unwrap_err(), StoreError::NoSuchRun { id: "run-1".to_owned() });
}

#[test]
fn expected_speeds_rest_on_the_latest_measurement_of_each_model() {
    let mut store = Store::in_memory().unwrap();
    let mut older = measured("older");
    older.started_at = "2025-12-31T00:00:00Z".to_owned();
    older.rungs[0].trials[0].decode_tps = Some(1.0);
    store.begin_run(&measured("newer")).unwrap();
    store.begin_run(&older).unwrap();
    store.begin_run(&planned("empty")).unwrap();

    let speeds = store.speeds().unwrap();
    assert_eq!(speeds.len(), 1, "failed, left-out and waiting rungs measured nothing");
    assert_eq!(speeds[0].model.as_str(), "smollm2:135m");
    assert_eq!(speeds[0].active_bytes, Some(80_000_000));
    let expected: Vec<f64> = (0..5).map(|index| 54.67 + f64::from(index)).collect();
    assert_eq!(speeds[0].decode_tps, expected, "speed trials alone count where there are some");
}

#[test]
fn a_stream_without_its_end_gives_no_speed() {
    let mut store = Store::in_memory().unwrap();
    let mut run = measured("classic");
    run.rungs[0].trials = vec![trial(0, TrialKind::Answer), failed(1, CauseKind::StreamEndedEarly), failed(2, CauseKind::EmptyAnswer)];
    store.begin_run(&run).unwrap();
    assert_eq!(store.speeds().unwrap()[0].decode_tps, [54.67, 54.67 + 2.0]);
}

#[test]
fn half_an_hour_of_samples_stays_below_a_megabyte() {
    for cores in [16, 128] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("toprung.db");
        let mut store = open(&path);
        store.begin_run(&planned("run-1")).unwrap();
        let samples: Vec<_> = (0..1800).map(|second| sample(second, cores)).collect();
        store.save_samples("run-1", &samples).unwrap();
        assert_eq!(store.run("run-1").unwrap().unwrap().samples, samples);
        drop(store);
        let bytes = std::fs::metadata(&path).unwrap().len();
        assert!(bytes < 1_000_000, "{cores} cores took {bytes} bytes");
    }
}

#[test]
fn half_an_hour_of_every_sensor_of_32_cores_stays_below_a_megabyte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    let mut store = open(&path);
    store.begin_run(&planned("run-1")).unwrap();
    let samples: Vec<_> = (0..1800).map(|second| full_sample(second, 32)).collect();
    store.save_samples("run-1", &samples).unwrap();
    let back = store.run("run-1").unwrap().unwrap().samples;
    assert_eq!(back.len(), samples.len());
    for (saved, read) in samples.iter().zip(&back) {
        // Rates are kept to seven digits.
        let rates = |sample: &HardwareSample| [sample.engine_read_bytes_per_s, sample.swap_in_bytes_per_s, sample.throttles_per_s];
        let near = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| (a - b).abs() <= a.abs() * 1e-6);
        assert!(rates(saved).into_iter().zip(rates(read)).all(|(a, b)| near(a, b)), "{saved:?} became {read:?}");
        assert_eq!(
            (saved.package_power_w, &saved.hottest_sensor, &saved.fans_rpm),
            (read.package_power_w, &read.hottest_sensor, &read.fans_rpm)
        );
        assert_eq!(
            (saved.engine_rss_file_bytes, saved.on_mains, saved.clock_mhz),
            (read.engine_rss_file_bytes, read.on_mains, read.clock_mhz)
        );
    }
    drop(store);
    let bytes = std::fs::metadata(&path).unwrap().len();
    eprintln!("1800 samples of 32 cores and every sensor took {bytes} bytes");
    assert!(bytes < 1_000_000, "they took {bytes} bytes");
}

#[test]
fn a_count_that_cannot_be_is_unknown() {
    let mut store = Store::in_memory().unwrap();
    let mut run = planned("run-1");
    run.rungs[0].facts.file_bytes = Some(u64::MAX);
    store.begin_run(&run).unwrap();
    assert_eq!(store.run("run-1").unwrap().unwrap().rungs[0].facts.file_bytes, None);
}

#[test]
fn two_processes_can_share_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    let (mut window, mut terminal) = (open(&path), open(&path));
    window.begin_run(&planned("window")).unwrap();
    terminal.begin_run(&planned("terminal")).unwrap();
    window.save_trial("window", 0, &trial(0, TrialKind::Speed)).unwrap();
    assert_eq!(terminal.runs().unwrap().len(), 2);
    assert_eq!(terminal.run("window").unwrap().unwrap().rungs[0].trials.len(), 1);
}

#[test]
fn a_store_can_go_behind_a_mutex_in_another_thread() {
    fn shared<T: Send + 'static>(_: std::sync::Arc<std::sync::Mutex<T>>) {}
    shared(std::sync::Arc::new(std::sync::Mutex::new(Store::in_memory().unwrap())));
}

#[test]
fn whatever_a_model_writes_is_stored_as_text_and_nothing_else() {
    let mut store = Store::in_memory().unwrap();
    store.begin_run(&planned("run-1")).unwrap();
    let mut hostile = trial(0, TrialKind::Answer);
    hostile.output = "'); DROP TABLE trials; --\0\u{202e}<img onerror=x>".to_owned();
    store.save_trial("run-1", 0, &hostile).unwrap();
    assert_eq!(store.run("run-1").unwrap().unwrap().rungs[0].trials, [hostile]);
}
