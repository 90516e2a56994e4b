//! What a sustained run means, in sentences.

use super::{Circumstances, Loop, Sustain, Sustained};
use crate::format;

/// The answer: burst against sustained, and how stable that is.
pub(super) fn headline(record: &Sustain, sustained: &Sustained) -> String {
    let worked = worked_s(record);
    match (sustained.stability, sustained.burst_tps, sustained.sustained_tps) {
        (Some(stability), Some(burst), Some(last)) => format!(
            "{} kept {} of its best speed for {}: {} at first, {} at last.",
            record.model,
            format::percent_tenths(stability),
            format::duration(worked),
            format::tokens_per_second(burst),
            format::tokens_per_second(last)
        ),
        _ => format!("{} worked for {}, which is too short to tell whether its speed lasts.", record.model, format::duration(worked)),
    }
}

/// For how long it worked, in seconds.
fn worked_s(record: &Sustain) -> f64 {
    let ended = record.requests.last().map(|request| request.ended_ms);
    record.began_ms.zip(ended).map_or(0.0, |(began, ended)| ((ended - began) / 1e3).min(record.planned_s))
}

/// Why it is not stable: since when it was slower, or when it was slow for a while.
pub(super) fn unstable(sustained: &Sustained, stability: f64) -> String {
    let share = format::percent_tenths(stability);
    match (&sustained.onset, sustained.worst_at_s) {
        (Some(onset), _) => {
            let (after, why) = (format::duration(onset.after_s), why(&onset.sensors));
            match onset.share {
                Some(share) => {
                    let change = format::percent_change(share - 1.0);
                    format!("It slowed down after {after} and stayed slow: {change} against the best loop ({why}).")
                }
                None => format!("After {after} hardly anything was decoded any more ({why})."),
            }
        }
        (None, Some(worst)) => {
            let (after, why) = (format::duration(worst), why(&sustained.worst_sensors));
            format!("Its slowest loop, after {after}, had {share} of the best one's speed ({why}); then it was quick again.")
        }
        (None, None) => format!("Its slowest loop had {share} of the best one's speed."),
    }
}

fn why(sensors: &[String]) -> String {
    if sensors.is_empty() { "no sensor says why".to_owned() } else { sensors.join("; ") }
}

pub(super) fn evidence(record: &Sustain, sustained: &Sustained, around: &Circumstances<'_>) -> Vec<String> {
    let tps = |value| format::or_unknown(value, format::tokens_per_second);
    let mut lines = vec![
        format!(
            "Stability: {} (worst loop {}, best {}, {})",
            format::or_unknown(sustained.stability, format::percent_tenths),
            tps(sustained.worst_tps),
            tps(sustained.best_tps),
            format::count(sustained.loops.len() as u32, "loop", "loops")
        ),
        format!("Burst: {}; sustained: {}", tps(sustained.burst_tps), tps(sustained.sustained_tps)),
        match &sustained.onset {
            Some(onset) => format!("Slower from: {} on", format::duration(onset.after_s)),
            None => "Slower from: never for good".to_owned(),
        },
        around.cooling_line(),
    ];
    lines.extend(
        sustained
            .cool_down
            .map(|(from, to)| format!("Cool-down: from {from:.0} to {to:.0} °C within {}", format::duration(record.cool_down_s))),
    );
    lines.push(around.memory_line());
    lines.extend(lines_of(&sustained.loops));
    lines
}

/// The curve, a line a loop.
pub fn lines(sustained: &Sustained) -> Vec<String> {
    lines_of(&sustained.loops)
}

fn lines_of(loops: &[Loop]) -> Vec<String> {
    let line = |one: &Loop| {
        let speed = one.decode_tps.map_or_else(|| "hardly anything decoded".to_owned(), format::tokens_per_second);
        let heat = one.hottest_c.map(|celsius| format!(", {celsius:.0} °C"));
        format!("After {}: {speed}{}", format::duration(one.from_s), heat.unwrap_or_default())
    };
    loops.iter().map(line).collect()
}
