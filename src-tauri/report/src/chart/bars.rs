//! The bars of a chart, with their intervals and labels.

use super::canvas::Box2;
use super::draw::{Picture, fitting, parts_that_fit};
use super::layout::{LABEL_AIR, SMALL_SIZE, VALUE_SIZE, scale};
use super::{Bar, Mark};
use crate::font::{Weight, width};
use crate::palette::Palette;

/// Half the height of a bar.
const BAR_HALF: i32 = 7;
/// A figure that is not zero shows at least this much.
const LEAST_BAR: i32 = 2;
/// An interval narrower than this is one tick: two caps would run into a block.
const LEAST_INTERVAL: i32 = 6;

impl Picture<'_> {
    pub(super) fn panels(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (panel, area) in self.spec.panels.iter().zip(&self.layout.panels) {
            let title = fitting(&panel.title, area.right - area.left);
            self.canvas.text(&title, area.left, area.top - 16, self.small_type(self.palette.ink_2));
            // Bars begin at zero, and the line says where that is.
            self.canvas
                .fill(Box2 { left: area.left - 1, top: area.top + 1, right: area.left, bottom: area.bottom }, self.palette.line_strong);
            let scale = scale(panel, area.right - area.left);
            for (i, bar) in panel.bars.iter().enumerate() {
                let x = if self.has_figure(i) { self.bar(bar, area, self.layout.middle(i), scale) } else { area.left };
                marks.push(Mark { x, y: self.layout.middle(i), label: bar.tooltip.clone() });
            }
        }
        for i in (0..self.spec.rungs.len()).filter(|i| !self.has_figure(*i)) {
            self.why_no_figure(i);
        }
        marks
    }

    pub(super) fn bars_of(&self, i: usize) -> impl Iterator<Item = &Bar> {
        self.spec.panels.iter().filter_map(move |panel| panel.bars.get(i))
    }

    pub(super) fn has_figure(&self, i: usize) -> bool {
        self.bars_of(i).any(|bar| bar.value.is_some())
    }

    /// The reason stands once, over all panels, where the rung has a bar in none of them.
    fn why_no_figure(&self, i: usize) {
        let (Some(bar), Some(first)) = (self.bars_of(i).next(), self.layout.panels.first()) else { return };
        let has_note = self.spec.rungs.get(i).is_some_and(|rung| !rung.note.is_empty());
        let last = self.layout.panels.last().map_or(first.right, |panel| panel.right);
        let right = if has_note { last } else { self.layout.notes.map_or(last, |notes| notes.right - LABEL_AIR) };
        let (x, y) = (first.left + LABEL_AIR, self.layout.middle(i));
        let text = fitting(&bar.label, right - x);
        // Covers the other panels' lines of zero.
        let ground = Box2 { left: x, top: y - 9, right: x + width(&text, SMALL_SIZE, Weight::Regular) + LABEL_AIR, bottom: y + 10 };
        self.canvas.fill(ground, self.palette.surface);
        self.canvas.text(&text, x, y, self.small_type(if bar.fails { self.palette.bad } else { self.palette.ink_2 }));
    }

    /// Draws one bar with its labels and gives its right end.
    fn bar(&self, bar: &Bar, area: &Box2, y: i32, scale: f64) -> i32 {
        let at = |value: f64| area.left + ((value * scale).round() as i32).clamp(0, area.right - area.left);
        let end = bar.value.map_or(area.left, |value| at(value).max(area.left + if value > 0.0 { LEAST_BAR } else { 0 }));
        let body = Box2 { left: area.left, top: y - BAR_HALF, right: end, bottom: y + BAR_HALF };
        if bar.fails && end > area.left {
            self.canvas.hatch(body, self.palette.bad);
            self.canvas.frame(body, self.palette.bad);
        } else if end > area.left {
            self.canvas.fill(body, self.palette.bar);
        }
        let drawn_to = match bar.interval {
            Some((low, high)) if bar.value.is_some() => self.interval((at(low), at(high)), end, y).max(end),
            _ => end,
        };
        self.labels(bar, drawn_to + LABEL_AIR, area.right, y);
        end
    }

    /// The 95 % interval: a line with caps on a ground of its own, so that it shows on the bar and beside it.
    fn interval(&self, (low, high): (i32, i32), end: i32, y: i32) -> i32 {
        let Palette { surface, ink, .. } = *self.palette;
        let boxed = |left: i32, right: i32, half: i32| Box2 { left, top: y - half, right, bottom: y + half };
        let caps = if high - low < LEAST_INTERVAL { vec![end - 1] } else { vec![low, high - 2] };
        if high - low >= LEAST_INTERVAL {
            self.canvas.fill(boxed(low, high, 2), surface);
        }
        for cap in &caps {
            self.canvas.fill(boxed(cap - 1, cap + 3, 6), surface);
        }
        if high - low >= LEAST_INTERVAL {
            self.canvas.fill(boxed(low, high, 1), ink);
        }
        for cap in &caps {
            self.canvas.fill(boxed(*cap, cap + 2, 5), ink);
        }
        high.max(caps[0] + 2)
    }

    fn labels(&self, bar: &Bar, x: i32, right: i32, y: i32) {
        let room = (right - x).max(0);
        if bar.value.is_none() {
            let color = if bar.fails { self.palette.bad } else { self.palette.ink_2 };
            self.canvas.text(&fitting(&bar.label, room), x, y, self.small_type(color));
            return;
        }
        self.canvas.text(&bar.label, x, y, self.value_type(self.palette.ink));
        let aside_x = x + width(&bar.label, VALUE_SIZE, Weight::SemiBold) + LABEL_AIR;
        self.canvas.text(&parts_that_fit(&bar.aside, right - aside_x, ""), aside_x, y, self.small_type(self.palette.ink_2));
    }

    /// What the marks mean, for those that are there.
    pub(super) fn legend(&self) {
        let bars = || self.spec.panels.iter().flat_map(|panel| &panel.bars);
        let mut parts = Vec::new();
        if bars().any(|bar| bar.interval.is_some()) {
            parts.push("capped line: 95 % interval".to_owned());
        }
        if bars().any(|bar| bar.aside.iter().any(|part| part.starts_with(['−', '+']))) {
            parts.push("−/+ %: against the rung below".to_owned());
        }
        if bars().any(|bar| bar.fails && bar.value.is_some()) {
            parts.push(format!("hatched: {}", self.spec.hatched));
        }
        let left = self.layout.names.left;
        let text = fitting(&parts.join("  ·  "), self.layout.width - left);
        self.canvas.text(&text, left, self.layout.names.bottom + 20, self.small_type(self.palette.ink_2));
    }
}
