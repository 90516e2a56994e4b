//! One rung in figures: medians with intervals, success, grade and cause, from its stored trials.

use crate::analysis::{DepthSpeed, Estimate, Floors, Grade, Observed, RungSummary, RungVerdict, Success};
use crate::cause::{Cause, CauseKind};
use crate::energy::energy;
use crate::escalation::Evidence;
use crate::figures::{self, Gaps};
use crate::fit::fitting_context;
use crate::grade::{self, disturbance::samples_during};
use crate::machine::{HardwareSample, Machine};
use crate::model::EngineDescription;
use crate::plan::Mode;
use crate::run::{RunRecord, RungRecord, RungStatus};
use crate::stats;
use crate::trial::{Outcome, Trial, TrialKind};

/// What a rung was measured under.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    pub mode: Mode,
    pub floors: &'a Floors,
    pub machine: &'a Machine,
    /// The engine that ran the rung.
    pub engine: &'a EngineDescription,
    /// Of the whole run; those of the rung are picked by time.
    pub samples: &'a [HardwareSample],
    /// All of the run: whether another of them used a GPU.
    pub rungs: &'a [RungRecord],
    /// What lowers the grade of every rung of the run; see [`crate::drift`].
    pub session: &'a [(Grade, String)],
}

impl<'a> Setting<'a> {
    /// The setting of every rung of a run that its own engine ran.
    pub fn of_run(run: &'a RunRecord, floors: &'a Floors, session: &'a [(Grade, String)]) -> Self {
        Self { mode: run.mode, floors, machine: &run.machine, engine: &run.engine, samples: &run.samples, rungs: &run.rungs, session }
    }

    /// The same with the engine that ran this rung.
    pub fn for_rung(self, rung: &'a RungRecord) -> Self {
        Self { engine: rung.engine.as_ref().unwrap_or(self.engine), ..self }
    }
}

fn complete(rung: &RungRecord, kind: TrialKind) -> Vec<&Trial> {
    rung.trials.iter().filter(|trial| trial.kind == kind && trial.counts_for_timing()).collect()
}

/// The trials that speeds are taken from: speed trials, or answers where no speed trial was made or none came through.
pub fn timing_trials(rung: &RungRecord) -> Vec<&Trial> {
    let speed = complete(rung, TrialKind::Speed);
    if speed.is_empty() { complete(rung, TrialKind::Answer) } else { speed }
}

/// The trials that response times are taken from: answers, because that is what a person waits for, else speed trials.
pub(crate) fn response_trials(rung: &RungRecord) -> Vec<&Trial> {
    let answers = complete(rung, TrialKind::Answer);
    if answers.is_empty() { complete(rung, TrialKind::Speed) } else { answers }
}

/// The median decode speed of the timing trials with its interval, in tokens per second.
pub fn decode_estimate(rung: &RungRecord) -> Option<Estimate> {
    estimate(&timing_trials(rung), |trial| trial.decode_tps)
}

/// Decode speeds of the timing trials, in tokens per second.
pub fn decode_values(rung: &RungRecord) -> Vec<f64> {
    positive(&timing_trials(rung), |trial| trial.decode_tps)
}

/// Times and speeds are above zero; anything else is an engine's mistake and no measurement.
fn positive(trials: &[&Trial], read: fn(&Trial) -> Option<f64>) -> Vec<f64> {
    trials.iter().filter_map(|trial| read(trial)).filter(|value| value.is_finite() && *value > 0.0).collect()
}

fn estimate(trials: &[&Trial], read: fn(&Trial) -> Option<f64>) -> Option<Estimate> {
    stats::bootstrap_median(&positive(trials, read), stats::SEED)
}

fn was_cancelled(trial: &Trial) -> bool {
    matches!(&trial.outcome, Outcome::Failed(cause) if cause.kind == CauseKind::Cancelled)
}

/// Answers that succeeded, of those that were not stopped by hand; all trials where no answer was asked for.
fn success(rung: &RungRecord) -> Option<Success> {
    // Depth trials and drift checks are about speed: whether the model works is not theirs to say.
    let judged = |trial: &&Trial| matches!(trial.kind, TrialKind::Speed | TrialKind::Answer) && !was_cancelled(trial);
    let asked: Vec<&Trial> = rung.trials.iter().filter(judged).collect();
    let answers: Vec<&Trial> = asked.iter().copied().filter(|trial| trial.kind == TrialKind::Answer).collect();
    let counted = if answers.is_empty() { asked } else { answers };
    let ok = counted.iter().filter(|trial| trial.is_success()).count();
    stats::wilson(u32::try_from(ok).ok()?, u32::try_from(counted.len()).ok()?)
}

/// The share of answers that succeeded.
pub fn share(success: &Success) -> f64 {
    f64::from(success.ok) / f64::from(success.n)
}

/// The cause that most of the failed trials share; the earlier one where two are as common.
pub fn commonest_cause(rung: &RungRecord) -> Option<Cause> {
    let failed = rung.trials.iter().filter(|trial| !was_cancelled(trial)).filter_map(|trial| match &trial.outcome {
        Outcome::Failed(cause) => Some(cause),
        Outcome::Complete => None,
    });
    let causes: Vec<&Cause> = failed.collect();
    let times = |kind: CauseKind| causes.iter().filter(|cause| cause.kind == kind).count();
    causes.iter().rev().max_by_key(|cause| times(cause.kind)).map(|cause| (*cause).clone())
}

fn cause(rung: &RungRecord, success: Option<&Success>, floors: &Floors) -> Option<Cause> {
    match &rung.status {
        RungStatus::Failed(cause) => Some(cause.clone()),
        _ if success.is_some_and(|success| share(success) < floors.success) => commonest_cause(rung),
        _ => None,
    }
}

/// Whether anything at all was measured on the rung.
pub fn is_measured(summary: &RungSummary) -> bool {
    summary.decode_tps.is_some() || summary.response_ms.is_some() || summary.success.is_some()
}

/// Whether the rung answers too rarely, or failed as a whole.
pub fn is_failing(rung: &RungSummary, floors: &Floors) -> bool {
    match &rung.success {
        Some(success) => share(success) < floors.success || rung.cause.is_some(),
        None => rung.cause.is_some(),
    }
}

/// Whether the failure says nothing of the model on this machine: it was never there, or a person stopped it.
pub fn was_prevented(rung: &RungSummary) -> bool {
    use CauseKind::{Cancelled, DiskFull, DownloadFailed, EngineUnreachable, ModelNotFound, NotAnEngine, NotSaved};
    let prevented =
        |kind| matches!(kind, Cancelled | DiskFull | DownloadFailed | EngineUnreachable | ModelNotFound | NotAnEngine | NotSaved);
    !is_measured(rung) && rung.cause.as_ref().is_none_or(|cause| prevented(cause.kind))
}

/// Decode speeds behind longer prompts, the shortest first.
fn at_depth(rung: &RungRecord) -> Vec<DepthSpeed> {
    let trials = complete(rung, TrialKind::Depth);
    let depths: std::collections::BTreeSet<u32> = trials.iter().filter_map(|trial| trial.depth_tokens).collect();
    let speed = |depth: u32| {
        let here: Vec<&Trial> = trials.iter().copied().filter(|trial| trial.depth_tokens == Some(depth)).collect();
        Some(DepthSpeed { depth_tokens: depth, decode_tps: estimate(&here, |trial| trial.decode_tps)? })
    };
    depths.into_iter().filter_map(speed).collect()
}

fn observed(timing: &[&Trial]) -> Observed {
    let gaps: Vec<Gaps> = timing.iter().filter_map(|trial| figures::inter_fragment_gaps(trial)).collect();
    let usual = |read: fn(&Gaps) -> f64| stats::median(&gaps.iter().map(read).collect::<Vec<f64>>());
    Observed {
        decode_tps: estimate(timing, |trial| trial.client_decode_tps),
        prefill_tps: estimate(timing, figures::client_prefill_tps),
        tpot_ms: estimate(timing, figures::time_per_output_token_ms),
        first_answer_ms: estimate(timing, |trial| trial.first_answer_ms),
        gap_p50_ms: usual(|gaps| gaps.p50_ms),
        gap_p95_ms: usual(|gaps| gaps.p95_ms),
        gap_max_ms: gaps.iter().map(|gaps| gaps.max_ms).reduce(f64::max),
    }
}

/// Sums a rung up. Its verdict is decided later, beside the other rungs: see `verdict`.
pub fn summarise(rung: &RungRecord, setting: &Setting<'_>) -> RungSummary {
    let (timing, response) = (timing_trials(rung), response_trials(rung));
    let success = success(rung);
    let mut summary = RungSummary {
        position: rung.position,
        model: rung.model.clone(),
        title: rung.title.clone(),
        facts: rung.facts.clone(),
        load: rung.load.clone(),
        decode_tps: estimate(&timing, |trial| trial.decode_tps),
        prefill_tps: estimate(&timing, |trial| trial.prefill_tps),
        ttft_ms: estimate(&timing, |trial| trial.ttft_ms),
        response_ms: estimate(&response, |trial| trial.response_ms),
        success,
        at_depth: at_depth(rung),
        observed: observed(&timing),
        context_fits: fitting_context(&rung.facts, &rung.load, setting.machine.memory_bytes),
        evidence: Evidence::of(&samples_during(rung, setting.samples), setting, &rung.load),
        energy: energy(rung, setting),
        grade: None,
        reasons: Vec::new(),
        verdict: RungVerdict::NotMeasured,
        cause: cause(rung, success.as_ref(), setting.floors),
    };
    if is_measured(&summary) {
        (summary.grade, summary.reasons) = grade::grade(rung, &summary, setting);
    }
    summary
}

/// What a rung shows while it is being measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glance {
    // Medians without an interval: each interval takes a millisecond, and a rung is looked at after every trial.
    pub decode_tps: Option<f64>,
    pub ttft_ms: Option<f64>,
    pub response_ms: Option<f64>,
    pub success: Option<Success>,
}

/// The figures of [`summarise`] that are shown of a rung under way, for a tenth of the work.
pub fn glance(rung: &RungRecord) -> Glance {
    let (timing, response) = (timing_trials(rung), response_trials(rung));
    Glance {
        decode_tps: stats::median(&positive(&timing, |trial| trial.decode_tps)),
        ttft_ms: stats::median(&positive(&timing, |trial| trial.ttft_ms)),
        response_ms: stats::median(&positive(&response, |trial| trial.response_ms)),
        success: success(rung),
    }
}

#[cfg(test)]
mod tests;
