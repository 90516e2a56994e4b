//! How long a trial is waited for: the stop rules for a first token and for the next one.

use std::time::{Duration, Instant};

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::format;
use toprung_core::stop_rules::{idle_limit_ms, median_gap_ms, ttft_limit_ms};

/// What may be expected of a trial.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Patience {
    /// Milliseconds to its first token; `None` leaves this wait to the engine's own limit.
    pub(crate) first_token_ms: Option<f64>,
}

/// The longest wait that a trial is in now.
pub(crate) struct Due {
    pub(crate) at: Instant,
    limit_ms: f64,
    waits_for: &'static str,
}

impl Due {
    /// Of a trial that was sent then, and whose fragments came at these milliseconds after it. `None`: nothing is due.
    pub(crate) fn of(patience: Patience, sent: Instant, fragments_ms: &[f32]) -> Option<Self> {
        let (from_ms, limit_ms, waits_for) = match fragments_ms.last() {
            None => (0.0, ttft_limit_ms(patience.first_token_ms)?, "first token"),
            Some(last) => (f64::from(*last), idle_limit_ms(median_gap_ms(fragments_ms)), "further token"),
        };
        Some(Self { at: sent + Duration::from_secs_f64((from_ms + limit_ms) / 1e3), limit_ms, waits_for })
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause::new(CauseKind::Stalled, format!("no {} within {}", self.waits_for, format::duration(self.limit_ms / 1e3)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_token_may_take_five_times_what_is_expected_and_the_next_ones_twenty_gaps() {
        let sent = Instant::now();
        let after = |patience, fragments: &[f32]| Due::of(patience, sent, fragments).map(|due| (due.at - sent).as_millis());
        let expected = Patience { first_token_ms: Some(10_000.0) };
        assert_eq!(after(expected, &[]), Some(50_000));
        assert_eq!(after(Patience::default(), &[]), None, "without a prediction the engine's limit holds");
        assert_eq!(after(expected, &[1000.0]), Some(11_000));
        assert_eq!(after(expected, &[1000.0, 2000.0, 3000.0]), Some(23_000), "a slow model's pauses are longer");
    }
}
