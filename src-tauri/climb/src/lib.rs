//! Climbing a ladder: pull, load, warm up, measure, unload, rung by rung, with the hardware sampled beside it.
//!
//! Architecture invariant: this crate knows engines and probes by trait only, and stores nothing itself.
//! It emits events; whoever listens saves each finished trial before the next one begins.

pub mod event;
