//! What both fronts do, written once: open the data folder, detect, plan, climb, keep, pull, look back, export.
//!
//! Architecture invariant: this crate draws nothing and knows neither Tauri nor a terminal.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod ab;
pub mod climb;
pub mod compare;
pub mod concurrency;
pub mod doctor;
pub mod engines;
mod expect;
pub mod export;
pub mod history;
pub mod home;
mod hosts;
pub mod keys;
pub mod ladders;
pub mod live;
mod lock;
pub mod models;
mod names;
pub mod pace;
pub mod plan;
pub mod problem;
pub mod profile;
pub mod recommend;
mod recorder;
pub mod sensors;
pub mod setup;
pub mod stress;
pub mod tasks;
pub mod validation;

pub use toprung_climb::{ANSWER_PROMPTS, ClimbEnd, ClimbEvent};
pub use toprung_core::model::EngineKind;
pub use toprung_core::plan::Mode;
pub use toprung_core::trial::TrialKind;
pub use toprung_core::{analysis, energy, format, machine, model, run, task, trial};
pub use toprung_report::chart;
