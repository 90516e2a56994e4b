//! The data folder: where runs and models live, and the store that is open on it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use toprung_core::format;
use toprung_store::Store;

use crate::keys::Keys;
use crate::problem::Problem;

/// Names the data folder, where it is set.
pub const HOME_VARIABLE: &str = "TOPRUNG_HOME";

/// An open data folder.
pub struct Home {
    folder: PathBuf,
    store: Mutex<Store>,
    /// Set when what is measured can't be kept, or when a damaged database was put aside.
    notice: Option<Problem>,
    keys: Keys,
}

impl Home {
    /// Opens the data folder that the environment names, or the platform's usual one.
    pub fn open() -> Result<Self, Problem> {
        let folder = match std::env::var_os(HOME_VARIABLE).filter(|value| !value.is_empty()) {
            Some(folder) => PathBuf::from(folder),
            None => usual_folder()?,
        };
        Self::open_at(&folder)
    }

    /// Opens a given folder. A folder that can't be written is no reason to refuse: runs are then kept in
    /// memory, and the notice says so.
    pub fn open_at(folder: &Path) -> Result<Self, Problem> {
        // Other programs run with other working folders: what is stored must not depend on this one's.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let (store, notice) = match open_store(&folder) {
            Ok(opened) => opened,
            Err(problem) if problem.code == NOT_WRITABLE => {
                let store = Store::in_memory().map_err(|error| Problem::from(error.to_cause()))?;
                (store, Some(problem))
            }
            Err(problem) => return Err(problem),
        };
        Ok(Self { folder, store: Mutex::new(store), notice, keys: Keys::of_this_machine() })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn models_folder(&self) -> PathBuf {
        self.folder.join("models")
    }

    pub fn notice(&self) -> Option<&Problem> {
        self.notice.as_ref()
    }

    /// Whether runs outlive this process.
    pub fn keeps_runs(&self) -> bool {
        self.notice.as_ref().is_none_or(|notice| notice.code != NOT_WRITABLE)
    }

    /// Where the keys of servers come from.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    #[cfg(test)]
    pub(crate) fn with_keys(self, keys: Keys) -> Self {
        Self { keys, ..self }
    }

    /// The store. A thread that panicked while it held it left no half-written row: SQLite's transactions see to that.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The code of the problem that makes a home live in memory.
pub const NOT_WRITABLE: &str = "data_folder_not_writable";

fn not_writable(folder: &Path, detail: impl Into<String>) -> Problem {
    Problem::world(
        NOT_WRITABLE,
        format!("The data folder {} can't be written, so nothing is kept after this program ends.", folder.display()),
        format!("Make the folder writable, or set {HOME_VARIABLE} to one that is."),
    )
    .with_detail(detail)
}

fn usual_folder() -> Result<PathBuf, Problem> {
    directories::ProjectDirs::from("", "", "toprung").map(|dirs| dirs.data_dir().to_owned()).ok_or_else(|| {
        Problem::input("no_home", "This account has no home folder.", format!("Set {HOME_VARIABLE} to a folder for runs and models."))
    })
}

fn open_store(folder: &Path) -> Result<(Store, Option<Problem>), Problem> {
    std::fs::create_dir_all(folder).map_err(|error| not_writable(folder, error.to_string()))?;
    // The mode bits don't tell for root or a read-only mount: only a write does.
    tempfile::tempfile_in(folder).map_err(|error| not_writable(folder, error.to_string()))?;
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let opened = Store::open(&folder.join("toprung.db"), &now).map_err(|error| Problem::from(error.to_cause()))?;
    let notice = opened.notice.map(|notice| {
        let what = format!(
            "The database of runs was damaged; {} with {} could be read from it.",
            format::count(notice.runs, "run", "runs"),
            format::count(notice.trials, "trial", "trials")
        );
        let next = format!("The original is kept unchanged as {}.", notice.kept.display());
        Problem::world("database_damaged", what, next).with_detail(notice.problem)
    });
    Ok((opened.store, notice))
}
