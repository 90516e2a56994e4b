//! The last step: the bytes are proven right, and only then get their name.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use toprung_core::cause::{Cause, CauseKind};

use super::failure::{failed, of_disk};
use super::part::Part;
use super::{Downloaded, Reporter, Request, Stage};
use crate::{digest, gguf};

const REPORT_EVERY: Duration = Duration::from_millis(200);

/// Checks size, digest and header of the whole file and gives it its name. A file that is proven wrong is removed:
/// going on from it could never end well.
pub(super) async fn install(request: &Request, part: &Part, reporter: &mut Reporter<'_>) -> Result<Downloaded, Cause> {
    let bytes = part.path().metadata().map_err(|error| of_disk(part.path(), &error))?.len();
    reporter.total_bytes = Some(bytes);
    reporter.enter(Stage::Verifying, 0);
    let sha256 =
        hash(part.path().to_owned(), reporter).await.map_err(|error| failed(format!("it cannot be read back from disk: {error}")))?;
    if let Err(cause) = check(request, part, bytes, &sha256) {
        part.reset()?;
        return Err(cause);
    }
    let (part, target) = (part.clone(), request.target.clone());
    let named = tokio::task::spawn_blocking(move || part.finish(&target)).await.map_err(io::Error::other).and_then(|result| result);
    named.map_err(|error| of_disk(&request.target, &error))?;
    reporter.report(bytes);
    Ok(Downloaded { path: request.target.clone(), bytes, sha256 })
}

fn check(request: &Request, part: &Part, bytes: u64, sha256: &str) -> Result<(), Cause> {
    let damaged = |detail| Err(Cause::new(CauseKind::DamagedFile, detail));
    if let Some(wanted) = request.bytes.filter(|wanted| *wanted != bytes) {
        return damaged(format!("{bytes} bytes came where this model has {wanted}; nothing was installed"));
    }
    if let Some(wanted) = request.sha256.as_ref().filter(|wanted| !wanted.eq_ignore_ascii_case(sha256)) {
        return damaged(format!(
            "its SHA-256 is {sha256} where this model's is {wanted}: it was changed on the way, or the server has another file; nothing was installed"
        ));
    }
    gguf::read(part.path()).map(|_| ()).map_err(Cause::from)
}

/// Hashes on a thread of its own; when this future is dropped, that thread stops within a MiB.
async fn hash(path: PathBuf, reporter: &mut Reporter<'_>) -> io::Result<String> {
    let (done, wanted) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(true)));
    let _stop_on_drop = StopOnDrop(Arc::clone(&wanted));
    let counter = Arc::clone(&done);
    let mut work = tokio::task::spawn_blocking(move || {
        digest::of_file(&path, &mut |bytes| {
            counter.store(bytes, Ordering::Relaxed);
            wanted.load(Ordering::Relaxed)
        })
    });
    loop {
        tokio::select! {
            result = &mut work => return result.map_err(io::Error::other)?,
            () = tokio::time::sleep(REPORT_EVERY) => reporter.report(done.load(Ordering::Relaxed)),
        }
    }
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
