//! Whether several downloads at once held up, and why not.

use super::{Download, DownloadEnd, ModelDownload, block, combined, now_ms, stalls, together};
use crate::format;
use crate::stress::{Circumstances, Judgement, STOPPED};

/// A pause that fails the test: Ollama and this program's own downloader give a connection up after it.
const STALL_FAILS_S: f64 = 30.0;
/// A download that goes on from less than this share of what it had has begun anew.
const KEPT_SHARE: f64 = 0.9;

/// Whether the downloads held up.
pub fn judge(record: &Download, around: &Circumstances<'_>) -> Judgement {
    let mut failures: Vec<String> = record.models.iter().flat_map(failures).collect();
    failures.extend([around.low_memory(), around.throttling()].into_iter().flatten());
    let mut open = Vec::new();
    if around.stopped {
        open.push(STOPPED.to_owned());
    } else if together(&record.models).is_none() && failures.is_empty() {
        open.push("They did not run at the same time: one ended before the next brought a byte. Choose larger models.".to_owned());
    }
    if let Some(digest) = shared_digest(&record.models) {
        open.push(format!("Two of the models are one and the same file ({digest}), so that its bytes came once. Choose distinct models."));
    }
    Judgement::new(headline(record), failures, open, block(record, around, now_ms(record)))
}

fn headline(record: &Download) -> String {
    let whole = record.models.iter().filter(|model| model.end == Some(DownloadEnd::Complete)).count();
    let speed = combined(&record.models).map(|(speed, _)| format!(" at {}/s together", format::bytes_gb(speed as u64)));
    format!("{whole} of {} came whole{}.", format::count(record.models.len() as u32, "model", "models"), speed.unwrap_or_default())
}

fn failures(download: &ModelDownload) -> Vec<String> {
    let model = &download.model;
    let mut failures = Vec::new();
    if let Some(DownloadEnd::Failed(cause)) = &download.end {
        failures.push(format!("{model} did not come whole: {cause} {}", cause.kind.next_step()));
    }
    for stall in stalls(download, download.points.last().map_or(0.0, |point| point.at_ms)) {
        if stall.seconds >= STALL_FAILS_S {
            let after = download.points.first().map_or(0.0, |first| (stall.from_ms - first.at_ms) / 1e3);
            let (pause, after) = (format::duration(stall.seconds), format::duration(after));
            failures.push(format!("{model} brought no bytes for {pause}, {after} after its start."));
        }
    }
    for cut in &download.cuts {
        if let Some((_, bytes)) = cut.resumed.filter(|(_, bytes)| (*bytes as f64) < cut.done_bytes as f64 * KEPT_SHARE) {
            let (had, kept) = (format::bytes_gb(cut.done_bytes), format::bytes_gb(bytes));
            failures.push(format!("{model} was cut at {had} and went on from {kept}: the rest had to be fetched again."));
        }
    }
    failures
}

fn shared_digest(models: &[ModelDownload]) -> Option<&str> {
    let digests: Vec<&str> = models.iter().filter_map(|model| model.digest.as_deref()).collect();
    let shared = digests.iter().enumerate().find(|(at, digest)| digests.iter().take(*at).any(|other| other == *digest));
    // The first digits tell them apart.
    shared.map(|(_, digest)| digest.get(..19).unwrap_or(digest))
}
