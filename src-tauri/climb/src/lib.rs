//! Climbing a ladder: pull, load, warm up, measure, unload, rung by rung, with the hardware sampled beside it.
//!
//! Architecture invariant: this crate knows engines and probes by trait only, and stores nothing itself.
//! It emits events; whoever listens saves each finished trial before the next one begins.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod ab;
mod checks;
mod control;
mod event;
mod ladder;
mod measure;
mod parallel;
mod patience;
mod prompts;
mod rung;
mod stress;
mod tasks;
mod template;
mod voice;

pub use ab::{AbSetting, AbSide, ab};
pub use control::Control;
pub use event::{ClimbEnd, ClimbEvent, EventSink};
pub use ladder::{Read, Readers, Setting, climb};
pub use parallel::{Crowd, crowd};
pub use prompts::ANSWER_PROMPTS;
pub use stress::{
    ConcurrentWork, DownloadWork, LimitWork, OnStress, Seat, Step, StressEvent, StressReaders, StressSetting, StressWork, SustainWork,
    stress,
};
pub use tasks::TaskWork;
