//! What Toprung knows and how it reasons: ladders, trials, statistics, escalation, verdicts.
//!
//! Architecture invariant: this crate is pure and synchronous. It has no I/O, no clock, no
//! randomness and no async; time and seeds are passed in. It cannot fail for outside reasons.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod analysis;
pub mod cause;
pub mod format;
pub mod machine;
pub mod model;
pub mod output;
pub mod plan;
pub mod run;
pub mod stats;
pub mod stopping;
pub mod trial;
