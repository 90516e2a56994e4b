//! Speed of a download, smoothed so that it can be read.

use std::time::{Duration, Instant};

/// Seconds over which the speed is smoothed: long enough to read, short enough to follow a change.
const TIME_CONSTANT_S: f64 = 3.0;
/// Readings closer together than this say little about the speed.
const SHORTEST_STEP: Duration = Duration::from_millis(50);

/// An exponentially weighted mean of the speed.
#[derive(Debug, Default)]
pub(super) struct Rate {
    last: Option<(Instant, u64)>,
    last_byte: Option<Instant>,
    now: Option<Instant>,
    bytes_per_s: Option<f64>,
}

impl Rate {
    /// Takes one reading of the bytes that are done.
    pub(super) fn update(&mut self, now: Instant, done_bytes: u64) {
        self.now = Some(now);
        let Some((then, before)) = self.last else {
            self.last = Some((now, done_bytes));
            self.last_byte = Some(now);
            return;
        };
        let step = now.saturating_duration_since(then);
        if step < SHORTEST_STEP {
            return;
        }
        if done_bytes > before {
            self.last_byte = Some(now);
        }
        let speed = done_bytes.saturating_sub(before) as f64 / step.as_secs_f64();
        let weight = 1.0 - (-step.as_secs_f64() / TIME_CONSTANT_S).exp();
        self.bytes_per_s = Some(self.bytes_per_s.map_or(speed, |mean| mean + weight * (speed - mean)));
        self.last = Some((now, done_bytes));
    }

    /// `None` until two readings were taken.
    pub(super) fn bytes_per_s(&self) -> Option<f64> {
        self.bytes_per_s
    }

    /// How long so many bytes take at this speed; `None` while nothing moves.
    pub(super) fn seconds_for(&self, bytes: u64) -> Option<f64> {
        self.bytes_per_s.filter(|speed| *speed > 1.0).map(|speed| bytes as f64 / speed)
    }

    /// Seconds since the last byte came.
    pub(super) fn idle_s(&self) -> f64 {
        match (self.now, self.last_byte) {
            (Some(now), Some(last)) => now.saturating_duration_since(last).as_secs_f64(),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(bytes: &[u64]) -> Rate {
        let (mut rate, start) = (Rate::default(), Instant::now());
        for (second, bytes) in bytes.iter().enumerate() {
            rate.update(start + Duration::from_secs(second as u64), *bytes);
        }
        rate
    }

    #[test]
    fn a_steady_download_has_its_speed_and_its_time_left() {
        let rate = readings(&[500, 1500, 2500, 3500]);
        assert_eq!(rate.bytes_per_s(), Some(1000.0));
        assert_eq!(rate.seconds_for(5000), Some(5.0));
        assert_eq!(rate.idle_s(), 0.0);
    }

    #[test]
    fn one_reading_is_no_speed() {
        assert_eq!(readings(&[500]).bytes_per_s(), None, "what lay on disk already was not downloaded now");
    }

    #[test]
    fn a_stall_is_seen_as_one() {
        let rate = readings(&[0, 1000, 1000, 1000, 1000]);
        assert_eq!(rate.idle_s(), 3.0);
        assert!(rate.bytes_per_s().is_some_and(|speed| speed < 400.0), "after one time constant 37 % are left: {rate:?}");
    }
}
