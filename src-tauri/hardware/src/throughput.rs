//! Bytes per second from counters that only grow.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Bytes in and out since the system started, by device.
pub(crate) type Counters = BTreeMap<String, (u64, u64)>;

/// Remembers the last counters. The first reading gives no rate.
#[derive(Debug, Default)]
pub(crate) struct Throughput {
    last: Option<(Instant, Counters)>,
}

impl Throughput {
    /// Bytes per second in and out since the last call; `None` where there is no basis for one.
    pub(crate) fn since_last(&mut self, now: Instant, counters: Counters) -> Option<(f64, f64)> {
        let rates = self.last.as_ref().and_then(|(then, before)| per_second(before, &counters, now.saturating_duration_since(*then)));
        self.last = Some((now, counters));
        rates
    }
}

/// Devices that came or went in between are left out: their whole history would look like a burst.
/// `None` when no device is in both, when no time passed, or when a counter ran backwards.
fn per_second(before: &Counters, now: &Counters, elapsed: Duration) -> Option<(f64, f64)> {
    let both: Vec<_> = now.iter().filter_map(|(device, totals)| Some((before.get(device)?, totals))).collect();
    if both.is_empty() || elapsed.is_zero() {
        return None;
    }
    let (mut bytes_in, mut bytes_out) = (0, 0);
    for (then, now) in both {
        bytes_in += now.0.checked_sub(then.0)?;
        bytes_out += now.1.checked_sub(then.1)?;
    }
    let rate = |bytes: u64| bytes as f64 / elapsed.as_secs_f64();
    Some((rate(bytes_in), rate(bytes_out)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(devices: &[(&str, u64, u64)]) -> Counters {
        devices.iter().map(|(name, bytes_in, bytes_out)| ((*name).to_owned(), (*bytes_in, *bytes_out))).collect()
    }

    #[test]
    fn a_rate_is_the_difference_over_the_time_that_really_passed() {
        let before = counters(&[("a", 1000, 0), ("b", 0, 500)]);
        let now = counters(&[("a", 4000, 0), ("b", 0, 1500)]);
        assert_eq!(per_second(&before, &now, Duration::from_millis(500)), Some((6000.0, 2000.0)));
    }

    #[test]
    fn a_device_that_appears_is_no_burst() {
        let before = counters(&[("a", 0, 0)]);
        let now = counters(&[("a", 10, 20), ("stick", 9_000_000, 9_000_000)]);
        assert_eq!(per_second(&before, &now, Duration::from_secs(1)), Some((10.0, 20.0)));
    }

    #[test]
    fn what_has_no_basis_is_unknown() {
        let some = counters(&[("a", 10, 10)]);
        assert_eq!(per_second(&Counters::new(), &some, Duration::from_secs(1)), None, "no device is in both");
        assert_eq!(per_second(&some, &some, Duration::ZERO), None, "no time passed");
        assert_eq!(per_second(&some, &counters(&[("a", 5, 10)]), Duration::from_secs(1)), None, "a counter was reset");
    }

    #[test]
    fn the_first_reading_gives_no_rate_and_a_gap_heals() {
        let (mut throughput, start) = (Throughput::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(throughput.since_last(at(0), counters(&[("a", 50, 0)])), None);
        assert_eq!(throughput.since_last(at(2), counters(&[("a", 70, 0)])), Some((10.0, 0.0)));
        assert_eq!(throughput.since_last(at(3), counters(&[("a", 0, 0)])), None, "the counter was reset");
        assert_eq!(throughput.since_last(at(4), counters(&[("a", 5, 0)])), Some((5.0, 0.0)));
    }
}
