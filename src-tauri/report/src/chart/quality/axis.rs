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
const LEAST_FACTOR: f64 = 4.0;
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

    /// Round values with their labels: 1, 2 and 5 of each power of ten, or of times what people count by; fewer where they would be many.
    pub(super) fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        const MANTISSAS: [&[f64]; 3] = [&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let of = |mantissas: &[f64]| -> Vec<f64> {
            let values = decades.clone().flat_map(|decade| mantissas.iter().map(move |mantissa| mantissa * 10f64.powi(decade)));
            values.map(|value| self.human(value)).filter(|value| (self.low..=self.high).contains(value)).collect()
        };
        let values = MANTISSAS.iter().map(|mantissas| of(mantissas)).find(|values| values.len() <= most).unwrap_or_else(|| {
            let all = of(MANTISSAS[2]);
            let step = all.len().div_ceil(most.max(1)).max(1);
            all.into_iter().step_by(step).collect()
        });
        values.into_iter().map(|value| (value, self.pace.tick(value))).collect()
    }

    /// Above a minute people count by sixty: 100 s would be a tick that nobody knows.
    fn human(&self, value: f64) -> f64 {
        const HUMAN_S: [(f64, f64); 7] =
            [(50.0, 60.0), (100.0, 120.0), (200.0, 240.0), (300.0, 300.0), (500.0, 600.0), (1000.0, 1200.0), (2000.0, 1800.0)];
        match self.pace {
            Pace::Seconds => HUMAN_S.into_iter().find(|(round, _)| (round / value - 1.0).abs() < 1e-6).map_or(value, |(_, human)| human),
            Pace::TokensPerSecond => value,
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
    fn ticks_are_round_and_few() {
        let labels = |low: f64, high: f64| -> Vec<String> {
            let scale = LogScale::holding(Pace::Seconds, [low, high].into_iter());
            scale.ticks(7).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(0.4, 12.0), ["0.5 s", "1 s", "2 s", "5 s", "10 s"]);
        assert_eq!(labels(12.0, 140.0), ["20 s", "1 min", "2 min"]);
        for (low, high) in [(1.0, 1.0), (0.001, 5000.0), (1e-4, 1e6), (f64::NAN, 3.0)] {
            let labels = labels(low, high);
            assert!((1..=7).contains(&labels.len()), "{low} to {high}: {labels:?}");
        }
    }

    #[test]
    fn broken_readings_do_not_break_the_scale() {
        let scale = LogScale::holding(Pace::Seconds, [f64::INFINITY, f64::NAN, 0.0, -3.0, 1e300, 2.0].into_iter());
        for value in [0.0, -1.0, 2.0, 1e300, f64::INFINITY, f64::NAN] {
            let share = scale.share(value);
            assert!((0.0..=1.0).contains(&share), "{value} stands at {share}");
        }
        assert_eq!(LogScale::holding(Pace::Seconds, std::iter::empty()).ticks(7).len(), 3, "an axis without a value is still one");
    }
}
