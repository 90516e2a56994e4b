//! What Toprung knows and how it reasons: ladders, trials, statistics, escalation, verdicts.
//!
//! Architecture invariant: this crate is pure and synchronous. It has no I/O, no clock, no
//! randomness and no async; time and seeds are passed in. It cannot fail for outside reasons.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod analysis;
mod capability;
pub mod cause;
pub mod compare;
pub mod drift;
pub mod energy;
pub mod escalation;
pub mod figures;
mod findings;
pub mod fit;
pub mod format;
mod grade;
pub mod machine;
pub mod model;
pub mod output;
pub mod plan;
pub mod projection;
pub mod prompt;
pub mod recommend;
pub mod run;
pub mod saturation;
#[cfg(test)]
mod scripted;
#[cfg(feature = "fixtures")]
pub mod seed;
pub mod spells;
pub mod stats;
pub mod stop_rules;
pub mod stopping;
pub mod stress;
pub mod summary;
pub mod task;
pub mod trial;
pub mod validation;
pub mod verdict;
pub mod working;
