//! One rung in figures: medians with intervals, success, grade and cause, from its stored trials.

use crate::analysis::{Estimate, Floors, RungSummary, RungVerdict, Success};
use crate::cause::{Cause, CauseKind};
use crate::grade;
use crate::machine::{HardwareSample, Machine};
use crate::plan::Mode;
use crate::run::{RungRecord, RungStatus};
use crate::stats;
use crate::trial::{Outcome, Trial, TrialKind};

/// What a rung was measured under.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    pub mode: Mode,
    pub floors: &'a Floors,
    pub machine: &'a Machine,
    /// Of the whole run; those of the rung are picked by time.
    pub samples: &'a [HardwareSample],
    /// All of the run: whether another of them used a GPU.
    pub rungs: &'a [RungRecord],
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
fn response_trials(rung: &RungRecord) -> Vec<&Trial> {
    let answers = complete(rung, TrialKind::Answer);
    if answers.is_empty() { complete(rung, TrialKind::Speed) } else { answers }
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
    let asked: Vec<&Trial> = rung.trials.iter().filter(|trial| !was_cancelled(trial)).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Grade;
    use crate::run::LoadRecord;
    use crate::scripted::{failed, rung, trial};

    fn summarised(rung: &RungRecord, mode: Mode, samples: &[HardwareSample]) -> RungSummary {
        summarise(rung, &Setting { mode, floors: &Floors::default(), machine: &Machine::default(), samples, rungs: &[] })
    }

    fn standard() -> RungRecord {
        let mut rung = rung("1b", 1.0, 50.0, 5);
        rung.trials.splice(0..0, (0..5).map(|index| trial(TrialKind::Speed, index, 60.0)));
        rung
    }

    fn fail(trial: &mut Trial, kind: CauseKind) {
        trial.outcome = Outcome::Failed(Cause::new(kind, ""));
    }

    #[test]
    fn speed_comes_from_speed_trials_and_the_wait_from_answers() {
        let summary = summarised(&standard(), Mode::Standard, &[]);
        assert_eq!(summary.decode_tps.unwrap().median, 60.0);
        assert_eq!(summary.response_ms.unwrap().median, 1700.0, "80 tokens at 50 tokens/s and 100 ms");
        assert_eq!(summary.success.map(|s| (s.ok, s.n)), Some((5, 5)), "only answers can succeed or fail to answer");
        assert_eq!((summary.grade, summary.reasons), (Some(Grade::A), vec![]));
    }

    #[test]
    fn streams_without_a_final_record_are_never_averaged() {
        let mut rung = rung("1b", 1.0, 50.0, 5);
        rung.trials[4].decode_tps = Some(9999.0);
        fail(&mut rung.trials[4], CauseKind::StreamEndedEarly);
        let summary = summarised(&rung, Mode::Classic, &[]);
        assert_eq!(summary.decode_tps.map(|e| e.n), Some(4));
        assert!(summary.decode_tps.unwrap().high < 60.0);
        assert_eq!(summary.success.map(|s| (s.ok, s.n)), Some((4, 5)));
        assert_eq!(summary.cause.map(|cause| cause.kind), Some(CauseKind::StreamEndedEarly));
    }

    #[test]
    fn the_cause_is_the_commonest_and_a_trial_stopped_by_hand_counts_for_nothing() {
        let mut rung = rung("1b", 1.0, 50.0, 5);
        fail(&mut rung.trials[0], CauseKind::StreamEndedEarly);
        fail(&mut rung.trials[1], CauseKind::EmptyAnswer);
        fail(&mut rung.trials[2], CauseKind::EmptyAnswer);
        fail(&mut rung.trials[4], CauseKind::Cancelled);
        let summary = summarised(&rung, Mode::Classic, &[]);
        assert_eq!(summary.success.map(|s| (s.ok, s.n)), Some((1, 4)));
        assert_eq!(summary.cause.map(|cause| cause.kind), Some(CauseKind::EmptyAnswer));
    }

    #[test]
    fn a_rung_that_failed_as_a_whole_has_its_cause_and_no_grade() {
        let summary = summarised(&failed("70b", 40.0, CauseKind::OutOfMemory), Mode::Classic, &[]);
        assert_eq!((summary.grade, summary.decode_tps, summary.success), (None, None, None));
        assert_eq!(summary.cause.map(|cause| cause.kind), Some(CauseKind::OutOfMemory));
    }

    #[test]
    fn each_blemish_lowers_the_grade_with_its_figure() {
        type Spoil = fn(&mut RungRecord);
        let table: [(Spoil, Grade, &str); 8] = [
            (|r| r.trials.truncate(2), Grade::C, "its speed rests on 2 trials alone"),
            (|r| r.trials.iter_mut().for_each(|t| t.decode_tps = None), Grade::C, "no decode speed could be taken"),
            (|r| r.trials.iter_mut().for_each(|t| t.output_tokens = Some(23)), Grade::B, "speeds over 23 tokens a trial, fewer than 64"),
            (
                |r| r.trials.iter_mut().for_each(|t| t.client_decode_tps = t.decode_tps.map(|v| v * 0.95)),
                Grade::B,
                "the engine's clock and ours differ by 5.0 %",
            ),
            (|r| r.load.context_tokens = Some(512), Grade::B, "the engine set up a context of 512 tokens, 2048 were asked for"),
            (|r| r.trials[4].outcome = Outcome::Failed(Cause::new(CauseKind::EmptyAnswer, "")), Grade::B, "only 4 of 5 answers succeeded"),
            (
                |r| r.trials.iter_mut().for_each(|t| t.decode_tps = Some(40.0 + 6.0 * f64::from(t.index))),
                Grade::C,
                "decode speed is known to ±23.1 % only",
            ),
            (
                |r| r.trials.iter_mut().for_each(|t| t.decode_tps = Some(40.0 + 3.0 * f64::from(t.index))),
                Grade::B,
                "decode speed is known to ±13.0 % only",
            ),
        ];
        for (spoil, grade, reason) in table {
            let mut rung = rung("1b", 1.0, 50.0, 5);
            spoil(&mut rung);
            let summary = summarised(&rung, Mode::Classic, &[]);
            assert_eq!((summary.grade, summary.reasons), (Some(grade), vec![reason.to_owned()]));
        }
    }

    #[test]
    fn a_missed_precision_is_said_with_its_width() {
        let mut rung = standard();
        rung.trials[1].decode_tps = Some(54.0);
        let summary = summarised(&rung, Mode::Standard, &[]);
        assert_eq!((summary.grade, summary.reasons), (Some(Grade::B), vec!["decode speed is known to ±5.0 %, wanted ±2 %".to_owned()]));
    }

    #[test]
    fn a_rung_on_the_processor_is_flagged_when_another_used_a_gpu() {
        let in_vram = |bytes| RungRecord { load: LoadRecord { vram_bytes: bytes, ..LoadRecord::default() }, ..rung("1b", 1.0, 50.0, 5) };
        let reasons = |own: &RungRecord, rungs: &[RungRecord]| {
            let (floors, machine) = (Floors::default(), Machine::default());
            summarise(own, &Setting { mode: Mode::Classic, floors: &floors, machine: &machine, samples: &[], rungs }).reasons
        };
        let (gpu, cpu, unknown) = (in_vram(Some(1 << 30)), in_vram(Some(0)), in_vram(None));
        let flagged = reasons(&cpu, &[gpu.clone(), cpu.clone()]);
        assert_eq!(flagged, ["it ran on the processor alone (0 bytes in GPU memory), and another rung of this run used a GPU"]);
        assert!(reasons(&cpu, &[cpu.clone(), cpu.clone()]).is_empty(), "nothing says that this machine's GPU runs models");
        assert!(reasons(&unknown, &[gpu.clone(), unknown.clone()]).is_empty(), "unknown is not 0");
        assert!(reasons(&gpu, &[gpu.clone(), cpu]).is_empty());
    }

    #[test]
    fn a_busy_processor_belies_a_model_that_is_said_to_be_on_the_gpu() {
        let busy = |at_ms, percent| HardwareSample { at_ms, cpu_percent: Some(percent), ..HardwareSample::default() };
        let samples = [busy(0.0, 92.0), busy(1000.0, 95.0), busy(2000.0, 97.0)];
        let reasons = |vram_bytes, samples: &[HardwareSample]| {
            let load = LoadRecord { vram_bytes, peak_memory_bytes: Some(1 << 30), ..LoadRecord::default() };
            summarised(&RungRecord { load, ..rung("1b", 1.0, 50.0, 5) }, Mode::Classic, samples).reasons
        };
        assert_eq!(reasons(Some(1 << 30), &samples), ["the engine says that it is on the GPU, but the processor was busy at 95 %"]);
        assert!(reasons(Some(1 << 29), &samples).is_empty(), "half of the model is on the processor, which is then busy");
        assert!(reasons(Some(1 << 30), &samples.map(|s| busy(s.at_ms, 12.0))).is_empty(), "a core or two feed the GPU");
    }

    #[test]
    fn swapping_counts_only_while_the_rung_ran() {
        let sample = |at_ms, gib: u64| HardwareSample { at_ms, swap_used_bytes: Some(gib << 30), ..HardwareSample::default() };
        let reasons = |samples: &[HardwareSample]| summarised(&rung("1b", 1.0, 50.0, 5), Mode::Classic, samples).reasons;
        assert_eq!(reasons(&[sample(0.0, 0), sample(2000.0, 1)]), ["the swap grew by 1.00 GiB while it ran"]);
        assert!(reasons(&[sample(0.0, 0), sample(2000.0, 0), sample(90_000.0, 1)]).is_empty(), "another rung's swapping is not this one's");
        assert!(reasons(&[sample(2000.0, 1), sample(0.0, 0), sample(3000.0, 1)]).is_empty(), "a clock that goes back can't be lined up");
    }
}
