//! What to expect of a rung from earlier runs on this machine.

use toprung_core::plan::PlannedRung;
use toprung_core::projection::expected_tps as projected_tps;
use toprung_core::stats::bootstrap_median;
use toprung_store::ModelSpeed;

/// An earlier run's figure moves by about this much from day to day on a laptop.
const REPEAT_SPREAD: f64 = 0.15;

/// Tokens per second as a range: from the same model's last run, else from the fit over the others.
pub(crate) fn expected_tps(speeds: &[ModelSpeed], rung: &PlannedRung) -> Option<(f64, f64)> {
    if let Some(same) = speeds.iter().find(|speed| speed.model == rung.model) {
        let median = bootstrap_median(&same.decode_tps, 0)?.median;
        return Some((median * (1.0 - REPEAT_SPREAD), median * (1.0 + REPEAT_SPREAD)));
    }
    let points: Vec<(f64, f64)> =
        speeds.iter().filter_map(|speed| Some((speed.active_bytes? as f64, bootstrap_median(&speed.decode_tps, 0)?.median))).collect();
    projected_tps(&points, rung.facts.active_bytes? as f64).map(|expected| (expected.low, expected.high))
}
