//! Damaged files: never a panic, the original is kept, what can be read is salvaged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;

use common::{Random, STAMP, measured, open};
use toprung_store::{Opened, Store, StoreError};

const FLIPS: u32 = 200;
const SEED: u64 = 0xB17_F11B;
const PAGE: usize = 4096;

/// The bytes of a database with several measured runs.
fn sound_database(folder: &Path) -> Vec<u8> {
    let path = folder.join("sound.db");
    let mut store = open(&path);
    for number in 0..4 {
        store.begin_run(&measured(&format!("run-{number}"))).unwrap();
    }
    drop(store);
    fs::read(&path).unwrap()
}

/// Reads everything there is; damage in a single run may be an error, never a panic.
fn read_all(store: &Store) -> usize {
    let headers = store.runs().expect("a database that was opened can list its runs");
    let _ = store.speeds();
    headers.iter().filter(|header| matches!(store.run(&header.id), Ok(Some(_)))).count()
}

#[test]
fn no_flipped_bit_causes_a_panic_or_loses_the_original() {
    let folder = tempfile::tempdir().unwrap();
    let sound = sound_database(folder.path());
    let mut random = Random(SEED);
    // Of damage beyond the first page: a schema that can't be read costs all rows, and how many flips hit it is chance.
    let (mut repaired, mut runs_after_repair) = (0, 0);
    for flip in 0..FLIPS {
        let case = folder.path().join(format!("case-{flip}"));
        fs::create_dir(&case).unwrap();
        let path = case.join("toprung.db");
        // Every fourth flip is in the first page, where the header and the schema are.
        let limit = if flip % 4 == 0 { PAGE as u64 } else { sound.len() as u64 };
        let (byte, bit) = (random.below(limit) as usize, random.below(8));
        let mut damaged = sound.clone();
        damaged[byte] ^= 1 << bit;
        fs::write(&path, &damaged).unwrap();
        match Store::open(&path, STAMP) {
            Ok(Opened { store, notice: Some(notice) }) => {
                assert_eq!(fs::read(&notice.kept).unwrap(), damaged, "seed {SEED}, flip {flip}: the original is kept as it was");
                assert_eq!(read_all(&store), store.runs().unwrap().len(), "seed {SEED}, flip {flip}: what was salvaged can be read");
                if byte >= PAGE {
                    (repaired, runs_after_repair) = (repaired + 1, runs_after_repair + notice.runs);
                }
            }
            Ok(Opened { store, notice: None }) => drop(read_all(&store)),
            Err(StoreError::TooNew { .. }) => assert_eq!(fs::read(&path).unwrap(), damaged, "seed {SEED}, flip {flip}"),
            Err(error) => panic!("seed {SEED}, flip {flip}: byte {byte} bit {bit}: {error:?}"),
        }
        fs::remove_dir_all(&case).unwrap();
    }
    assert!(repaired > 0, "some flips must have been noticed");
    // A flip in the page of the runs themselves costs all that stand on it.
    assert!(4 * runs_after_repair >= 11 * repaired, "about one of four runs is lost: {runs_after_repair} runs in {repaired} files");
}

#[test]
fn a_destroyed_page_costs_only_what_stood_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = sound_database(folder.path());
    let path = folder.path().join("toprung.db");
    // One in the middle of the trials: how these ended stands in them alone.
    let words = b"after 31 of 128 tokens";
    let trials: Vec<usize> = (0..bytes.len() - words.len()).filter(|at| bytes[*at..].starts_with(words)).collect();
    let page = trials[trials.len() / 2] / PAGE * PAGE;
    bytes[page..page + PAGE].fill(0xFF);
    fs::write(&path, &bytes).unwrap();

    let Opened { store, notice } = Store::open(&path, STAMP).unwrap();
    let notice = notice.expect("a destroyed page is noticed");
    assert_eq!(notice.kept, folder.path().join("toprung.db.damaged-2026-01-02T03-04-05Z"));
    assert_eq!(fs::read(&notice.kept).unwrap(), bytes);
    assert_eq!(notice.runs, 4);
    assert!(notice.trials >= 8 * 3, "{} of 32 trials", notice.trials);
    assert!(notice.to_string().contains("4 runs with"), "{notice}");
    drop(store);
    assert_eq!(open(&path).runs().unwrap().len(), 4, "the next start finds a sound database");
}

#[test]
fn a_file_that_is_no_database_is_kept_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    let text = b"this is a letter, not a database ".repeat(300);
    for expected in ["toprung.db.damaged-2026-01-02T03-04-05Z", "toprung.db.damaged-2026-01-02T03-04-05Z.2"] {
        fs::write(&path, &text).unwrap();
        let Opened { mut store, notice } = Store::open(&path, STAMP).unwrap();
        assert_eq!(notice.unwrap().kept, folder.path().join(expected), "an older kept file is not overwritten");
        assert_eq!(fs::read(folder.path().join(expected)).unwrap(), text);
        store.begin_run(&measured("run-1")).unwrap();
    }
}

/// The page numbers that a write-ahead log replaces: a 32-byte header, then frames of a 24-byte header and a page.
fn logged_pages(log: &[u8]) -> Vec<usize> {
    let frames = log[32..].chunks_exact(24 + PAGE);
    frames.map(|frame| u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize).collect()
}

#[test]
fn commits_that_are_still_in_the_log_are_salvaged_too() {
    let folder = tempfile::tempdir().unwrap();
    let (path, log) = (folder.path().join("toprung.db"), folder.path().join("toprung.db-wal"));
    fs::write(&path, sound_database(folder.path())).unwrap();
    let mut store = open(&path);
    store.begin_run(&measured("in-the-log")).unwrap();
    let (mut bytes, logged) = (fs::read(&path).unwrap(), fs::read(&log).unwrap());
    drop(store);
    let replaced = logged_pages(&logged);
    let page = (2..=bytes.len() / PAGE).find(|page| !replaced.contains(page)).expect("one run does not touch every page");
    bytes[(page - 1) * PAGE..page * PAGE].fill(0xFF);
    fs::write(&path, &bytes).unwrap();
    fs::write(&log, &logged).unwrap();

    let Opened { store, notice } = Store::open(&path, STAMP).unwrap();
    let kept = notice.expect("a destroyed page is noticed").kept;
    assert_eq!(store.run("in-the-log").unwrap().unwrap(), measured("in-the-log"));
    assert_eq!(fs::read(&kept).unwrap(), bytes);
    assert_eq!(fs::read(format!("{}-wal", kept.display())).unwrap(), logged, "the log is kept with its database");
}

#[test]
fn a_repair_that_was_cut_off_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    let mut salvaged = open(&folder.path().join("toprung.db.salvaged"));
    salvaged.begin_run(&measured("run-1")).unwrap();
    drop(salvaged);
    fs::write(&path, "damaged").unwrap();
    fs::write(folder.path().join("toprung.db-wal"), "its log").unwrap();

    let Opened { store, notice } = Store::open(&path, STAMP).unwrap();
    assert_eq!(store.runs().unwrap().len(), 1);
    let notice = notice.expect("a person is told even when the repair took two starts");
    assert_eq!((notice.runs, notice.trials), (1, 10));
    assert_eq!(fs::read(&notice.kept).unwrap(), b"damaged");
    assert_eq!(fs::read(format!("{}-wal", notice.kept.display())).unwrap(), b"its log");
}
