//! A recorded stream read again without its socket: what the program itself does for each token, for benches.

use std::time::Instant;

use toprung_core::cause::{Cause, CauseKind};

use super::generation::Generation;
use crate::http::lines::Lines;
use crate::http::stream::Judge;

/// Reads a generation's stream in pieces of so many bytes, as from a socket, and gives the number of its fragments. Fails as a real
/// stream does. No engine calls it.
pub fn replay(stream: &[u8], piece_bytes: usize, max_output_tokens: u32) -> Result<usize, Cause> {
    let mut lines = Lines::new();
    let mut generation = Generation::new(Instant::now(), max_output_tokens);
    let mut fragments = 0;
    for piece in stream.chunks(piece_bytes.max(1)) {
        let whole = lines.push(piece).map_err(|error| Cause::new(CauseKind::EngineError, format!("a line has over {} bytes", error.0)))?;
        for line in whole {
            if generation.accept(&line, Instant::now(), &mut |_| fragments += 1)?.is_some() {
                return Ok(fragments);
            }
        }
    }
    Err(generation.flow().cut("the recording ended"))
}
