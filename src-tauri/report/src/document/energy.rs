//! What a token costs in energy.

use toprung_core::analysis::RungSummary;
use toprung_core::energy::Energy;
use toprung_core::format;

use super::{Source, Table};

impl Source<'_> {
    /// One row a rung of which the power was read; `None` where none was.
    pub(super) fn energy(&self) -> Option<Table> {
        let known: Vec<(&RungSummary, &Energy)> =
            self.analysis.rungs.iter().filter_map(|rung| Some((rung, rung.energy.as_ref().ok()?))).collect();
        let watts = |watts: f64| format!("{} W", format::figures(watts));
        let row = |(rung, energy): &(&RungSummary, &Energy)| {
            vec![
                self.clean(&rung.title),
                format::figures(energy.gross_j_per_token),
                format::or_unknown(energy.net_j_per_token, format::figures),
                watts(energy.mean_w),
                format::or_unknown(energy.idle_w, watts),
                energy.source.title().to_owned(),
            ]
        };
        let head = ["Model", "J per token", "Above idle", "Power", "Idle", "Of"].map(str::to_owned).into();
        (!known.is_empty()).then(|| Table { head, rows: known.iter().map(row).collect() })
    }

    /// In one line of the method: how it is reckoned, or why it is not known.
    pub(super) fn energy_method(&self) -> String {
        if self.energy().is_some() {
            return "Energy per token is mean power × time of the trials ÷ tokens, prompts included; above idle, less the power \
                    of quiet moments of the run."
                .to_owned();
        }
        let why = self.analysis.rungs.iter().find_map(|rung| rung.energy.as_ref().err());
        why.map_or_else(|| "Energy per token: nothing was measured.".to_owned(), |why| format!("Energy per token is not known: {why}."))
    }
}
