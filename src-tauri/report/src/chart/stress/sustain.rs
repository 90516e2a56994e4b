//! A sustained test: its speed loop by loop, and what the sensors read meanwhile.

use toprung_core::format;
use toprung_core::spells::{Trouble, spells};
use toprung_core::stress::StressTest;
use toprung_core::stress::sustain::{Loop, STABLE_SHARE, Sustain, Sustained, analyse};

use super::super::lines::{Lane, LaneLook, LaneSpell, LineMark, LinePanel, LineSpec, Place, Scale, Sensor};

/// Tall, because a few per cent must be seen.
const SPEED_HEIGHT: i32 = 120;
/// The scale begins here where every loop was faster, as a share of the best: from zero, three per cent would not show.
const ZOOM_SHARE: f64 = 0.8;
const SENSORS: [Sensor; 3] = [Sensor::Temperature, Sensor::Clock, Sensor::Power];

pub(super) fn spec(record: &Sustain, test: &StressTest, width: u32) -> Option<LineSpec> {
    let (sustained, began) = (analyse(record, &test.samples), record.began_ms?);
    let best = sustained.best_tps?;
    let panels = std::iter::once(speed(record, &sustained, best))
        .chain(SENSORS.into_iter().filter_map(|sensor| sensor.panel(since(test, began), &test.machine, began)))
        .collect();
    let (head, rows) = table(record, &sustained);
    Some(LineSpec {
        width,
        seconds: seconds(record, &sustained, test, began),
        lanes: lanes(record, &sustained, test, began),
        panels,
        marks: marks(record, &sustained),
        alt: format!("Tokens per second, loop by loop. {}", test.judge().headline),
        head,
        rows,
    })
}

/// The readings from the work's beginning on.
fn since(test: &StressTest, began: f64) -> &[toprung_core::machine::HardwareSample] {
    let first = test.samples.partition_point(|sample| sample.at_ms < began);
    test.samples.get(first..).unwrap_or_default()
}

fn seconds(record: &Sustain, sustained: &Sustained, test: &StressTest, began: f64) -> f64 {
    let looped = sustained.loops.len() as f64 * record.loop_s;
    test.samples.last().map_or(looped, |last| ((last.at_ms - began) / 1e3).max(looped))
}

/// A loop is a mean over its time, so it is drawn as a step.
fn speed(record: &Sustain, sustained: &Sustained, best: f64) -> LinePanel {
    let worst = sustained.worst_tps.unwrap_or(best);
    let bottom = if worst > best * ZOOM_SHARE { best * ZOOM_SHARE } else { 0.0 };
    let step = |one: &Loop| [(one.from_s, one.decode_tps), (one.from_s + record.loop_s, one.decode_tps)];
    LinePanel {
        title: "Tokens per second".to_owned(),
        aside: sustained.stability.map_or_else(String::new, |share| format!("{} stable", format::percent_tenths(share))),
        height: SPEED_HEIGHT,
        scale: Scale {
            bottom,
            top: best,
            bottom_label: if bottom > 0.0 { format::figures(bottom) } else { "0".to_owned() },
            top_label: format::figures(best),
        },
        points: sustained.loops.iter().flat_map(step).collect(),
        guide: Some((best * STABLE_SHARE, format::percent(STABLE_SHARE))),
    }
}

fn lanes(record: &Sustain, sustained: &Sustained, test: &StressTest, began: f64) -> Vec<Lane> {
    let mut lanes = Vec::new();
    if let Some(onset) = &sustained.onset {
        let to_s = sustained.loops.len() as f64 * record.loop_s;
        let spell = LaneSpell { from_s: onset.after_s, to_s, name: String::new() };
        lanes.push(Lane { title: "Slower for good".to_owned(), look: LaneLook::Trouble, spells: vec![spell] });
    }
    let found = spells(since(test, began), &[began..=record.cooling_ms.unwrap_or(f64::INFINITY)]);
    for trouble in Trouble::ALL {
        let of_it = found.iter().filter(|spell| spell.trouble == trouble);
        let at = |ms: f64| ((ms - began) / 1e3).max(0.0);
        let spells: Vec<LaneSpell> =
            of_it.map(|spell| LaneSpell { from_s: at(spell.from_ms), to_s: at(spell.to_ms), name: String::new() }).collect();
        if !spells.is_empty() {
            lanes.push(Lane { title: trouble.title().to_owned(), look: LaneLook::Trouble, spells });
        }
    }
    lanes
}

fn marks(record: &Sustain, sustained: &Sustained) -> Vec<LineMark> {
    let loop_mark = |one: &Loop| {
        let tps = one.decode_tps?;
        let heat = one.hottest_c.map(|celsius| format!(", {celsius:.0} °C")).unwrap_or_default();
        Some(LineMark {
            at_s: one.from_s + record.loop_s / 2.0,
            place: Place::Panel(0, tps),
            label: format!("After {}: {}{heat}", format::duration(one.from_s), format::tokens_per_second(tps)),
        })
    };
    let onset = sustained.onset.as_ref().map(|onset| LineMark {
        at_s: onset.after_s,
        place: Place::Lane(0),
        label: format!("Slower for good after {}: {}", format::duration(onset.after_s), onset.sensors.join("; ")),
    });
    sustained.loops.iter().filter_map(loop_mark).chain(onset).collect()
}

fn table(record: &Sustain, sustained: &Sustained) -> (Vec<String>, Vec<Vec<String>>) {
    let head = ["Loop", "From", "To", "Tokens per second", "Of the best", "Hottest"].map(str::to_owned).to_vec();
    let rows = sustained.loops.iter().enumerate().map(|(index, one)| {
        vec![
            (index + 1).to_string(),
            format::duration(one.from_s),
            format::duration(one.from_s + record.loop_s),
            format::or_unknown(one.decode_tps, format::figures),
            format::or_unknown(one.decode_tps.zip(sustained.best_tps), |(tps, best)| format::percent_tenths(tps / best)),
            format::or_unknown(one.hottest_c, |celsius| format!("{celsius:.0} °C")),
        ]
    });
    (head, rows.collect())
}
