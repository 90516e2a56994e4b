//! Brings the bytes: pieces over several connections, or the whole file over one.

use std::collections::VecDeque;
use std::io::SeekFrom;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use reqwest::Response;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::time::timeout;
use url::Url;

use super::failure::{Failure, failed, of_connection, of_disk};
use super::offer::{self, Offer, Version};
use super::part::Part;
use super::{Job, Reporter, host};

/// Bytes of one request. Large enough that asking costs nothing, small enough that no connection is left with a long rest at the end.
const PIECE_BYTES: u64 = 32 << 20;
/// A connection that brought this much was a working one: its next failure counts as the first again.
const USEFUL_BYTES: u64 = 256 << 10;
/// How many bytes, and how long, are gathered before they are written and counted.
const WRITE_BYTES: u64 = 256 << 10;
const WRITE_TIME: Duration = Duration::from_millis(150);
/// Five reports a second: what an eye can follow.
const REPORT_EVERY: Duration = Duration::from_millis(200);
/// What a power cut may cost.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(2);

/// Brings everything that is missing. When it ends well, every byte has been written.
pub(super) async fn run(job: &Job<'_>, url: &Url, offer: Offer, reporter: &mut Reporter<'_>) -> Result<(), Failure> {
    let total = offer.total_bytes;
    let bring = async {
        match (offer.whole, total) {
            (None, Some(total)) => pieces(job, url, total, &offer.version).await,
            (Some(response), _) => whole(job, url, response, total).await,
            (None, None) => Err(Failure::Final(failed(format!("{} does not say how large the file is", host(url))))),
        }
    };
    // Reports and checkpoints never end by themselves: whichever way the bytes go ends the select.
    tokio::select! {
        result = bring => result?,
        () = report(job, reporter) => {}
        () = checkpoints(job) => {}
    }
    reporter.report(job.part.done_bytes());
    Ok(())
}

async fn report(job: &Job<'_>, reporter: &mut Reporter<'_>) {
    loop {
        tokio::time::sleep(REPORT_EVERY).await;
        reporter.report(job.part.done_bytes());
    }
}

async fn checkpoints(job: &Job<'_>) {
    loop {
        tokio::time::sleep(CHECKPOINT_EVERY).await;
        // A checkpoint that fails loses nothing now; if the disk is full, writing the bytes says so.
        let _ = job.part.checkpoint().await;
    }
}

async fn pieces(job: &Job<'_>, url: &Url, total: u64, version: &Version) -> Result<(), Failure> {
    let connections = if total >= job.limits.parallel_from_bytes { job.limits.connections.max(1) } else { 1 };
    // A file that is just large enough for several connections is cut so that each has some of it.
    let largest = PIECE_BYTES.min(total.div_ceil(connections as u64)).max(1);
    let queue = Mutex::new(VecDeque::from(job.part.missing(total, largest)));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let lane = || async {
        while let Some(piece) = next() {
            piece_with_retries(job, url, piece, total, version).await?;
        }
        Ok::<(), Failure>(())
    };
    let mut lanes: FuturesUnordered<_> = (0..connections).map(|_| lane()).collect();
    while let Some(result) = lanes.next().await {
        result?;
    }
    Ok(())
}

async fn piece_with_retries(job: &Job<'_>, url: &Url, mut piece: Range<u64>, total: u64, version: &Version) -> Result<(), Failure> {
    let mut failures = 0;
    while piece.start < piece.end {
        let before = piece.start;
        let Err(failure) = fetch(job, url, &mut piece, total, version).await else { continue };
        let (Failure::Again(cause) | Failure::Unreachable(cause)) = failure else { return Err(failure) };
        if piece.start - before >= USEFUL_BYTES {
            failures = 0;
        }
        failures += 1;
        if failures >= job.limits.attempts {
            return Err(Failure::Final(cause));
        }
        tokio::time::sleep(job.limits.back_off * 2_u32.saturating_pow(failures - 1)).await;
    }
    Ok(())
}

/// Fetches one piece; `piece` shrinks from its front by what was written, also when it fails.
async fn fetch(job: &Job<'_>, url: &Url, piece: &mut Range<u64>, total: u64, version: &Version) -> Result<(), Failure> {
    let response = offer::send(job.client, url, piece.clone(), job.limits.idle).await?;
    offer::check_part(&response, piece, total, version)?;
    let wanted = piece.end;
    write(job, url, response, &mut piece.start, Some(wanted)).await?;
    if piece.start < wanted {
        return Err(Failure::Again(failed(format!("{} ended the connection early", host(url)))));
    }
    Ok(())
}

/// Without ranges there is nothing to go on from: what came of a broken download is thrown away.
async fn whole(job: &Job<'_>, url: &Url, response: Response, total: Option<u64>) -> Result<(), Failure> {
    let mut at = 0;
    let written = write(job, url, response, &mut at, job.request.bytes.or(total)).await;
    let complete = written.and_then(|()| match total {
        Some(total) if at != total => {
            Err(Failure::Again(failed(format!("{} ended the connection after {at} of {total} bytes", host(url)))))
        }
        _ => Ok(()),
    });
    if complete.is_err() {
        job.part.reset()?;
    }
    complete
}

/// Writes an answer's body from `at` on, and moves `at` along; what lies beyond `end` is not taken.
async fn write(job: &Job<'_>, url: &Url, response: Response, at: &mut u64, end: Option<u64>) -> Result<(), Failure> {
    let mut writer = Writer::open(job.part, at).await?;
    let mut body = response.bytes_stream();
    let mut last_byte = Instant::now();
    let ended = loop {
        // Bytes in hand are settled after a moment, so that a stall neither hides nor loses them.
        let patience = if writer.has_more() { WRITE_TIME } else { job.limits.idle.saturating_sub(last_byte.elapsed()) };
        let chunk = match timeout(patience, body.next()).await {
            Err(_) if writer.has_more() => {
                writer.settle().await?;
                continue;
            }
            Err(_) => break Err(offer::silent(host(url), job.limits.idle)),
            Ok(Some(Err(error))) => break Err(of_connection(host(url), &error)),
            Ok(None) => break Ok(()),
            Ok(Some(Ok(chunk))) => chunk,
        };
        if writer.written == 0 {
            offer::refuse_other_file(host(url), &chunk)?;
        }
        last_byte = Instant::now();
        writer.take(&chunk, end).await?;
        if end == Some(writer.written) {
            break Ok(());
        }
    };
    writer.settle().await?;
    ended
}

/// One connection's place in the unfinished file.
struct Writer<'a> {
    part: &'a Part,
    file: File,
    /// Bytes up to here are written and counted.
    settled: &'a mut u64,
    /// Bytes up to here were taken.
    written: u64,
    since: Instant,
}

impl<'a> Writer<'a> {
    async fn open(part: &'a Part, at: &'a mut u64) -> Result<Self, Failure> {
        let disk = |error| Failure::Final(of_disk(part.path(), &error));
        let mut file = File::options().write(true).open(part.path()).await.map_err(disk)?;
        file.seek(SeekFrom::Start(*at)).await.map_err(disk)?;
        Ok(Self { part, file, written: *at, settled: at, since: Instant::now() })
    }

    fn has_more(&self) -> bool {
        self.written > *self.settled
    }

    async fn take(&mut self, chunk: &[u8], end: Option<u64>) -> Result<(), Failure> {
        let room = end.map_or(u64::MAX, |end| end.saturating_sub(self.written));
        let taken = &chunk[..chunk.len().min(usize::try_from(room).unwrap_or(usize::MAX))];
        self.file.write_all(taken).await.map_err(|error| of_disk(self.part.path(), &error))?;
        self.written += taken.len() as u64;
        if self.written - *self.settled >= WRITE_BYTES || self.since.elapsed() >= WRITE_TIME {
            self.settle().await?;
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Failure> {
        self.file.flush().await.map_err(|error| of_disk(self.part.path(), &error))?;
        self.part.mark(*self.settled..self.written);
        (*self.settled, self.since) = (self.written, Instant::now());
        Ok(())
    }
}
