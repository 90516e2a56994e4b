//! The run in sentences: the headline, general findings, and what is still to be measured.

use crate::analysis::{Floors, Knee, RungSummary, Step, SweetSpot, Use};
use crate::format;
use crate::projection;
use crate::run::{RungRecord, RungStatus};
use crate::stats;
use crate::summary::{is_measured, was_prevented};
use crate::verdict::{answers_reliably, figures, is_usable, speed};

const GB: f64 = 1e9;

fn count(n: usize, one: &str, many: &str) -> String {
    format::count(u32::try_from(n).unwrap_or(u32::MAX), one, many)
}

/// The answer in one to three sentences.
pub(crate) fn headline(rungs: &[RungSummary], spots: &[SweetSpot], knee: Option<&Knee>, floors: &Floors) -> String {
    let usable: Vec<&RungSummary> = rungs.iter().filter(|rung| is_usable(rung, floors)).collect();
    let Some(first) = usable.first() else {
        return nothing_usable(rungs, floors);
    };
    let advice = match usable.len() {
        1 => format!("Run {}: it is the only one that works here, at {}.", first.title, figures(first)),
        _ => advice(spots).unwrap_or_else(|| format!("Run {}.", first.title)),
    };
    match knee {
        Some(knee) => format!("{advice} {}", knee.reason),
        None => format!("{advice} No rung was measured well enough to say where the climb stops paying."),
    }
}

fn advice(spots: &[SweetSpot]) -> Option<String> {
    let held = |usage: Use| spots.iter().find(|spot| spot.usage == usage);
    let (everyday, hard) = (held(Use::Balanced)?, held(Use::HighQuality)?);
    Some(match everyday.model == hard.model {
        true => format!("Run {} for everyday work and for hard problems.", everyday.title),
        false => format!("Run {} for everyday work and {} for hard problems.", everyday.title, hard.title),
    })
}

fn nothing_usable(rungs: &[RungSummary], floors: &Floors) -> String {
    let reliable = rungs.iter().filter(|rung| answers_reliably(rung, floors)).max_by(|a, b| speed(a).total_cmp(&speed(b)));
    if let Some(fastest) = reliable {
        let (title, speed, floor) = (&fastest.title, format::tokens_per_second(speed(fastest)), format::setting(floors.decode_tps));
        return format!("No model reaches the floor of {floor} tokens/s here. {title} answers reliably, at {speed}.");
    }
    let first_cause = rungs.iter().find_map(|rung| Some((&rung.title, rung.cause.as_ref()?.kind)));
    let measured = rungs.iter().filter(|rung| is_measured(rung)).count();
    match (measured, first_cause) {
        (0, None) => "Nothing has been measured yet.".to_owned(),
        (0, Some((title, kind))) => format!("Nothing could be measured. {title}: {} {}", kind.sentence(), kind.next_step()),
        (n, Some((title, kind))) => {
            let tried = count(n, "model that ran", "models that ran");
            format!("Of {tried} here, none answered reliably. {title}: {} {}", kind.sentence(), kind.next_step())
        }
        (_, None) => "No answer could be judged, so there is no advice yet.".to_owned(),
    }
}

/// General findings, each a sentence with its figures.
pub(crate) fn insights(rungs: &[RungSummary], steps: &[Step], floors: &Floors) -> Vec<String> {
    let reliable = |model| rungs.iter().any(|rung| &rung.model == model && answers_reliably(rung, floors));
    let costs: Vec<f64> =
        steps.iter().filter(|step| reliable(&step.from) && reliable(&step.to)).filter_map(|step| step.throughput_change).collect();
    let law = projection::law(rungs).map(|line| {
        let cost = format::milliseconds(line.slope * GB);
        format!("Each further GB of weights to read costs about {cost} a token (fit of {}).", count(line.n, "rung", "rungs"))
    });
    // A failing rung is named by its cause below; its step's note would say it twice.
    let working = steps.iter().filter(|step| reliable(&step.to));
    let notes = working.filter_map(|step| Some(format!("{} → {}: {}", step.from_title, step.to_title, step.note.as_ref()?)));
    let failures = rungs.iter().filter(|rung| !was_prevented(rung)).filter_map(|rung| {
        let cause = rung.cause.as_ref()?;
        Some(format!("{}: {cause} {}", rung.title, cause.kind.next_step()))
    });
    cost_of_a_step(&costs).into_iter().chain(law).chain(notes).chain(failures).collect()
}

/// What a step between working rungs usually does to the speed.
fn cost_of_a_step(changes: &[f64]) -> Option<String> {
    let median = stats::median(changes)?;
    if changes.len() < 2 {
        return None;
    }
    let least = changes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let most = changes.iter().copied().fold(f64::INFINITY, f64::min);
    let steps = count(changes.len(), "step", "steps");
    if least < 0.0 {
        let (median, least, most) = (format::percent(-median), format::percent(-least), format::percent(-most));
        return Some(format!("Each step up costs {least} to {most} of the speed; the median of {steps} is {median}."));
    }
    let (median, least, most) = (format::percent_change(median), format::percent_change(least), format::percent_change(most));
    Some(format!("A step up changes the speed by {most} to {least}; the median of {steps} is {median}."))
}

/// Planned rungs that were not measured, with the reason.
pub(crate) fn queue(records: &[RungRecord], rungs: &[RungSummary]) -> Vec<String> {
    let sentence = |record: &RungRecord| {
        let summary = rungs.iter().find(|rung| rung.position == record.position)?;
        let why = match &record.status {
            RungStatus::LeftOut(reason) => format!("left out: {}", reason.trim_end_matches('.')),
            RungStatus::Failed(cause) if was_prevented(summary) => format!("{} {}", cause.kind.sentence(), cause.kind.next_step()),
            RungStatus::Waiting | RungStatus::Running if !is_measured(summary) => "not reached yet".to_owned(),
            _ => return None,
        };
        let size = record.facts.file_bytes.map(|bytes| format!(" ({})", format::bytes_gb(bytes))).unwrap_or_default();
        Some(format!("{}{size}: {}.", record.title, why.trim_end_matches('.')))
    };
    records.iter().filter_map(sentence).collect()
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

    #[test]
    fn every_kind_of_run_has_its_answer() {
        let table = [
            (
                "one rung",
                vec![rung("1b", 1.0, 60.0, 5)],
                "Run 1b: it is the only one that works here, at 60.0 tokens/s, 5 of 5 answers. The ladder ended before the machine did: a larger model may still pay.",
            ),
            (
                "two uses, one model",
                vec![rung("1b", 1.0, 300.0, 5), rung("8b", 5.0, 60.0, 5)],
                "Run 8b for everyday work and for hard problems. The ladder ended before the machine did: a larger model may still pay.",
            ),
            (
                "all failing",
                vec![rung("1b", 1.0, 60.0, 0), rung("2b", 2.0, 30.0, 0)],
                "Of 2 models that ran here, none answered reliably. 1b: It wrote repetition or noise instead of an answer. Try another quantization, or update the engine: it may miscompute this architecture.",
            ),
            (
                "none could run",
                vec![failed("70b", 40.0, CauseKind::OutOfMemory)],
                "Nothing could be measured. 70b: It ran out of memory. Close other programs, or choose a smaller model or quantization.",
            ),
            (
                "none is fast enough",
                vec![rung("1b", 1.0, 5.0, 5), rung("2b", 2.0, 3.0, 5)],
                "No model reaches the floor of 7 tokens/s here. 1b answers reliably, at 5.00 tokens/s.",
            ),
        ];
        for (fact, rungs, headline) in table {
            assert_eq!(analysis(rungs).headline, headline, "{fact}");
        }
    }

    #[test]
    fn what_was_not_measured_waits_in_the_queue_with_its_reason() {
        let waiting = RungRecord { status: RungStatus::Waiting, trials: Vec::new(), ..rung("8b", 5.0, 1.0, 5) };
        let queue = analysis(vec![
            rung("1b", 1.0, 60.0, 5),
            failed("x", 2.0, CauseKind::ModelNotFound),
            waiting,
            failed("70b", 40.0, CauseKind::OutOfMemory),
        ])
        .queue;
        assert_eq!(
            queue,
            ["x (2.00 GB): There is no such model. Check the name and its tag.", "8b (5.00 GB): not reached yet."],
            "a rung that ran out of memory was tried"
        );
    }

    #[test]
    fn the_cost_of_a_step_leaves_failing_rungs_out() {
        let insights =
            analysis(vec![rung("1b", 1.0, 60.0, 5), rung("2b", 2.0, 30.0, 5), rung("4b", 4.0, 12.0, 5), rung("8b", 8.0, 0.1, 0)]).insights;
        assert_eq!(
            insights.first().map(String::as_str),
            Some("Each step up costs 50 % to 60 % of the speed; the median of 2 steps is 55 %.")
        );
    }
}
