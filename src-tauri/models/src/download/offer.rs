//! The first question to a server: what file is there, and can it be had in parts?

use std::time::Duration;

use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED, RANGE};
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use toprung_core::cause::{Cause, CauseKind};
use url::Url;

use super::failure::{Failure, failed, of_connection, of_status};
use super::{Limits, host};
use crate::gguf::MAGIC;

/// How often the first question is put; an unreachable host is told at once instead.
const ATTEMPTS: u32 = 3;

/// What identifies one version of a server's file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

impl Version {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self { etag: text(ETAG), last_modified: text(LAST_MODIFIED) }
    }

    /// Whether both are the same file, by the best mark that both have. Without any mark nothing speaks against it: the digest decides.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        if let (Some(mine), Some(theirs)) = (&self.etag, &other.etag) {
            // A content network may mark the same file weakly on one of its hosts.
            return mine.trim_start_matches("W/") == theirs.trim_start_matches("W/");
        }
        match (&self.last_modified, &other.last_modified) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => true,
        }
    }
}

/// What a server offers.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) total_bytes: Option<u64>,
    pub(super) version: Version,
    /// The whole file's answer, where the server does not serve parts.
    pub(super) whole: Option<Response>,
}

/// Asks for the first four bytes: the answer tells size, version and ranges, and whether it is a model at all.
pub(super) async fn ask(client: &Client, url: &Url, limits: &Limits) -> Result<Offer, Cause> {
    let mut wait = limits.back_off;
    for attempt in 1.. {
        match ask_once(client, url, limits.idle).await {
            Ok(offer) => return Ok(offer),
            // Whoever cannot be reached now is not waited for: a person sees at once that the network or the address is wrong.
            Err(Failure::Final(cause) | Failure::Unreachable(cause)) => return Err(cause),
            Err(Failure::Again(cause)) if attempt >= ATTEMPTS => return Err(cause),
            Err(Failure::Again(_) | Failure::Changed) => tokio::time::sleep(wait).await,
        }
        wait *= 2;
    }
    Err(failed(format!("{} does not answer", host(url))))
}

async fn ask_once(client: &Client, url: &Url, patience: Duration) -> Result<Offer, Failure> {
    let host = host(url);
    let response = send(client, url, 0..MAGIC.len() as u64, patience).await?;
    refuse_page(host, response.headers())?;
    let version = Version::of(response.headers());
    if response.status() == StatusCode::PARTIAL_CONTENT {
        let total_bytes = parts(response.headers()).and_then(|(_, _, total)| total);
        if total_bytes.is_none() {
            return Err(Failure::Final(failed(format!("{host} does not say how large the file is"))));
        }
        let start = timeout(patience, response.bytes()).await.map_err(|_| silent(host, patience))?;
        refuse_other_file(host, &start.map_err(|error| of_connection(host, &error))?)?;
        return Ok(Offer { total_bytes, version, whole: None });
    }
    Ok(Offer { total_bytes: response.content_length(), version, whole: Some(response) })
}

/// Sends a request for a range of bytes; the answer is a success, possibly of the whole file.
pub(super) async fn send(client: &Client, url: &Url, range: std::ops::Range<u64>, patience: Duration) -> Result<Response, Failure> {
    let host = host(url);
    let range = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
    let sent = client.get(url.clone()).header(RANGE, range).send();
    let response = timeout(patience, sent).await.map_err(|_| silent(host, patience))?.map_err(|error| of_connection(host, &error))?;
    match response.status() {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(response),
        StatusCode::RANGE_NOT_SATISFIABLE => Err(Failure::Changed),
        status => Err(of_status(host, status)),
    }
}

/// Checks that an answer is the wanted part of the wanted version.
pub(super) fn check_part(response: &Response, range: &std::ops::Range<u64>, total: u64, version: &Version) -> Result<(), Failure> {
    let is_wanted = response.status() == StatusCode::PARTIAL_CONTENT
        && version.is_same(&Version::of(response.headers()))
        && parts(response.headers()) == Some((range.start, range.end - 1, Some(total)));
    if is_wanted { Ok(()) } else { Err(Failure::Changed) }
}

/// First byte, last byte and total of `Content-Range: bytes 0-3/1000`; the total may be `*`.
fn parts(headers: &HeaderMap) -> Option<(u64, u64, Option<u64>)> {
    let (range, total) = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?, total.trim().parse().ok()))
}

pub(super) fn silent(host: &str, patience: Duration) -> Failure {
    Failure::Again(failed(format!("{host} sent nothing for {} s", patience.as_secs_f64())))
}

/// Login pages, captive portals and error pages answer 200 with HTML.
fn refuse_page(host: &str, headers: &HeaderMap) -> Result<(), Failure> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/html") {
        return Err(Failure::Final(failed(format!(
            "{host} answers with a web page instead of a model: sign in to this network, or check the address"
        ))));
    }
    Ok(())
}

/// Refuses what does not begin like a model; fewer than four bytes are refused too.
pub(super) fn refuse_other_file(host: &str, start: &[u8]) -> Result<(), Failure> {
    if start.starts_with(MAGIC) {
        return Ok(());
    }
    let begins = start.get(..MAGIC.len()).unwrap_or(start).escape_ascii().to_string();
    Err(Failure::Final(Cause::new(CauseKind::DamagedFile, format!("what {host} sends is no GGUF file: it begins with “{begins}”"))))
}
