//! Where things stand in a chart.

use super::canvas::Box2;
use super::{ChartSpec, RungLabel};
use crate::font::{Weight, width};

/// Height of one rung: two lines of text and their air.
const RUNG_HEIGHT: i32 = 46;
/// Height above the rungs, for the panels' titles.
const HEAD_HEIGHT: i32 = 34;
/// Height below the rungs, for the legend.
const FOOT_HEIGHT: i32 = 34;
/// The ladder's two rails at the left, and where names begin.
pub(super) const RAILS: (i32, i32) = (8, 20);
const NAME_LEFT: i32 = 36;
const GAP: i32 = 20;
/// Air at the right edge.
const RIGHT_AIR: i32 = 12;
/// Names get what the longest of them needs, within these bounds and this share of the width; a longer one is elided.
const NAME_WIDTH: (i32, i32) = (96, 240);
const NAME_SHARE: f64 = 0.28;
/// The column of verdicts; a narrower or divided chart puts the verdict beneath the name.
const NOTE_WIDTH: i32 = 176;
const NOTE_FROM_WIDTH: i32 = 600;
/// Below this a chart cannot be read; a narrower wish is raised to it.
const LEAST_WIDTH: u32 = 320;
/// Bars keep this share of the panel, whatever their labels ask for.
const LEAST_BAR_SHARE: f64 = 0.3;

pub(super) const VALUE_SIZE: f64 = 13.0;
pub(super) const SMALL_SIZE: f64 = 12.0;
/// Stands between the parts of a line.
pub(super) const BETWEEN: &str = " · ";
/// Air between a bar's end, its label and its aside.
pub(super) const LABEL_AIR: i32 = 8;

/// Columns and rows in pixels.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) names: Box2,
    pub(super) panels: Vec<Box2>,
    pub(super) notes: Option<Box2>,
    rungs: i32,
}

impl Layout {
    pub(super) fn of(spec: &ChartSpec) -> Self {
        let width = spec.width.max(LEAST_WIDTH) as i32;
        let rungs = spec.rungs.len() as i32;
        let (top, bottom) = (HEAD_HEIGHT, HEAD_HEIGHT + rungs * RUNG_HEIGHT);
        let notes =
            (spec.panels.len() == 1 && width >= NOTE_FROM_WIDTH).then(|| Box2 { left: width - NOTE_WIDTH, top, right: width, bottom });
        let most = ((f64::from(width) * NAME_SHARE) as i32).clamp(NAME_WIDTH.0, NAME_WIDTH.1);
        let needed = spec.rungs.iter().map(|rung| name_width(rung, notes.is_some())).max().unwrap_or_default();
        let names = Box2 { left: NAME_LEFT, top, right: NAME_LEFT + needed.clamp(NAME_WIDTH.0, most), bottom };
        let left = names.right + GAP;
        let right = notes.map_or(width - RIGHT_AIR, |notes| notes.left - GAP);
        let count = spec.panels.len().max(1) as i32;
        let each = (right - left - GAP * (count - 1)) / count;
        let panels = (0..count).map(|i| left + i * (each + GAP)).map(|left| Box2 { left, top, right: left + each, bottom }).collect();
        Self { width, height: bottom + FOOT_HEIGHT, names, panels, notes, rungs }
    }

    /// The middle of a rung, counted from 0 at the bottom.
    pub(super) fn middle(&self, rung: usize) -> i32 {
        HEAD_HEIGHT + (self.rungs - 1 - rung as i32) * RUNG_HEIGHT + RUNG_HEIGHT / 2
    }

    pub(super) fn rung_height(&self) -> i32 {
        RUNG_HEIGHT
    }
}

/// What a rung's two lines at the left need: the name, and below it the verdict, where it has no column, and the size.
fn name_width(rung: &RungLabel, has_notes: bool) -> i32 {
    let name = width(&rung.name, VALUE_SIZE, Weight::SemiBold);
    let parts: Vec<String> =
        if has_notes { rung.meta.clone() } else { [&rung.note].into_iter().chain(rung.meta.first()).cloned().collect() };
    // The verdict is set semi-bold, and a little air keeps the last letter from the edge.
    name.max(width(&parts.join(BETWEEN), SMALL_SIZE, Weight::SemiBold)) + LABEL_AIR / 2
}

/// Pixels a unit, so that every bar has room for its labels behind it, as long as bars keep their least share.
pub(super) fn scale(panel: &super::Panel, panel_width: i32) -> f64 {
    let room = f64::from(panel_width);
    let wanted = panel
        .bars
        .iter()
        .filter_map(|bar| Some((bar.interval.map_or(0.0, |(_, high)| high).max(bar.value?), bar)))
        .filter(|(end, _)| *end > 0.0)
        .map(|(end, bar)| (room - f64::from(labels_width(&bar.label, &bar.aside.join(BETWEEN)))).max(room * LEAST_BAR_SHARE) / end)
        .fold(f64::INFINITY, f64::min);
    if panel.full > 0.0 { wanted.min(room / panel.full) } else { wanted.min(room) }
}

fn labels_width(label: &str, aside: &str) -> i32 {
    let aside_width = if aside.is_empty() { 0 } else { LABEL_AIR + width(aside, SMALL_SIZE, Weight::Regular) };
    // Twice the air: an interval's cap stands a little beyond its end.
    2 * LABEL_AIR + width(label, VALUE_SIZE, Weight::SemiBold) + aside_width
}
