//! Pulling a model: the server's progress lines, summed over layers.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;

use super::address::is_loopback_registry;
use super::wire::PullLine;
use crate::http::causes::{During, clean, from_words};
use crate::http::limits::Wait;
use crate::http::reader::{Broken, LineReader};
use crate::http::transport::Transport;
use crate::{OnProgress, PullProgress};

/// Progress is passed on at most this often; the server itself speaks every 60 ms.
const REPORT_EVERY: Duration = Duration::from_millis(250);
/// How often silence is looked at.
const TICK: Duration = Duration::from_secs(1);
/// After so long without a new byte, that is what a person is told. The server begins a stalled part anew after 30 s.
const STALL_SHOWN: Duration = Duration::from_secs(5);
/// The most layers that are believed; real models have about six.
const MAX_LAYERS: usize = 256;

/// Pulls a model. Dropping the future drops the connection, which cancels the pull; the server keeps what it has for a resume.
pub(super) async fn pull(transport: &Transport, model: &ModelRef, progress: OnProgress<'_>) -> Result<(), Cause> {
    let body = json!({"model": model.as_str(), "name": model.as_str(), "stream": true, "insecure": is_loopback_registry(model.as_str())});
    let response = transport.send(Method::POST, "api/pull", Some(&body), Wait::pull(&transport.limits)).await?;
    let mut reader = LineReader::new(response);
    let mut tally = Tally::new(Instant::now());
    let mut heard = Instant::now();
    let mut reported: Option<Instant> = None;
    loop {
        let mut finished = false;
        match reader.next(TICK).await {
            Ok(Some((at, line))) => {
                heard = at;
                finished = tally.accept(&line, at)?;
            }
            Ok(None) => return Err(failed("the server ended the pull without saying that it succeeded")),
            Err(Broken::Silent(_)) if heard.elapsed() < transport.limits.pull_silence => {}
            Err(Broken::Silent(_)) => return Err(failed(&format!("the server said nothing for {} s", heard.elapsed().as_secs()))),
            Err(Broken::Cut(reason)) => return Err(failed(&reason)),
            Err(Broken::LineTooLong(limit)) => return Err(failed(&format!("a line has more than {limit} bytes"))),
        }
        if finished || reported.is_none_or(|last| last.elapsed() >= REPORT_EVERY) {
            reported = Some(Instant::now());
            progress(tally.progress(Instant::now()));
        }
        if finished {
            return Ok(());
        }
    }
}

fn failed(detail: &str) -> Cause {
    Cause::new(CauseKind::DownloadFailed, detail)
}

#[derive(Debug)]
struct Layer {
    digest: String,
    total: u64,
    /// The most that was there.
    done: u64,
    /// What the server counts now: less than `done` after a part failed.
    now: u64,
}

/// What the progress lines add up to.
#[derive(Debug)]
struct Tally {
    status: String,
    layers: Vec<Layer>,
    grew: Instant,
}

impl Tally {
    fn new(now: Instant) -> Self {
        Self { status: String::new(), layers: Vec::new(), grew: now }
    }

    /// Takes a line; `true` when the pull has succeeded, and nothing else means so.
    fn accept(&mut self, line: &[u8], at: Instant) -> Result<bool, Cause> {
        let line: PullLine = serde_json::from_str(&String::from_utf8_lossy(line))
            .map_err(|error| failed(&format!("a progress line is not what the interface promises ({error})")))?;
        if let Some(error) = &line.error {
            return Err(from_words(error, During::Pull));
        }
        if let (Some(digest), Some(total)) = (&line.digest, line.total) {
            self.grow(digest, total, line.completed, at)?;
        }
        self.status = clean(line.status.as_deref().unwrap_or_default());
        Ok(self.status == "success")
    }

    /// A failed part makes the server count down; what is shown never does.
    fn grow(&mut self, digest: &str, total: u64, completed: Option<u64>, at: Instant) -> Result<(), Cause> {
        if !is_digest(digest) {
            return Err(failed(&format!("the server names a layer “{}”, which is no SHA-256 digest", clean(digest))));
        }
        let known = self.layers.iter().position(|layer| layer.digest == digest);
        if known.is_none() && self.layers.len() == MAX_LAYERS {
            return Err(failed(&format!("the model has more than {MAX_LAYERS} layers")));
        }
        let index = known.unwrap_or_else(|| {
            self.layers.push(Layer { digest: digest.to_owned(), total: 0, done: 0, now: 0 });
            self.layers.len() - 1
        });
        let layer = &mut self.layers[index];
        layer.total = layer.total.max(total);
        // Some lines leave the count out.
        let Some(now) = completed.map(|completed| completed.min(layer.total)) else { return Ok(()) };
        layer.now = now;
        if now > layer.done {
            layer.done = now;
            self.grew = at;
        }
        Ok(())
    }

    fn progress(&self, now: Instant) -> PullProgress {
        let sum = |part: fn(&Layer) -> u64| self.layers.iter().map(part).fold(0, u64::saturating_add);
        let (done, total, behind_bytes) = (sum(|layer| layer.done), sum(|layer| layer.total), sum(|layer| layer.done - layer.now));
        let still = now.saturating_duration_since(self.grew);
        let stalled = still >= STALL_SHOWN && self.status.starts_with("pulling") && done < total;
        let status = if stalled { format!("no bytes for {} s", still.as_secs()) } else { self.status.clone() };
        PullProgress { status, done_bytes: done, total_bytes: (!self.layers.is_empty()).then_some(total), behind_bytes }
    }
}

/// `sha256:` and 64 hexadecimal digits; anything else is refused.
pub(super) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(is_hash)
}

pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A judge of progress lines: whether the pull goes on. For streams that no server sent.
#[cfg(test)]
pub(super) fn play_progress() -> impl FnMut(&[u8]) -> bool {
    let mut tally = Tally::new(Instant::now());
    let mut last = 0;
    move |line| {
        let goes_on = tally.accept(line, Instant::now()).is_ok();
        let progress = tally.progress(Instant::now());
        assert!(progress.done_bytes >= last && progress.total_bytes.is_none_or(|total| total >= progress.done_bytes), "{progress:?}");
        last = progress.done_bytes;
        goes_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(layer: char, total: u64, done: u64) -> Vec<u8> {
        let digest = layer.to_string().repeat(64);
        format!(r#"{{"status":"pulling {layer}","digest":"sha256:{digest}","total":{total},"completed":{done}}}"#).into_bytes()
    }

    #[test]
    fn layers_add_up_and_never_go_backwards() {
        let now = Instant::now();
        let mut tally = Tally::new(now);
        let mut last = 0;
        for (layer, total, done) in
            [('a', 100, 40), ('a', 100, 70), ('a', 100, 30), ('b', 50, 0), ('b', 50, 50), ('a', 100, 100), ('b', 50, 900)]
        {
            assert!(!tally.accept(&line(layer, total, done), now).unwrap());
            let progress = tally.progress(now);
            assert!(progress.done_bytes >= last, "a failed part must not make the bar jump back: {progress:?}");
            assert!(Some(progress.done_bytes) <= progress.total_bytes, "no more can be done than there is: {progress:?}");
            last = progress.done_bytes;
        }
        assert_eq!((last, tally.progress(now).total_bytes), (150, Some(150)));
    }

    #[test]
    fn what_is_fetched_again_is_told_beside_what_is_done() {
        let now = Instant::now();
        let mut tally = Tally::new(now);
        let mut behind = |done| {
            tally.accept(&line('a', 100, done), now).unwrap();
            (tally.progress(now).done_bytes, tally.progress(now).behind_bytes)
        };
        assert_eq!((behind(70), behind(30), behind(60), behind(80)), ((70, 0), (70, 40), (70, 10), (80, 0)));
    }

    #[test]
    fn the_total_is_unknown_until_the_server_says_it() {
        let mut tally = Tally::new(Instant::now());
        tally.accept(br#"{"status":"pulling manifest"}"#, Instant::now()).unwrap();
        assert_eq!(tally.progress(Instant::now()), PullProgress { status: "pulling manifest".into(), ..PullProgress::default() });
    }

    #[test]
    fn only_success_means_success() {
        let mut tally = Tally::new(Instant::now());
        for (status, done) in [("writing manifest", false), ("removing unused layers", false), ("success", true)] {
            assert_eq!(tally.accept(format!(r#"{{"status":"{status}"}}"#).as_bytes(), Instant::now()), Ok(done));
        }
    }

    #[test]
    fn a_pull_without_new_bytes_says_for_how_long() {
        let start = Instant::now();
        let mut tally = Tally::new(start);
        tally.accept(&line('a', 100, 40), start).unwrap();
        let later = start + Duration::from_secs(12);
        tally.accept(&line('a', 100, 40), later).unwrap();
        assert_eq!(tally.progress(later).status, "no bytes for 12 s", "a repeated line is no progress");
    }

    #[test]
    fn an_error_line_is_told_apart() {
        for (error, kind) in [
            ("pull model manifest: file does not exist", CauseKind::ModelNotFound),
            ("write blob: no space left on device", CauseKind::DiskFull),
            ("max retries exceeded: EOF", CauseKind::DownloadFailed),
            ("digest mismatch, file must be downloaded again", CauseKind::DamagedFile),
        ] {
            let cause = Tally::new(Instant::now()).accept(format!(r#"{{"error":"{error}"}}"#).as_bytes(), Instant::now()).unwrap_err();
            assert_eq!(cause.kind, kind, "{error}");
        }
    }

    #[test]
    fn hostile_layers_are_refused() {
        let mut tally = Tally::new(Instant::now());
        let wrong = br#"{"status":"pulling","digest":"../../etc/passwd","total":1}"#;
        assert_eq!(tally.accept(wrong, Instant::now()).unwrap_err().kind, CauseKind::DownloadFailed);
        let many = (0..10_000)
            .map(|n| format!(r#"{{"digest":"sha256:{n:064x}","total":{}}}"#, u64::MAX))
            .find_map(|line| tally.accept(line.as_bytes(), Instant::now()).err());
        assert!(many.is_some() && tally.layers.len() <= MAX_LAYERS, "layers without end must not fill the memory");
        assert_eq!(tally.progress(Instant::now()).total_bytes, Some(u64::MAX), "a sum that overflows must not wrap");
    }
}
