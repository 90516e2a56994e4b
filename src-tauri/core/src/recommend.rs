//! Which model for which task, from measured answers: gates, utility, and how sure it is.
//!
//! 1. What does not fit into memory with room to spare is left out, and so is what surely misses the task's floors of time.
//! 2. Quality (the lenient score) is met, unproven or failed against the floor, by a one-sided Wilson bound at 90 % on either side
//!    ([`QualityState`]).
//! 3. Utility is quality^w1 · speed^w2 · memory^w3 ([`Weights`]). Speed is min(1, target / time), and the target half of the floor: once a
//!    model has passed the floor, the floor itself tells no two models apart. Where a task has floors of another kind (tokens per second,
//!    time to first token) the worst of them counts; where it has none, the fastest model is the target. Memory is the share of the usually
//!    free memory that the model leaves to other programs. The Pareto front stands beside it.
//! 4. Resampled items say how sure the order is. A model is recommended alone only where it is surely ahead; otherwise there is a tie that
//!    prefers the faster, else the smaller.
//!
//! [`recommend`] does all of it. [`Prepared`] holds what does not depend on the weights, so that a slider reranks at once.

mod advice;
mod candidate;
mod decide;
mod draws;
mod entrant;
mod evidence;
mod gates;
mod prepared;
mod settings;
mod table;
mod views;
mod words;

pub use advice::{
    Advice, AdviceRow, Avoid, Factors, Gate, GateKind, GateState, Pick, RunnerUp, Standing, SweetSpotView, TaskAdvice, TaskVerdict,
};
pub use candidate::{Candidate, Candidates, LeftOutRun, TaskResult, candidates};
pub use decide::{DIFFERS_AT, P_BEST, SAME_TIME, SURELY, WORTH_IT};
pub use prepared::Prepared;
pub use settings::{BadSettings, Settings, Weights};

pub use crate::task::sequential::QualityState;

use decide::{Decision, decide};

/// The advice for every task that any candidate was asked. The same candidates and settings always give the same advice.
pub fn recommend(candidates: &[Candidate], settings: &Settings) -> Advice {
    Prepared::new(candidates, settings).advise(&settings.effective_weights())
}

impl Prepared {
    /// Ranks under these weights, which are scaled to a sum of 1; the defaults where they make no sense.
    pub fn advise(&self, weights: &Weights) -> Advice {
        let weights = weights.normalised().unwrap_or_default();
        let decisions: Vec<Decision> = self.tasks.iter().map(|task| decide(task, &weights)).collect();
        let tasks = self.tasks.iter().zip(&decisions).map(|(task, decision)| table::advice(task, decision, &weights)).collect();
        Advice { weights, tasks, views: views::views(self, &decisions) }
    }
}

#[cfg(test)]
mod tests;
