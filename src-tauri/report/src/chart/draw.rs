//! From a chart's figures and words to its picture.

use plotters::style::RGBColor;

use super::canvas::{Box2, Canvas, Type};
use super::finish::finished;
use super::layout::{BETWEEN, LABEL_AIR, Layout, RAILS, SMALL_SIZE, VALUE_SIZE};
use super::{Chart, ChartSpec, Mark, RungLabel, Tone};
use crate::font::{Weight, width};
use crate::palette::{Palette, Theme};
use crate::text::{elide_end, elide_middle};

/// Distance of a rung's two lines of text from its middle.
const LINE_OFFSET: i32 = 8;

/// Draws a chart. The same figures give the same bytes.
pub fn chart(spec: &ChartSpec, theme: Theme) -> Chart {
    let layout = Layout::of(spec);
    let mut svg = String::new();
    let picture = Picture {
        spec,
        layout: &layout,
        palette: theme.palette(),
        canvas: Canvas::new(&mut svg, layout.width as u32, layout.height as u32),
    };
    let (marks, text_widths) = picture.draw();
    Chart {
        svg: finished(&svg, &spec.alt, &text_widths),
        width: layout.width as u32,
        height: layout.height as u32,
        marks,
        head: spec.head.clone(),
        rows: spec.rows.clone(),
        alt: spec.alt.clone(),
    }
}

/// A chart under way.
pub(super) struct Picture<'a> {
    pub(super) spec: &'a ChartSpec,
    pub(super) layout: &'a Layout,
    pub(super) palette: &'a Palette,
    pub(super) canvas: Canvas<'a>,
}

impl Picture<'_> {
    /// Gives the focusable points and the widths of the texts.
    fn draw(self) -> (Vec<Mark>, Vec<f64>) {
        self.canvas.fill(Box2 { left: 0, top: 0, right: self.layout.width, bottom: self.layout.height }, self.palette.surface);
        self.ladder();
        for (i, rung) in self.spec.rungs.iter().enumerate() {
            self.rung_lines(i);
            self.name(i, rung);
            self.note(i, rung);
        }
        let marks = self.panels();
        self.legend();
        (marks, self.canvas.finish())
    }

    /// Two rails and a rung for each model: full when measured, broken when it fails, sticking out at the knee.
    fn ladder(&self) {
        let (top, bottom) = (self.layout.names.top + 4, self.layout.names.bottom - 4);
        for x in [RAILS.0, RAILS.1] {
            self.canvas.fill(Box2 { left: x, top, right: x + 2, bottom }, self.palette.line_strong);
        }
        for (i, rung) in self.spec.rungs.iter().enumerate() {
            let y = self.layout.middle(i);
            if self.bars_of(i).any(|bar| bar.fails) {
                for left in [RAILS.0, RAILS.0 + 5, RAILS.0 + 10] {
                    self.canvas.fill(Box2 { left, top: y - 1, right: left + 3, bottom: y + 2 }, self.palette.bad);
                }
            } else if rung.tone == Tone::Good {
                self.canvas.fill(Box2 { left: RAILS.0 - 5, top: y - 2, right: RAILS.1 + 6, bottom: y + 3 }, self.palette.good);
                self.canvas.arrow((RAILS.1 + 12, y), 6, self.palette.good);
            } else if self.has_figure(i) {
                self.canvas.fill(Box2 { left: RAILS.0, top: y - 1, right: RAILS.1 + 2, bottom: y + 2 }, self.palette.bar);
            } else {
                self.canvas.fill(Box2 { left: RAILS.0, top: y, right: RAILS.1 + 2, bottom: y + 1 }, self.palette.line_strong);
            }
        }
    }

    fn rung_lines(&self, i: usize) {
        let half = self.layout.rung_height() / 2;
        let line = |y| Box2 { left: self.layout.names.left, top: y, right: self.layout.width, bottom: y + 1 };
        self.canvas.fill(line(self.layout.middle(i) - half), self.palette.line);
        if i == 0 {
            self.canvas.fill(line(self.layout.middle(i) + half), self.palette.line);
        }
    }

    fn name(&self, i: usize, rung: &RungLabel) {
        let (x, y, room) = (self.layout.names.left, self.layout.middle(i), self.layout.names.right - self.layout.names.left);
        let name = elide_middle(&rung.name, |text| width(text, VALUE_SIZE, Weight::SemiBold) <= room);
        self.canvas.text(&name, x, y - LINE_OFFSET, self.value_type(self.palette.ink));
        let (word, word_width) = self.verdict_beneath_the_name(rung, room);
        let meta = parts_that_fit(&rung.meta, room - word_width, if word.is_empty() { "" } else { "· " });
        self.canvas.text(&word, x, y + LINE_OFFSET, Type { weight: Weight::SemiBold, ..self.small_type(self.tone(rung.tone)) });
        self.canvas.text(&meta, x + word_width, y + LINE_OFFSET, self.small_type(self.palette.ink_2));
    }

    /// Where there is no column for verdicts, the word stands before the size.
    fn verdict_beneath_the_name(&self, rung: &RungLabel, room: i32) -> (String, i32) {
        if self.layout.notes.is_some() || rung.note.is_empty() {
            return (String::new(), 0);
        }
        let word = elide_end(&rung.note, |text| width(text, SMALL_SIZE, Weight::SemiBold) <= room);
        let word_width = width(&word, SMALL_SIZE, Weight::SemiBold) + LABEL_AIR / 2;
        (word, word_width)
    }

    fn note(&self, i: usize, rung: &RungLabel) {
        let Some(notes) = self.layout.notes else { return };
        let room = notes.right - notes.left - 2 * LABEL_AIR;
        let middle = self.layout.middle(i);
        let y = if rung.note_detail.is_some() { middle - LINE_OFFSET - 1 } else { middle };
        let word = fitting(&rung.note, room);
        let chip = Box2 {
            left: notes.left,
            top: y - 10,
            right: notes.left + width(&word, SMALL_SIZE, Weight::Regular) + 2 * LABEL_AIR,
            bottom: y + 9,
        };
        match rung.tone {
            Tone::Good => self.canvas.fill(chip, self.palette.good_soft),
            Tone::Bad => self.canvas.fill(chip, self.palette.bad_soft),
            Tone::Quiet => {}
        }
        self.canvas.text(&word, notes.left + LABEL_AIR, y, self.small_type(self.tone(rung.tone)));
        if let Some(detail) = &rung.note_detail {
            self.canvas.text(&fitting(detail, room), notes.left + LABEL_AIR, middle + LINE_OFFSET + 2, self.small_type(self.palette.ink_2));
        }
    }

    fn tone(&self, tone: Tone) -> RGBColor {
        match tone {
            Tone::Quiet => self.palette.ink_2,
            Tone::Good => self.palette.good,
            Tone::Bad => self.palette.bad,
        }
    }

    pub(super) fn value_type(&self, color: RGBColor) -> Type {
        Type { size: VALUE_SIZE, weight: Weight::SemiBold, color }
    }

    pub(super) fn small_type(&self, color: RGBColor) -> Type {
        Type { size: SMALL_SIZE, weight: Weight::Regular, color }
    }
}

/// As many parts as there is room for, the first ones first.
pub(super) fn parts_that_fit(parts: &[String], room: i32, before: &str) -> String {
    let line = |n: usize| format!("{before}{}", parts[..n].join(BETWEEN));
    (1..=parts.len()).rev().map(line).find(|text| width(text, SMALL_SIZE, Weight::Regular) <= room).unwrap_or_default()
}

pub(super) fn fitting(text: &str, room: i32) -> String {
    elide_end(text, |text| width(text, SMALL_SIZE, Weight::Regular) <= room)
}
