//! Which model for which kind of work, and which to leave alone.
//!
//! A rung is usable when it answers reliably and reaches the floors. Among the usable ones:
//! - fast iterations: the highest speed;
//! - balanced: the largest that keeps [`COMFORTABLE_TPS`], or half of the fastest where that is less;
//! - high quality: the largest, by size alone, because quality is not measured yet;
//! - specialised coding: the largest that is made for code.
//!
//! Models made for code do not stand for general work, unless they are at least [`CODE_STANDS_IN`] times as large as any
//! other usable one. On the seed's rows this gives the seed's own answers.

use crate::analysis::{Floors, RungSummary, RungVerdict, SweetSpot, Use};
use crate::format;
use crate::model::Specialty;
use crate::summary::{is_failing, is_measured, was_prevented};

/// Six times as fast as a person reads: an answer of 400 tokens takes ten seconds.
pub const COMFORTABLE_TPS: f64 = 40.0;
/// A model made for code so many times larger is the better general one as well.
pub const CODE_STANDS_IN: f64 = 2.0;

/// Whether the model works here: it answers reliably and reaches the floors.
pub fn is_usable(rung: &RungSummary, floors: &Floors) -> bool {
    answers_reliably(rung, floors) && speed(rung) >= floors.decode_tps
}

/// Whether it answers reliably, at whatever speed.
pub fn answers_reliably(rung: &RungSummary, floors: &Floors) -> bool {
    rung.success.is_some() && rung.decode_tps.is_some() && !is_failing(rung, floors)
}

pub(crate) fn speed(rung: &RungSummary) -> f64 {
    rung.decode_tps.map_or(0.0, |decode| decode.median)
}

/// The number of weights, or the bytes where that is not known.
fn size(rung: &RungSummary) -> u64 {
    rung.facts.parameters.or(rung.facts.file_bytes).unwrap_or(0)
}

fn is_for_code(rung: &RungSummary) -> bool {
    rung.facts.specialty == Some(Specialty::Code)
}

/// The usable rungs that stand for general work.
fn general<'a>(usable: &[&'a RungSummary]) -> Vec<&'a RungSummary> {
    let largest = usable.iter().filter(|rung| !is_for_code(rung)).map(|rung| size(rung)).max().unwrap_or(0);
    let stands_in = |rung: &RungSummary| size(rung) as f64 >= CODE_STANDS_IN * largest as f64;
    usable.iter().copied().filter(|rung| !is_for_code(rung) || stands_in(rung)).collect()
}

/// The speed that the balanced model must keep, in tokens per second.
fn comfortable(usable: &[&RungSummary], floors: &Floors) -> f64 {
    let fastest = usable.iter().map(|rung| speed(rung)).fold(0.0, f64::max);
    COMFORTABLE_TPS.min(fastest / 2.0).max(floors.decode_tps)
}

/// The sweet spots of a ladder, and what to avoid. One model may hold several.
pub fn sweet_spots(rungs: &[RungSummary], floors: &Floors) -> Vec<SweetSpot> {
    let usable: Vec<&RungSummary> = rungs.iter().filter(|rung| is_usable(rung, floors)).collect();
    let general = general(&usable);
    let comfortable = comfortable(&general, floors);
    let spot = |usage, rung: &RungSummary, evidence| SweetSpot { usage, model: rung.model.clone(), title: rung.title.clone(), evidence };
    let fastest = general.iter().max_by(|a, b| speed(a).total_cmp(&speed(b)));
    let balanced = general.iter().rfind(|rung| speed(rung) >= comfortable);
    let coding = usable.iter().rfind(|rung| is_for_code(rung));
    let mut spots = Vec::new();
    spots.extend(fastest.map(|rung| spot(Use::FastIterations, rung, format!("The fastest that answers reliably: {}.", figures(rung)))));
    spots.extend(balanced.map(|rung| {
        let limit = format!("{} tokens/s", format::setting(comfortable));
        spot(Use::Balanced, rung, format!("The largest that keeps {limit}: {}.", figures(rung)))
    }));
    spots.extend(general.last().map(|rung| {
        let floor = format!("{} tokens/s", format::setting(floors.decode_tps));
        let evidence = format!("The largest above {floor}: {}. By size only: quality is not measured yet.", figures(rung));
        spot(Use::HighQuality, rung, evidence)
    }));
    spots.extend(coding.map(|rung| spot(Use::SpecialisedCoding, rung, format!("The largest made for code: {}.", figures(rung)))));
    spots.extend(rungs.iter().filter_map(|rung| Some(spot(Use::Avoid, rung, why_avoid(rung, floors)?))));
    spots
}

/// Speed and answers of a rung, for a sentence.
pub(crate) fn figures(rung: &RungSummary) -> String {
    let speed = rung.decode_tps.map(|decode| format::tokens_per_second(decode.median));
    let answers = rung.success.map(|success| format!("{} answers", format::success(&success)));
    match (speed, answers) {
        (Some(speed), Some(answers)) => format!("{speed}, {answers}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => "nothing measured".to_owned(),
    }
}

/// Why a model is to be avoided on this machine; `None` when it is not, or when nothing is known of it.
fn why_avoid(rung: &RungSummary, floors: &Floors) -> Option<String> {
    if was_prevented(rung) {
        return None;
    }
    if is_failing(rung, floors) {
        let answers = rung.success.map(|success| format!("{} answers succeeded.", format::success(&success)));
        let cause = rung.cause.as_ref().map(ToString::to_string);
        return Some(answers.into_iter().chain(cause).collect::<Vec<_>>().join(" "));
    }
    let decode = rung.decode_tps.filter(|decode| decode.median < floors.decode_tps)?;
    let (speed, floor) = (format::tokens_per_second(decode.median), format::setting(floors.decode_tps));
    Some(format!("Too slow: {speed}, below the floor of {floor}."))
}

/// The one word for a rung. Of several uses the widest is named.
pub fn rung_verdict(rung: &RungSummary, spots: &[SweetSpot]) -> RungVerdict {
    const WIDEST_FIRST: [(Use, RungVerdict); 5] = [
        (Use::Avoid, RungVerdict::Avoid),
        (Use::Balanced, RungVerdict::Balanced),
        (Use::HighQuality, RungVerdict::HighQuality),
        (Use::SpecialisedCoding, RungVerdict::SpecialisedCoding),
        (Use::FastIterations, RungVerdict::FastIterations),
    ];
    let holds = |usage: Use| spots.iter().any(|spot| spot.model == rung.model && spot.usage == usage);
    let otherwise = if is_measured(rung) { RungVerdict::Works } else { RungVerdict::NotMeasured };
    WIDEST_FIRST.into_iter().find(|(usage, _)| holds(*usage)).map_or(otherwise, |(_, verdict)| verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analyse;
    use crate::cause::CauseKind;
    use crate::run::RungRecord;
    use crate::scripted::{code, failed, run, rung};

    /// Each spot as `use:title`.
    fn spots(rungs: Vec<RungRecord>) -> Vec<String> {
        let name = |usage| match usage {
            Use::FastIterations => "fast",
            Use::Balanced => "balanced",
            Use::HighQuality => "quality",
            Use::SpecialisedCoding => "code",
            Use::Avoid => "avoid",
        };
        analyse(&run(rungs), &Floors::default()).sweet_spots.iter().map(|spot| format!("{}:{}", name(spot.usage), spot.title)).collect()
    }

    #[test]
    fn ladders_of_every_kind_get_sensible_spots() {
        let table = [
            ("no rung", vec![], vec![]),
            ("one rung holds every general use", vec![rung("1b", 1.0, 60.0, 5)], vec!["fast:1b", "balanced:1b", "quality:1b"]),
            (
                "a slow machine: half of the fastest is comfortable",
                vec![rung("1b", 1.0, 20.0, 5), rung("2b", 2.0, 11.0, 5), rung("3b", 3.0, 8.0, 5)],
                vec!["fast:1b", "balanced:2b", "quality:3b"],
            ),
            (
                "a fast machine: everything is comfortable",
                vec![rung("1b", 1.0, 300.0, 5), rung("8b", 5.0, 60.0, 5)],
                vec!["fast:1b", "balanced:8b", "quality:8b"],
            ),
            (
                "too slow is avoided",
                vec![rung("1b", 1.0, 20.0, 5), rung("8b", 5.0, 3.0, 5)],
                vec!["fast:1b", "balanced:1b", "quality:1b", "avoid:8b"],
            ),
            (
                "garbage is avoided however fast",
                vec![rung("1b", 1.0, 900.0, 0), rung("2b", 2.0, 50.0, 5)],
                vec!["fast:2b", "balanced:2b", "quality:2b", "avoid:1b"],
            ),
            (
                "out of memory is avoided",
                vec![rung("1b", 1.0, 60.0, 5), failed("70b", 40.0, CauseKind::OutOfMemory)],
                vec!["fast:1b", "balanced:1b", "quality:1b", "avoid:70b"],
            ),
            (
                "a model that is not there is not judged",
                vec![rung("1b", 1.0, 60.0, 5), failed("x", 1.0, CauseKind::ModelNotFound)],
                vec!["fast:1b", "balanced:1b", "quality:1b"],
            ),
            (
                "code models alone stand for all",
                vec![code(rung("c1", 1.0, 60.0, 5)), code(rung("c2", 2.0, 41.0, 5))],
                vec!["fast:c1", "balanced:c2", "quality:c2", "code:c2"],
            ),
            (
                "a code model of half as much again does not stand in",
                vec![rung("8b", 5.0, 60.0, 5), code(rung("c13", 7.5, 41.0, 5))],
                vec!["fast:8b", "balanced:8b", "quality:8b", "code:c13"],
            ),
            (
                "a code model of several times the size does",
                vec![rung("m", 0.2, 150.0, 5), code(rung("c1", 1.0, 45.0, 5))],
                vec!["fast:m", "balanced:c1", "quality:c1", "code:c1"],
            ),
        ];
        for (fact, rungs, expected) in table {
            assert_eq!(spots(rungs), expected, "{fact}");
        }
    }

    #[test]
    fn evidence_names_figures_and_floors() {
        let analysis = analyse(
            &run(vec![rung("1b", 1.0, 20.0, 5), rung("8b", 5.0, 3.0, 5), failed("70b", 40.0, CauseKind::OutOfMemory)]),
            &Floors::default(),
        );
        let evidence: Vec<&str> = analysis.sweet_spots.iter().map(|spot| spot.evidence.as_str()).collect();
        assert_eq!(
            evidence,
            [
                "The fastest that answers reliably: 20.0 tokens/s, 5 of 5 answers.",
                "The largest that keeps 10 tokens/s: 20.0 tokens/s, 5 of 5 answers.",
                "The largest above 7 tokens/s: 20.0 tokens/s, 5 of 5 answers. By size only: quality is not measured yet.",
                "Too slow: 3.00 tokens/s, below the floor of 7.",
                "It ran out of memory.",
            ]
        );
    }

    #[test]
    fn a_rung_gets_the_widest_of_its_uses() {
        use RungVerdict::{Avoid, Balanced, NotMeasured, Works};
        let rungs = vec![
            rung("1b", 1.0, 60.0, 5),
            rung("2b", 2.0, 50.0, 5),
            rung("3b", 3.0, 45.0, 5),
            rung("4b", 4.0, 44.0, 1),
            failed("x", 9.0, CauseKind::ModelNotFound),
        ];
        let verdicts: Vec<RungVerdict> = analyse(&run(rungs), &Floors::default()).rungs.iter().map(|rung| rung.verdict).collect();
        assert_eq!(verdicts, [RungVerdict::FastIterations, Works, Balanced, Avoid, NotMeasured]);
    }
}
