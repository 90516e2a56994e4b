//! The task suite: items made from templates and seeds, the graders that judge answers to them, and the runner of model-written code.
//!
//! Architecture invariant: an item and its oracle are a pure function of (task, number, seed). Nothing here talks to an engine.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod code;
pub mod item;
pub mod sandbox;

pub use item::{Answer, Item};
