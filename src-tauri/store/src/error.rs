//! What can go wrong with the store, in a closed set: each says what happened, the figure that explains it, and the next step.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Error as Sql, ErrorCode};
use toprung_core::cause::{Cause, CauseKind};

use crate::connection::beside;

/// Why the store could not do what it was asked. Nothing that was stored before is lost by any of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("{} ({detail}) {}", self.what(), self.next_step())]
    Full { path: PathBuf, detail: String },
    #[error("{} ({detail}) {}", self.what(), self.next_step())]
    ReadOnly { path: PathBuf, detail: String },
    #[error("{} ({detail}) {}", self.what(), self.next_step())]
    Io { path: PathBuf, detail: String },
    /// What was read makes no sense: the file was changed by something else than Toprung.
    #[error("{} ({detail}) {}", self.what(), self.next_step())]
    Damaged { detail: String },
    /// The schema's version is above the newest that this program knows. The file was not touched.
    #[error("{} {}", self.what(), self.next_step())]
    TooNew { path: PathBuf, found: u64, known: u64 },
    /// Another process held the database for longer than the busy limit.
    #[error("{} ({detail}) {}", self.what(), self.next_step())]
    Busy { detail: String },
    #[error("{} {}", self.what(), self.next_step())]
    NoSuchRun { id: String },
    #[error("{} {}", self.what(), self.next_step())]
    AmbiguousRun { prefix: String, matches: u32 },
    /// A finished trial is never overwritten.
    #[error("{} {}", self.what(), self.next_step())]
    TrialDiffers { run: String, rung: u32, index: u32 },
    #[error("{} ({detail}) {}", self.what(), self.next_step())]
    Other { detail: String },
}

impl StoreError {
    /// A stable name: fronts switch on this and never on the text.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Full { .. } => "store_full",
            Self::ReadOnly { .. } => "store_read_only",
            Self::Io { .. } => "store_io",
            Self::Damaged { .. } => "store_damaged",
            Self::TooNew { .. } => "store_too_new",
            Self::Busy { .. } => "store_busy",
            Self::NoSuchRun { .. } => "no_such_run",
            Self::AmbiguousRun { .. } => "ambiguous_run",
            Self::TrialDiffers { .. } => "trial_differs",
            Self::Other { .. } => "store_failed",
        }
    }

    /// What happened, in one sentence.
    pub fn what(&self) -> String {
        match self {
            Self::Full { path, .. } => format!("The disk that holds {} is full.", path.display()),
            Self::ReadOnly { path, .. } => format!("{} can't be written.", path.display()),
            Self::Io { path, .. } => format!("Reading or writing {} failed.", path.display()),
            Self::Damaged { .. } => "The database is damaged.".to_owned(),
            Self::TooNew { path, found, known } => {
                format!("{} was written by a newer Toprung: its schema is version {found}, this one knows up to {known}.", path.display())
            }
            Self::Busy { .. } => "Another program is using the database.".to_owned(),
            Self::NoSuchRun { id } => format!("There is no run “{}”.", id.escape_debug()),
            Self::AmbiguousRun { prefix, matches } => format!("{matches} runs begin with “{}”.", prefix.escape_debug()),
            Self::TrialDiffers { run, rung, index } => {
                format!("Trial {} of rung {} of run {run} is already stored with other figures.", index + 1, rung + 1)
            }
            Self::Other { .. } => "The database refused the request.".to_owned(),
        }
    }

    /// The figure or the system's own words that explain it; empty where the sentence holds them already.
    pub fn detail(&self) -> &str {
        match self {
            Self::Full { detail, .. } | Self::ReadOnly { detail, .. } | Self::Io { detail, .. } => detail,
            Self::Damaged { detail } | Self::Busy { detail } | Self::Other { detail } => detail,
            Self::TooNew { .. } | Self::NoSuchRun { .. } | Self::AmbiguousRun { .. } | Self::TrialDiffers { .. } => "",
        }
    }

    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Full { .. } => "Free some space and go on: nothing finished is lost.",
            Self::ReadOnly { .. } => "Make the folder writable, or choose another one with TOPRUNG_HOME.",
            Self::Io { .. } => "Check the disk and go on: nothing finished is lost.",
            Self::Damaged { .. } => "Start Toprung again: it keeps the damaged file and saves what can be read.",
            Self::TooNew { .. } => "Update Toprung, or choose another data folder with TOPRUNG_HOME. The file was not touched.",
            Self::Busy { .. } => "Wait a moment, or close the other Toprung.",
            Self::NoSuchRun { .. } => "Look at the list of runs in History.",
            Self::AmbiguousRun { .. } => "Give more of its characters.",
            Self::TrialDiffers { .. } => "The stored one was kept. Start a new run to measure it again.",
            Self::Other { .. } => "Try again; if it stays, report it with these words.",
        }
    }

    /// The same as a climb understands it: it pauses on a cause and offers the event again.
    pub fn to_cause(&self) -> Cause {
        match self {
            Self::Full { path, detail } => Cause::new(CauseKind::DiskFull, format!("{}: {detail}", path.display())),
            other => Cause::new(CauseKind::NotSaved, other.to_string()),
        }
    }

    /// Sorts an operating-system error for `path`.
    pub(crate) fn from_io(error: &io::Error, path: &Path) -> Self {
        let (path, detail) = (path.to_owned(), error.to_string());
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path, detail },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { path, detail },
            _ => Self::Io { path, detail },
        }
    }

    /// Sorts a SQLite error; `path` is the database file, `None` for a database in memory.
    pub(crate) fn from_sql(error: &Sql, path: Option<&Path>) -> Self {
        let detail = error.to_string();
        match error {
            Sql::FromSqlConversionFailure(..) | Sql::InvalidColumnType(..) | Sql::IntegralValueOutOfRange(..) | Sql::Utf8Error(..) => {
                Self::Damaged { detail }
            }
            _ => match (error.sqlite_error_code(), path) {
                (Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase), _) => Self::Damaged { detail },
                (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed), _) => {
                    Self::Busy { detail }
                }
                (Some(ErrorCode::DiskFull), path) => Self::Full { path: path.map_or_else(PathBuf::new, Path::to_owned), detail },
                (Some(code), Some(path)) if names_no_reason(code) => Self::from_disk(code, path, detail),
                _ => Self::Other { detail },
            },
        }
    }

    /// Asks the disk itself what SQLite's code leaves open.
    fn from_disk(code: ErrorCode, path: &Path, detail: String) -> Self {
        match writes_fail(path) {
            Some(error) => Self::from_io(&error, path),
            // The disk takes writes, so it is the file's own header that says read-only.
            None if code == ErrorCode::ReadOnly => Self::Damaged { detail },
            None => Self::Io { path: path.to_owned(), detail },
        }
    }
}

/// SQLite gives these codes alike for a full disk, a read-only folder and a failing disk.
fn names_no_reason(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure)
}

/// SQLite's shared-memory file grows by 32 KiB at a time; twice that must fit for writes to succeed.
const TRIAL_WRITE_BYTES: usize = 64 * 1024;

/// Why the database file, or a file beside it, can't be written; `None` when both can.
fn writes_fail(path: &Path) -> Option<io::Error> {
    let probe = beside(path, "write-test");
    let result = OpenOptions::new().append(true).open(path).and_then(|_| {
        let mut file = fs::File::create(&probe)?;
        file.write_all(&[0; TRIAL_WRITE_BYTES])?;
        file.sync_all()
    });
    // What could not be created can't be removed either; that is no further finding.
    let _ = fs::remove_file(&probe);
    result.err()
}
