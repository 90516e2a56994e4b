//! From a chart over time to its picture.

use plotters::style::RGBColor;
use toprung_core::format;

use super::axis::ticks;
use super::path::paths;
use super::{Lane, LaneLook, LaneSpell, LinePanel, LineSpec, Place};
use crate::chart::canvas::{Box2, Canvas, Type};
use crate::chart::draw::fitting;
use crate::chart::finish::finished;
use crate::chart::layout::SMALL_SIZE;
use crate::chart::{Chart, Mark};
use crate::font::{Weight, width};
use crate::palette::{Palette, Theme};
use crate::text::elide_middle;

/// Below this a chart cannot be read.
const LEAST_WIDTH: u32 = 320;
/// The column of titles, as a share of the width and in pixels.
const TITLE_SHARE: f64 = 0.19;
const TITLE_WIDTH: (i32, i32) = (96, 168);
/// The column of the scales' labels.
const SCALE_WIDTH: i32 = 76;
const LANE_HEIGHT: i32 = 24;
/// Half the height of a lane's boxes.
const BOX_HALF: i32 = 9;
const TICK_HALF: i32 = 5;
const AIR: i32 = 8;
const PANEL_GAP: i32 = 14;
const FOOT_HEIGHT: i32 = 28;
/// Length of a dash of a guide, and of the space behind it.
const DASH: i32 = 4;

/// Draws a chart over time. The same figures give the same bytes.
pub(in crate::chart) fn line_chart(spec: &LineSpec, theme: Theme) -> Chart {
    let sheet_width = spec.width.max(LEAST_WIDTH) as i32;
    let left = ((f64::from(sheet_width) * TITLE_SHARE) as i32).clamp(TITLE_WIDTH.0, TITLE_WIDTH.1);
    let lanes_end = AIR + LANE_HEIGHT * spec.lanes.len() as i32;
    let panels_end = lanes_end + spec.panels.iter().map(|panel| panel.height + PANEL_GAP).sum::<i32>();
    let height = panels_end + FOOT_HEIGHT;
    let mut svg = String::new();
    let sheet = Sheet {
        spec,
        palette: theme.palette(),
        canvas: Canvas::new(&mut svg, sheet_width as u32, height as u32),
        plot: Box2 { left: left + AIR, top: lanes_end, right: sheet_width - SCALE_WIDTH, bottom: panels_end },
        width: sheet_width,
    };
    let (marks, text_widths) = sheet.draw(height);
    Chart {
        svg: finished(&svg, &spec.alt, &text_widths),
        width: sheet_width as u32,
        height: height as u32,
        marks,
        head: spec.head.clone(),
        rows: spec.rows.clone(),
        alt: spec.alt.clone(),
    }
}

/// A chart under way.
struct Sheet<'a> {
    spec: &'a LineSpec,
    palette: &'a Palette,
    canvas: Canvas<'a>,
    /// Where the lines stand, below the lanes.
    plot: Box2,
    width: i32,
}

impl Sheet<'_> {
    /// Gives the focusable points and the widths of the texts.
    fn draw(self, height: i32) -> (Vec<Mark>, Vec<f64>) {
        self.canvas.fill(Box2 { left: 0, top: 0, right: self.width, bottom: height }, self.palette.surface);
        self.time();
        for (index, lane) in self.spec.lanes.iter().enumerate() {
            self.lane(lane, self.lane_middle(index));
        }
        self.onsets();
        for (index, panel) in self.spec.panels.iter().enumerate() {
            self.panel(panel, self.panel_box(index));
        }
        let marks = self.spec.marks.iter().map(|mark| self.mark(mark.at_s, mark.place, &mark.label)).collect();
        (marks, self.canvas.finish())
    }

    fn x(&self, at_s: f64) -> i32 {
        let share = if self.spec.seconds > 0.0 { (at_s / self.spec.seconds).clamp(0.0, 1.0) } else { 0.0 };
        self.plot.left + (share * f64::from(self.plot.right - self.plot.left)).round() as i32
    }

    fn lane_middle(&self, index: usize) -> i32 {
        AIR + LANE_HEIGHT * index as i32 + LANE_HEIGHT / 2
    }

    fn panel_box(&self, index: usize) -> Box2 {
        let above: i32 = self.spec.panels.iter().take(index).map(|panel| panel.height + PANEL_GAP).sum();
        let top = self.plot.top + above + PANEL_GAP / 2;
        Box2 { top, bottom: top + self.spec.panels.get(index).map_or(0, |panel| panel.height), ..self.plot }
    }

    /// The axis, with a faint line through all panels at each tick.
    fn time(&self) {
        for tick in ticks(self.spec.seconds, self.plot.right - self.plot.left) {
            let x = self.x(tick);
            self.canvas.fill(Box2 { left: x, top: AIR, right: x + 1, bottom: self.plot.bottom }, self.palette.line);
            let label = if tick == 0.0 { "0".to_owned() } else { format::duration(tick) };
            let wide = width(&label, SMALL_SIZE, Weight::Regular);
            let at = (x - wide / 2).clamp(0, self.width - wide);
            self.canvas.text(&label, at, self.plot.bottom + FOOT_HEIGHT / 2, self.small(self.palette.ink_2));
        }
    }

    fn title_room(&self) -> i32 {
        self.plot.left - 2 * AIR
    }

    fn lane(&self, lane: &Lane, y: i32) {
        let color = if lane.look == LaneLook::Trouble { self.palette.bad } else { self.palette.ink_2 };
        self.canvas.text(&fitting(&lane.title, self.title_room()), 0, y, self.small(color));
        for spell in &lane.spells {
            let left = self.x(spell.from_s);
            let right = self.x(spell.to_s).max(left + 2);
            match lane.look {
                LaneLook::Named => self.named(spell, left, right, y),
                LaneLook::Ticks => self
                    .canvas
                    .fill(Box2 { left, top: y - TICK_HALF, right: (right - 1).max(left + 1), bottom: y + TICK_HALF }, self.palette.bar),
                LaneLook::Trouble => {
                    let area = Box2 { left, top: y - TICK_HALF - 1, right, bottom: y + TICK_HALF + 1 };
                    self.canvas.fill(area, self.palette.bad_soft);
                    self.canvas.hatch(area, self.palette.bad);
                    self.canvas.frame(area, self.palette.bad);
                }
            }
        }
    }

    fn named(&self, spell: &LaneSpell, left: i32, right: i32, y: i32) {
        let area = Box2 { left, top: y - BOX_HALF, right: (right - 1).max(left + 1), bottom: y + BOX_HALF };
        self.canvas.fill(area, self.palette.line);
        let room = area.right - area.left - AIR;
        let name = fitting(&spell.name, room);
        // An ellipsis alone says nothing; the point's tooltip has the name.
        if name.chars().count() > 2 {
            self.canvas.text(&name, left + AIR / 2, y, self.small(self.palette.ink));
        }
    }

    /// Where each trouble first began, through all lines: a line for every spell would hide what it marks.
    fn onsets(&self) {
        let troubles = self.spec.lanes.iter().enumerate().filter(|(_, lane)| lane.look == LaneLook::Trouble);
        let first = troubles.filter_map(|(index, lane)| Some((index, lane.spells.iter().map(|spell| spell.from_s).reduce(f64::min)?)));
        for (index, from_s) in first {
            let x = self.x(from_s);
            let top = self.lane_middle(index) + TICK_HALF;
            self.canvas.fill(Box2 { left: x, top, right: x + 1, bottom: self.plot.bottom }, self.palette.bad);
        }
    }

    fn panel(&self, panel: &LinePanel, area: Box2) {
        let strong = Type { weight: Weight::SemiBold, ..self.small(self.palette.ink) };
        // A panel may bear a model's name, which tells most at its two ends.
        let title = elide_middle(&panel.title, |text| width(text, SMALL_SIZE, Weight::SemiBold) <= self.title_room());
        self.canvas.text(&title, 0, area.top + 7, strong);
        self.canvas.text(&fitting(&panel.aside, self.title_room()), 0, area.top + 24, self.small(self.palette.ink_2));
        self.canvas.fill(Box2 { bottom: area.top + 1, ..area }, self.palette.line);
        self.canvas.fill(Box2 { top: area.bottom, bottom: area.bottom + 1, ..area }, self.palette.line_strong);
        self.scale_label(&panel.scale.top_label, area.top + 4);
        self.scale_label(&panel.scale.bottom_label, area.bottom - 4);
        if let Some((value, name)) = &panel.guide {
            self.guide(y_of(panel, area, *value), name, area);
        }
        let at = |(at_s, value): &(f64, Option<f64>)| value.map(|value| (self.x(*at_s), y_of(panel, area, value)));
        for path in paths(panel.points.iter().map(at)) {
            self.canvas.line(&path, self.palette.bar);
        }
    }

    fn scale_label(&self, label: &str, y: i32) {
        self.canvas.text(&fitting(label, SCALE_WIDTH - AIR), self.plot.right + AIR, y, self.small(self.palette.ink_2));
    }

    /// A dashed line; its name stands beside it where the scale's labels leave room.
    fn guide(&self, y: i32, name: &str, area: Box2) {
        let mut left = area.left;
        while left < area.right {
            self.canvas.fill(Box2 { left, top: y, right: (left + DASH).min(area.right), bottom: y + 1 }, self.palette.ink_2);
            left += 2 * DASH;
        }
        if (area.top + 18..area.bottom - 18).contains(&y) {
            self.scale_label(name, y);
        }
    }

    fn mark(&self, at_s: f64, place: Place, label: &str) -> Mark {
        let y = match place {
            Place::Lane(index) => self.lane_middle(index),
            Place::Panel(index, value) => {
                let area = self.panel_box(index);
                self.spec.panels.get(index).map_or(area.top, |panel| y_of(panel, area, value))
            }
        };
        Mark { x: self.x(at_s), y, label: label.to_owned() }
    }

    fn small(&self, color: RGBColor) -> Type {
        Type { size: SMALL_SIZE, weight: Weight::Regular, color }
    }
}

fn y_of(panel: &LinePanel, area: Box2, value: f64) -> i32 {
    let range = panel.scale.top - panel.scale.bottom;
    let share = if range > 0.0 { ((value - panel.scale.bottom) / range).clamp(0.0, 1.0) } else { 0.0 };
    area.bottom - 1 - (share * f64::from(area.bottom - area.top - 2)).round() as i32
}
