//! One measurement at a time on a data folder: two would measure each other.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};

use crate::home::Home;
use crate::problem::Problem;

/// Held while a climb or a stress test runs; the operating system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct ClimbLock {
    _file: Option<File>,
}

/// The code of the problem that another measurement is running.
pub(crate) const BUSY: &str = "climb_running";

impl ClimbLock {
    pub(crate) fn take(home: &Home) -> Result<Self, Problem> {
        if !home.keeps_runs() {
            return Ok(Self { _file: None });
        }
        let path = home.folder().join("climb.lock");
        let problem = |detail: String| {
            Problem::world("lock_failed", "The lock of the data folder can't be taken.", "Check the folder's permissions.")
                .with_detail(detail)
        };
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(|error| problem(error.to_string()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(&mut file)),
            Err(TryLockError::Error(error)) => return Err(problem(error.to_string())),
        }
        // The number helps a person to find the other program; the lock itself is what counts.
        let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self { _file: Some(file) })
    }

    /// Whether some process, this one included, measures on this data folder now.
    pub(crate) fn is_taken(home: &Home) -> bool {
        matches!(Self::take(home), Err(problem) if problem.code == BUSY)
    }
}

fn busy(file: &mut File) -> Problem {
    let mut pid = String::new();
    let _ = file.read_to_string(&mut pid);
    Problem::world(
        BUSY,
        "Another measurement is running on this data folder; two at once would measure each other.",
        "Wait for it, or stop it first: a climb or a stress test.",
    )
    .with_detail(if pid.is_empty() { String::new() } else { format!("process {pid}") })
}
