//! How fast a climb goes, and from that how long the rest may take.

/// A rung's time is known from the last one to about this factor, both ways: budgets cap slow rungs and
/// precision ends fast ones early, so the range is wide on purpose.
const SPREAD: f64 = 1.4;
/// A bigger model takes longer, but the budget of a rung caps how much.
const MOST_GROWTH: f64 = 4.0;
/// Weight of the newest reading in a pull's smoothed speed.
const SMOOTHING: f64 = 0.3;
/// Readings closer than this say more of the clock than of the network.
const LEAST_INTERVAL_S: f64 = 0.2;

/// The smoothed speed of a download.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Speed {
    /// Bytes and seconds of the reading before.
    before: Option<(u64, f64)>,
    bytes_per_s: Option<f64>,
}

impl Speed {
    /// Bytes per second after a reading at `now_s`; `None` while there is only one.
    pub fn at(&mut self, done_bytes: u64, now_s: f64) -> Option<f64> {
        let Some((bytes, at)) = self.before else {
            self.before = Some((done_bytes, now_s));
            return None;
        };
        if now_s - at >= LEAST_INTERVAL_S {
            let newest = done_bytes.saturating_sub(bytes) as f64 / (now_s - at);
            self.bytes_per_s = Some(self.bytes_per_s.map_or(newest, |old| old + SMOOTHING * (newest - old)));
            self.before = Some((done_bytes, now_s));
        }
        self.bytes_per_s
    }
}

/// What has been timed so far, in seconds since the climb began.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pace {
    rung_began_s: Option<f64>,
    /// Size and duration of the rung that ended last.
    last: Option<(Option<u64>, f64)>,
    pull: Speed,
}

impl Pace {
    pub(crate) fn rung_began(&mut self, now_s: f64) {
        (self.rung_began_s, self.pull) = (Some(now_s), Speed::default());
    }

    pub(crate) fn rung_ended(&mut self, file_bytes: Option<u64>, now_s: f64) {
        if let Some(began) = self.rung_began_s.take() {
            self.last = Some((file_bytes, now_s - began));
        }
    }

    /// Bytes per second, smoothed.
    pub(crate) fn pulled(&mut self, done_bytes: u64, now_s: f64) -> Option<f64> {
        self.pull.at(done_bytes, now_s)
    }

    /// A range for rungs of the given sizes and progress; `None` before any rung has ended.
    pub(crate) fn left_s(&self, open: impl Iterator<Item = (Option<u64>, f64)>) -> Option<(f64, f64)> {
        let (size, took) = self.last?;
        let likely: f64 = open
            .map(|(bytes, progress)| {
                let growth = bytes.zip(size).map_or(1.0, |(bytes, size)| bytes as f64 / (size as f64).max(1.0));
                took * growth.clamp(1.0, MOST_GROWTH) * (1.0 - progress)
            })
            .sum();
        Some((likely / SPREAD, likely * SPREAD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_promised_before_a_rung_has_ended() {
        assert_eq!(Pace::default().left_s([(Some(1), 0.0)].into_iter()), None);
    }

    #[test]
    fn what_is_left_scales_with_size_within_its_cap() {
        let mut pace = Pace::default();
        pace.rung_began(0.0);
        pace.rung_ended(Some(100), 10.0);
        let (low, high) = pace.left_s([(Some(200), 0.0), (Some(100_000), 0.5)].into_iter()).unwrap();
        assert!((low * SPREAD - 40.0).abs() < 1e-9, "20 s for twice the size, half of the capped 40 s for the huge one");
        assert!(high > low);
    }

    #[test]
    fn speed_is_bytes_over_time() {
        let mut speed = Speed::default();
        assert_eq!(speed.at(0, 0.0), None, "one reading is no speed");
        assert_eq!(speed.at(1_000, 1.0), Some(1_000.0));
    }
}
