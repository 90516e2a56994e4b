//! Clocks beside the monotonic one: whether the machine slept, and whether somebody set the time.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Readings of all clocks at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    running: Instant,
    wall_s: Option<f64>,
    /// Seconds since the start of the system, sleep included.
    with_sleep_s: Option<f64>,
    without_sleep_s: Option<f64>,
}

impl Clocks {
    pub fn now() -> Self {
        let wall_s = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs_f64());
        let (with_sleep_s, without_sleep_s) = system_clocks();
        Self { running: Instant::now(), wall_s, with_sleep_s, without_sleep_s }
    }

    /// Seconds for which the machine slept since `before`; `None` where the system does not tell.
    pub fn slept_s(&self, before: &Self) -> Option<f64> {
        let passed = |now: Option<f64>, then: Option<f64>| Some(now? - then?);
        let with = passed(self.with_sleep_s, before.with_sleep_s)?;
        Some((with - passed(self.without_sleep_s, before.without_sleep_s)?).max(0.0))
    }

    /// Seconds by which the wall clock was set since `before`, sleep taken off.
    pub fn set_s(&self, before: &Self) -> Option<f64> {
        let wall = self.wall_s? - before.wall_s?;
        let running = self.running.saturating_duration_since(before.running).as_secs_f64();
        Some(wall - running - self.slept_s(before).unwrap_or(0.0))
    }
}

#[cfg(target_os = "linux")]
fn system_clocks() -> (Option<f64>, Option<f64>) {
    (read_clock(libc::CLOCK_BOOTTIME), read_clock(libc::CLOCK_MONOTONIC))
}

#[cfg(target_os = "linux")]
fn read_clock(clock: libc::clockid_t) -> Option<f64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of ours, which the call fills in.
    let read = unsafe { libc::clock_gettime(clock, &raw mut time) } == 0;
    read.then(|| time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

#[cfg(not(target_os = "linux"))]
fn system_clocks() -> (Option<f64>, Option<f64>) {
    (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base: Instant, running_s: u64, wall_s: f64, with_sleep_s: f64) -> Clocks {
        let running = base + std::time::Duration::from_secs(running_s);
        Clocks { running, wall_s: Some(wall_s), with_sleep_s: Some(with_sleep_s), without_sleep_s: Some(running_s as f64) }
    }

    #[test]
    fn sleep_and_a_clock_that_was_set_are_told_apart() {
        let base = Instant::now();
        let before = at(base, 0, 1000.0, 0.0);
        let slept = at(base, 10, 1610.0, 610.0);
        assert_eq!((slept.slept_s(&before), slept.set_s(&before)), (Some(600.0), Some(0.0)));
        let set = at(base, 10, 4610.0, 10.0);
        assert_eq!((set.slept_s(&before), set.set_s(&before)), (Some(0.0), Some(3600.0)));
    }

    #[test]
    fn nothing_happened_between_two_readings() {
        let (first, second) = (Clocks::now(), Clocks::now());
        assert!(second.slept_s(&first).unwrap_or(0.0) < 0.01 && second.set_s(&first).unwrap().abs() < 0.5);
    }
}
