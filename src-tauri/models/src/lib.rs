//! Models as files: which there are (catalogue, ladder files), where they come from (HTTP, downloads), what they are
//! (GGUF headers) and where they lie (the model folder).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod catalogue;
pub mod digest;
pub mod download;
pub mod folder;
pub mod gguf;
pub mod http;
pub mod ladder_file;
pub mod pull;

#[cfg(test)]
mod testing;
