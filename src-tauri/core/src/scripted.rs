//! Runs made up for tests: a rung in one line.

use crate::cause::{Cause, CauseKind};
use crate::model::{EngineDescription, EngineKind, ModelFacts, ModelRef, Specialty};
use crate::plan::Mode;
use crate::run::{LoadRecord, RunRecord, RunStatus, RungRecord, RungStatus, SessionChecks};
use crate::trial::{Outcome, Trial, TrialKind};

pub(crate) fn trial(kind: TrialKind, index: u32, tps: f64) -> Trial {
    Trial {
        ttft_ms: Some(100.0),
        response_ms: Some(100.0 + 80_000.0 / tps),
        prefill_tps: Some(tps * 10.0),
        decode_tps: Some(tps),
        prompt_tokens: Some(24),
        output_tokens: Some(80),
        output: "An answer.".to_owned(),
        ..Trial::new(kind, index, f64::from(index) * 1000.0)
    }
}

/// A measured rung of the classic mode: five answers, of which `ok` succeed, at about `tps`.
pub(crate) fn rung(title: &str, gigabytes: f64, tps: f64, ok: u32) -> RungRecord {
    let mut trials: Vec<Trial> =
        (0..).zip([1.0, 0.99, 1.01, 0.995, 1.005]).map(|(i, spread)| trial(TrialKind::Answer, i, tps * spread)).collect();
    for trial in trials.iter_mut().skip(ok as usize) {
        trial.outcome = Outcome::Failed(Cause::new(CauseKind::DegenerateOutput, "“@” 80 times in a row"));
    }
    RungRecord {
        position: 0,
        model: ModelRef::new(title).unwrap(),
        title: title.to_owned(),
        facts: ModelFacts { file_bytes: Some((gigabytes * 1e9) as u64), ..ModelFacts::default() },
        status: RungStatus::Measured,
        engine: None,
        load: LoadRecord::default(),
        trials,
        items: Vec::new(),
    }
}

pub(crate) fn failed(title: &str, gigabytes: f64, kind: CauseKind) -> RungRecord {
    RungRecord { status: RungStatus::Failed(Cause::new(kind, "")), trials: Vec::new(), ..rung(title, gigabytes, 1.0, 5) }
}

pub(crate) fn code(mut rung: RungRecord) -> RungRecord {
    rung.facts.specialty = Some(Specialty::Code);
    rung
}

pub(crate) fn run(rungs: Vec<RungRecord>) -> RunRecord {
    let rungs = (0..).zip(rungs).map(|(position, rung)| RungRecord { position, ..rung }).collect();
    RunRecord {
        id: "01992bc5-b000-7000-8000-000000000002".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        ended_at: None,
        status: RunStatus::Finished,
        ladder: "test".to_owned(),
        mode: Mode::Classic,
        engine: EngineDescription { kind: EngineKind::Scripted, version: None, url: None, settings: Vec::new() },
        machine: crate::machine::Machine::default(),
        rungs,
        samples: Vec::new(),
        checks: SessionChecks::default(),
        tasks: None,
    }
}
