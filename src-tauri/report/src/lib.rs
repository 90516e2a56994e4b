//! What a run looks like when it leaves the program: charts, and the report as Markdown, PDF and JSON.
//!
//! Architecture invariants: every figure comes from a stored run and its analysis, nothing is measured here;
//! names and model output are hostile until they are escaped; host and user names are left out of every export.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod advised;
pub mod chart;
mod document;
mod error;
mod font;
mod json;
mod markdown;
mod palette;
mod pdf;
mod report;
mod text;
mod words;
mod world;
mod write;

pub use error::ReportError;
pub use json::export_json;
pub use markdown::{MarkdownReport, markdown};
pub use pdf::pdf;
pub use report::Report;
pub use write::save;

#[cfg(test)]
mod fixture;
