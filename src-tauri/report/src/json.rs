//! The versioned JSON export. Other programs rely on it: a key is never renamed or left out, and unknown is null.

mod tasks;

use serde::Serialize;
use toprung_core::analysis::{
    Analysis, DepthSpeed, Estimate, Grade, Knee, Observed, RungSummary, RungVerdict, Step, Success, SweetSpot, Use,
};
use toprung_core::cause::Cause;
use toprung_core::energy::Energy;
use toprung_core::machine::Machine;
use toprung_core::model::EngineDescription;
use toprung_core::run::RunRecord;

use crate::Report;
use crate::text::Redaction;
use tasks::{AdviceJson, TasksJson};

/// Raised when a key changes its meaning; a new key does not raise it.
const SCHEMA: u32 = 1;

/// The run and what it means as JSON, schema 1. Times are in milliseconds, speeds in tokens per second, sizes in bytes,
/// energy in joules, power in watts, changes relative (−0.34 is 34 % less). Host and user names are left out.
/// The advice goes by the default weights and floors; [`Report::json`] takes others.
pub fn export_json(run: &RunRecord, analysis: &Analysis) -> String {
    export(&Report::new(run, analysis))
}

pub(crate) fn export(report: &Report<'_>) -> String {
    let (run, analysis, advised) = (report.run, report.analysis, report.advised());
    let redaction = Redaction::of(run);
    let export = Export {
        schema: SCHEMA,
        run: RunJson {
            id: &run.id,
            started_at: &run.started_at,
            engine: run.engine.kind.name(),
            mode: run.mode.name(),
            machine: &run.machine,
        },
        rungs: analysis.rungs.iter().map(|rung| rung_json(rung, engine_of(run, rung).kind.name(), &redaction)).collect(),
        steps: analysis.steps.iter().map(|step| step_json(step, &redaction)).collect(),
        knee: analysis.knee.as_ref().map(|knee| knee_json(knee, &redaction)),
        sweet_spots: analysis.sweet_spots.iter().map(|spot| spot_json(spot, &redaction)).collect(),
        tasks: advised.as_ref().map(|advised| tasks::tasks_json(advised, &redaction)),
        advice: advised.as_ref().map(|advised| tasks::advice_json(&advised.advice, &redaction)),
    };
    // Plain structs with string keys always serialise, so there is no error to pass on.
    serde_json::to_string_pretty(&export).unwrap_or_default()
}

#[derive(Serialize)]
struct Export<'a> {
    schema: u32,
    run: RunJson<'a>,
    rungs: Vec<RungJson<'a>>,
    steps: Vec<StepJson>,
    knee: Option<KneeJson>,
    sweet_spots: Vec<SweetSpotJson>,
    /// Null where no tasks were asked.
    tasks: Option<TasksJson>,
    advice: Option<AdviceJson>,
}

#[derive(Serialize)]
struct RunJson<'a> {
    id: &'a str,
    started_at: &'a str,
    engine: &'a str,
    mode: &'a str,
    machine: &'a Machine,
}

#[derive(Serialize)]
struct RungJson<'a> {
    model: String,
    engine: &'a str,
    digest: Option<&'a str>,
    file_bytes: Option<u64>,
    parameters: Option<u64>,
    active_bytes: Option<u64>,
    decode_tps: Option<Estimate>,
    decode_tps_at_depth: &'a [DepthSpeed],
    prefill_tps: Option<Estimate>,
    ttft_ms: Option<Estimate>,
    response_ms: Option<Estimate>,
    observed: Observed,
    success: Option<SuccessJson>,
    load_ms: Option<f64>,
    warm_up_ms: Option<f64>,
    peak_memory_bytes: Option<u64>,
    rss_anon_bytes: Option<u64>,
    rss_file_bytes: Option<u64>,
    vram_bytes: Option<u64>,
    context_fits_tokens: Option<u32>,
    energy: Option<&'a Energy>,
    energy_unknown_because: Option<String>,
    grade: Option<Grade>,
    reasons: Vec<String>,
    verdict: RungVerdict,
    cause: Option<CauseJson>,
}

#[derive(Serialize)]
struct SuccessJson {
    ok: u32,
    n: u32,
}

#[derive(Serialize)]
struct CauseJson {
    code: &'static str,
    sentence: &'static str,
    detail: String,
    next_step: &'static str,
}

#[derive(Serialize)]
struct StepJson {
    from: String,
    to: String,
    throughput_change: Option<f64>,
    response_change: Option<f64>,
    memory_change: Option<f64>,
    elasticity: Option<f64>,
    note: Option<String>,
}

#[derive(Serialize)]
struct KneeJson {
    model: String,
    title: String,
    probability: f64,
    floor_tps: f64,
    reason: String,
}

#[derive(Serialize)]
struct SweetSpotJson {
    #[serde(rename = "use")]
    usage: Use,
    model: String,
    title: String,
    evidence: String,
}

/// The engine that ran a rung: its own, where a ladder mixes several.
fn engine_of<'a>(run: &'a RunRecord, rung: &RungSummary) -> &'a EngineDescription {
    let record = run.rungs.iter().find(|record| record.position == rung.position);
    record.and_then(|record| record.engine.as_ref()).unwrap_or(&run.engine)
}

fn rung_json<'a>(rung: &'a RungSummary, engine: &'a str, redaction: &Redaction) -> RungJson<'a> {
    RungJson {
        model: redaction.text(rung.model.as_str()),
        engine,
        digest: rung.facts.digest.as_deref(),
        file_bytes: rung.facts.file_bytes,
        parameters: rung.facts.parameters,
        active_bytes: rung.facts.active_bytes,
        decode_tps: rung.decode_tps,
        decode_tps_at_depth: &rung.at_depth,
        prefill_tps: rung.prefill_tps,
        ttft_ms: rung.ttft_ms,
        response_ms: rung.response_ms,
        observed: rung.observed,
        success: rung.success.map(|Success { ok, n, .. }| SuccessJson { ok, n }),
        load_ms: rung.load.load_ms,
        warm_up_ms: rung.load.warm_up_ms,
        peak_memory_bytes: rung.load.peak_memory_bytes,
        rss_anon_bytes: rung.load.peak_rss_anon_bytes,
        rss_file_bytes: rung.load.peak_rss_file_bytes,
        vram_bytes: rung.load.vram_bytes,
        context_fits_tokens: rung.context_fits,
        energy: rung.energy.as_ref().ok(),
        energy_unknown_because: rung.energy.as_ref().err().map(ToString::to_string),
        grade: rung.grade,
        reasons: rung.reasons.iter().map(|reason| redaction.text(reason)).collect(),
        verdict: rung.verdict,
        cause: rung.cause.as_ref().map(|cause| cause_json(cause, redaction)),
    }
}

fn cause_json(cause: &Cause, redaction: &Redaction) -> CauseJson {
    CauseJson {
        code: cause.kind.code(),
        sentence: cause.kind.sentence(),
        detail: redaction.text(&cause.detail),
        next_step: cause.kind.next_step(),
    }
}

fn step_json(step: &Step, redaction: &Redaction) -> StepJson {
    StepJson {
        from: redaction.text(step.from.as_str()),
        to: redaction.text(step.to.as_str()),
        throughput_change: step.throughput_change,
        response_change: step.response_change,
        memory_change: step.memory_change,
        elasticity: step.elasticity,
        note: step.note.as_ref().map(|note| redaction.text(note)),
    }
}

fn knee_json(knee: &Knee, redaction: &Redaction) -> KneeJson {
    KneeJson {
        model: redaction.text(knee.model.as_str()),
        title: redaction.text(&knee.title),
        probability: knee.probability,
        floor_tps: knee.floor_tps,
        reason: redaction.text(&knee.reason),
    }
}

fn spot_json(spot: &SweetSpot, redaction: &Redaction) -> SweetSpotJson {
    SweetSpotJson {
        usage: spot.usage,
        model: redaction.text(spot.model.as_str()),
        title: redaction.text(&spot.title),
        evidence: redaction.text(&spot.evidence),
    }
}

#[cfg(test)]
mod tests;
