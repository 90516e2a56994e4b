//! A candidate at one task: its score, its gates and the factors of its utility.

use super::gates::gates;
use super::{Candidate, Factors, Gate, GateState, Pick, QualityState, Weights, candidate::memory_in_words};
use crate::task::sequential::quality_state;
use crate::task::{ItemOutcome, Task, TaskFloors, TaskScore};

/// Between its floor and its target a speed gains; beyond the target it does not. At half of the time that is just bearable nobody
/// waits any more: a judgement, not a measurement.
const TARGET_OF_FLOOR: f64 = 0.5;

/// A model that leaves nothing free keeps this factor: the gate judges it, not the utility.
const LEAST_MEMORY: f64 = 0.05;

/// What counts as a speed at a task, and from where on more of it gains nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Target {
    pub figure: Figure,
    /// In seconds, or in tokens per second.
    pub value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    Seconds,
    FirstToken,
    TokensPerSecond,
}

impl Target {
    /// The targets that a task's floors lead to; where it has no floor of time, as long as the fastest candidate takes.
    pub(super) fn of_task(task: &Task, floors: &TaskFloors, candidates: &[Candidate]) -> Vec<Self> {
        let target = |figure, value: Option<f64>| value.map(|value| Self { figure, value });
        let times = |floor: Option<f64>| floor.map(|floor| floor * TARGET_OF_FLOOR);
        let targets: Vec<Self> = [
            target(Figure::Seconds, times(floors.seconds)),
            target(Figure::FirstToken, times(floors.first_token_s)),
            target(Figure::TokensPerSecond, floors.tokens_per_s.map(|floor| floor / TARGET_OF_FLOOR)),
        ]
        .into_iter()
        .flatten()
        .filter(|target| target.value.is_finite() && target.value > 0.0)
        .collect();
        if !targets.is_empty() {
            return targets;
        }
        let medians = candidates.iter().filter_map(|candidate| Some(candidate.result(task)?.score.seconds?.median));
        target(Figure::Seconds, medians.min_by(f64::total_cmp)).into_iter().collect()
    }

    /// min(1, target / time), or the same of a speed.
    pub(super) fn factor(&self, figure: f64) -> f64 {
        let ratio = if self.figure == Figure::TokensPerSecond { figure / self.value } else { self.value / figure };
        ratio.min(1.0)
    }

    pub(super) fn of_outcome(&self, outcome: &ItemOutcome) -> Option<f64> {
        let figure = match self.figure {
            Figure::Seconds => outcome.seconds,
            Figure::FirstToken => outcome.first_token_s,
            Figure::TokensPerSecond => outcome.tokens_per_s,
        };
        figure.filter(|figure| figure.is_finite() && *figure > 0.0)
    }

    fn of_score(&self, score: &TaskScore) -> Option<f64> {
        let estimate = match self.figure {
            Figure::Seconds => score.seconds,
            Figure::FirstToken => score.first_token_s,
            Figure::TokensPerSecond => score.tokens_per_s,
        };
        estimate.map(|estimate| estimate.median).filter(|figure| figure.is_finite() && *figure > 0.0)
    }
}

/// A candidate at one task.
#[derive(Debug, Clone)]
pub(super) struct Entrant {
    pub pick: Pick,
    /// The weights' digest: entrants that share it under one engine are one model under two names.
    pub digest: Option<String>,
    pub problem: Option<String>,
    pub memory_bytes: Option<u64>,
    pub memory_words: Option<String>,
    pub score: Option<TaskScore>,
    pub outcomes: Vec<ItemOutcome>,
    pub state: QualityState,
    pub gates: Vec<Gate>,
    /// Quality and speed from all of its answers; `None` where one is not known.
    pub factors: Option<Factors>,
    /// Its factor of memory.
    pub memory: f64,
}

impl Entrant {
    pub(super) fn new(candidate: &Candidate, task: &Task, floors: &TaskFloors, targets: &[Target], unknown_memory: f64) -> Self {
        let result = candidate.result(task);
        let score = result.map(|result| result.score.clone());
        let memory = candidate.headroom.filter(|headroom| headroom.is_finite()).map_or(unknown_memory, memory_factor);
        Self {
            pick: candidate.pick(),
            digest: candidate.facts.digest.clone(),
            problem: candidate.problem.clone(),
            memory_bytes: candidate.memory_bytes,
            memory_words: memory_in_words(candidate),
            outcomes: result.map(|result| result.outcomes.clone()).unwrap_or_default(),
            state: quality_state(score.as_ref().and_then(|score| score.lenient.as_ref()), floors.quality),
            gates: gates(candidate, score.as_ref(), floors),
            factors: score.as_ref().and_then(|score| factors(score, targets, memory)),
            score,
            memory,
        }
    }

    /// Whether anything that counts was measured.
    pub(super) fn is_measured(&self) -> bool {
        self.score.as_ref().is_some_and(|score| score.lenient.is_some())
    }

    fn any_gate(&self, state: GateState) -> bool {
        self.gates.iter().any(|gate| gate.state == state)
    }

    /// Whether it may be ranked: measured, and neither its quality nor a gate failed.
    pub(super) fn is_in_question(&self) -> bool {
        self.factors.is_some() && self.is_measured() && self.state != QualityState::Failed && !self.any_gate(GateState::Failed)
    }

    /// Whether it is good enough for certain.
    pub(super) fn is_proven(&self) -> bool {
        self.is_in_question() && self.state == QualityState::Met && !self.any_gate(GateState::Borderline)
    }

    /// Whether both are the same weights under the same engine.
    pub(super) fn is_twin_of(&self, other: &Self) -> bool {
        let same_engine = self.pick.engine == other.pick.engine && self.pick.server == other.pick.server;
        same_engine && self.digest.is_some() && self.digest == other.digest
    }

    pub(super) fn seconds(&self) -> Option<f64> {
        self.score.as_ref()?.seconds.map(|seconds| seconds.median)
    }

    /// The share of right answers, of all that count.
    pub(super) fn quality(&self) -> Option<f64> {
        let share = self.score.as_ref()?.lenient?;
        Some(f64::from(share.ok) / f64::from(share.n))
    }

    /// quality^w1 · speed^w2 · memory^w3.
    pub(super) fn utility(&self, weights: &Weights) -> Option<f64> {
        let factors = self.factors?;
        Some(log_utility(weights, factors.quality.ln(), factors.speed.ln(), factors.memory.ln()).exp())
    }
}

/// The factor of memory from the share of free memory that a model leaves.
pub(super) fn memory_factor(headroom: f64) -> f64 {
    headroom.clamp(LEAST_MEMORY, 1.0)
}

/// The factor for those whose memory is not known: as low as the lowest that is known, so that not knowing is no advantage.
pub(super) fn unknown_memory(candidates: &[Candidate]) -> f64 {
    let known = candidates.iter().filter_map(|candidate| candidate.headroom).filter(|headroom| headroom.is_finite());
    known.map(memory_factor).fold(1.0, f64::min)
}

fn factors(score: &TaskScore, targets: &[Target], memory: f64) -> Option<Factors> {
    let share = score.lenient?;
    let speeds = targets.iter().filter_map(|target| Some(target.factor(target.of_score(score)?)));
    // The worst of its speeds: a fast stream does not make up for a late beginning.
    let speed = speeds.min_by(f64::total_cmp)?;
    Some(Factors { quality: f64::from(share.ok) / f64::from(share.n), speed, memory })
}

/// The logarithm of the utility. A weight of 0 leaves its factor out, even one of 0.
pub(super) fn log_utility(weights: &Weights, quality: f64, speed: f64, memory: f64) -> f64 {
    let part = |weight: f64, log: f64| if weight > 0.0 { weight * log } else { 0.0 };
    part(weights.quality, quality) + part(weights.speed, speed) + part(weights.memory, memory)
}
