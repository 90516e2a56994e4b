//! Streams from outside can't hurt: recorded streams are mutated with fixed seeds and played to the engines' judges.

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use super::lines::Lines;
use crate::synthetic::SplitMix;

const STREAMS: u64 = 10_000;
/// No stream of a few kilobytes may take longer, on the slowest machine.
const LONGEST: Duration = Duration::from_secs(1);
const LINE_LIMIT: usize = 64 * 1024;

/// What tends to hurt parsers: signs, brackets, huge and odd numbers, broken text, and many of something.
const INSERTS: [&[u8]; 16] = [
    b"-",
    b"1e999",
    b"99999999999999999999",
    b"NaN",
    b"null",
    b"\"",
    b"{",
    b"}",
    b"[[[[[[[[[[[[[[[[",
    b"\\ud800",
    b"\xff\xfe",
    b"\n",
    b"\r\n\r\n",
    b"\0",
    b"{\"error\":\"no space left on device\"}\n",
    b"\"done\":true,",
];

/// One to eight changes, then cut into pieces of random length.
pub(crate) fn mutated(stream: &str, random: &mut SplitMix) -> Vec<Vec<u8>> {
    let mut bytes = stream.as_bytes().to_vec();
    for _ in 0..=random.next() % 8 {
        let at = random.next() as usize % (bytes.len() + 1);
        let end = (at + random.next() as usize % 40).min(bytes.len());
        match random.next() % 5 {
            0 => drop(bytes.drain(at..end)),
            1 => bytes[at..end].iter_mut().for_each(|byte| *byte ^= 1 << (random.next() % 8)),
            2 => drop(bytes.splice(at..at, INSERTS[random.next() as usize % INSERTS.len()].iter().copied())),
            3 => bytes = [&bytes[..end], &bytes[at..]].concat(),
            _ => drop(bytes.splice(at..at, vec![b'['; random.next() as usize % 4096])),
        }
    }
    let mut pieces = Vec::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at((1 + random.next() as usize % 700).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

/// Reads pieces as the sockets' readers do, until the first failure; the number of lines that were judged.
pub(crate) fn read(pieces: &[Vec<u8>], judge: &mut dyn FnMut(&[u8]) -> bool) -> usize {
    let mut lines = Lines::with_limit(LINE_LIMIT);
    let mut judged = 0;
    for piece in pieces {
        let Ok(whole) = lines.push(piece) else { return judged };
        for line in whole {
            judged += 1;
            if !judge(&line) {
                return judged;
            }
        }
    }
    if let Some(line) = lines.finish() {
        judged += 1;
        judge(&line);
    }
    judged
}

fn is_quick_again(seed: u64, play: fn(u64) -> usize) -> bool {
    let began = Instant::now();
    play(seed);
    began.elapsed() < LONGEST
}

/// Plays ten thousand seeds. `play` gives the bytes of text that came out of the mutated stream of a seed, which was made from a
/// recorded stream of `recorded` bytes.
pub(crate) fn do_no_harm(recorded: usize, play: fn(u64) -> usize) {
    let mut readable = 0;
    for seed in 0..STREAMS {
        let began = Instant::now();
        let text = catch_unwind(|| play(seed)).unwrap_or_else(|_| panic!("the stream of seed {seed} made a parser panic"));
        // A busy machine can hold any thread for a second: only a stream that is slow twice is slow.
        let is_quick = began.elapsed() < LONGEST || is_quick_again(seed, play);
        assert!(is_quick, "the stream of seed {seed} took longer than {LONGEST:?}, twice");
        assert!(text < 16 * recorded, "the stream of seed {seed} grew to {text} bytes of text");
        readable += u64::from(text > 0);
    }
    assert!(readable > STREAMS / 10, "only {readable} streams held text: the mutations are too coarse to reach the parser");
}
