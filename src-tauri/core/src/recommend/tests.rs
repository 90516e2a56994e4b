//! Advice on made-up candidates.

pub(super) mod made;
mod properties;
mod sentences;
mod simulation;
