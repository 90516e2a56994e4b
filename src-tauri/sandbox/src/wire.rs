//! The two pipes: one request in, some replies out.

use std::io::{self, BufRead, Read, Write};

use toprung_protocol::sandbox::{FailureCode, Reply, Request};

use crate::failure::Failure;

/// A program of several megabytes is an attack or an accident; JSON may write each of its bytes as six.
const LONGEST_REQUEST_BYTES: u64 = 256 << 20;

pub(crate) fn read_request() -> Result<Request, Failure> {
    let refuse = |error: String| Failure::new(FailureCode::BadRequest, error);
    let mut line = Vec::new();
    io::stdin().lock().take(LONGEST_REQUEST_BYTES).read_until(b'\n', &mut line).map_err(|error| refuse(error.to_string()))?;
    serde_json::from_slice(&line).map_err(|error| refuse(format!("that is no request: {error}")))
}

/// Sends a reply. Where nobody listens any more, nobody misses it.
pub(crate) fn send(reply: &Reply) {
    let Ok(mut line) = serde_json::to_vec(reply) else { return };
    line.push(b'\n');
    let mut output = io::stdout().lock();
    let _ = output.write_all(&line).and_then(|()| output.flush());
}
