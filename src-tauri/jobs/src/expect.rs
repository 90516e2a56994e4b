//! What to expect of a rung from earlier runs on this machine.

use toprung_core::plan::PlannedRung;
use toprung_core::projection::expected_from;
use toprung_core::stats::median;
use toprung_store::ModelSpeed;

/// An earlier run's figure moves by about this much from day to day on a laptop.
const REPEAT_SPREAD: f64 = 0.15;

/// Tokens per second as a range: from the same model's last run, else from the fit over the others.
pub(crate) fn expected_tps(speeds: &[ModelSpeed], rung: &PlannedRung) -> Option<(f64, f64)> {
    if let Some(same) = speeds.iter().find(|speed| speed.model == rung.model) {
        let usual = median(&same.decode_tps)?;
        return Some((usual * (1.0 - REPEAT_SPREAD), usual * (1.0 + REPEAT_SPREAD)));
    }
    let points = speeds.iter().filter_map(|speed| Some((speed.active_bytes?, median(&speed.decode_tps)?)));
    expected_from(points, rung.facts.active_bytes?).map(|expected| (expected.low, expected.high))
}
