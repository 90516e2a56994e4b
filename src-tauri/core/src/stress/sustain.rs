//! One model that works without a pause: does its speed last?
//!
//! The time is cut into loops. A loop's speed is the tokens that were decoded in it over the seconds that decoding took in it; a request
//! that runs over a loop's end is shared out by time. Stability is the worst whole loop over the best (3DMark's stress test).

mod words;

use serde::{Deserialize, Serialize};

use super::sensors;
use super::{Circumstances, Judgement, STOPPED};
use crate::cause::Cause;
use crate::machine::HardwareSample;
use crate::model::ModelRef;
use crate::plan::Shape;
use crate::stats::median;

pub use words::lines;

/// The worst loop's share of the best from which on a machine counts as stable (3DMark's stress test, whose loops last about as long).
pub const STABLE_SHARE: f64 = 0.97;
/// A loop in which less of the time went into decoding says little of the speed.
const LEAST_DECODING_SHARE: f64 = 0.1;
/// Two loops are a difference; the third tells whether it lasts.
const LEAST_LOOPS: usize = 3;

/// One request of many. Unknown is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimedRequest {
    pub sent_ms: f64,
    /// When the first token came.
    pub first_ms: Option<f64>,
    pub ended_ms: f64,
    /// Tokens per second from the first token to the last, by the engine's clock where it has one.
    pub decode_tps: Option<f64>,
    pub output_tokens: Option<u32>,
    /// Why it failed, if it did.
    pub cause: Option<Cause>,
}

impl TimedRequest {
    /// From when to when it decoded, in milliseconds, and how many tokens beyond the first.
    fn decoding(&self) -> Option<(f64, f64, f64)> {
        let tokens = f64::from(self.output_tokens?.checked_sub(1)?);
        let (first, tps) = (self.first_ms?, self.decode_tps.filter(|tps| *tps > 0.0)?);
        (self.cause.is_none() && tokens > 0.0).then(|| (first, first + tokens / tps * 1e3, tokens))
    }
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sustain {
    pub model: ModelRef,
    /// Of each request.
    pub shape: Shape,
    pub context_tokens: u32,
    /// How long it was meant to work, in seconds.
    pub planned_s: f64,
    pub loop_s: f64,
    /// How long it was watched afterwards, in seconds.
    pub cool_down_s: f64,
    /// When the first request after the warm-up was sent; `None` where it never came to that.
    pub began_ms: Option<f64>,
    /// When the work was over and the cool-down began.
    pub cooling_ms: Option<f64>,
    pub requests: Vec<TimedRequest>,
}

/// One loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loop {
    /// Since the work began, in seconds.
    pub from_s: f64,
    /// `None` where hardly anything was decoded in it.
    pub decode_tps: Option<f64>,
    /// The highest temperature in it, in degrees Celsius.
    pub hottest_c: Option<f32>,
}

/// From when on the machine was slower and stayed so.
#[derive(Debug, Clone, PartialEq)]
pub struct Onset {
    /// Since the work began, in seconds.
    pub after_s: f64,
    /// The speed from then on as a share of the best loop; `None` where hardly anything was decoded.
    pub share: Option<f64>,
    /// What the sensors said then, each a phrase.
    pub sensors: Vec<String>,
}

/// What the loops mean. Speeds are in tokens per second.
#[derive(Debug, Clone, PartialEq)]
pub struct Sustained {
    /// Whole loops only.
    pub loops: Vec<Loop>,
    pub best_tps: Option<f64>,
    pub worst_tps: Option<f64>,
    /// When the worst loop began, in seconds.
    pub worst_at_s: Option<f64>,
    /// What the sensors said in it, against the whole time, each a phrase.
    pub worst_sensors: Vec<String>,
    /// Worst over best.
    pub stability: Option<f64>,
    /// The first loop's.
    pub burst_tps: Option<f64>,
    /// The median of the last third of the loops.
    pub sustained_tps: Option<f64>,
    pub onset: Option<Onset>,
    /// Temperature at the work's end and after the cool-down, in degrees Celsius.
    pub cool_down: Option<(f32, f32)>,
}

/// Works the loops out.
pub fn analyse(record: &Sustain, samples: &[HardwareSample]) -> Sustained {
    let loops = loops(record, samples);
    let speeds: Vec<f64> = loops.iter().filter_map(|one| one.decode_tps).collect();
    let best_tps = speeds.iter().copied().reduce(f64::max);
    let worst = loops
        .iter()
        .filter(|one| one.decode_tps.is_some())
        .min_by(|a, b| a.decode_tps.partial_cmp(&b.decode_tps).unwrap_or(std::cmp::Ordering::Equal));
    let worst_tps = worst.and_then(|one| one.decode_tps);
    let late = speeds.len() - speeds.len().div_ceil(3);
    Sustained {
        best_tps,
        worst_tps,
        worst_at_s: worst.map(|one| one.from_s),
        worst_sensors: worst.map(|one| said_in(record, one, samples)).unwrap_or_default(),
        stability: worst_tps.zip(best_tps).filter(|(_, best)| *best > 0.0 && speeds.len() >= 2).map(|(worst, best)| worst / best),
        burst_tps: loops.first().and_then(|one| one.decode_tps),
        sustained_tps: median(speeds.get(late..).unwrap_or_default()),
        onset: best_tps.and_then(|best| onset(record, &loops, best, samples)),
        cool_down: cool_down(record, samples),
        loops,
    }
}

/// Every loop that is over.
fn loops(record: &Sustain, samples: &[HardwareSample]) -> Vec<Loop> {
    let (Some(began), true) = (record.began_ms, record.loop_s > 0.0) else { return Vec::new() };
    let length = record.loop_s * 1e3;
    let ended = record.requests.last().map_or(began, |request| request.ended_ms);
    let worked = (ended - began).min(record.planned_s * 1e3).max(0.0);
    // The clock's own rounding must not cost the last loop.
    let whole = ((worked + 1.0) / length).floor() as usize;
    let mut decoded = vec![(0.0, 0.0); whole];
    for (from, to, tokens) in record.requests.iter().filter_map(TimedRequest::decoding) {
        share_out((from - began, to - began, tokens), length, &mut decoded);
    }
    let one = |(index, (tokens, ms)): (usize, &(f64, f64))| {
        let from = index as f64 * length;
        Loop {
            from_s: from / 1e3,
            decode_tps: (*ms >= length * LEAST_DECODING_SHARE).then(|| tokens / ms * 1e3),
            hottest_c: sensors::hottest(sensors::within(samples, began + from, began + from + length)),
        }
    };
    decoded.iter().enumerate().map(one).collect()
}

/// Adds a request's tokens and milliseconds to the loops in which it decoded.
fn share_out((from, to, tokens): (f64, f64, f64), length: f64, loops: &mut [(f64, f64)]) {
    let first = (from / length).floor().max(0.0) as usize;
    for (index, one) in loops.iter_mut().enumerate().skip(first) {
        let (start, end) = (index as f64 * length, (index + 1) as f64 * length);
        let inside = to.min(end) - from.max(start);
        if inside <= 0.0 {
            break;
        }
        one.0 += tokens * inside / (to - from);
        one.1 += inside;
    }
}

/// The first loop from which on every one stays below [`STABLE_SHARE`] of the best.
fn onset(record: &Sustain, loops: &[Loop], best: f64, samples: &[HardwareSample]) -> Option<Onset> {
    let is_slow = |one: &Loop| one.decode_tps.is_none_or(|tps| tps < best * STABLE_SHARE);
    let slow_at_end = loops.iter().rev().take_while(|one| is_slow(one)).count();
    let first = loops.len() - slow_at_end;
    let slow = loops.get(first..).filter(|slow| !slow.is_empty() && first > 0)?;
    let speeds: Vec<f64> = slow.iter().filter_map(|one| one.decode_tps).collect();
    let after_s = first as f64 * record.loop_s;
    let began = record.began_ms?;
    let (from, to) = (began + after_s * 1e3, began + (after_s + record.loop_s) * 1e3);
    let before = sensors::within(samples, began, from);
    Some(Onset {
        after_s,
        share: median(&speeds).map(|usual| usual / best),
        sensors: sensors::changes(before, sensors::within(samples, from, to)),
    })
}

/// What the sensors said in a loop, against the whole time of the work.
fn said_in(record: &Sustain, one: &Loop, samples: &[HardwareSample]) -> Vec<String> {
    let Some(began) = record.began_ms else { return Vec::new() };
    let (from, length) = (began + one.from_s * 1e3, record.loop_s * 1e3);
    let whole = sensors::within(samples, began, began + record.planned_s * 1e3);
    sensors::changes(whole, sensors::within(samples, from, from + length))
}

fn cool_down(record: &Sustain, samples: &[HardwareSample]) -> Option<(f32, f32)> {
    let cooling = record.cooling_ms?;
    let before = sensors::within(samples, record.began_ms?, cooling).iter().rev().find_map(|sample| sample.temperature_c)?;
    let after = sensors::within(samples, cooling, f64::MAX).iter().rev().find_map(|sample| sample.temperature_c)?;
    Some((before, after))
}

/// Whether the speed lasted.
pub fn judge(record: &Sustain, around: &Circumstances<'_>) -> Judgement {
    let sustained = analyse(record, around.samples);
    let mut failures = Vec::new();
    let mut open = Vec::new();
    if let Some(cause) = record.requests.iter().find_map(|request| request.cause.as_ref()) {
        failures.push(format!("A request failed: {cause} {}", cause.kind.next_step()));
    }
    if let Some(stability) = sustained.stability.filter(|stability| *stability < STABLE_SHARE) {
        let unstable = words::unstable(&sustained, stability);
        match disturbed(record, &sustained, around) {
            Some(words) => open.extend([unstable, words]),
            None => failures.push(unstable),
        }
    }
    failures.extend(around.low_memory());
    if around.stopped {
        open.push(STOPPED.to_owned());
    } else if sustained.loops.iter().filter(|one| one.decode_tps.is_some()).count() < LEAST_LOOPS {
        open.push(format!("Fewer than {LEAST_LOOPS} whole loops were measured. Let it run for longer."));
    }
    Judgement::new(words::headline(record, &sustained), failures, open, words::evidence(record, &sustained, around))
}

/// A slow loop in which other programs, or the window itself, were busy says nothing of the cooling; one in which the processor throttled does.
fn disturbed(record: &Sustain, sustained: &Sustained, around: &Circumstances<'_>) -> Option<String> {
    let (began, worst_s) = (record.began_ms?, sustained.worst_at_s?);
    let from = began + worst_s * 1e3;
    let then = sensors::within(around.samples, from, from + record.loop_s * 1e3);
    let throttled = sensors::throttled(then).is_some_and(|(slowed, _)| slowed > 0);
    let much = |read| sensors::median(then, read).filter(|load| *load > sensors::MAX_FOREIGN_CPU_PERCENT && !throttled);
    let share = |load: f64| crate::format::percent(load / 100.0);
    let foreign = much(sensors::foreign_cpu)
        .map(|load| format!("Other programs used {} of the processor in the slowest loop. Close them and test again.", share(load)));
    foreign.or_else(|| {
        let own = much(sensors::own_cpu)?;
        Some(format!("Toprung's own window used {} of the processor in the slowest loop. Leave it alone and test again.", share(own)))
    })
}

#[cfg(test)]
mod tests;
