//! Requests to the server: limits on every wait, back-off when it is busy, and every failure as a cause.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use toprung_core::cause::{Cause, CauseKind};
use url::Url;

use super::causes::{During, clean, from_words, is_web_page};
use super::lines::Lines;
use super::wire::Refusal;

/// How long each kind of wait may last. A slow link or a slow machine must not look like a dead one, so these are far above what is usual;
/// a climb has its own, tighter stop rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A question about models, versions or what is loaded.
    pub answer: Duration,
    /// A generation's request to its first byte; the server reads the whole prompt first.
    pub first_byte: Duration,
    /// Between two fragments of a generation.
    pub idle: Duration,
    /// Loading a model; the server's own limit is 5 minutes without progress.
    pub load: Duration,
    /// A pull's silence: the server says nothing while it checks a large file's digest.
    pub pull_silence: Duration,
    /// Until an unloaded model is gone from memory.
    pub unload: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            first_byte: Duration::from_secs(600),
            idle: Duration::from_secs(120),
            load: Duration::from_secs(900),
            pull_silence: Duration::from_secs(900),
            unload: Duration::from_secs(30),
        }
    }
}

/// The largest body that is read whole, in bytes: a list of a thousand models stays below 1 MB.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// Waits after a 503 (the server's queue is full), in milliseconds; then it counts as failed.
const BUSY_WAITS_MS: [u64; 4] = [250, 1000, 3000, 6000];

/// How long a server that broke a connection off may take to show that it lives.
const GONE_WAIT: Duration = Duration::from_secs(2);

/// One server.
#[derive(Debug)]
pub(super) struct Transport {
    client: reqwest::Client,
    pub(super) base: Url,
    pub(super) limits: Limits,
    busy: AtomicU32,
}

impl Transport {
    pub(super) fn new(client: reqwest::Client, base: Url, limits: Limits) -> Self {
        Self { client, base, limits, busy: AtomicU32::new(0) }
    }

    /// How often the server said that it was busy (503).
    pub(super) fn busy(&self) -> u32 {
        self.busy.load(Ordering::Relaxed)
    }

    /// Sends a request and waits for a good status. A busy server is asked again, since nothing was begun; a connection that breaks is
    /// tried once more where the request only reads.
    pub(super) async fn send(&self, method: Method, path: &str, body: Option<&Value>, wait: Wait) -> Result<Response, Cause> {
        let url = self.base.join(path).map_err(|error| Cause::new(CauseKind::NotAnEngine, error.to_string()))?;
        let mut waits = BUSY_WAITS_MS.iter();
        let mut may_repeat = method == Method::GET;
        loop {
            let request = self.client.request(method.clone(), url.clone());
            let request = body.iter().fold(request, |request, body| request.json(body));
            let response = match timeout(wait.limit, request.send()).await.map_err(|_| wait.expired())? {
                Ok(response) => response,
                Err(error) if may_repeat && !error.is_connect() => {
                    may_repeat = false;
                    continue;
                }
                Err(error) => return Err(self.unsent(&error, wait)),
            };
            if response.status() != StatusCode::SERVICE_UNAVAILABLE {
                return self.judged(response, wait.during).await;
            }
            self.busy.fetch_add(1, Ordering::Relaxed);
            let Some(&pause) = waits.next() else {
                let detail = format!("the server is busy: it answered 503 {} times in a row", BUSY_WAITS_MS.len() + 1);
                return Err(Cause::new(CauseKind::EngineError, detail));
            };
            sleep(Duration::from_millis(pause)).await;
        }
    }

    /// Sends a request and reads its whole reply as JSON.
    pub(super) async fn json<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&Value>, wait: Wait) -> Result<T, Cause> {
        let response = self.send(method, path, body, wait).await?;
        let body = read_body(response, wait.limit).await?;
        serde_json::from_str(&body).map_err(|error| match is_web_page(&body) {
            true => self.not_an_engine("it answers with a web page"),
            false => self.not_an_engine(&format!("{path} answers with something else: {error}")),
        })
    }

    /// Whether anything still answers at the address.
    pub(super) async fn is_gone(&self) -> bool {
        let wait = Wait { limit: GONE_WAIT, ..Wait::answer(&self.limits) };
        matches!(self.send(Method::GET, "api/version", None, wait).await, Err(cause) if cause.kind == CauseKind::EngineUnreachable)
    }

    async fn judged(&self, response: Response, during: During) -> Result<Response, Cause> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            let target = response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or("an unnamed address");
            return Err(self.not_an_engine(&format!("it redirects to {}, which is refused", clean(target))));
        }
        let body = read_body(response, self.limits.answer).await.unwrap_or_default();
        if let Ok(refusal) = serde_json::from_str::<Refusal>(&body) {
            let cause = from_words(&refusal.error, during);
            return Err(Cause::new(cause.kind, format!("HTTP {}: {}", status.as_u16(), cause.detail)));
        }
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(Cause::new(CauseKind::EngineError, format!("HTTP {}: it asks for a key or forbids this machine", status.as_u16())))
            }
            // A proxy answers so for a server that is down behind it.
            StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
                Err(Cause::new(CauseKind::EngineUnreachable, format!("{}: HTTP {}", self.base, status.as_u16())))
            }
            _ if status.is_server_error() && !is_web_page(&body) => {
                let cause = from_words(&body, during);
                Err(Cause::new(cause.kind, format!("HTTP {}: {}", status.as_u16(), cause.detail)))
            }
            _ => Err(self.not_an_engine(&format!("it answers with HTTP {}", status.as_u16()))),
        }
    }

    fn unsent(&self, error: &reqwest::Error, wait: Wait) -> Cause {
        let reason = innermost(error);
        let kind = match () {
            () if error.is_connect() => CauseKind::EngineUnreachable,
            // The words of hyper for bytes that are no HTTP reply; it gives no other sign.
            () if reason.contains("invalid HTTP") => CauseKind::NotAnEngine,
            () => wait.cut,
        };
        Cause::new(kind, format!("{}: {reason}", self.base))
    }

    fn not_an_engine(&self, reason: &str) -> Cause {
        Cause::new(CauseKind::NotAnEngine, format!("{}: {reason}", self.base))
    }
}

/// How long a reply may take, and what it means when there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    limit: Duration,
    /// The limit passed.
    missed: CauseKind,
    /// The connection was taken and then broke.
    cut: CauseKind,
    during: During,
}

impl Wait {
    pub(super) fn answer(limits: &Limits) -> Self {
        Self { limit: limits.answer, missed: CauseKind::EngineUnreachable, cut: CauseKind::EngineUnreachable, during: During::Use }
    }

    pub(super) fn generation(limits: &Limits) -> Self {
        Self { limit: limits.first_byte, missed: CauseKind::Stalled, cut: CauseKind::StreamEndedEarly, during: During::Use }
    }

    pub(super) fn load(limits: &Limits) -> Self {
        Self { limit: limits.load, missed: CauseKind::LoadTimedOut, cut: CauseKind::EngineCrashed, during: During::Use }
    }

    pub(super) fn pull(limits: &Limits) -> Self {
        Self { limit: limits.pull_silence, missed: CauseKind::DownloadFailed, cut: CauseKind::DownloadFailed, during: During::Pull }
    }

    fn expired(self) -> Cause {
        Cause::new(self.missed, format!("no answer within {:.0} s", self.limit.as_secs_f64()))
    }
}

/// Why a stream stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Broken {
    /// Nothing came for this long.
    Silent(Duration),
    /// The connection broke.
    Cut(String),
    /// A line went past this many bytes.
    LineTooLong(usize),
}

/// Reads a reply line by line. Each line carries the moment at which its last bytes were read.
#[derive(Debug)]
pub(super) struct LineReader {
    response: Response,
    lines: Lines,
    ready: VecDeque<Vec<u8>>,
    read_at: Instant,
    ended: bool,
}

impl LineReader {
    pub(super) fn new(response: Response) -> Self {
        Self { response, lines: Lines::new(), ready: VecDeque::new(), read_at: Instant::now(), ended: false }
    }

    /// The next line, or `None` at the end. May be called again after [`Broken::Silent`].
    pub(super) async fn next(&mut self, idle: Duration) -> Result<Option<(Instant, Vec<u8>)>, Broken> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Ok(Some((self.read_at, line)));
            }
            if self.ended {
                return Ok(None);
            }
            let chunk = timeout(idle, self.response.chunk()).await.map_err(|_| Broken::Silent(idle))?;
            self.read_at = Instant::now();
            match chunk.map_err(|error| Broken::Cut(innermost(&error)))? {
                Some(bytes) => self.ready.extend(self.lines.push(&bytes).map_err(|error| Broken::LineTooLong(error.0))?),
                None => {
                    self.ended = true;
                    self.ready.extend(self.lines.finish());
                }
            }
        }
    }

    /// Reads on to the reply's end, so that its connection serves the next request too; gives up after `limit`.
    pub(super) async fn drain(&mut self, limit: Duration) {
        // Only the connection is at stake here: whatever comes is not wanted any more.
        let _ = timeout(limit, async { while let Ok(Some(_)) = self.response.chunk().await {} }).await;
    }
}

async fn read_body(mut response: Response, limit: Duration) -> Result<String, Cause> {
    let read = async {
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| Cause::new(CauseKind::StreamEndedEarly, innermost(&error)))? {
            if body.len() + bytes.len() > MAX_BODY_BYTES {
                return Err(Cause::new(CauseKind::NotAnEngine, format!("a reply has more than {MAX_BODY_BYTES} bytes")));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    };
    let slow = || Cause::new(CauseKind::EngineUnreachable, format!("a reply did not end within {:.0} s", limit.as_secs_f64()));
    timeout(limit, read).await.map_err(|_| slow())?
}

/// The innermost reason of an error: the outer ones only repeat the address.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    clean(&reason.to_string())
}
