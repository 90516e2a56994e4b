//! Reading a reply from the socket: line by line with time stamps, or whole.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use reqwest::Response;
use tokio::time::timeout;
use toprung_core::cause::{Cause, CauseKind};

use super::causes::clean;
use super::lines::Lines;

/// The largest body that is read whole, in bytes: a list of a thousand models stays below 1 MB.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// Why a stream stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Nothing came for this long.
    Silent(Duration),
    /// The connection broke.
    Cut(String),
    /// A line went past this many bytes.
    LineTooLong(usize),
}

/// Reads a reply line by line. Each line carries the moment at which its last bytes were read.
#[derive(Debug)]
pub(crate) struct LineReader {
    response: Response,
    lines: Lines,
    ready: VecDeque<Vec<u8>>,
    read_at: Instant,
    ended: bool,
}

impl LineReader {
    pub(crate) fn new(response: Response) -> Self {
        Self { response, lines: Lines::new(), ready: VecDeque::new(), read_at: Instant::now(), ended: false }
    }

    /// The next line, or `None` at the end. May be called again after [`Broken::Silent`].
    pub(crate) async fn next(&mut self, idle: Duration) -> Result<Option<(Instant, Vec<u8>)>, Broken> {
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
    pub(crate) async fn drain(&mut self, limit: Duration) {
        // Only the connection is at stake here: whatever comes is not wanted any more.
        let _ = timeout(limit, async { while let Ok(Some(_)) = self.response.chunk().await {} }).await;
    }
}

/// Reads a reply whole.
pub(super) async fn read_body(mut response: Response, limit: Duration) -> Result<String, Cause> {
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
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    clean(&reason.to_string())
}
