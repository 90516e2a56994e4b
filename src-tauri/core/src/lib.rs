//! What Toprung knows and how it reasons: ladders, trials, statistics, escalation, verdicts.
//!
//! Architecture invariant: this crate is pure and synchronous. It has no I/O, no clock, no
//! randomness and no async; time and seeds are passed in. It cannot fail for outside reasons.

pub mod analysis;
pub mod cause;
pub mod machine;
pub mod model;
pub mod plan;
pub mod run;
pub mod trial;
