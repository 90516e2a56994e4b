use super::*;
use crate::model::EngineKind;
use crate::run::LoadRecord;
use crate::scripted::{failed, rung, trial};

fn scripted_engine() -> EngineDescription {
    EngineDescription { kind: EngineKind::Scripted, version: None, url: None, settings: Vec::new() }
}

fn summarised(rung: &RungRecord, mode: Mode, samples: &[HardwareSample]) -> RungSummary {
    let engine = EngineDescription { kind: EngineKind::Scripted, version: None, url: None, settings: Vec::new() };
    let setting =
        Setting { mode, floors: &Floors::default(), machine: &Machine::default(), engine: &engine, samples, rungs: &[], session: &[] };
    summarise(rung, &setting)
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
    let table: [(Spoil, Grade, &str); 9] = [
        (|r| r.trials.truncate(2), Grade::C, "its speed rests on 2 trials alone"),
        (|r| r.trials.iter_mut().for_each(|t| t.decode_tps = None), Grade::C, "no decode speed could be taken"),
        (|r| r.trials.iter_mut().for_each(|t| t.output_tokens = Some(23)), Grade::B, "speeds over 23 tokens a trial, fewer than 64"),
        (
            |r| r.trials.iter_mut().for_each(|t| t.client_decode_tps = t.decode_tps.map(|v| v * 0.95)),
            Grade::B,
            "the engine's clock and ours differ by 5.0 %",
        ),
        (|r| r.trials[0].cached_prompt_tokens = Some(500), Grade::B, "a prompt cache served part of 1 of 5 prompts"),
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
        let engine = scripted_engine();
        let (floors, machine) = (Floors::default(), Machine::default());
        summarise(
            own,
            &Setting { mode: Mode::Classic, floors: &floors, machine: &machine, engine: &engine, samples: &[], rungs, session: &[] },
        )
        .reasons
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

#[test]
fn a_glance_shows_the_figures_of_the_summary() {
    let mut rung = standard();
    rung.trials[2].decode_tps = Some(70.0);
    fail(&mut rung.trials[6], CauseKind::EmptyAnswer);
    let (summary, seen) = (summarised(&rung, Mode::Standard, &[]), glance(&rung));
    assert_eq!(seen.success, summary.success);
    assert_eq!(decode_estimate(&rung), summary.decode_tps);
    assert_eq!(seen.decode_tps, summary.decode_tps.map(|estimate| estimate.median));
    assert_eq!(seen.ttft_ms, summary.ttft_ms.map(|estimate| estimate.median));
    assert_eq!(seen.response_ms, summary.response_ms.map(|estimate| estimate.median));
    let nothing = glance(&failed("1b", 1.0, CauseKind::ModelNotFound));
    assert_eq!((nothing.decode_tps, nothing.ttft_ms, nothing.response_ms), (None, None, None));
}
