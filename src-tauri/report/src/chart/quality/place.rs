//! Where labels stand: beside their points, on nothing else.

use crate::chart::canvas::Box2;

/// Pixels from one tried place to the next.
const STEP: usize = 6;
/// What a label on an interval or a line costs, in pixels of distance: it is readable there, and better elsewhere.
const ON_A_LINE: i32 = 18;
/// What standing to the left of a point costs, so that of two equal places the usual one is taken.
const ON_THE_LEFT: i32 = 2;

/// A label that wants a place near a box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) near: Box2,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Finds a place in `area` for each label in turn: never on one of the `taken` boxes or on an earlier label, and away from `lines` where
/// there is room. `None` where there is no place left.
pub(super) fn place(wanted: &[Wanted], area: Box2, taken: &[Box2], lines: &[Box2]) -> Vec<Option<Box2>> {
    let mut taken = taken.to_vec();
    let mut places = Vec::with_capacity(wanted.len());
    for label in wanted {
        let found = best(label, area, &taken, lines);
        taken.extend(found);
        places.push(found);
    }
    places
}

fn best(label: &Wanted, area: Box2, taken: &[Box2], lines: &[Box2]) -> Option<Box2> {
    let lefts = tried(area.left, area.right - label.width, [label.near.right, label.near.left - label.width]);
    let tops = tried(area.top, area.bottom - label.height, [(label.near.top + label.near.bottom - label.height) / 2, label.near.bottom]);
    let boxes = tops.iter().flat_map(|top| {
        lefts.iter().map(move |left| Box2 { left: *left, top: *top, right: left + label.width, bottom: top + label.height })
    });
    boxes.filter(|place| !taken.iter().any(|other| overlap(place, other))).min_by_key(|place| {
        let on_lines = lines.iter().filter(|line| overlap(place, line)).count() as i32;
        let on_the_left = if place.right <= label.near.left { ON_THE_LEFT } else { 0 };
        distance(place, &label.near) + on_lines.saturating_mul(ON_A_LINE) + on_the_left
    })
}

/// Places at every step, and the exact ones beside the point where they lie in the area.
fn tried(from: i32, to: i32, exact: [i32; 2]) -> Vec<i32> {
    exact.into_iter().filter(|at| (from..=to).contains(at)).chain((from..=to).step_by(STEP)).collect()
}

pub(super) fn overlap(a: &Box2, b: &Box2) -> bool {
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/// The pixels between two boxes, along both directions; 0 where they touch. Off to the side of both counts double.
fn distance(a: &Box2, b: &Box2) -> i32 {
    let across = (a.left - b.right).max(b.left - a.right).max(0);
    let down = (a.top - b.bottom).max(b.top - a.bottom).max(0);
    // Of labels that touch, the one whose middle is nearer looks like it belongs.
    let middles = ((a.top + a.bottom) - (b.top + b.bottom)).abs() / 4 + ((a.left + a.right) - (b.left + b.right)).abs() / 40;
    2 * (across + down) + middles
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Box2 = Box2 { left: 0, top: 0, right: 600, bottom: 300 };

    fn dot(x: i32, y: i32) -> Box2 {
        Box2 { left: x - 7, top: y - 7, right: x + 7, bottom: y + 7 }
    }

    #[test]
    fn a_label_stands_to_the_right_of_its_point_and_to_the_left_at_the_edge() {
        let label = |x| Wanted { near: dot(x, 150), width: 100, height: 16 };
        let at = |x| place(&[label(x)], AREA, &[dot(x, 150)], &[])[0].unwrap();
        assert_eq!((at(100).left, at(100).top), (107, 142));
        assert_eq!(at(590).right, 583, "a label does not leave the picture");
    }

    #[test]
    fn twelve_labels_on_one_spot_do_not_overlap() {
        let dots: Vec<Box2> = (0..12).map(|i| dot(300 + i, 150)).collect();
        let wanted: Vec<Wanted> = dots.iter().map(|near| Wanted { near: *near, width: 180, height: 16 }).collect();
        let places: Vec<Box2> = place(&wanted, AREA, &dots, &[]).into_iter().map(Option::unwrap).collect();
        for (i, a) in places.iter().enumerate() {
            assert!(places[i + 1..].iter().chain(&dots).all(|b| !overlap(a, b)), "label {i} at {a:?}");
        }
    }

    #[test]
    fn what_has_no_place_gets_none() {
        let wanted = Wanted { near: dot(10, 10), width: 900, height: 16 };
        assert_eq!(place(&[wanted], AREA, &[], &[]), [None]);
    }
}
