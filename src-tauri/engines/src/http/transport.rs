//! Requests to the server: limits on every wait, back-off when it is busy, and every failure as a cause.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use toprung_core::cause::{Cause, CauseKind};
use url::Url;

use super::causes::{During, clean, from_words, is_web_page, refusal};
use super::limits::{Limits, Wait};
use super::reader::{innermost, read_body};

/// Waits after a 503 or 429 (the server's queue is full), in milliseconds; then it counts as failed.
const BUSY_WAITS_MS: [u64; 4] = [250, 1000, 3000, 6000];
/// How long a server that broke a connection off may take to show that it lives.
const GONE_WAIT: Duration = Duration::from_secs(2);
/// The first and the longest wait between two looks at a server that still loads its model.
const FIRST_LOOK: Duration = Duration::from_millis(250);
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// What a server refuses with, besides the cause: for requests that can be put in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) cause: Cause,
    /// `None` where no answer came.
    pub(crate) status: Option<StatusCode>,
    /// The server's own words, as it wrote them.
    pub(crate) words: String,
}

impl Refused {
    fn is_loading(&self) -> bool {
        self.words.to_lowercase().contains("loading model")
    }
}

impl From<Cause> for Refused {
    fn from(cause: Cause) -> Self {
        Self { cause, status: None, words: String::new() }
    }
}

impl From<Refused> for Cause {
    fn from(refused: Refused) -> Self {
        refused.cause
    }
}

/// One server.
#[derive(Debug)]
pub(crate) struct Transport {
    client: reqwest::Client,
    pub(crate) base: Url,
    pub(crate) limits: Limits,
    /// Goes to `base` and nowhere else: redirects are refused.
    key: Option<SecretString>,
    /// The path of the cheapest question, which shows that something answers.
    alive: &'static str,
    busy: AtomicU32,
    loading: AtomicU32,
}

impl Transport {
    pub(crate) fn new(base: Url, limits: Limits, alive: &'static str) -> Self {
        let client = toprung_models::http::client_for(&base);
        Self { client, base, limits, key: None, alive, busy: AtomicU32::new(0), loading: AtomicU32::new(0) }
    }

    /// The same, with a key that each request carries.
    pub(crate) fn with_key(self, key: Option<SecretString>) -> Self {
        Self { key, ..self }
    }

    /// How often the server said that it was busy.
    pub(crate) fn busy(&self) -> u32 {
        self.busy.load(Ordering::Relaxed)
    }

    /// How often the server said that it still loads its model.
    pub(crate) fn loading(&self) -> u32 {
        self.loading.load(Ordering::Relaxed)
    }

    /// Sends a request and waits for a good status. A server that is busy or loads its model is asked again, since nothing was begun; a
    /// connection that breaks is tried once more where the request only reads.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>, wait: Wait) -> Result<Response, Refused> {
        let mut patience = Patience::new(self.limits.load);
        let mut may_repeat = method == Method::GET;
        loop {
            let request = self.request(&method, path, body)?;
            let response = match timeout(wait.limit, request.send()).await.map_err(|_| wait.expired())? {
                Ok(response) => response,
                Err(error) if may_repeat && !error.is_connect() => {
                    may_repeat = false;
                    continue;
                }
                Err(error) => return Err(self.unsent(&error, wait).into()),
            };
            let refused = match self.judged(response, wait.during).await {
                Err(refused) if matches!(refused.status, Some(StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)) => refused,
                judged => return judged,
            };
            let counter = if refused.is_loading() { &self.loading } else { &self.busy };
            counter.fetch_add(1, Ordering::Relaxed);
            sleep(patience.pause(&refused)?).await;
        }
    }

    /// Sends a request and reads its whole reply as JSON.
    pub(crate) async fn json<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&Value>, wait: Wait) -> Result<T, Cause> {
        let response = self.send(method, path, body, wait).await?;
        let body = read_body(response, wait.limit).await?;
        serde_json::from_str(&body).map_err(|error| match is_web_page(&body) {
            true => self.not_an_engine("it answers with a web page"),
            false => self.not_an_engine(&format!("{path} answers with something else: {error}")),
        })
    }

    /// Whether nothing answers at the address any more. A server that says it is busy lives.
    pub(crate) async fn is_gone(&self) -> bool {
        let Ok(request) = self.request(&Method::GET, self.alive, None) else { return false };
        match timeout(GONE_WAIT, request.send()).await {
            Ok(Ok(response)) => matches!(response.status(), StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT),
            Ok(Err(_)) | Err(_) => true,
        }
    }

    fn request(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<RequestBuilder, Cause> {
        let url = self.base.join(path).map_err(|error| Cause::new(CauseKind::NotAnEngine, error.to_string()))?;
        let request = self.client.request(method.clone(), url);
        let request = self.key.iter().fold(request, |request, key| request.bearer_auth(key.expose_secret()));
        Ok(body.iter().fold(request, |request, body| request.json(body)))
    }

    async fn judged(&self, response: Response, during: During) -> Result<Response, Refused> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            let target = response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or("an unnamed address");
            return Err(self.not_an_engine(&format!("it redirects to {}, which is refused", clean(target))).into());
        }
        let body = self.without_key(&read_body(response, self.limits.answer).await.unwrap_or_default());
        let words = refusal(&body);
        let cause = self.refused(status, words.as_deref(), &body, during);
        Err(Refused { cause, status: Some(status), words: words.unwrap_or_default() })
    }

    /// A server's words without the key, which some repeat where they refuse it.
    pub(crate) fn without_key(&self, words: &str) -> String {
        self.key.as_ref().map_or_else(|| words.to_owned(), |key| words.replace(key.expose_secret(), "[the key]"))
    }

    /// What a bad status means. `words` are the server's own, where the body holds such.
    fn refused(&self, status: StatusCode, words: Option<&str>, body: &str, during: During) -> Cause {
        let told = |words: &str| {
            let cause = from_words(words, during);
            Cause::new(cause.kind, format!("HTTP {}: {}", status.as_u16(), cause.detail))
        };
        match (status, words) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
                let said = words.map(|words| format!(": {}", clean(words))).unwrap_or_default();
                let sent = if self.key.is_some() { "a key was sent" } else { "no key was sent" };
                Cause::new(CauseKind::KeyRefused, format!("HTTP {}{said}; {sent}", status.as_u16()))
            }
            (_, Some(words)) => told(words),
            // A proxy answers so for a server that is down behind it.
            (StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT, None) => {
                Cause::new(CauseKind::EngineUnreachable, format!("{}: HTTP {}", self.base, status.as_u16()))
            }
            _ if status.is_server_error() && !is_web_page(body) => told(body),
            _ => self.not_an_engine(&format!("it answers with HTTP {}", status.as_u16())),
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

/// How often and how long a server that can't answer yet is asked again.
#[derive(Debug)]
struct Patience {
    asked: Instant,
    load: Duration,
    busy: std::slice::Iter<'static, u64>,
    look: Duration,
}

impl Patience {
    fn new(load: Duration) -> Self {
        Self { asked: Instant::now(), load, busy: BUSY_WAITS_MS.iter(), look: FIRST_LOOK }
    }

    /// How long to wait before the next try, or why there is none.
    fn pause(&mut self, refused: &Refused) -> Result<Duration, Cause> {
        if refused.is_loading() {
            let waited = self.asked.elapsed();
            if waited >= self.load {
                return Err(Cause::new(CauseKind::LoadTimedOut, format!("the server still loads its model after {} s", waited.as_secs())));
            }
            let pause = self.look;
            self.look = (pause * 2).min(LONGEST_LOOK);
            return Ok(pause);
        }
        let status = refused.status.map(|status| status.as_u16()).unwrap_or_default();
        let detail = format!("the server is busy: it answered {status} {} times in a row", BUSY_WAITS_MS.len() + 1);
        let pause = self.busy.next().ok_or_else(|| Cause::new(CauseKind::EngineError, detail))?;
        Ok(Duration::from_millis(*pause))
    }
}
