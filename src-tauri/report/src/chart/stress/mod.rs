//! A stress test's picture: its speed in time, or its bars.

mod bars;
mod download;
mod sustain;

use toprung_core::stress::{StressRecord, StressTest};

use super::{Chart, Theme, chart, lines};
use crate::text::plain;

/// Draws a stored test, `width` pixels wide (at least 320); `None` where nothing was measured.
pub fn stress_chart(test: &StressTest, theme: Theme, width: u32) -> Option<Chart> {
    match &test.record {
        StressRecord::Sustain(record) => sustain::spec(record, test, width).map(|spec| lines::line_chart(&spec, theme)),
        StressRecord::Download(record) => download::spec(record, test, width).map(|spec| lines::line_chart(&spec, theme)),
        StressRecord::Concurrent(record) => bars::concurrent(record, width).map(|spec| chart(&spec, theme)),
        StressRecord::Limit(record) => bars::limit(record, width).map(|spec| chart(&spec, theme)),
    }
}

/// A model's name as it may be shown.
fn name(model: &toprung_core::model::ModelRef) -> String {
    plain(model.as_str())
}

#[cfg(test)]
mod tests;
