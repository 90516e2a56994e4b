//! The unfinished file and the record of what is in it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use toprung_core::cause::Cause;

use super::failure::{failed, of_disk};
use super::offer::{Offer, Version};

/// How long a download waits for an earlier one of the same file to let go: a cancelled one finishes its last write first.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);
const LOCK_STEP: Duration = Duration::from_millis(50);

/// What is on disk of an unfinished download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partial {
    pub done_bytes: u64,
    pub total_bytes: u64,
}

/// What is there of an unfinished download of `target`; `None` when there is nothing to go on from.
pub fn partial(target: &Path) -> Option<Partial> {
    let record = Record::read(&record_path(target))?;
    Some(Partial { done_bytes: record.done_bytes(), total_bytes: record.total_bytes? })
}

/// Deletes what is there of an unfinished download of `target`.
pub fn discard(target: &Path) -> io::Result<()> {
    for path in [record_path(target), part_path(target)] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn part_path(target: &Path) -> PathBuf {
    with_suffix(target, ".part")
}

fn record_path(target: &Path) -> PathBuf {
    with_suffix(target, ".part.json")
}

fn with_suffix(target: &Path, suffix: &str) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Which bytes of which version are there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    version: Version,
    total_bytes: Option<u64>,
    /// Ascending, and neither touching nor overlapping.
    done: Vec<Range<u64>>,
    /// Whether the file has got its own name: then nothing is left to tidy.
    #[serde(skip)]
    is_named: bool,
}

impl Record {
    fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    fn done_bytes(&self) -> u64 {
        self.done.iter().map(|range| range.end.saturating_sub(range.start)).sum()
    }

    fn mark(&mut self, new: Range<u64>) {
        let at = self.done.partition_point(|range| range.end < new.start);
        let touching = self.done[at..].iter().take_while(|range| range.start <= new.end).count();
        let merged = self.done[at..at + touching].iter().fold(new, |all, range| all.start.min(range.start)..all.end.max(range.end));
        self.done.splice(at..at + touching, [merged]);
    }

    /// A file without a known size cannot be resumed, and one with nothing in it need not be.
    fn is_worth_keeping(&self) -> bool {
        self.total_bytes.is_some() && !self.done.is_empty()
    }

    /// Whether it can be believed: it comes from disk, where anything may have happened to it.
    fn fits(&self, file_bytes: u64) -> bool {
        let ordered = self.done.windows(2).all(|pair| pair[0].end < pair[1].start) && self.done.iter().all(|range| range.start < range.end);
        let end = self.done.last().map_or(0, |range| range.end);
        ordered && end <= file_bytes && self.total_bytes.is_some_and(|total| end <= total)
    }
}

/// Opens a file that no other download holds, and makes it where there is none.
async fn lock(path: &Path) -> Result<File, Cause> {
    let mut waited = Duration::ZERO;
    loop {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(|error| of_disk(path, &error))?;
        match file.try_lock() {
            // The holder before may have given this very file its final name in between.
            Ok(()) if path.exists() => return Ok(file),
            Ok(()) | Err(TryLockError::WouldBlock) if waited < LOCK_PATIENCE => {}
            Err(TryLockError::Error(error)) => return Err(of_disk(path, &error)),
            Ok(()) | Err(TryLockError::WouldBlock) => return Err(failed("this file is being downloaded already")),
        }
        tokio::time::sleep(LOCK_STEP).await;
        waited += LOCK_STEP;
    }
}

/// An unfinished file, held by this download alone. Cheap to clone.
#[derive(Clone)]
pub(super) struct Part(Arc<Inner>);

struct Inner {
    path: PathBuf,
    record_path: PathBuf,
    /// Holds the lock.
    file: File,
    record: Mutex<Record>,
}

impl Part {
    /// Opens what is there or makes it new, and keeps every other download of the same file out.
    pub(super) async fn open(target: &Path) -> Result<Self, Cause> {
        let (path, record_path) = (part_path(target), record_path(target));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(|error| of_disk(folder, &error))?;
        }
        let file = lock(&path).await?;
        let file_bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let record = Record::read(&record_path).filter(|record| record.fits(file_bytes)).unwrap_or_default();
        Ok(Self(Arc::new(Inner { path, record_path, file, record: Mutex::new(record) })))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0.path
    }

    pub(super) fn done_bytes(&self) -> u64 {
        self.0.record().done_bytes()
    }

    /// Goes on where the record leaves off, if it is of this very file; else begins anew.
    pub(super) fn begin(&self, offer: &Offer) -> Result<(), Cause> {
        let goes_on = {
            let record = self.0.record();
            offer.whole.is_none() && record.total_bytes == offer.total_bytes && record.version.is_same(&offer.version)
        };
        if !goes_on {
            self.reset()?;
        }
        let mut record = self.0.record();
        record.version = offer.version.clone();
        record.total_bytes = offer.total_bytes;
        Ok(())
    }

    /// Throws away everything that is there.
    pub(super) fn reset(&self) -> Result<(), Cause> {
        *self.0.record() = Record::default();
        // What is not there cannot be removed, which is as well.
        let _ = fs::remove_file(&self.0.record_path);
        self.0.file.set_len(0).map_err(|error| of_disk(&self.0.path, &error))
    }

    /// What is still to come, cut into pieces of at most `largest` bytes.
    pub(super) fn missing(&self, total_bytes: u64, largest: u64) -> Vec<Range<u64>> {
        let record = self.0.record();
        let ends = record.done.iter().map(|range| range.start).chain([total_bytes]);
        let starts = [0].into_iter().chain(record.done.iter().map(|range| range.end));
        let gaps = starts.zip(ends).filter(|(start, end)| start < end);
        gaps.flat_map(|(start, end)| {
            (start..end).step_by(usize::try_from(largest).unwrap_or(usize::MAX)).map(move |at| at..end.min(at.saturating_add(largest)))
        })
        .collect()
    }

    /// Bytes that have been handed to the operating system.
    pub(super) fn mark(&self, range: Range<u64>) {
        if range.start < range.end {
            self.0.record().mark(range);
        }
    }

    /// Writes the record, after the bytes that it promises have reached the disk: a power cut must not leave a promise without bytes.
    pub(super) async fn checkpoint(&self) -> io::Result<()> {
        let inner = Arc::clone(&self.0);
        let work = move || {
            let record = inner.record().clone();
            inner.file.sync_data()?;
            inner.save(&record)
        };
        tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
    }

    /// Makes the whole file the target, for good: its bytes first, then its name.
    pub(super) fn finish(&self, target: &Path) -> io::Result<()> {
        self.0.file.sync_all()?;
        fs::rename(&self.0.path, target)?;
        *self.0.record() = Record { is_named: true, ..Record::default() };
        let _ = fs::remove_file(&self.0.record_path);
        #[cfg(unix)]
        if let Some(folder) = target.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl Inner {
    /// A thread that panicked while it held the record left it whole: every change is one call.
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, record: &Record) -> io::Result<()> {
        if !record.is_worth_keeping() {
            return Ok(());
        }
        let beside = with_suffix(&self.record_path, ".new");
        fs::write(&beside, serde_json::to_vec(record)?)?;
        fs::rename(&beside, &self.record_path)
    }
}

impl Drop for Inner {
    /// A cancelled download keeps what came since its last checkpoint, and leaves nothing behind where nothing came.
    /// Failing to is no loss of anything finished.
    fn drop(&mut self) {
        let record = self.record().clone();
        let _ = match record.is_worth_keeping() || record.is_named {
            true => self.save(&record),
            false => fs::remove_file(&self.path),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_merged_in_any_order() {
        let mut record = Record::default();
        for range in [10..20, 40..50, 0..5, 20..30, 45..60, 5..10] {
            record.mark(range);
        }
        assert_eq!(record.done, [0..30, 40..60]);
        assert_eq!(record.done_bytes(), 50, "overlapping bytes count once");
    }

    #[tokio::test]
    async fn what_is_missing_is_cut_into_pieces() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = Part::open(&folder.path().join("a.gguf")).await.expect("it is new");
        part.mark(10..20);
        assert_eq!(part.missing(47, 15), [0..10, 20..35, 35..47]);
        part.mark(0..47);
        assert!(part.missing(47, 15).is_empty(), "nothing is missing");
    }

    #[test]
    fn a_record_that_cannot_be_right_is_not_believed() {
        let record = |done: Vec<Range<u64>>| Record { version: Version::default(), total_bytes: Some(100), done, is_named: false };
        assert!(record(vec![0..10, 20..30]).fits(30));
        assert!(!record(vec![0..10, 20..30]).fits(29), "the file is shorter than the record says");
        assert!(!record(vec![20..30, 0..10]).fits(100), "out of order");
        assert!(!record(vec![Range { start: 10, end: 5 }]).fits(100), "backwards");
        assert!(!record(vec![0..10, 20..101]).fits(200), "beyond the total");
    }
}
