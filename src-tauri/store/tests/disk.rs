//! A full disk and a folder that can't be written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{STAMP, open, planned, trial};
use toprung_core::cause::CauseKind;
use toprung_core::trial::{Trial, TrialKind};
use toprung_store::{Store, StoreError};

/// A file system of its own with 1 MiB of space, unmounted when it goes out of scope.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where mounting is not allowed.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder.path()).status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(folder))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

fn long_answer(index: u32) -> Trial {
    Trial { output: "word ".repeat(1000), ..trial(index, TrialKind::Answer) }
}

/// Saves trials from `first` on until one fails; answers with that one's number and its error.
fn save_until_full(store: &mut Store, first: u32) -> (u32, StoreError) {
    (first..10_000)
        .find_map(|index| store.save_trial("run-1", 0, &long_answer(index)).err().map(|error| (index, error)))
        .expect("10,000 trials do not fit on a disk of 1 MiB")
}

#[test]
fn a_full_disk_loses_nothing_finished_and_saving_goes_on_once_there_is_space() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: mounting a small file system is not allowed here");
        return;
    };
    let filler = disk.path("filler");
    fs::write(&filler, vec![0; 256 * 1024]).unwrap();
    let path = disk.path("toprung.db");
    let mut store = open(&path);
    store.begin_run(&planned("run-1")).unwrap();

    let (full, error) = save_until_full(&mut store, 0);
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert_eq!(error.to_cause().kind, CauseKind::DiskFull);
    assert_eq!(store.run("run-1").unwrap().unwrap().rungs[0].trials.len() as u32, full, "all that was finished is there");
    assert!(matches!(store.save_trial("run-1", 0, &long_answer(full)), Err(StoreError::Full { .. })), "it is still full");

    fs::remove_file(&filler).unwrap();
    store.save_trial("run-1", 0, &long_answer(full)).expect("there is space again");
    let (next_full, _) = save_until_full(&mut store, full + 1);
    drop(store);
    let trials = open(&path).run("run-1").unwrap().unwrap().rungs.swap_remove(0).trials;
    assert_eq!(trials, (0..next_full).map(long_answer).collect::<Vec<_>>(), "after a restart all is there, whole and in order");
}

#[test]
fn a_disk_that_is_full_from_the_start_says_so() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: mounting a small file system is not allowed here");
        return;
    };
    let _ = fs::write(disk.path("filler"), vec![0; 2 * 1024 * 1024]);
    let error = Store::open(&disk.path("toprung.db"), STAMP).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
}

/// Names the folder for the process that runs without root's rights.
const CHILD: &str = "TOPRUNG_STORE_TEST_FOLDER";
/// The user that owns nothing.
const NOBODY: u32 = 65_534;

#[test]
#[ignore = "run by the next test as a user without rights; alone it opens nothing"]
fn opens_a_read_only_folder() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    for name in ["toprung.db", "missing.db", "missing/folder/toprung.db"] {
        let error = Store::open(&Path::new(&folder).join(name), STAMP).unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{name}: {error:?}");
    }
}

#[test]
fn a_read_only_folder_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toprung.db");
    open(&path).begin_run(&planned("run-1")).unwrap();
    for database_mode in [0o444, 0o666] {
        fs::set_permissions(&path, PermissionsExt::from_mode(database_mode)).unwrap();
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o555)).unwrap();
        let before = fs::read(&path).unwrap();
        // Root may write everywhere, so a copy of this program opens the store as another user.
        let program = folder_for_all().join("program");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let mut child = Command::new(&program);
        child.args(["opens_a_read_only_folder", "--exact", "--ignored", "--nocapture"]).env(CHILD, folder.path());
        if is_root() {
            child.uid(NOBODY);
        }
        let output = child.output().unwrap();
        fs::remove_dir_all(program.parent().unwrap()).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "the check must have run");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
}

/// A new folder from which every user may run programs: build folders are often closed to others.
fn folder_for_all() -> PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}
