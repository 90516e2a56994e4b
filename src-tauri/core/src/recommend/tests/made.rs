//! Runs made up for tests: a model in one line.

use crate::machine::Machine;
use crate::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use crate::recommend::{Candidate, Settings, candidates};
use crate::run::{LoadRecord, RunStatus, RungStatus};
use crate::task::{Band, Grade, GradeClass, ItemResult, SuiteVersion, Task, TaskFloors, TaskRun, TaskRung};

pub(in crate::recommend) const GIB: f64 = (1u64 << 30) as f64;

/// The answers to one task: which items passed, and the seconds of each.
pub(in crate::recommend) fn answers(task: &Task, passes: &[bool], seconds: impl Fn(usize) -> f64) -> Vec<ItemResult> {
    passes.iter().enumerate().map(|(place, passes)| answer(task, place, *passes, seconds(place))).collect()
}

pub(in crate::recommend) fn answer(task: &Task, place: usize, passes: bool, seconds: f64) -> ItemResult {
    let band = Band::ALL[place % 3];
    let class = if passes { GradeClass::Right } else { GradeClass::Wrong };
    ItemResult {
        item: format!("{}/{}/{}", task.name(), band.name(), place / 3),
        task: task.clone(),
        band,
        repeat: 0,
        started_ms: 0.0,
        prompt: "A question.".to_owned(),
        thinking: String::new(),
        answer: "An answer.".to_owned(),
        grade: Grade::new(class, "for the test"),
        ttft_ms: Some(seconds * 100.0),
        response_ms: Some(seconds * 1000.0),
        prompt_tokens: Some(100),
        output_tokens: Some(100),
        decode_tps: Some(100.0 / (seconds * 0.9)),
    }
}

/// The first `right` of `n` items, in an order in which every band has its share.
pub(in crate::recommend) fn right(right: usize, n: usize) -> Vec<bool> {
    (0..n).map(|place| place < right).collect()
}

pub(in crate::recommend) fn rung(title: &str, gib: f64, results: Vec<ItemResult>) -> TaskRung {
    TaskRung {
        position: 0,
        model: ModelRef::new(title).unwrap(),
        title: title.to_owned(),
        facts: ModelFacts::default(),
        engine: None,
        status: RungStatus::Measured,
        load: LoadRecord { peak_memory_bytes: Some((gib * GIB) as u64), ..LoadRecord::default() },
        results,
    }
}

/// On a machine with 32 GiB.
pub(in crate::recommend) fn run(id: &str, rungs: Vec<TaskRung>) -> TaskRun {
    TaskRun {
        id: id.to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        ended_at: None,
        status: RunStatus::Finished,
        suite: SuiteVersion { number: 1, hash: "a".to_owned(), seed: 1 },
        tasks: Vec::new(),
        budget_s: None,
        unavailable: Vec::new(),
        engine: EngineDescription { kind: EngineKind::Llama, version: None, url: None, settings: Vec::new() },
        machine: Machine { cpu: Some("a processor".to_owned()), memory_bytes: Some(32 << 30), ..Machine::default() },
        rungs,
    }
}

/// Candidates of one run.
pub(in crate::recommend) fn of(rungs: Vec<TaskRung>) -> Vec<Candidate> {
    candidates(&[run("1", rungs)]).candidates
}

/// A model at one task: so many of 24 right, at so many seconds each.
pub(in crate::recommend) fn model(title: &str, task: &Task, ok: usize, seconds: f64, gib: f64) -> TaskRung {
    // A little spread, so that times have an interval.
    rung(title, gib, answers(task, &right(ok, 24), |place| seconds * (0.96 + 0.02 * (place % 5) as f64)))
}

/// Floors that stay as they are when the usual ones are set anew.
pub(in crate::recommend) fn settings() -> Settings {
    let quality = |task: &Task| match task {
        Task::Classify | Task::ToolCalls | Task::Needle => 0.80,
        Task::Extraction => 0.85,
        Task::Chat => 0.65,
        Task::Summary | Task::Translation => 0.70,
        _ => 0.60,
    };
    let floors = |task: Task| (task.clone(), TaskFloors { quality: quality(&task), ..task.default_floors() });
    Settings { floors: Task::SUITE.map(floors).into(), ..Settings::default() }
}
