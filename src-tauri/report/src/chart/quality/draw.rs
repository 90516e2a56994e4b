//! From the chart's figures to its picture.

use super::axis::{LogScale, Pace};
use super::place::overlap;
use super::{FloorRegion, Look, Point, QualitySpec, Span};
use crate::chart::canvas::{Box2, Canvas, Type};
use crate::chart::draw::fitting;
use crate::chart::finish::finished;
use crate::chart::layout::{BETWEEN, LABEL_AIR, SMALL_SIZE};
use crate::chart::{Chart, Mark};
use crate::font::{Weight, width};
use crate::palette::{Palette, Theme};

/// Below this a chart cannot be read.
const LEAST_WIDTH: u32 = 320;
/// The plot's height as a share of the width, and its bounds in pixels.
const HEIGHT_SHARE: f64 = 0.42;
const PLOT_HEIGHT: (i32, i32) = (250, 420);
const HEAD_HEIGHT: i32 = 34;
/// Below the plot: the axis's labels, then its title.
const AXIS_HEIGHT: i32 = 46;
const LEGEND_LINE: i32 = 18;
const LEFT: i32 = 52;
const RIGHT_AIR: i32 = 12;
const DOT: i32 = 5;
const SMALL_DOT: i32 = 4;
/// How thick a ring is.
const RING: i32 = 2;
/// Room that labels leave around a point.
const DOT_AIR: i32 = 7;
/// Half the length of an interval's cap.
const CAP: i32 = 3;
pub(super) const LABEL_HEIGHT: i32 = 16;
/// The least pixels from one tick of the axis to the next.
const TICK_ROOM: i32 = 56;
/// A floor that even the slowest model beats by more than this factor lies beyond the axis; the words still say it.
const FAR_FLOOR: f64 = 2.5;
/// Length of a dash, and of the space behind it.
const DASH: i32 = 4;

/// Draws the chart. The same figures give the same bytes.
pub(super) fn quality(spec: &QualitySpec, theme: Theme) -> Chart {
    let sheet_width = spec.width.max(LEAST_WIDTH) as i32;
    let legend = lines_of(&spec.legend, sheet_width - LEFT);
    let tall = ((f64::from(sheet_width) * HEIGHT_SHARE) as i32).clamp(PLOT_HEIGHT.0, PLOT_HEIGHT.1);
    let plot = Box2 { left: LEFT, top: HEAD_HEIGHT, right: sheet_width - RIGHT_AIR, bottom: HEAD_HEIGHT + tall };
    let height = plot.bottom + AXIS_HEIGHT + LEGEND_LINE * legend.len() as i32 + LABEL_AIR;
    let values = values(spec);
    let mut svg = String::new();
    let sheet = Sheet {
        spec,
        palette: theme.palette(),
        canvas: Canvas::new(&mut svg, sheet_width as u32, height as u32),
        plot,
        scale: LogScale::holding(spec.pace, values.into_iter()),
        width: sheet_width,
    };
    let (marks, text_widths) = sheet.draw(height, &legend);
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

/// What the axis of speed must hold: all points with their intervals, and the floor, unless all are so much faster that it would press
/// them into a corner.
fn values(spec: &QualitySpec) -> Vec<f64> {
    let points = || spec.points.iter().flat_map(|point| [point.speed.low, point.speed.value, point.speed.high]);
    let is_near = |floor: &f64| {
        let near = match spec.pace {
            Pace::Seconds => floor / FAR_FLOOR,
            Pace::TokensPerSecond => floor * FAR_FLOOR,
        };
        points().any(|value| !spec.pace.is_faster(value, near))
    };
    let floor = spec.floors.as_ref().and_then(|floors| floors.speed).filter(is_near);
    points().chain(floor).collect()
}

/// As many parts a line as fit.
fn lines_of(parts: &[String], room: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        let joined = lines.last().map(|line| format!("{line}{BETWEEN}{part}"));
        match joined.filter(|line| width(line, SMALL_SIZE, Weight::Regular) <= room) {
            Some(longer) => *lines.last_mut().unwrap_or(&mut String::new()) = longer,
            None => lines.push(part.clone()),
        }
    }
    lines
}

/// A chart under way.
pub(super) struct Sheet<'a> {
    pub(super) spec: &'a QualitySpec,
    pub(super) palette: &'a Palette,
    pub(super) canvas: Canvas<'a>,
    pub(super) plot: Box2,
    scale: LogScale,
    width: i32,
}

impl Sheet<'_> {
    /// Gives the focusable points, from slow to fast, and the widths of the texts.
    fn draw(self, height: i32, legend: &[String]) -> (Vec<Mark>, Vec<f64>) {
        self.canvas.fill(Box2 { left: 0, top: 0, right: self.width, bottom: height }, self.palette.surface);
        let region = self.spec.floors.as_ref().map(|floors| self.region(floors));
        self.axes();
        let words = region.as_ref().zip(self.spec.floors.as_ref()).map(|(area, floors)| self.region_words(area, floors));
        let front = self.front();
        let labels = self.labels(&front, region, words.as_ref().map(|(place, _)| *place));
        self.canvas.line(if front.len() > 1 { &front } else { &[] }, self.palette.bar);
        self.spec.points.iter().for_each(|point| self.intervals(point));
        self.leaders(&labels);
        self.spec.points.iter().for_each(|point| self.dot(point));
        for label in &labels {
            self.canvas.text(&label.text, label.place.left, (label.place.top + label.place.bottom) / 2, label.look);
        }
        if let Some((place, text)) = words {
            self.canvas.text(&text, place.left, (place.top + place.bottom) / 2, self.small(self.palette.good));
        }
        for (index, line) in legend.iter().enumerate() {
            let y = self.plot.bottom + AXIS_HEIGHT + LEGEND_LINE * index as i32 + LEGEND_LINE / 2;
            self.canvas.text(&fitting(line, self.width - LEFT), LEFT, y, self.small(self.palette.ink_2));
        }
        let mark = |point: &Point| Mark { x: self.x(point.speed.value), y: self.y(point.right.value), label: point.tooltip.clone() };
        let mut marks: Vec<Mark> = self.spec.points.iter().map(mark).collect();
        marks.sort_by_key(|mark| mark.x);
        (marks, self.canvas.finish())
    }

    fn x(&self, speed: f64) -> i32 {
        self.plot.left + (self.scale.share(speed) * f64::from(self.plot.right - self.plot.left)).round() as i32
    }

    fn y(&self, share: f64) -> i32 {
        self.plot.bottom - (share.clamp(0.0, 1.0) * f64::from(self.plot.bottom - self.plot.top)).round() as i32
    }

    /// Where the floors are reached: a shade with a dashed edge.
    fn region(&self, floors: &FloorRegion) -> Box2 {
        let area = Box2 { left: floors.speed.map_or(self.plot.left, |speed| self.x(speed)), bottom: self.y(floors.quality), ..self.plot };
        self.canvas.fill(area, self.palette.good_soft);
        for left in (area.left..area.right).step_by(2 * DASH as usize) {
            self.canvas
                .fill(Box2 { left, top: area.bottom - 1, right: (left + DASH).min(area.right), bottom: area.bottom }, self.palette.good);
        }
        for top in (area.top..area.bottom).step_by(2 * DASH as usize).filter(|_| floors.speed.is_some_and(|speed| self.scale.holds(speed)))
        {
            self.canvas.fill(Box2 { left: area.left, top, right: area.left + 1, bottom: (top + DASH).min(area.bottom) }, self.palette.good);
        }
        area
    }

    /// In the corner of the region where it meets the fewest points and intervals.
    fn region_words(&self, area: &Box2, floors: &FloorRegion) -> (Box2, String) {
        let text = fitting(&floors.words, self.plot.right - self.plot.left - 2 * LABEL_AIR);
        let wide = width(&text, SMALL_SIZE, Weight::Regular);
        // A region that is narrower than its words lends room from its left.
        let left = (area.left + LABEL_AIR).min(area.right - LABEL_AIR - wide).max(self.plot.left + LABEL_AIR);
        let lefts = [left, area.right - LABEL_AIR - wide];
        let tops = [area.bottom - LABEL_HEIGHT - DASH, area.top + DASH];
        let busy: Vec<Box2> = self.spec.points.iter().flat_map(|point| self.boxes(point)).collect();
        let corners = tops
            .iter()
            .flat_map(|top| lefts.iter().map(move |left| Box2 { left: *left, top: *top, right: left + wide, bottom: top + LABEL_HEIGHT }));
        let meets = |corner: &Box2| busy.iter().filter(|other| overlap(corner, other)).count();
        let place = corners.min_by_key(meets).unwrap_or(*area);
        (place, text)
    }

    fn axes(&self) {
        let Palette { line, line_strong, ink_2, .. } = *self.palette;
        for quarter in 0..=4 {
            let y = self.y(f64::from(quarter) / 4.0);
            let color = if quarter == 0 { line_strong } else { line };
            self.canvas.fill(Box2 { left: self.plot.left, top: y, right: self.plot.right, bottom: y + 1 }, color);
            let label = format!("{} %", 25 * quarter);
            let wide = width(&label, SMALL_SIZE, Weight::Regular);
            self.canvas.text(&label, self.plot.left - LABEL_AIR - wide, y, self.small(ink_2));
        }
        for (value, label) in self.scale.ticks(self.plot.right - self.plot.left, TICK_ROOM) {
            let x = self.x(value);
            self.canvas.fill(Box2 { left: x, top: self.plot.top, right: x + 1, bottom: self.plot.bottom }, line);
            let wide = width(&label, SMALL_SIZE, Weight::Regular);
            let left = (x - wide / 2).clamp(0, self.width - wide);
            self.canvas.text(&label, left, self.plot.bottom + 14, self.small(ink_2));
        }
        self.canvas.text(&fitting(&self.spec.quality_title, self.width - LEFT), LEFT, 14, self.small(ink_2));
        let title = fitting(&self.spec.speed_title, self.width - LEFT - RIGHT_AIR);
        let left = self.plot.right - width(&title, SMALL_SIZE, Weight::Regular);
        self.canvas.text(&title, left, self.plot.bottom + 34, self.small(ink_2));
    }

    /// The best trade-offs, from slow to fast.
    fn front(&self) -> Vec<(i32, i32)> {
        let on_front = self.spec.points.iter().filter(|point| point.look == Look::Front);
        let mut points: Vec<(i32, i32)> = on_front.map(|point| (self.x(point.speed.value), self.y(point.right.value))).collect();
        points.sort_unstable();
        points
    }

    fn has_spread(span: &Span) -> bool {
        span.low < span.high
    }

    /// The interval along the speed, then the one along the quality, where they are.
    pub(super) fn interval_boxes(&self, point: &Point) -> (Option<Box2>, Option<Box2>) {
        let (x, y) = (self.x(point.speed.value), self.y(point.right.value));
        let ends = [self.x(point.speed.low), self.x(point.speed.high)];
        let (left, right) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        let along = Box2 { left, top: y, right: right + 1, bottom: y + 1 };
        let up = Box2 { left: x, top: self.y(point.right.high), right: x + 1, bottom: self.y(point.right.low) + 1 };
        (Self::has_spread(&point.speed).then_some(along), Self::has_spread(&point.right).then_some(up))
    }

    fn intervals(&self, point: &Point) {
        let color = self.palette.ink_2;
        let (along, up) = self.interval_boxes(point);
        if let Some(along) = along {
            self.canvas.fill(along, color);
            for left in [along.left, along.right - 1] {
                self.canvas.fill(Box2 { left, top: along.top - CAP, right: left + 1, bottom: along.bottom + CAP }, color);
            }
        }
        if let Some(up) = up {
            self.canvas.fill(up, color);
            for top in [up.top, up.bottom - 1] {
                self.canvas.fill(Box2 { left: up.left - CAP, top, right: up.right + CAP, bottom: top + 1 }, color);
            }
        }
    }

    fn dot(&self, point: &Point) {
        let at = (self.x(point.speed.value), self.y(point.right.value));
        let Palette { surface, bar, .. } = *self.palette;
        let radius = if point.look == Look::Partial { SMALL_DOT } else { DOT };
        // A ground of its own parts it from the lines beneath.
        self.canvas.dot(at, radius + 1, surface);
        self.canvas.dot(at, radius, bar);
        if point.look != Look::Front {
            self.canvas.dot(at, radius - RING, surface);
        }
    }

    pub(super) fn dot_box(&self, point: &Point) -> Box2 {
        let (x, y) = (self.x(point.speed.value), self.y(point.right.value));
        Box2 { left: x - DOT_AIR, top: y - DOT_AIR, right: x + DOT_AIR, bottom: y + DOT_AIR }
    }

    /// Everything of a point that words should not stand on.
    fn boxes(&self, point: &Point) -> Vec<Box2> {
        let (along, up) = self.interval_boxes(point);
        [Some(self.dot_box(point)), along, up].into_iter().flatten().collect()
    }

    pub(super) fn small(&self, color: plotters::style::RGBColor) -> Type {
        Type { size: SMALL_SIZE, weight: Weight::Regular, color }
    }
}
