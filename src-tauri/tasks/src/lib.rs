//! The task suite: items made from templates and seeds, the graders that judge answers to them, and the runner of model-written code.
//!
//! Architecture invariant: an item and its oracle are a pure function of (task, number, seed). Nothing here talks to an engine.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod code;
pub mod grade;
pub mod item;
pub mod oracle;
pub mod own;
mod random;
pub mod sandbox;
pub mod suite;

pub use grade::grade;
pub use item::{Answer, Item};
pub use oracle::Oracle;
pub use suite::{FROZEN_SEED, SUITE_NUMBER, Suite, hash, rotating_seed, suite};
