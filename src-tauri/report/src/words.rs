//! The words for verdicts, rungs without figures and changes, worded once for charts and reports.

use toprung_core::analysis::{Analysis, Knee, RungSummary, RungVerdict, Step};
use toprung_core::cause::Cause;
use toprung_core::format;
use toprung_core::recommend::Candidate;
use toprung_core::run::{RunRecord, RungRecord, RungStatus};

use crate::text::Redaction;

/// The verdict as a person reads it.
pub(crate) fn verdict(verdict: RungVerdict) -> &'static str {
    match verdict {
        RungVerdict::FastIterations => "fast iterations",
        RungVerdict::Balanced => "balanced",
        RungVerdict::HighQuality => "high quality",
        RungVerdict::SpecialisedCoding => "specialised coding",
        RungVerdict::Works => "works",
        RungVerdict::Avoid => "avoid",
        RungVerdict::NotMeasured => "not measured",
    }
}

/// The stored rung that a summary is made from.
pub(crate) fn record_of<'a>(run: &'a RunRecord, rung: &RungSummary) -> Option<&'a RungRecord> {
    run.rungs.iter().find(|record| record.position == rung.position)
}

/// The step that ends on a rung.
pub(crate) fn step_to<'a>(analysis: &'a Analysis, rung: &RungSummary) -> Option<&'a Step> {
    analysis.steps.iter().find(|step| step.to == rung.model)
}

pub(crate) fn is_knee(knee: Option<&Knee>, rung: &RungSummary) -> bool {
    knee.is_some_and(|knee| knee.model == rung.model)
}

/// Whether a rung is shown as failing: hatched in charts, marked in tables.
pub(crate) fn fails(run: &RunRecord, rung: &RungSummary) -> bool {
    let failed = matches!(record_of(run, rung).map(|record| &record.status), Some(RungStatus::Failed(_)));
    failed || rung.verdict == RungVerdict::Avoid
}

/// Why a rung has no figure.
pub(crate) fn why_no_figure(run: &RunRecord, rung: &RungSummary) -> String {
    match record_of(run, rung).map(|record| &record.status) {
        Some(RungStatus::Failed(cause)) => format!("failed: {}", self::cause(cause)),
        Some(RungStatus::LeftOut(reason)) => format!("left out: {}", sentence_inside(reason)),
        Some(RungStatus::Waiting) => "not climbed yet".to_owned(),
        Some(RungStatus::Running) => "not finished".to_owned(),
        Some(RungStatus::Measured) | None => match &rung.cause {
            Some(cause) => self::cause(cause),
            None => "not measured".to_owned(),
        },
    }
}

/// A cause with its proof, as one clause: "it wrote nothing (0 tokens)".
pub(crate) fn cause(cause: &Cause) -> String {
    let sentence = sentence_inside(cause.kind.sentence());
    if cause.detail.is_empty() { sentence } else { format!("{sentence} ({})", cause.detail) }
}

/// A sentence as a clause within another: no capital at its start, no full stop at its end.
pub(crate) fn sentence_inside(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut chars = sentence.chars();
    match (chars.next(), chars.clone().next()) {
        // "GPU memory …" keeps its capitals.
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => sentence.to_owned(),
    }
}

/// "1 of 5 answered", for a rung that does not always answer.
pub(crate) fn answered(rung: &RungSummary) -> Option<String> {
    rung.success.map(|success| format!("{} answered", format::success(&success)))
}

/// A cause in two or three words: "thinking spent budget".
pub(crate) fn cause_in_short(cause: &Cause) -> String {
    cause.kind.code().replace('_', " ")
}

/// "2.02 GB", "grade A", "Q4_K_M", as far as they are known.
pub(crate) fn size_and_grade(rung: &RungSummary) -> Vec<String> {
    let size = rung.facts.file_bytes.map(format::bytes_gb);
    let grade = rung.grade.map(|grade| format!("grade {grade:?}"));
    [size, grade, rung.facts.quantization.clone()].into_iter().flatten().collect()
}

/// “1 task”, “10 tasks”.
pub(crate) fn tasks_in_words(n: usize) -> String {
    format::count(u32::try_from(n).unwrap_or(u32::MAX), "task", "tasks")
}

/// The ends of a share’s interval with one sign: “74–98 %”.
pub(crate) fn share_range(low: f64, high: f64) -> String {
    format!("{}–{}", format::percent(low).trim_end_matches(" %"), format::percent(high))
}

/// A time that a person set, in as few digits as it needs: “500 ms”, “30 s”, “1 min 30 s”.
pub(crate) fn set_time(seconds: f64) -> String {
    match seconds {
        short if short < 1.0 => format!("{} ms", format::setting(short * 1e3)),
        short if short < 60.0 => format!("{} s", format::setting(short)),
        long => format::duration(long),
    }
}

/// A speed that a person set: “25 tokens/s”.
pub(crate) fn set_speed(tps: f64) -> String {
    format!("{} tokens/s", format::setting(tps))
}

/// What each candidate is called; where two share a title, by its model and engine too.
pub(crate) fn model_names(candidates: &[Candidate], redaction: &Redaction) -> Vec<String> {
    let is_shared = |title: &str| candidates.iter().filter(|candidate| candidate.title == title).count() > 1;
    let name = |candidate: &Candidate| match is_shared(&candidate.title) {
        true => redaction.text(&format!("{} ({}, {})", candidate.title, candidate.model, candidate.engine.title())),
        false => redaction.text(&candidate.title),
    };
    candidates.iter().map(name).collect()
}
