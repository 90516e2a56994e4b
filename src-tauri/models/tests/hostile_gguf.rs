//! Mutated headers of a real model: no panic, and bounded memory whatever the file claims.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use toprung_models::gguf;

/// Counts what is allocated, so that a header that makes the parser allocate too much is seen.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; only sizes are counted beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promises on the layout are passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from this allocator with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocator counts for the whole process, so the tests of this file take turns.
static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// What parsing may take beyond the input: the kept values' limit with room for the containers around them.
const MEMORY_LIMIT: usize = 64 << 20;
const MUTATIONS: u64 = 1000;
const SEED: u64 = 0x746f_7072_756e_6700;

/// xorshift64*: small, and the same numbers on every machine.
fn next(state: &mut u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    state.wrapping_mul(0x2545_f491_4f6c_dd1d)
}

fn real_header() -> Option<(Vec<u8>, u64)> {
    let lab = std::env::var_os("TOPRUNG_LAB").map(PathBuf::from);
    let lab = lab.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/toprung-lab")))?;
    let path = lab.join("models/smollm2-135m-instruct-q4_1.gguf");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("skipped: {} is not here; scripts/lab models brings it", path.display());
        return None;
    };
    let file_bytes = file.metadata().ok()?.len();
    let data_offset = gguf::read(&path).expect("a real model is read").data_offset;
    let mut header = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(file, data_offset), &mut header).ok()?;
    Some((header, file_bytes))
}

/// The parts of the header that hold lengths, types and offsets: everything but the middle of the vocabulary.
fn position(state: &mut u64, length: usize) -> usize {
    let (front, back) = (2048, 20_000);
    let at = (next(state) % (front + back)) as usize;
    if at < front as usize { at } else { length - 1 - (at - front as usize) }
}

#[test]
fn a_thousand_mutations_neither_panic_nor_exhaust_memory() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some((header, file_bytes)) = real_header() else { return };
    let mut refused = 0;
    for number in 0..MUTATIONS {
        let mut state = SEED + number;
        let mut mutant = header.clone();
        for _ in 0..1 + next(&mut state) % 8 {
            let at = position(&mut state, mutant.len());
            mutant[at] = match next(&mut state) % 4 {
                0 => 0xff,
                1 => 0,
                2 => mutant[at] ^ (1 << (next(&mut state) % 8)),
                _ => next(&mut state) as u8,
            };
        }
        if next(&mut state).is_multiple_of(4) {
            mutant.truncate((next(&mut state) % header.len() as u64) as usize);
        }
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        match gguf::parse(Cursor::new(&mutant), file_bytes) {
            Ok(header) => drop(gguf::facts(&header, file_bytes)),
            Err(_) => refused += 1,
        }
        let took = PEAK.load(Ordering::Relaxed) - before;
        assert!(took < MEMORY_LIMIT, "mutation {number} of seed {SEED:#x} made the parser take {took} bytes");
    }
    assert!(refused > MUTATIONS / 4, "mutations that are never refused test nothing: {refused} were");
}

#[test]
fn a_real_header_cut_at_many_points_is_refused() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some((header, file_bytes)) = real_header() else { return };
    for part in 0..200 {
        let end = header.len() * part / 200;
        assert!(gguf::parse(Cursor::new(&header[..end]), file_bytes).is_err(), "cut at {end} of {}", header.len());
        assert!(gguf::parse(Cursor::new(&header[..end]), end as u64).is_err(), "a file of {end} bytes is no model");
    }
}
