//! Results and History: runs, their meaning and their charts.

use toprung_jobs::ANSWER_PROMPTS;
use toprung_jobs::ab;
use toprung_jobs::analysis::{Capability, DepthSpeed, Estimate, Observed, RungSummary, RungVerdict, Step, SweetSpot, Use};
use toprung_jobs::chart::{Chart, ChartKind, Theme, chart_for, timeline_for};
use toprung_jobs::history::{self, RunHeader, Shown};
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem as JobProblem;
use toprung_jobs::run::{RunStatus, RungRecord, RungStatus};
use toprung_jobs::trial::{Outcome, TrialKind};
use toprung_messages::{
    AnswerView, CapabilityView, ChartView, DepthView, EstimateView, KneeView, MarkView, ObservedView, Problem, RunRow, RunView, RungView,
    StepView, SweetSpotView,
};

use super::{plan, problem, rejection};
use crate::state::Answer;

/// Widths at which a chart can be drawn, in CSS pixels.
const CHART_WIDTHS: std::ops::RangeInclusive<f64> = 240.0..=4000.0;

pub(crate) fn row(home: &Home, run: &RunHeader) -> RunRow {
    RunRow {
        id: run.id.clone(),
        started_at: run.started_at.clone(),
        duration_s: history::duration_s(&run.started_at, run.ended_at.as_deref()),
        status: match run.status {
            RunStatus::Running => "running",
            RunStatus::Finished => "finished",
            RunStatus::Stopped => "stopped",
        }
        .to_owned(),
        ladder: run.ladder.clone(),
        mode: run.mode.name().to_owned(),
        engine: run.engine.name().to_owned(),
        rungs: run.rungs,
        rungs_done: run.rungs_done,
        headline: history::headline(home, run),
        resumable: history::is_resumable(home, run),
        tasks: run.tasks.iter().map(|task| task.title().to_owned()).collect(),
        interleaved: ab::is_interleaved(home, run),
    }
}

pub(crate) fn view(home: &Home, shown: &Shown) -> RunView {
    let analysis = &shown.analysis;
    RunView {
        row: RunRow { headline: Some(analysis.headline.clone()), ..row(home, &shown.header) },
        engine_version: shown.run.engine.version.clone(),
        machine: plan::machine(&shown.run.machine),
        headline: analysis.headline.clone(),
        rungs: analysis.rungs.iter().zip(&shown.run.rungs).map(|(summary, record)| rung(summary, record)).collect(),
        steps: analysis.steps.iter().map(step).collect(),
        knee: analysis.knee.as_ref().map(|knee| KneeView {
            model: knee.model.to_string(),
            title: knee.title.clone(),
            probability: knee.probability,
            reason: knee.reason.clone(),
        }),
        sweet_spots: analysis.sweet_spots.iter().map(sweet_spot).collect(),
        proven: analysis.proven.iter().map(capability).collect(),
        projected: analysis.projected.iter().map(capability).collect(),
        insights: analysis.insights.clone(),
        queue: analysis.queue.clone(),
    }
}

fn rung(summary: &RungSummary, record: &RungRecord) -> RungView {
    RungView {
        model: summary.model.to_string(),
        title: summary.title.clone(),
        file_bytes: summary.facts.file_bytes,
        quantization: summary.facts.quantization.clone(),
        status: status(&record.status).to_owned(),
        decode_tps: summary.decode_tps.map(estimate),
        at_depth: summary.at_depth.iter().map(depth).collect(),
        prefill_tps: summary.prefill_tps.map(estimate),
        observed: observed(&summary.observed),
        ttft_ms: summary.ttft_ms.map(estimate),
        response_ms: summary.response_ms.map(estimate),
        answered: summary.success.map(|success| success.ok),
        asked: summary.success.map(|success| success.n),
        load_ms: summary.load.load_ms,
        peak_memory_bytes: summary.load.peak_memory_bytes,
        rss_anon_bytes: summary.load.peak_rss_anon_bytes,
        rss_file_bytes: summary.load.peak_rss_file_bytes,
        vram_bytes: summary.load.vram_bytes,
        context_fits_tokens: summary.context_fits,
        grade: summary.grade.map(|grade| format!("{grade:?}")),
        reasons: summary.reasons.clone(),
        verdict: verdict(summary.verdict).to_owned(),
        problem: summary.cause.clone().map(|cause| problem(&cause.into())),
        answers: answers(record),
    }
}

fn observed(seen: &Observed) -> ObservedView {
    ObservedView {
        decode_tps: seen.decode_tps.map(estimate),
        prefill_tps: seen.prefill_tps.map(estimate),
        tpot_ms: seen.tpot_ms.map(estimate),
        gap_p50_ms: seen.gap_p50_ms,
        gap_p95_ms: seen.gap_p95_ms,
        gap_max_ms: seen.gap_max_ms,
    }
}

fn depth(at: &DepthSpeed) -> DepthView {
    DepthView { depth_tokens: at.depth_tokens, decode_tps: estimate(at.decode_tps) }
}

fn answers(record: &RungRecord) -> Vec<AnswerView> {
    let asked = record.trials.iter().filter(|trial| trial.kind == TrialKind::Answer);
    asked
        .map(|trial| AnswerView {
            prompt: ANSWER_PROMPTS[trial.index as usize % ANSWER_PROMPTS.len()].to_owned(),
            output: trial.output.clone(),
            problem: match &trial.outcome {
                Outcome::Failed(cause) => Some(problem(&cause.clone().into())),
                Outcome::Complete => None,
            },
        })
        .collect()
}

pub(super) fn estimate(estimate: Estimate) -> EstimateView {
    EstimateView { median: estimate.median, low: estimate.low, high: estimate.high, n: estimate.n }
}

fn step(step: &Step) -> StepView {
    StepView {
        from: step.from_title.clone(),
        to: step.to_title.clone(),
        throughput_change: step.throughput_change,
        response_change: step.response_change,
        memory_change: step.memory_change,
        elasticity: step.elasticity,
        note: step.note.clone(),
    }
}

fn sweet_spot(spot: &SweetSpot) -> SweetSpotView {
    SweetSpotView {
        usage: usage(spot.usage).to_owned(),
        title: spot.title.clone(),
        model: spot.model.to_string(),
        evidence: spot.evidence.clone(),
    }
}

fn capability(capability: &Capability) -> CapabilityView {
    CapabilityView { statement: capability.statement.clone(), basis: capability.basis.clone(), holds: capability.holds }
}

pub(crate) fn chart(shown: &Shown, kind: &str, theme: &str, width: f64) -> Answer<ChartView> {
    let kind = ChartKind::from_name(kind).ok_or_else(|| no_chart(kind, "Choose another chart."))?;
    let chart = chart_for(&shown.run, &shown.analysis, kind, self::theme(theme), self::width(width));
    chart.map(picture).ok_or_else(|| no_chart("of this kind", "Measure at least one rung first."))
}

pub(crate) fn timeline(shown: &Shown, theme: &str, width: f64) -> Answer<ChartView> {
    let chart = timeline_for(&shown.run, self::theme(theme), self::width(width));
    chart.map(picture).map_err(|why| rejection(JobProblem::input("no_chart", why.what(), why.next_step())))
}

pub(crate) fn theme(name: &str) -> Theme {
    if name == "dark" { Theme::Dark } else { Theme::Light }
}

/// A width at which a chart can be drawn, in CSS pixels.
pub(crate) fn width(asked: f64) -> u32 {
    asked.clamp(*CHART_WIDTHS.start(), *CHART_WIDTHS.end()) as u32
}

pub(crate) fn picture(chart: Chart) -> ChartView {
    ChartView {
        width: f64::from(chart.width),
        height: f64::from(chart.height),
        marks: chart.marks.into_iter().map(|mark| MarkView { x: mark.x.into(), y: mark.y.into(), label: mark.label }).collect(),
        svg: chart.svg,
        alt: chart.alt,
        head: chart.head,
        rows: chart.rows,
    }
}

fn no_chart(kind: &str, next_step: &str) -> Problem {
    rejection(JobProblem::input("no_chart", format!("There is no chart {kind} for this run."), next_step))
}

fn status(status: &RungStatus) -> &'static str {
    match status {
        RungStatus::Waiting => "waiting",
        RungStatus::Running => "running",
        RungStatus::Measured => "measured",
        RungStatus::Failed(_) => "failed",
        RungStatus::LeftOut(_) => "left_out",
    }
}

fn verdict(verdict: RungVerdict) -> &'static str {
    match verdict {
        RungVerdict::FastIterations => "fast_iterations",
        RungVerdict::Balanced => "balanced",
        RungVerdict::HighQuality => "high_quality",
        RungVerdict::SpecialisedCoding => "specialised_coding",
        RungVerdict::Works => "works",
        RungVerdict::Avoid => "avoid",
        RungVerdict::NotMeasured => "not_measured",
    }
}

pub(super) fn usage(usage: Use) -> &'static str {
    match usage {
        Use::FastIterations => "fast_iterations",
        Use::Balanced => "balanced",
        Use::HighQuality => "high_quality",
        Use::SpecialisedCoding => "specialised_coding",
        Use::Avoid => "avoid",
    }
}
