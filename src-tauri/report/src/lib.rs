//! What a run looks like when it leaves the program: charts, and the report as Markdown, PDF and JSON.
//!
//! Architecture invariants: every figure comes from a stored run and its analysis, nothing is measured here;
//! names and model output are hostile until they are escaped; host and user names are left out of every export.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod chart;
mod error;
mod font;
mod palette;
mod text;
mod words;

pub use chart::{Chart, ChartKind, ChartSpec, Mark, chart, chart_for};
pub use error::ReportError;
pub use palette::Theme;

#[cfg(test)]
mod fixture;
