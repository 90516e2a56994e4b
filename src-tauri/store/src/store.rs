//! What the fronts ask of the store.

mod stress;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use toprung_core::machine::{HardwareSample, Machine};
use toprung_core::model::ModelFacts;
use toprung_core::run::{LoadRecord, RunRecord, RunStatus, RungStatus, SessionChecks};
use toprung_core::task::{ItemResult, TaskRun};
use toprung_core::trial::Trial;

use crate::error::StoreError;
use crate::recovery::Notice;
use crate::table::{events, rungs, runs, samples, task_items, trials};
use crate::table::{events::StoredEvent, rungs::ModelSpeed, runs::RunHeader};
use crate::{connection, recovery, schema};

/// An open database. One writer at a time: keep it behind a mutex.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    /// `None` for a database in memory.
    path: Option<PathBuf>,
}

/// A store, and what a person should know about how it was opened.
#[derive(Debug)]
pub struct Opened {
    pub store: Store,
    /// Set when the file was damaged and a new one was begun.
    pub notice: Option<Notice>,
}

impl Store {
    /// Opens the database at `path`, making it and its folder where they are missing. A damaged file is kept beside,
    /// under a name that ends with `stamp` (a time), and what can be read of it goes into a new one. A file of a
    /// newer schema is refused and left untouched; an older one is upgraded after a copy was made.
    pub fn open(path: &Path, stamp: &str) -> Result<Opened, StoreError> {
        let path = std::path::absolute(path).map_err(|error| StoreError::from_io(&error, path))?;
        let stamp: String = stamp.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| StoreError::from_io(&error, folder))?;
        }
        // Two programs that start at once must not both write the schema, or both repair the file. Where no lock can be
        // had, the folder is about to refuse the database too, and says why.
        let alone = fs::File::create(connection::beside(&path, "opening")).and_then(|file| file.lock().map(|()| file));
        let versions = schema::versions();
        let mut damage = recovery::finish(&path, &stamp)?.map(|kept| (kept, "found at an earlier start".to_owned()));
        let conn = match connection::open(&path, &stamp, &versions) {
            Err(StoreError::Damaged { detail }) => {
                damage = Some((recovery::recover(&path, &stamp, &versions)?, detail));
                connection::open(&path, &stamp, &versions)?
            }
            result => result?,
        };
        drop(alone);
        let notice = damage.map(|(kept, problem)| Notice::new(&conn, kept, problem)).transpose();
        let notice = notice.map_err(|error| StoreError::from_sql(&error, Some(&path)))?;
        Ok(Opened { store: Self { conn, path: Some(path) }, notice })
    }

    /// A store that lasts as long as the process: for a data folder that can't be written.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self { conn: connection::in_memory()?, path: None })
    }

    /// Whether what is saved outlives the process.
    pub fn is_durable(&self) -> bool {
        self.path.is_some()
    }

    /// Saves a new run with all that the record holds: its planned rungs, and trials and samples where it has some.
    pub fn begin_run(&mut self, run: &RunRecord) -> Result<(), StoreError> {
        self.write(|conn| {
            let key = runs::insert(conn, run)?;
            for rung in &run.rungs {
                rungs::insert(conn, key, rung)?;
                for trial in &rung.trials {
                    trials::insert(conn, key, rung.position, trial)?;
                }
                for item in &rung.items {
                    task_items::insert(conn, key, rung.position, item)?;
                }
            }
            run.samples.iter().try_for_each(|sample| samples::insert(conn, key, sample))
        })
    }

    /// Saves a finished trial, and returns once it is on the disk. Saving the same trial again is no error; a
    /// different one of the same number is, and the stored one stays.
    pub fn save_trial(&mut self, run: &str, position: u32, trial: &Trial) -> Result<(), StoreError> {
        let key = self.key(run)?;
        if self.write(|conn| trials::insert(conn, key, position, trial))? {
            return Ok(());
        }
        let same = self.read(|conn| trials::of_rung(conn, key, position))?.contains(trial);
        let differs = || StoreError::TrialDiffers { run: run.to_owned(), rung: position, index: trial.index };
        if same { Ok(()) } else { Err(differs()) }
    }

    /// Saves an item that was asked and graded, and returns once it is on the disk. One that is stored already stays as it is.
    pub fn save_item(&mut self, run: &str, position: u32, result: &ItemResult) -> Result<(), StoreError> {
        let key = self.key(run)?;
        self.write(|conn| task_items::insert(conn, key, position, result)).map(drop)
    }

    /// Saves how a rung stands and what loading it showed.
    pub fn save_rung(&mut self, run: &str, position: u32, status: &RungStatus, load: &LoadRecord) -> Result<(), StoreError> {
        let key = self.key(run)?;
        let found = self.write(|conn| rungs::set_status(conn, key, position, status, load))?;
        rung_was_there(found, run, position)
    }

    /// Saves what became known of a rung's model.
    pub fn save_facts(&mut self, run: &str, position: u32, facts: &ModelFacts) -> Result<(), StoreError> {
        let key = self.key(run)?;
        let found = self.write(|conn| rungs::set_facts(conn, key, position, facts))?;
        rung_was_there(found, run, position)
    }

    /// Saves readings, all or none. Give several at once: each call is one synced commit.
    pub fn save_samples(&mut self, run: &str, readings: &[HardwareSample]) -> Result<(), StoreError> {
        let key = self.key(run)?;
        self.write(|conn| readings.iter().try_for_each(|sample| samples::insert(conn, key, sample)))
    }

    /// Saves something that happened, as JSON, at monotonic milliseconds since the run began.
    pub fn save_event(&mut self, run: &str, at_ms: f64, event: &str) -> Result<(), StoreError> {
        let key = self.key(run)?;
        self.write(|conn| events::insert(conn, key, at_ms, event))
    }

    /// Saves what was looked at before and after the ladder.
    pub fn save_checks(&mut self, run: &str, checks: &SessionChecks) -> Result<(), StoreError> {
        let key = self.key(run)?;
        self.write(|conn| runs::set_checks(conn, key, checks))
    }

    /// Marks a run as ended at `ended_at` (RFC 3339, UTC).
    pub fn end_run(&mut self, run: &str, status: RunStatus, ended_at: &str) -> Result<(), StoreError> {
        let key = self.key(run)?;
        self.write(|conn| runs::set_status(conn, key, status, Some(ended_at)))
    }

    /// Marks a run as under way again.
    pub fn resume_run(&mut self, run: &str) -> Result<(), StoreError> {
        let key = self.key(run)?;
        self.write(|conn| runs::set_status(conn, key, RunStatus::Running, None))
    }

    /// A whole run; `None` when there is none of that id.
    pub fn run(&self, id: &str) -> Result<Option<RunRecord>, StoreError> {
        let Some(key) = self.read(|conn| runs::key(conn, id))? else { return Ok(None) };
        self.read(|conn| {
            let (rungs, samples) = (rungs::of_run(conn, key)?, samples::of_run(conn, key)?);
            Ok(Some(RunRecord { rungs, samples, ..runs::read(conn, key)? }))
        })
    }

    /// The tasks of the newest runs that asked any, newest first, at most so many.
    pub fn task_runs(&self, most: usize) -> Result<Vec<TaskRun>, StoreError> {
        self.read(|conn| {
            let mut found = Vec::new();
            for key in runs::with_tasks(conn, most)? {
                let run = RunRecord { rungs: rungs::of_run(conn, key)?, ..runs::read(conn, key)? };
                found.extend(TaskRun::of(&run));
            }
            Ok(found)
        })
    }

    /// When the newest run was started (RFC 3339, UTC), and the machine as it was then; `None` without any run.
    pub fn newest_machine(&self) -> Result<Option<(String, Machine)>, StoreError> {
        self.read(runs::newest_machine)
    }

    /// What happened in a run, in order.
    pub fn events(&self, run: &str) -> Result<Vec<StoredEvent>, StoreError> {
        let key = self.key(run)?;
        self.read(|conn| events::of_run(conn, key))
    }

    /// All runs, newest first.
    pub fn runs(&self) -> Result<Vec<RunHeader>, StoreError> {
        self.read(runs::headers)
    }

    /// The newest run that did not finish. One that is under way in another process is among them.
    pub fn newest_resumable(&self) -> Result<Option<RunHeader>, StoreError> {
        Ok(self.runs()?.into_iter().find(|run| run.status != RunStatus::Finished))
    }

    /// The id of the only run that begins with `prefix`.
    pub fn find_run(&self, prefix: &str) -> Result<String, StoreError> {
        let mut ids = self.read(|conn| runs::with_prefix(conn, prefix))?;
        match (ids.pop(), ids.len()) {
            (Some(id), 0) => Ok(id),
            (Some(_), others) => {
                Err(StoreError::AmbiguousRun { prefix: prefix.to_owned(), matches: u32::try_from(others + 1).unwrap_or(u32::MAX) })
            }
            (None, _) => Err(StoreError::NoSuchRun { id: prefix.to_owned() }),
        }
    }

    /// Hides a run. It stays in the file until [`Store::purge_deleted`], so that this can be undone.
    pub fn delete_run(&mut self, id: &str, deleted_at: &str) -> Result<(), StoreError> {
        let found = self.write(|conn| runs::mark_deleted(conn, id, Some(deleted_at)))?;
        if found { Ok(()) } else { Err(StoreError::NoSuchRun { id: id.to_owned() }) }
    }

    /// Undoes [`Store::delete_run`].
    pub fn restore_run(&mut self, id: &str) -> Result<(), StoreError> {
        let found = self.write(|conn| runs::mark_deleted(conn, id, None))?;
        if found { Ok(()) } else { Err(StoreError::NoSuchRun { id: id.to_owned() }) }
    }

    /// Removes for good the runs that were deleted before `before` (RFC 3339, UTC); answers with their number.
    pub fn purge_deleted(&mut self, before: &str) -> Result<usize, StoreError> {
        self.write(|conn| runs::purge(conn, before))
    }

    /// What was last measured of every model with every engine.
    pub fn speeds(&self) -> Result<Vec<ModelSpeed>, StoreError> {
        self.read(rungs::speeds)
    }

    fn key(&self, id: &str) -> Result<i64, StoreError> {
        self.read(|conn| runs::key(conn, id))?.ok_or_else(|| StoreError::NoSuchRun { id: id.to_owned() })
    }

    fn read<T>(&self, reads: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        reads(&self.conn).map_err(|error| StoreError::from_sql(&error, self.path.as_deref()))
    }

    /// One transaction, which is wholly on the disk when this returns `Ok`, and wholly absent otherwise.
    fn write<T>(&mut self, writes: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let path = self.path.as_deref();
        let transact = || {
            // Taking the write lock at the start lets the busy limit apply; taking it later would fail at once.
            let transaction = Transaction::new(&mut self.conn, TransactionBehavior::Immediate)?;
            let value = writes(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        transact().map_err(|error| StoreError::from_sql(&error, path))
    }
}

fn rung_was_there(found: bool, run: &str, position: u32) -> Result<(), StoreError> {
    if found { Ok(()) } else { Err(StoreError::Other { detail: format!("run {run} has no rung {}", position + 1) }) }
}
