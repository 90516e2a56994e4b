//! The figures that two rungs are compared by.

use serde::{Deserialize, Serialize};

use super::{Better, Compared, Design, compare, compare_pairs};
use crate::run::RungRecord;
use crate::summary::{response_trials, timing_trials};
use crate::trial::{Trial, TrialKind};

/// A figure that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Tokens per second while writing.
    Decode,
    /// Tokens per second while reading the prompt.
    Prefill,
    /// Milliseconds to the first token.
    FirstToken,
    /// Milliseconds to the end of a response.
    Response,
}

impl Figure {
    pub const ALL: [Self; 4] = [Self::Decode, Self::Prefill, Self::FirstToken, Self::Response];

    pub fn title(self) -> &'static str {
        match self {
            Self::Decode => "decode speed",
            Self::Prefill => "prefill speed",
            Self::FirstToken => "time to first token",
            Self::Response => "response time",
        }
    }

    pub fn better(self) -> Better {
        match self {
            Self::Decode | Self::Prefill => Better::Higher,
            Self::FirstToken | Self::Response => Better::Lower,
        }
    }

    fn read(self, trial: &Trial) -> Option<f64> {
        match self {
            Self::Decode => trial.decode_tps,
            Self::Prefill => trial.prefill_tps,
            Self::FirstToken => trial.ttft_ms,
            Self::Response => trial.response_ms,
        }
    }

    fn trials(self, rung: &RungRecord) -> Vec<&Trial> {
        if self == Self::Response { response_trials(rung) } else { timing_trials(rung) }
    }
}

/// One figure of both rungs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FigureComparison {
    pub figure: Figure,
    #[serde(flatten)]
    pub compared: Compared,
}

/// Every figure that both rungs have.
pub fn figures(a: &RungRecord, b: &RungRecord, design: Design) -> Vec<FigureComparison> {
    Figure::ALL.into_iter().filter_map(|figure| Some(FigureComparison { figure, compared: one(figure, a, b, design)? })).collect()
}

fn one(figure: Figure, a: &RungRecord, b: &RungRecord, design: Design) -> Option<Compared> {
    let (of_a, of_b) = (figure.trials(a), figure.trials(b));
    if design == Design::Interleaved || (are_answers(&of_a) && are_answers(&of_b)) {
        // Answers have lengths of their own, so each is held against the other side's answer to the same question.
        return compare_pairs(&pairs(figure, &of_a, &of_b), design, figure.better());
    }
    let values = |trials: &[&Trial]| trials.iter().filter_map(|trial| figure.read(trial)).collect::<Vec<f64>>();
    compare(&values(&of_a), &values(&of_b), figure.better())
}

fn are_answers(trials: &[&Trial]) -> bool {
    trials.iter().all(|trial| trial.kind == TrialKind::Answer)
}

/// Trials of the same kind and number. What failed on one side leaves its partner without a pair.
fn pairs(figure: Figure, a: &[&Trial], b: &[&Trial]) -> Vec<(f64, f64)> {
    let partner = |trial: &Trial| b.iter().find(|other| (other.kind, other.index) == (trial.kind, trial.index));
    a.iter().filter_map(|trial| Some((figure.read(trial)?, figure.read(partner(trial)?)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::{Cause, CauseKind};
    use crate::compare::Verdict;
    use crate::scripted::{rung, trial};
    use crate::trial::Outcome;

    fn of(figure: Figure, figures: &[FigureComparison]) -> Compared {
        figures.iter().find(|other| other.figure == figure).unwrap().compared
    }

    fn speeds(tps: &[f64]) -> RungRecord {
        let trials = (0..).zip(tps).map(|(index, tps)| trial(TrialKind::Speed, index, *tps)).collect();
        RungRecord { trials, ..rung("model", 1.0, 50.0, 5) }
    }

    #[test]
    fn speeds_fall_and_times_rise_when_a_model_gets_slower() {
        let figures = figures(&rung("model", 1.0, 50.0, 5), &rung("model", 1.0, 40.0, 5), Design::Apart);
        assert_eq!(figures.len(), Figure::ALL.len());
        for figure in [Figure::Decode, Figure::Prefill, Figure::Response] {
            assert_eq!(of(figure, &figures).verdict, Some(Verdict::Slower), "{figure:?}");
        }
        assert_eq!(of(Figure::FirstToken, &figures).verdict, Some(Verdict::NoDifference), "100 ms on both sides");
        assert!(of(Figure::Response, &figures).ratio.value > 1.1, "the ratio of a time is above 1 where the verdict is slower");
    }

    #[test]
    fn a_figure_that_one_side_lacks_is_left_out() {
        let mut silent = rung("model", 1.0, 50.0, 5);
        for trial in &mut silent.trials {
            trial.prefill_tps = None;
        }
        let figures = figures(&rung("model", 1.0, 50.0, 5), &silent, Design::Apart);
        assert!(figures.iter().all(|figure| figure.figure != Figure::Prefill), "unknown is not compared: {figures:?}");
    }

    #[test]
    fn answers_are_held_against_answers_to_the_same_question() {
        let (mut a, mut b) = (rung("model", 1.0, 50.0, 5), rung("model", 1.0, 50.0, 5));
        for (i, (of_a, of_b)) in a.trials.iter_mut().zip(&mut b.trials).enumerate() {
            of_a.response_ms = Some(1000.0 * (i + 1) as f64);
            of_b.response_ms = Some(1200.0 * (i + 1) as f64);
        }
        let response = of(Figure::Response, &figures(&a, &b, Design::Apart));
        assert_eq!(response.verdict, Some(Verdict::Slower), "answers five times as long as others hide nothing: {response:?}");
    }

    #[test]
    fn an_interleaved_trial_that_failed_takes_its_partner_out() {
        let (a, mut b) = (speeds(&[50.0; 8]), speeds(&[50.0; 8]));
        b.trials[3].outcome = Outcome::Failed(Cause::new(CauseKind::StreamEndedEarly, ""));
        let decode = of(Figure::Decode, &figures(&a, &b, Design::Interleaved));
        assert_eq!((decode.a.n, decode.b.n), (7, 7), "the fourth has no partner");
    }
}
