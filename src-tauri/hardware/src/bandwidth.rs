//! How fast memory can be copied: what decoding is bound by on most machines, and a check that the machine stayed itself.

use std::thread;
use std::time::{Duration, Instant};

/// Each of the two buffers of a core. Far above the last-level cache that a core can have to itself, so that memory is
/// measured and not the cache.
const BUFFER_BYTES: usize = 48 << 20;
/// One reading; several make a spread.
const READING: Duration = Duration::from_millis(250);
/// Two seconds in all (measurement.md).
const READINGS: usize = 8;

/// Bytes read and written per second by a copy on every one of `threads` cores at once, several readings in a row.
/// Takes two seconds and blocks. Empty where the buffers can't be had.
pub fn copy_bandwidth(threads: usize) -> Vec<f64> {
    (0..READINGS).filter_map(|_| one_reading(threads.max(1), READING, BUFFER_BYTES)).collect()
}

fn one_reading(threads: usize, length: Duration, buffer_bytes: usize) -> Option<f64> {
    let copied: Option<Vec<f64>> = thread::scope(|scope| {
        let copies: Vec<_> = (0..threads).map(|_| scope.spawn(|| copy_for(length, buffer_bytes))).collect();
        copies.into_iter().map(|copy| copy.join().ok().flatten()).collect()
    });
    Some(copied?.iter().sum())
}

/// Bytes moved per second; the system's own copy is as fast in a debug build as in a release build.
fn copy_for(length: Duration, buffer_bytes: usize) -> Option<f64> {
    let (mut from, mut to) = (Vec::new(), Vec::new());
    from.try_reserve_exact(buffer_bytes).ok()?;
    to.try_reserve_exact(buffer_bytes).ok()?;
    // Written once, so that the system has to find real pages for both before the clock starts.
    from.resize(buffer_bytes, 1_u8);
    to.resize(buffer_bytes, 2_u8);
    let (began, mut rounds) = (Instant::now(), 0_u32);
    while began.elapsed() < length {
        to.copy_from_slice(std::hint::black_box(&from));
        std::hint::black_box(&mut to);
        rounds += 1;
    }
    // A byte copied is a byte read and a byte written.
    Some(2.0 * buffer_bytes as f64 * f64::from(rounds) / began.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_faster_than_a_disk_and_slower_than_light() {
        let bytes_per_s = one_reading(1, Duration::from_millis(30), 8 << 20).unwrap();
        assert!((1e8..1e13).contains(&bytes_per_s), "{bytes_per_s} bytes/s");
    }
}
