//! What going up one rung costs, and where going up stops paying.

mod cliff;

pub use cliff::Evidence;

use crate::analysis::{Estimate, Floors, Grade, Knee, RungSummary, Step};
use crate::format;
use crate::projection::streamed_bytes;
use crate::run::{RungRecord, RungStatus};
use crate::stats;
use crate::summary::{decode_values, is_failing, is_measured, share, was_prevented};

/// Speed that falls so much more steeply than the size grows is a cliff (measurement.md).
const CLIFF_ELASTICITY: f64 = 1.5;
/// Speed that falls so much less is bound by something else than the weights, or only some of them are active (measurement.md).
const SPARSE_ELASTICITY: f64 = 0.5;
/// Sizes nearer than this give no elasticity: the speeds' own noise would decide it.
const LEAST_GROWTH: f64 = 1.05;
/// The knee must reach the floor this surely (measurement.md).
const KNEE_PROBABILITY: f64 = 0.95;

/// Consecutive measured rungs; those on which nothing was measured are stepped over.
pub fn steps(rungs: &[RungSummary], floors: &Floors) -> Vec<Step> {
    let measured: Vec<&RungSummary> = rungs.iter().filter(|rung| is_measured(rung)).collect();
    measured.windows(2).filter_map(|pair| Some(step(pair.first()?, pair.get(1)?, floors))).collect()
}

fn step(from: &RungSummary, to: &RungSummary, floors: &Floors) -> Step {
    let change = |from: Option<Estimate>, to: Option<Estimate>| stats::ratio_change(from?.median, to?.median);
    let bytes = |rung: &RungSummary| rung.load.peak_memory_bytes.map(|bytes| bytes as f64);
    let memory_change = bytes(from).zip(bytes(to)).and_then(|(from, to)| stats::ratio_change(from, to));
    let mut step = Step {
        from: from.model.clone(),
        to: to.model.clone(),
        from_title: from.title.clone(),
        to_title: to.title.clone(),
        throughput_change: change(from.decode_tps, to.decode_tps),
        response_change: change(from.response_ms, to.response_ms),
        memory_change,
        elasticity: elasticity(from, to),
        note: None,
    };
    step.note = failing_note(from, to, &step, floors).or_else(|| speed_note(from, to, &step));
    step
}

/// −Δln(tokens/s) / Δln(active bytes); `None` where the sizes are unknown or too near.
fn elasticity(from: &RungSummary, to: &RungSummary) -> Option<f64> {
    let growth = streamed_bytes(to)? as f64 / streamed_bytes(from)? as f64;
    let slowdown = from.decode_tps?.median / to.decode_tps?.median;
    let elasticity = slowdown.ln() / growth.ln();
    (growth >= LEAST_GROWTH && elasticity.is_finite()).then_some(elasticity)
}

fn failing_note(from: &RungSummary, to: &RungSummary, step: &Step, floors: &Floors) -> Option<String> {
    if !is_failing(to, floors) {
        let words = || format!("{} answers reliably and the rung below does not, so these changes say little.", to.title);
        return is_failing(from, floors).then(words);
    }
    let Some(success) = to.success else {
        return Some(format!("{} failed. {}", to.title, to.cause.as_ref()?));
    };
    let answers = format!("{} answered {} questions", to.title, format::success(&success));
    match step.response_change.filter(|change| *change < 0.0) {
        Some(change) => Some(format!(
            "{answers}; a {} shorter wait with {} success is no gain.",
            format::percent(-change),
            format::percent(share(&success))
        )),
        None => Some(format!("{answers}; its speed is that of failing.")),
    }
}

fn overlap(a: &Estimate, b: &Estimate) -> bool {
    a.low <= b.high && b.low <= a.high
}

fn speed_note(from: &RungSummary, to: &RungSummary, step: &Step) -> Option<String> {
    let (below, above) = (from.decode_tps?, to.decode_tps?);
    if overlap(&below, &above) {
        return Some("No difference in speed can be told: the intervals overlap.".to_owned());
    }
    let change = step.throughput_change?;
    let growth = stats::ratio_change(streamed_bytes(from)? as f64, streamed_bytes(to)? as f64)?;
    let (change_words, growth_words) = (format::percent(change.abs()), format::percent(growth.abs()));
    let elasticity = step.elasticity?;
    if elasticity > CLIFF_ELASTICITY {
        let causes = cliff::causes(from, to);
        let why = if causes.is_empty() { unexplained(from, to) } else { causes.join(" ") };
        return Some(format!("A cliff: {change_words} less speed for {growth_words} more weights to read for each token. {why}"));
    }
    if change > 0.0 {
        return Some(format!("The larger model is {change_words} faster here."));
    }
    let cheap = elasticity < SPARSE_ELASTICITY;
    cheap.then(|| format!("A cheap step: only {change_words} less speed for {growth_words} more weights to read for each token."))
}

/// A cliff that nothing explains, and what a lost sensor leaves possible.
fn unexplained(from: &RungSummary, to: &RungSummary) -> String {
    std::iter::once("What was read does not say why.").chain(cliff::not_ruled_out(from, to)).collect::<Vec<_>>().join(" ")
}

/// The largest rung that reaches the floor surely, answers reliably and can be trusted. `records` are the same rungs as stored.
pub fn knee(rungs: &[RungSummary], records: &[RungRecord], floors: &Floors) -> Option<Knee> {
    let (at, rung, probability) = rungs.iter().enumerate().rev().find_map(|(at, rung)| {
        let record = records.iter().find(|record| record.position == rung.position)?;
        let probability = stats::probability_at_least(&decode_values(record), floors.decode_tps, stats::SEED)?;
        let trusted = matches!(rung.grade, Some(Grade::A | Grade::B));
        let answers = rung.success.is_some() && !is_failing(rung, floors);
        (probability >= KNEE_PROBABILITY && trusted && answers).then_some((at, rung, probability))
    })?;
    let above = rungs.get(at + 1..).unwrap_or_default();
    let next = above.iter().find(|rung| !was_prevented(rung));
    let reason = match next {
        Some(next) => format!("The climb stops paying at {}: {}.", next.title, stops_paying(next, floors)),
        None => ladder_ended(above, records),
    };
    Some(Knee { model: rung.model.clone(), title: rung.title.clone(), probability, floor_tps: floors.decode_tps, reason })
}

/// Why the rung above the knee does not pay, to be read after its name and a colon.
pub(crate) fn stops_paying(next: &RungSummary, floors: &Floors) -> String {
    if is_failing(next, floors) {
        let cause = next.cause.as_ref().map(|cause| format!(" ({})", as_clause(cause.kind.sentence()))).unwrap_or_default();
        return match next.success {
            Some(success) => format!("it answered {} questions{cause}", format::success(&success)),
            None => format!("it failed{cause}"),
        };
    }
    match next.decode_tps {
        Some(decode) if decode.low < floors.decode_tps => {
            let (speed, floor) = (format::tokens_per_second(decode.median), format::setting(floors.decode_tps));
            let how = if decode.median < floors.decode_tps { "below" } else { "not surely above" };
            format!("it runs at {speed}, {how} the floor of {floor}")
        }
        Some(_) => {
            format!("it could not be measured well enough, because {}", next.reasons.first().map_or("its grade is C", String::as_str))
        }
        None => "it gave no speed".to_owned(),
    }
}

/// A sentence as a part of another: small letter, no full stop.
fn as_clause(sentence: &str) -> String {
    let mut chars = sentence.trim_end_matches('.').chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn ladder_ended(above: &[RungSummary], records: &[RungRecord]) -> String {
    let untried = above.first().and_then(|next| records.iter().find(|record| record.position == next.position));
    match untried.map(|record| (&record.title, &record.status)) {
        None => "The ladder ended before the machine did: a larger model may still pay.".to_owned(),
        Some((title, RungStatus::LeftOut(reason))) => format!("{title} was left out: {reason}."),
        Some((title, _)) => format!("{title} has not been measured."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analysis, analyse};
    use crate::cause::CauseKind;
    use crate::scripted::{failed, run, rung};

    fn analysis(rungs: Vec<RungRecord>) -> Analysis {
        analyse(&run(rungs), &Floors::default())
    }

    fn notes(rungs: Vec<RungRecord>) -> Vec<Option<String>> {
        analysis(rungs).steps.into_iter().map(|step| step.note).collect()
    }

    #[test]
    fn elasticity_is_one_where_memory_bandwidth_rules() {
        let step = analysis(vec![rung("1b", 1.0, 60.0, 5), rung("2b", 2.0, 30.0, 5)]).steps.remove(0);
        assert!((step.elasticity.unwrap() - 1.0).abs() < 1e-9 && step.note.is_none(), "{step:?}");
        assert_eq!(step.memory_change, None, "memory that was not read gives no change");
    }

    #[test]
    fn notes_say_what_stands_out_with_its_figures() {
        let table = [
            (
                "a cliff",
                rung("2b", 2.0, 10.0, 5),
                Some("A cliff: 83 % less speed for 100 % more weights to read for each token. What was read does not say why."),
            ),
            (
                "a cheap step",
                rung("2b", 2.0, 55.0, 5),
                Some("A cheap step: only 8 % less speed for 100 % more weights to read for each token."),
            ),
            ("no difference", rung("2b", 2.0, 60.1, 5), Some("No difference in speed can be told: the intervals overlap.")),
            ("faster", rung("2b", 2.0, 90.0, 5), Some("The larger model is 50 % faster here.")),
            ("failing and slower", rung("2b", 2.0, 30.0, 2), Some("2b answered 2 of 5 questions; its speed is that of failing.")),
            (
                "failing and quicker",
                rung("2b", 2.0, 90.0, 0),
                Some("2b answered 0 of 5 questions; a 31 % shorter wait with 0 % success is no gain."),
            ),
        ];
        for (fact, upper, note) in table {
            assert_eq!(notes(vec![rung("1b", 1.0, 60.0, 5), upper]), [note.map(str::to_owned)], "{fact}");
        }
    }

    #[test]
    fn a_rung_without_figures_is_stepped_over() {
        let steps = analysis(vec![rung("1b", 1.0, 60.0, 5), failed("x", 2.0, CauseKind::OutOfMemory), rung("3b", 3.0, 20.0, 5)]).steps;
        assert_eq!(steps.iter().map(|s| (s.from_title.as_str(), s.to_title.as_str())).collect::<Vec<_>>(), [("1b", "3b")]);
    }

    #[test]
    fn the_knee_says_why_the_next_step_does_not_pay() {
        let low = || rung("1b", 1.0, 60.0, 5);
        let table = [
            ("the ladder ended", vec![low()], Some("The ladder ended before the machine did: a larger model may still pay.")),
            (
                "too slow",
                vec![low(), rung("8b", 5.0, 3.0, 5)],
                Some("The climb stops paying at 8b: it runs at 3.00 tokens/s, below the floor of 7."),
            ),
            (
                "not surely fast enough",
                vec![low(), rung("8b", 5.0, 7.02, 5)],
                Some("The climb stops paying at 8b: it runs at 7.02 tokens/s, not surely above the floor of 7."),
            ),
            (
                "fails",
                vec![low(), rung("8b", 5.0, 30.0, 0)],
                Some("The climb stops paying at 8b: it answered 0 of 5 questions (it wrote repetition or noise instead of an answer)."),
            ),
            (
                "does not run",
                vec![low(), failed("70b", 40.0, CauseKind::OutOfMemory)],
                Some("The climb stops paying at 70b: it failed (it ran out of memory)."),
            ),
            ("was not there", vec![low(), failed("x", 2.0, CauseKind::ModelNotFound)], Some("x has not been measured.")),
            (
                "a failing rung below does not matter",
                vec![rung("0b", 0.5, 90.0, 0), low()],
                Some("The ladder ended before the machine did: a larger model may still pay."),
            ),
            ("nothing works", vec![rung("1b", 1.0, 60.0, 0)], None),
            ("nothing is fast enough", vec![rung("1b", 1.0, 3.0, 5)], None),
        ];
        for (fact, rungs, reason) in table {
            assert_eq!(analysis(rungs).knee.map(|knee| knee.reason).as_deref(), reason, "{fact}");
        }
    }
}
