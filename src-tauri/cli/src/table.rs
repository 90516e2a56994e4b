//! Tables on the terminal: one look for all of them.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use toprung_jobs::format;
use toprung_jobs::plan::Plan;

/// A table with a head; it keeps within the terminal's width.
pub(crate) fn with_head(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(head.iter().copied());
    table
}

/// A cell for a number.
pub(crate) fn number(text: impl Into<String>) -> Cell {
    Cell::new(text.into()).set_alignment(CellAlignment::Right)
}

/// The rungs of a plan, the smallest first.
pub(crate) fn plan(plan: &Plan) -> Table {
    let mut table = with_head(&["Model", "Size", "Quantization", "Here", "Fit (estimate)", "Expected"]);
    for rung in &plan.rungs {
        let facts = &rung.rung.facts;
        table.add_row(vec![
            Cell::new(&rung.rung.title),
            number(format::or_unknown(facts.file_bytes, format::bytes_gb)),
            Cell::new(facts.quantization.as_deref().unwrap_or(format::UNKNOWN)),
            Cell::new(if rung.installed { "installed" } else { "to download" }),
            Cell::new(&rung.fit.words),
            number(rung.expected_tps.map_or_else(|| format::UNKNOWN.to_owned(), |(low, high)| format::range(low, high, "tok/s"))),
        ]);
    }
    table
}
