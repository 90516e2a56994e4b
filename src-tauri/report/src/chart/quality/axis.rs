//! The axis of speed: logarithmic, because models differ by factors, and always faster to the right.

use toprung_core::format;
use toprung_core::task::{TaskFloors, TaskScore};

use super::Span;

/// What the axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Seconds from the request to the end of the answer.
    Seconds,
    TokensPerSecond,
}

impl Pace {
    /// The one that a task's floor is in.
    pub(super) fn of(floors: &TaskFloors) -> Self {
        if floors.seconds.is_none() && floors.tokens_per_s.is_some() { Self::TokensPerSecond } else { Self::Seconds }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Seconds => "Seconds an answer",
            Self::TokensPerSecond => "Tokens per second",
        }
    }

    pub(super) fn of_score(self, score: &TaskScore) -> Option<Span> {
        let estimate = match self {
            Self::Seconds => score.seconds,
            Self::TokensPerSecond => score.tokens_per_s,
        }?;
        let is_drawable = [estimate.median, estimate.low, estimate.high].iter().all(|value| value.is_finite() && *value > 0.0);
        is_drawable.then_some(Span { value: estimate.median, low: estimate.low, high: estimate.high })
    }

    pub(super) fn floor(self, floors: &TaskFloors) -> Option<f64> {
        match self {
            Self::Seconds => floors.seconds,
            Self::TokensPerSecond => floors.tokens_per_s,
        }
        .filter(|floor| floor.is_finite() && *floor > 0.0)
    }

    /// “4.10 s”, “31.4 tokens/s”.
    pub(super) fn words(self, value: f64) -> String {
        match self {
            Self::Seconds => format::milliseconds(value * 1e3),
            Self::TokensPerSecond => format::tokens_per_second(value),
        }
    }

    /// “3.90 s–4.30 s”; one figure where both ends read the same.
    pub(super) fn interval(self, span: &Span) -> String {
        match self {
            Self::Seconds => {
                let (low, high) = (self.words(span.low), self.words(span.high));
                if low == high { low } else { format!("{low}–{high}") }
            }
            Self::TokensPerSecond => format::range(span.low, span.high, "tokens/s"),
        }
    }

    /// Whether the first is faster.
    pub(super) fn is_faster(self, value: f64, than: f64) -> bool {
        match self {
            Self::Seconds => value < than,
            Self::TokensPerSecond => value > than,
        }
    }

    fn tick(self, value: f64) -> String {
        let number = format::setting(value);
        match self {
            Self::Seconds if value >= 60.0 => format::duration(value),
            Self::Seconds if value < 0.01 => format!("{} ms", format::setting(value * 1e3)),
            Self::Seconds => format!("{number} s"),
            Self::TokensPerSecond => number,
        }
    }
}

/// A logarithmic scale; both ends are above zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LogScale {
    pace: Pace,
    low: f64,
    high: f64,
}

/// The least factor from one end to the other: a single point stands in the middle of something.
const LEAST_FACTOR: f64 = 2.0;
/// Air at either end, as a share of the factor's logarithm.
const AIR_SHARE: f64 = 0.07;
/// No machine answers in less, or takes longer: beyond this a reading is broken, and would press all others into a corner.
const SENSIBLE: (f64, f64) = (1e-4, 1e6);

impl LogScale {
    /// Holds all values. Not finite ones and such beyond any machine are left to the edge.
    pub(super) fn holding(pace: Pace, values: impl Iterator<Item = f64>) -> Self {
        let sensible = |value: f64| value.clamp(SENSIBLE.0, SENSIBLE.1);
        let (low, high) = values
            .filter(|value| value.is_finite())
            .map(sensible)
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low <= high { (low, high) } else { (1.0, 1.0) };
        let short = (LEAST_FACTOR / (high / low)).max(1.0).sqrt();
        let (low, high) = (low / short, high * short);
        let air = (high / low).powf(AIR_SHARE);
        Self { pace, low: low / air, high: high * air }
    }

    /// 0 at the slow end, 1 at the fast end.
    pub(super) fn share(&self, value: f64) -> f64 {
        let along = ((value.max(f64::MIN_POSITIVE) / self.low).ln() / (self.high / self.low).ln()).clamp(0.0, 1.0);
        match self.pace {
            Pace::Seconds => 1.0 - along,
            Pace::TokensPerSecond => along,
        }
    }

    /// Whether the axis reaches it.
    pub(super) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Round values with their labels, as many as keep a distance of `room` pixels on an axis of `pixels`.
    pub(super) fn ticks(&self, pixels: i32, room: i32) -> Vec<(f64, String)> {
        const MANTISSAS: [&[f64]; 5] =
            [&[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0], &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let least = f64::from(room) / f64::from(pixels.max(1));
        let have_room = |values: &Vec<f64>| values.windows(2).all(|pair| (self.share(pair[1]) - self.share(pair[0])).abs() >= least);
        let mut values = MANTISSAS.iter().map(|mantissas| self.round(mantissas)).find(have_room).unwrap_or_else(|| self.round(&[1.0]));
        while values.len() > 2 && !have_room(&values) {
            values = values.into_iter().step_by(2).collect();
        }
        values.into_iter().map(|value| (value, self.pace.tick(value))).collect()
    }

    /// These multiples of powers of ten on the axis, from low to high.
    fn round(&self, mantissas: &[f64]) -> Vec<f64> {
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let values = decades.flat_map(|decade| mantissas.iter().map(move |mantissa| mantissa * 10f64.powi(decade)));
        values.filter_map(|value| self.human(value)).filter(|value| self.holds(*value)).collect()
    }

    /// Above a minute people count by sixty: 100 s would be a tick that nobody knows.
    fn human(&self, value: f64) -> Option<f64> {
        const FROM_S: f64 = 49.0;
        const HUMAN_S: [(f64, f64); 9] = [
            (50.0, 60.0),
            (100.0, 120.0),
            (200.0, 240.0),
            (300.0, 300.0),
            (500.0, 600.0),
            (1000.0, 1200.0),
            (2000.0, 1800.0),
            (3000.0, 3600.0),
            (10_000.0, 10_800.0),
        ];
        match self.pace {
            Pace::Seconds if value > FROM_S => {
                HUMAN_S.into_iter().find(|(round, _)| (round / value - 1.0).abs() < 1e-6).map(|(_, human)| human)
            }
            _ => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faster_is_to_the_right_on_either_axis() {
        for (pace, slow, fast) in [(Pace::Seconds, 30.0, 1.0), (Pace::TokensPerSecond, 2.0, 80.0)] {
            let scale = LogScale::holding(pace, [slow, fast].into_iter());
            assert!(scale.share(slow) < 0.1 && scale.share(fast) > 0.9, "{pace:?}: {} and {}", scale.share(slow), scale.share(fast));
            assert!(pace.is_faster(fast, slow));
        }
    }

    #[test]
    fn ticks_are_round_and_have_room() {
        let labels = |low: f64, high: f64| -> Vec<String> {
            let scale = LogScale::holding(Pace::Seconds, [low, high].into_iter());
            scale.ticks(600, 60).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(0.4, 12.0), ["0.5 s", "1 s", "2 s", "5 s", "10 s"]);
        assert_eq!(labels(12.0, 140.0), ["15 s", "20 s", "30 s", "1 min", "2 min"]);
        assert_eq!(labels(1.83, 2.78), ["2 s", "2.5 s", "3 s"], "a narrow axis has more than one tick");
        for (low, high) in [(1.0, 1.0), (0.001, 5000.0), (1e-4, 1e6), (f64::NAN, 3.0)] {
            let labels = labels(low, high);
            assert!((1..=10).contains(&labels.len()), "{low} to {high}: {labels:?}");
        }
    }

    #[test]
    fn broken_readings_do_not_break_the_scale() {
        let scale = LogScale::holding(Pace::Seconds, [f64::INFINITY, f64::NAN, 0.0, -3.0, 1e300, 2.0].into_iter());
        for value in [0.0, -1.0, 2.0, 1e300, f64::INFINITY, f64::NAN] {
            let share = scale.share(value);
            assert!((0.0..=1.0).contains(&share), "{value} stands at {share}");
        }
        assert!(!LogScale::holding(Pace::Seconds, std::iter::empty()).ticks(600, 60).is_empty(), "an axis without a value is still one");
    }
}
