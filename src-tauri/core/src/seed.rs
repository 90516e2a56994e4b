//! The seed's run as a stored run: what was once done by hand on one laptop, for tests and examples.
//!
//! Its medians are the seed's printed figures; the spread of half a per cent around them is made up, since the seed
//! keeps none. Parameters and active bytes are the models' public figures.

use crate::cause::{Cause, CauseKind};
use crate::machine::{Gpu, HardwareSample, Machine};
use crate::model::{EngineDescription, EngineKind, ModelFacts, ModelRef, Specialty};
use crate::plan::Mode;
use crate::run::{LoadRecord, RunRecord, RunStatus, RungRecord, RungStatus, SessionChecks};
use crate::trial::{Outcome, Trial, TrialKind};

/// The seed's session, at the time that its identifier also says.
pub const SEED_RUN_ID: &str = "01992bc5-b000-7000-8000-000000000001";

const GIB: u64 = 1 << 30;

/// One row of the seed's table.
struct Row {
    model: &'static str,
    title: &'static str,
    file_bytes: u64,
    parameters: u64,
    active_bytes: u64,
    quantization: &'static str,
    specialty: Option<Specialty>,
    decode_tps: f64,
    response_ms: f64,
    /// Of five.
    answered: u32,
}

const ROWS: [Row; 5] = [
    Row {
        model: "llama3.2:1b",
        title: "Llama 3.2 1B",
        file_bytes: 1_300_000_000,
        parameters: 1_240_000_000,
        active_bytes: 1_300_000_000,
        quantization: "Q8_0",
        specialty: None,
        decode_tps: 83.01,
        response_ms: 1120.0,
        answered: 5,
    },
    Row {
        model: "llama3.2:3b",
        title: "Llama 3.2 3B",
        file_bytes: 2_000_000_000,
        parameters: 3_210_000_000,
        active_bytes: 2_000_000_000,
        quantization: "Q4_K_M",
        specialty: None,
        decode_tps: 54.67,
        response_ms: 1610.0,
        answered: 5,
    },
    Row {
        model: "llama3:8b",
        title: "Llama 3 8B",
        file_bytes: 4_700_000_000,
        parameters: 8_030_000_000,
        active_bytes: 4_700_000_000,
        quantization: "Q4_0",
        specialty: None,
        decode_tps: 31.37,
        response_ms: 2890.0,
        answered: 5,
    },
    Row {
        model: "codellama:13b",
        title: "CodeLlama 13B",
        file_bytes: 7_400_000_000,
        parameters: 13_020_000_000,
        active_bytes: 7_400_000_000,
        quantization: "Q4_0",
        specialty: Some(Specialty::Code),
        decode_tps: 8.96,
        response_ms: 10_320.0,
        answered: 5,
    },
    Row {
        model: "gpt-oss:20b",
        title: "GPT-OSS 20B",
        file_bytes: 13_000_000_000,
        parameters: 20_900_000_000,
        active_bytes: 2_240_000_000,
        quantization: "MXFP4",
        specialty: None,
        decode_tps: 0.52,
        response_ms: 7690.0,
        answered: 1,
    },
];

/// The median first and in the middle of the others.
const SPREAD: [f64; 5] = [1.0, 0.995, 1.004, 0.998, 1.003];

fn trial(row: &Row, index: u32, spread: f64, started_ms: f64) -> Trial {
    let answered = index < row.answered;
    Trial {
        response_ms: Some(row.response_ms / spread),
        decode_tps: Some(row.decode_tps * spread),
        prompt_tokens: Some(24),
        output_tokens: Some(if answered { 80 } else { 4 }),
        output: if answered { "A mutex lets one thread at a time enter a critical section.".to_owned() } else { String::new() },
        outcome: if answered {
            Outcome::Complete
        } else {
            Outcome::Failed(Cause::new(CauseKind::EmptyAnswer, "4 tokens, all of them blank"))
        },
        ..Trial::new(TrialKind::Answer, index, started_ms)
    }
}

fn model(name: &str) -> Option<ModelRef> {
    ModelRef::new(name).ok()
}

fn rung(position: u32, row: &Row) -> Option<RungRecord> {
    let started_ms = f64::from(position) * 300_000.0;
    let each = row.response_ms * 1.1;
    Some(RungRecord {
        position,
        model: model(row.model)?,
        title: row.title.to_owned(),
        facts: ModelFacts {
            file_bytes: Some(row.file_bytes),
            parameters: Some(row.parameters),
            active_bytes: Some(row.active_bytes),
            quantization: Some(row.quantization.to_owned()),
            specialty: row.specialty,
            ..ModelFacts::default()
        },
        status: RungStatus::Measured,
        engine: None,
        load: LoadRecord::default(),
        trials: (0..).zip(SPREAD).map(|(index, spread)| trial(row, index, spread, started_ms + f64::from(index) * each)).collect(),
        items: Vec::new(),
    })
}

/// The seed's queue: a rung that was planned and not run.
fn queued(position: u32) -> Option<RungRecord> {
    Some(RungRecord {
        position,
        model: model("codellama:34b")?,
        title: "CodeLlama 34B".to_owned(),
        facts: ModelFacts {
            file_bytes: Some(19_000_000_000),
            parameters: Some(33_700_000_000),
            active_bytes: Some(19_000_000_000),
            quantization: Some("Q4_0".to_owned()),
            specialty: Some(Specialty::Code),
            ..ModelFacts::default()
        },
        status: RungStatus::LeftOut("it comes close to the limits of the memory".to_owned()),
        engine: None,
        load: LoadRecord::default(),
        trials: Vec::new(),
        items: Vec::new(),
    })
}

/// The laptop's own account while it climbed: at least 23 GiB of memory free, no sensor of temperature.
fn samples() -> Vec<HardwareSample> {
    (0..25u32)
        .map(|minute| HardwareSample {
            at_ms: f64::from(minute) * 60_000.0,
            cpu_percent: Some(6.0),
            memory_used_bytes: Some(9 * GIB),
            memory_available_bytes: Some(23 * GIB),
            swap_used_bytes: Some(0),
            ..HardwareSample::default()
        })
        .collect()
}

/// The seed's five measured rungs and its queued one, in the classic mode.
pub fn seed_run() -> RunRecord {
    let positions = 0..;
    let mut rungs: Vec<RungRecord> = positions.zip(&ROWS).filter_map(|(position, row)| rung(position, row)).collect();
    rungs.extend(queued(5));
    RunRecord {
        id: SEED_RUN_ID.to_owned(),
        started_at: "2025-09-09T00:00:00Z".to_owned(),
        ended_at: Some("2025-09-09T00:25:00Z".to_owned()),
        status: RunStatus::Finished,
        ladder: "classic".to_owned(),
        mode: Mode::Classic,
        engine: EngineDescription { kind: EngineKind::Ollama, version: None, url: None, settings: Vec::new() },
        machine: Machine {
            cpu: Some("Intel Core i9-14900HX".to_owned()),
            physical_cores: Some(24),
            logical_cores: Some(32),
            memory_bytes: Some(32 * GIB),
            gpus: vec![Gpu { name: "NVIDIA GeForce RTX 4070 Laptop GPU".to_owned(), memory_bytes: Some(8 * GIB), driver: None }],
            on_mains: Some(true),
            ..Machine::default()
        },
        rungs,
        samples: samples(),
        checks: SessionChecks::default(),
        tasks: None,
    }
}
