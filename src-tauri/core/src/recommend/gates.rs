//! What a candidate must pass before it is ranked: it fits with room to spare, and its answers come in time.

use super::{Candidate, Gate, GateKind, GateState};
use crate::analysis::Estimate;
use crate::fit::FitWord;
use crate::format;
use crate::task::{TaskFloors, TaskScore};

/// Every gate of a task, whether passed or not. A figure that is not known excludes nobody.
pub(super) fn gates(candidate: &Candidate, score: Option<&TaskScore>, floors: &TaskFloors) -> Vec<Gate> {
    let seconds = |kind, floor: Option<f64>, estimate: Option<Estimate>, what: &str| {
        let floor = floor?;
        let words = match estimate {
            Some(estimate) => format!("{} {what}, the floor is {}", seconds(estimate.median), seconds(floor)),
            None => format!("{what}: not known, the floor is {}", seconds(floor)),
        };
        Some(Gate { kind, state: state(estimate.map(|e| (e.median, e.low)), floor), words })
    };
    let speed = |floor: f64| {
        let estimate = score.and_then(|score| score.tokens_per_s);
        let is = estimate.map_or_else(|| "speed not known".to_owned(), |estimate| format::tokens_per_second(estimate.median));
        // A speed misses its floor from below: the reciprocals miss theirs from above.
        let state = state(estimate.map(|e| (1.0 / e.median, 1.0 / e.high)), 1.0 / floor);
        Gate { kind: GateKind::TokensPerSecond, state, words: format!("{is}, the floor is {}", format::setting(floor)) }
    };
    let all = [
        Some(memory(candidate)),
        seconds(GateKind::Seconds, floors.seconds, score.and_then(|score| score.seconds), "an answer"),
        floors.tokens_per_s.map(speed),
        seconds(GateKind::FirstToken, floors.first_token_s, score.and_then(|score| score.first_token_s), "to the first token"),
    ];
    all.into_iter().flatten().collect()
}

/// A time's median and the lower end of its interval against its bound.
fn state(median_and_low: Option<(f64, f64)>, bound: f64) -> GateState {
    match median_and_low {
        None => GateState::Unknown,
        Some((median, _)) if median <= bound => GateState::Passed,
        Some((_, low)) if low <= bound => GateState::Borderline,
        Some(_) => GateState::Failed,
    }
}

fn memory(candidate: &Candidate) -> Gate {
    let state = match candidate.fit.word {
        FitWord::Fits => GateState::Passed,
        // What only just fits pushes other programs out: it does not fit with room to spare.
        FitWord::Tight | FitWord::TooLarge => GateState::Failed,
        FitWord::Unknown => GateState::Unknown,
    };
    Gate { kind: GateKind::Memory, state, words: candidate.fit.words.clone() }
}

/// Seconds as a person says them: “0.4 s”, “4 s”, “4.3 s”, “1 min 5 s”.
pub(super) fn seconds(seconds: f64) -> String {
    /// Below this a tenth of a second matters.
    const TENTHS_BELOW: f64 = 9.95;
    /// Below this a tenth is too coarse.
    const MILLISECONDS_BELOW: f64 = 0.095;
    match seconds {
        tiny if tiny < MILLISECONDS_BELOW => format::milliseconds(tiny * 1000.0),
        short if short < TENTHS_BELOW => format!("{} s", format::setting((short * 10.0).round() / 10.0)),
        long => format::duration(long),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_with_as_many_digits_as_matter() {
        let table = [(0.0312, "31.2 ms"), (0.44, "0.4 s"), (4.0, "4 s"), (4.26, "4.3 s"), (9.96, "10 s"), (65.2, "1 min 5 s")];
        for (is, text) in table {
            assert_eq!(seconds(is), text, "{is}");
        }
        assert_eq!(seconds(f64::NAN), "–");
    }

    #[test]
    fn only_what_misses_its_bound_surely_fails() {
        let table = [
            (None, GateState::Unknown),
            (Some((9.9, 8.0)), GateState::Passed),
            (Some((10.1, 9.0)), GateState::Borderline),
            (Some((12.0, 10.5)), GateState::Failed),
        ];
        for (time, expected) in table {
            assert_eq!(state(time, 10.0), expected, "{time:?}");
        }
    }
}
