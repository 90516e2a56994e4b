//! Downloads of model files: resumable, over several connections, checked before they count.
//!
//! A download lives in two files beside its target until it is whole: `NAME.part` holds the bytes, `NAME.part.json`
//! says which of them are there and of which version of the server's file. Cancelling is dropping the future: both
//! stay, and the next download goes on from them. The target appears by one rename, after size, digest and header
//! have been found right: a file under its own name is always whole.

mod failure;
mod install;
mod offer;
mod part;
mod rate;
mod transfer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::format::bytes_gb;

use failure::Failure;
use part::Part;
use rate::Rate;

pub use part::{Partial, discard, partial};

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where it can be had, tried in turn. See [`crate::http::download_url`] for what is accepted.
    pub urls: Vec<String>,
    /// 64 hexadecimal digits. Without it only the size and the header can be checked.
    pub sha256: Option<String>,
    /// The exact size in bytes, where it is known: an offer of another size is refused before it is downloaded.
    pub bytes: Option<u64>,
    /// The file that it becomes.
    pub target: PathBuf,
}

/// How patient and how greedy a download is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A connection that brings no byte for this long is given up and made anew.
    pub idle: Duration,
    /// The wait before the first retry; it doubles each time.
    pub back_off: Duration,
    /// How often in a row a connection may fail without having brought a useful amount.
    pub attempts: u32,
    /// Connections at once for a large file.
    pub connections: usize,
    /// From this size on a file is fetched over several connections.
    pub parallel_from_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Ollama waits as long before it takes a chunk's connection for stalled.
            idle: Duration::from_secs(30),
            // 0.5 + 1 + 2 + 4 + 8 s: a router's reconnection is waited out, a dead network is told within 16 s.
            back_off: Duration::from_millis(500),
            attempts: 6,
            // One connection is often limited by the server; browsers open six to a host.
            connections: 4,
            parallel_from_bytes: 64 << 20,
        }
    }
}

/// What a download is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Connecting,
    Downloading,
    /// Computing the digest.
    Verifying,
}

/// How a download stands. Reported at most five times a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub stage: Stage,
    /// Bytes on disk, what an earlier download left included; while verifying, bytes hashed. Within a stage it goes
    /// back only when the server's file has changed and the download begins anew.
    pub done_bytes: u64,
    /// `None` until the server says, and where it does not.
    pub total_bytes: Option<u64>,
    /// Smoothed over some seconds.
    pub bytes_per_s: Option<f64>,
    pub left_s: Option<f64>,
    /// Seconds since the last byte came: shown once it is noticeable, so that a stall is seen as one.
    pub idle_s: f64,
}

/// Receives progress.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// A file that is whole and in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    pub path: PathBuf,
    pub bytes: u64,
    /// The file's digest, computed from the disk: 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// How often a download begins: the server's file may change under it, or a connection break that cannot be gone on from.
const MAX_RESTARTS: u32 = 3;
/// Left free beside the model, so that what is measured next can still be stored.
const DISK_RESERVE_BYTES: u64 = 64 << 20;

/// Downloads a model file. Fails with `DownloadFailed`, `ModelNotFound`, `DiskFull`, `DamagedFile` or `UnsupportedModel`;
/// what was fetched is kept for the next try, unless it was proven wrong.
pub async fn download(request: &Request, limits: &Limits, progress: OnProgress<'_>) -> Result<Downloaded, Cause> {
    let mut failed = Cause::new(CauseKind::DownloadFailed, "no address is known for it");
    let client = crate::http::download_client();
    let part = Part::open(&request.target).await?;
    let mut reporter = Reporter { progress, rate: Rate::default(), stage: Stage::Connecting, total_bytes: request.bytes };
    for url in &request.urls {
        let job = Job { client: &client, url, request, limits, part: &part };
        match job.run(&mut reporter).await {
            Ok(done) => return Ok(done),
            // Another address may have the right file; a full disk is full for all of them.
            Err(cause) if cause.kind == CauseKind::DiskFull => return Err(cause),
            Err(cause) => failed = cause,
        }
    }
    Err(failed)
}

/// One download from one address.
struct Job<'a> {
    client: &'a reqwest::Client,
    url: &'a str,
    request: &'a Request,
    limits: &'a Limits,
    part: &'a Part,
}

impl Job<'_> {
    async fn run(&self, reporter: &mut Reporter<'_>) -> Result<Downloaded, Cause> {
        let url = crate::http::download_url(self.url).map_err(|error| Cause::new(CauseKind::DownloadFailed, error.to_string()))?;
        for attempt in 1..=MAX_RESTARTS {
            reporter.enter(Stage::Connecting, self.part.done_bytes());
            let offer = offer::ask(self.client, &url, self.limits).await?;
            self.check_size(&offer)?;
            self.part.begin(&offer)?;
            self.check_disk(offer.total_bytes)?;
            reporter.total_bytes = offer.total_bytes;
            reporter.enter(Stage::Downloading, self.part.done_bytes());
            match transfer::run(self, &url, offer, reporter).await {
                Ok(()) => return install::install(self.request, self.part, reporter).await,
                // Pieces are tried again one by one; this was a whole file, which can only begin anew.
                Err(Failure::Again(_)) if attempt < MAX_RESTARTS => tokio::time::sleep(self.limits.back_off * attempt).await,
                Err(Failure::Again(cause) | Failure::Unreachable(cause) | Failure::Final(cause)) => return Err(self.with_rest(cause)),
                Err(Failure::Changed) => self.part.reset()?,
            }
        }
        Err(Cause::new(CauseKind::DownloadFailed, format!("the file at {} changed {MAX_RESTARTS} times while it was read", host(&url))))
    }

    /// A file of another size is another file: said before gigabytes are spent on it.
    fn check_size(&self, offer: &offer::Offer) -> Result<(), Cause> {
        match (self.request.bytes, offer.total_bytes) {
            (Some(wanted), Some(offered)) if wanted != offered => Err(Cause::new(
                CauseKind::DamagedFile,
                format!(
                    "the server offers a file of {offered} bytes where this model has {wanted}: it is another file, and nothing was downloaded"
                ),
            )),
            _ => Ok(()),
        }
    }

    fn check_disk(&self, total_bytes: Option<u64>) -> Result<(), Cause> {
        let Some(total) = total_bytes.or(self.request.bytes) else { return Ok(()) };
        let needed = total.saturating_sub(self.part.done_bytes()).saturating_add(DISK_RESERVE_BYTES);
        let folder = self.request.target.parent().unwrap_or(Path::new("."));
        // Where the free space cannot be told, writing will tell.
        match fs4::available_space(folder) {
            Ok(free) if free < needed => Err(Cause::new(
                CauseKind::DiskFull,
                format!("the download needs {}, and {} are free in {}", bytes_gb(needed), bytes_gb(free), folder.display()),
            )),
            _ => Ok(()),
        }
    }

    fn with_rest(&self, mut cause: Cause) -> Cause {
        let done = self.part.done_bytes();
        if done > 0 && cause.kind == CauseKind::DownloadFailed {
            cause.detail = format!("{}; {} are kept, and the next try goes on from there", cause.detail, bytes_gb(done));
        }
        cause
    }
}

/// Turns counted bytes into progress.
struct Reporter<'a> {
    progress: OnProgress<'a>,
    rate: Rate,
    stage: Stage,
    total_bytes: Option<u64>,
}

impl Reporter<'_> {
    fn enter(&mut self, stage: Stage, done_bytes: u64) {
        self.stage = stage;
        self.rate = Rate::default();
        self.report(done_bytes);
    }

    fn report(&mut self, done_bytes: u64) {
        self.rate.update(std::time::Instant::now(), done_bytes);
        let left_bytes = self.total_bytes.map(|total| total.saturating_sub(done_bytes));
        (self.progress)(Progress {
            stage: self.stage,
            done_bytes,
            total_bytes: self.total_bytes,
            bytes_per_s: self.rate.bytes_per_s(),
            left_s: left_bytes.and_then(|left| self.rate.seconds_for(left)),
            idle_s: self.rate.idle_s(),
        });
    }
}

/// The host part of an address: what an error names, because the rest may hold a signature.
fn host(url: &url::Url) -> &str {
    url.host_str().unwrap_or("the server")
}

#[cfg(test)]
mod tests;
