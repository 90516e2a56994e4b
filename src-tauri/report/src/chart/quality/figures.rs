//! From the scores of one model to its point: at one task, or as the mean over several.

use toprung_core::analysis::Success;
use toprung_core::recommend::Candidate;
use toprung_core::task::{Task, TaskScore};

use super::Span;
use super::axis::Pace;

/// A model's figures over the tasks of a chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figures {
    /// Leniently: right in substance.
    pub(super) right: Option<Span>,
    /// Right in form too.
    pub(super) in_form: Option<f64>,
    pub(super) speed: Option<Span>,
    /// Answers that count, and those of them that are right.
    pub(super) ok: u32,
    pub(super) n: u32,
    /// Tasks with an answer that counts.
    pub(super) tasks: usize,
}

impl Figures {
    pub(super) fn of(candidate: &Candidate, tasks: &[Task], pace: Pace) -> Self {
        let scores: Vec<&TaskScore> = tasks
            .iter()
            .filter_map(|task| candidate.result(task))
            .map(|result| &result.score)
            .filter(|score| score.lenient.is_some_and(|share| share.n > 0))
            .collect();
        let shares = |of: fn(&TaskScore) -> Option<Success>| -> Vec<Success> { scores.iter().filter_map(|score| of(score)).collect() };
        let (lenient, strict) = (shares(|score| score.lenient), shares(|score| score.strict));
        let speeds: Vec<Span> = scores.iter().filter_map(|score| pace.of_score(score)).collect();
        Self {
            right: mean(&lenient.iter().map(span).collect::<Vec<_>>()),
            in_form: mean(&strict.iter().map(span).collect::<Vec<_>>()).map(|share| share.value),
            // A mean over the tasks of which the time is known alone would be one of other tasks.
            speed: if speeds.len() == scores.len() { mean(&speeds) } else { None },
            ok: lenient.iter().map(|share| share.ok).sum(),
            n: lenient.iter().map(|share| share.n).sum(),
            tasks: scores.len(),
        }
    }
}

fn span(share: &Success) -> Span {
    Span { value: f64::from(share.ok) / f64::from(share.n.max(1)), low: share.low, high: share.high }
}

/// The mean with its interval from those of the parts, which must be independent: the square of either arm is the sum of the squares of
/// the parts' arms (Zou, Huang & Zhang 2009, “A note on confidence interval estimation for a linear function of binomial proportions”).
/// Each task counts the same, however many of its items were asked.
fn mean(parts: &[Span]) -> Option<Span> {
    let n = parts.len() as f64;
    if parts.is_empty() {
        return None;
    }
    let value = parts.iter().map(|part| part.value).sum::<f64>() / n;
    let arm = |of: fn(&Span) -> f64| parts.iter().map(|part| of(part).powi(2)).sum::<f64>().sqrt() / n;
    Some(Span { value, low: value - arm(|part| part.value - part.low), high: value + arm(|part| part.high - part.value) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(value: f64, low: f64, high: f64) -> Span {
        Span { value, low, high }
    }

    #[test]
    fn one_part_is_its_own_mean_and_more_parts_are_surer() {
        let one = part(0.75, 0.55, 0.88);
        assert_eq!(mean(&[one]), Some(one));
        let four = mean(&[one; 4]).unwrap();
        assert!((four.value - 0.75).abs() < 1e-12);
        assert!((four.low - 0.65).abs() < 1e-12, "four times the items halve the arm: {four:?}");
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn the_mean_of_shares_stays_a_share() {
        let certain = part(1.0, 0.86, 1.0);
        let none = part(0.0, 0.0, 0.14);
        for parts in [vec![certain; 3], vec![none; 3], vec![certain, none]] {
            let mean = mean(&parts).unwrap();
            assert!(0.0 <= mean.low && mean.low <= mean.value && mean.value <= mean.high && mean.high <= 1.0, "{mean:?}");
        }
    }
}
