//! Drawing on plotters' SVG backend in whole pixels.

use std::cell::RefCell;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, ShapeStyle, TextStyle};

use crate::font::{Weight, exact_width, font};

/// Pixels between the lines of a hatching, along the bar.
const HATCH_STEP: i32 = 6;

/// A box in pixels: left and top are in it, right and bottom are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Box2 {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

/// A text's look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) weight: Weight,
    pub(super) color: RGBColor,
}

/// An SVG under way. Its target is a `String`, into which writing cannot fail: that is why results are let go here.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    text_widths: RefCell<Vec<f64>>,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(svg: &'a mut String, width: u32, height: u32) -> Self {
        Self { area: SVGBackend::with_string(svg, (width, height)).into_drawing_area(), text_widths: RefCell::default() }
    }

    /// Ends the SVG and gives the widths of its texts, in the order in which they were drawn.
    pub(super) fn finish(self) -> Vec<f64> {
        let _ = self.area.present();
        self.text_widths.into_inner()
    }

    /// Lines are drawn as thin boxes too: a stroke on a pixel's edge would blur over two.
    pub(super) fn fill(&self, area: Box2, color: RGBColor) {
        let _ = self.area.draw(&Rectangle::new([(area.left, area.top), (area.right, area.bottom)], color.filled()));
    }

    /// A one-pixel frame inside the box.
    pub(super) fn frame(&self, area: Box2, color: RGBColor) {
        let Box2 { left, top, right, bottom } = area;
        self.fill(Box2 { left, top, right, bottom: top + 1 }, color);
        self.fill(Box2 { left, top: bottom - 1, right, bottom }, color);
        self.fill(Box2 { left, top, right: left + 1, bottom }, color);
        self.fill(Box2 { left: right - 1, top, right, bottom }, color);
    }

    /// Diagonal lines inside the box: the pattern of what fails.
    pub(super) fn hatch(&self, area: Box2, color: RGBColor) {
        let height = area.bottom - area.top;
        let style = ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: 2 };
        let mut foot = area.left - height + HATCH_STEP;
        while foot < area.right {
            let from = foot.max(area.left);
            let to = (foot + height).min(area.right);
            let line = vec![(from, area.bottom - (from - foot)), (to, area.bottom - (to - foot))];
            let _ = self.area.draw(&PathElement::new(line, style));
            foot += HATCH_STEP;
        }
    }

    /// A line through points, two pixels wide. A single point is a dot.
    pub(super) fn line(&self, points: &[(i32, i32)], color: RGBColor) {
        if let [(x, y)] = points {
            self.fill(Box2 { left: x - 1, top: y - 1, right: x + 2, bottom: y + 2 }, color);
        } else if !points.is_empty() {
            let style = ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: 2 };
            let _ = self.area.draw(&PathElement::new(points.to_vec(), style));
        }
    }

    /// A line one pixel wide.
    pub(super) fn hairline(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) {
        let style = ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: 1 };
        let _ = self.area.draw(&PathElement::new(vec![from, to], style));
    }

    /// A filled disc.
    pub(super) fn dot(&self, middle: (i32, i32), radius: i32, color: RGBColor) {
        let _ = self.area.draw(&Circle::new(middle, radius, color.filled()));
    }

    /// A small triangle that points right: the knee's marker.
    pub(super) fn arrow(&self, tip: (i32, i32), size: i32, color: RGBColor) {
        let points = vec![(tip.0 - size, tip.1 - size), tip, (tip.0 - size, tip.1 + size)];
        let _ = self.area.draw(&Polygon::new(points, color.filled()));
    }

    /// A text that begins at `x`, with the middle of its small letters at `y`.
    pub(super) fn text(&self, text: &str, x: i32, y: i32, look: Type) {
        if text.is_empty() {
            return;
        }
        let style = TextStyle::from(font(look.size, look.weight)).color(&look.color).pos(Pos::new(HPos::Left, VPos::Center));
        let _ = self.area.draw(&Text::new(text, (x, y), style));
        self.text_widths.borrow_mut().push(exact_width(text, look.size, look.weight));
    }
}
