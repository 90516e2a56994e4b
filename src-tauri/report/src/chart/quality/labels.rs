//! The names beside the points.

use super::draw::{LABEL_HEIGHT, Sheet};
use super::place::{Wanted, place};
use super::{Look, Point};
use crate::chart::canvas::{Box2, Type};
use crate::font::{Weight, width};
use crate::text::elide_middle;

/// A label takes at most so much of the plot's width, and so many pixels.
const LABEL_SHARE: f64 = 0.36;
const LABEL_WIDTH: i32 = 190;
/// From this distance on a line leads from the label to its point.
const LEADER_FROM: i32 = 12;
/// Pixels of a line that a label sees as one piece.
const PIECE: i32 = 10;
const ON_THE_FRONT: &str = "best trade-offs";

impl Sheet<'_> {
    /// Each model's name beside its point, the front's first, then the words of the front's own line.
    pub(super) fn labels(&self, front: &[(i32, i32)], region: Option<Box2>, words: Option<Box2>) -> Vec<Label> {
        let room = ((f64::from(self.plot.right - self.plot.left) * LABEL_SHARE) as i32).min(LABEL_WIDTH);
        let mut wishes: Vec<Label> = self.spec.points.iter().map(|point| self.wish(point, room)).collect();
        wishes.sort_by_key(|wish| (!wish.is_strong(), wish.near.top, wish.near.left));
        wishes.extend(middle_of_the_longest(front).map(|near| {
            let look = self.small(self.palette.ink_2);
            Label { text: ON_THE_FRONT.to_owned(), near, look, place: near, leads: false }
        }));
        let wanted: Vec<Wanted> = wishes
            .iter()
            .map(|wish| Wanted { near: wish.near, width: width(&wish.text, wish.look.size, wish.look.weight) + 2, height: LABEL_HEIGHT })
            .collect();
        let taken: Vec<Box2> = self.spec.points.iter().map(|point| self.dot_box(point)).chain(words).collect();
        let intervals = self.spec.points.iter().map(|point| self.interval_boxes(point)).flat_map(|(along, up)| [along, up]).flatten();
        let lines: Vec<Box2> = intervals.chain(front.windows(2).flat_map(pieces)).chain(region.map(edges).into_iter().flatten()).collect();
        let places = place(&wanted, self.plot, &taken, &lines);
        wishes.into_iter().zip(places).filter_map(|(wish, place)| Some(Label { place: place?, ..wish })).collect()
    }

    fn wish(&self, point: &Point, room: i32) -> Label {
        let look = match point.look {
            Look::Front => Type { weight: Weight::SemiBold, ..self.small(self.palette.ink) },
            Look::Behind | Look::Partial => self.small(self.palette.ink_2),
        };
        let near = self.dot_box(point);
        Label { text: elide_middle(&point.label, |text| width(text, look.size, look.weight) <= room), near, look, place: near, leads: true }
    }

    /// A thin line from a label that had to move away to its point.
    pub(super) fn leaders(&self, labels: &[Label]) {
        for label in labels.iter().filter(|label| label.leads) {
            let from = ((label.near.left + label.near.right) / 2, (label.near.top + label.near.bottom) / 2);
            let to = (from.0.clamp(label.place.left, label.place.right), from.1.clamp(label.place.top + 2, label.place.bottom - 2));
            let far = (to.0 - from.0).abs().max((to.1 - from.1).abs());
            if far > LEADER_FROM {
                self.canvas.hairline(from, to, self.palette.ink_2);
            }
        }
    }
}

/// A text with its place, which is its point's own box until one is found.
pub(super) struct Label {
    pub(super) text: String,
    near: Box2,
    pub(super) look: Type,
    pub(super) place: Box2,
    leads: bool,
}

impl Label {
    fn is_strong(&self) -> bool {
        self.look.weight == Weight::SemiBold
    }
}

/// A region's two dashed edges.
fn edges(region: Box2) -> [Box2; 2] {
    [Box2 { right: region.left + 1, ..region }, Box2 { top: region.bottom - 1, ..region }]
}

/// A place on a line's longest piece.
fn middle_of_the_longest(line: &[(i32, i32)]) -> Option<Box2> {
    let length = |pair: &&[(i32, i32)]| (pair[1].0 - pair[0].0).abs() + (pair[1].1 - pair[0].1).abs();
    let longest = line.windows(2).max_by_key(length)?;
    let (x, y) = ((longest[0].0 + longest[1].0) / 2, (longest[0].1 + longest[1].1) / 2);
    Some(Box2 { left: x - 2, top: y - 2, right: x + 2, bottom: y + 2 })
}

/// A straight line as small boxes.
fn pieces(ends: &[(i32, i32)]) -> Vec<Box2> {
    let [from, to] = ends else { return Vec::new() };
    let (across, down) = (to.0 - from.0, to.1 - from.1);
    let count = (across.abs().max(down.abs()) / PIECE).max(1);
    let at = |i: i32| (from.0 + across * i / count, from.1 + down * i / count);
    let piece = |i: i32| {
        let (a, b) = (at(i), at(i + 1));
        Box2 { left: a.0.min(b.0), top: a.1.min(b.1), right: a.0.max(b.0) + 1, bottom: a.1.max(b.1) + 1 }
    };
    (0..count).map(piece).collect()
}
