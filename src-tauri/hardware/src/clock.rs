//! Clocks beside the monotonic one: whether the machine slept, and whether somebody set the time. Linux tells; elsewhere
//! both are unknown.

#[cfg(target_os = "linux")]
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds for which the machine has slept since it was started.
#[cfg(target_os = "linux")]
pub fn slept_s() -> Option<f64> {
    Some((read_clock(libc::CLOCK_BOOTTIME)? - read_clock(libc::CLOCK_MONOTONIC)?).max(0.0))
}

/// The wall clock less the time since the start of the system, in seconds. It changes only when somebody sets the clock.
#[cfg(target_os = "linux")]
pub fn wall_offset_s() -> Option<f64> {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64();
    Some(wall - read_clock(libc::CLOCK_BOOTTIME)?)
}

#[cfg(target_os = "linux")]
fn read_clock(clock: libc::clockid_t) -> Option<f64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of ours, which the call fills in.
    let read = unsafe { libc::clock_gettime(clock, &raw mut time) } == 0;
    read.then(|| time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

#[cfg(not(target_os = "linux"))]
pub fn slept_s() -> Option<f64> {
    None
}

#[cfg(not(target_os = "linux"))]
pub fn wall_offset_s() -> Option<f64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn nothing_happens_between_two_readings() {
        let (slept, offset) = (slept_s().unwrap(), wall_offset_s().unwrap());
        assert!(slept >= 0.0 && (slept_s().unwrap() - slept).abs() < 0.05);
        assert!((wall_offset_s().unwrap() - offset).abs() < 0.5);
    }
}
