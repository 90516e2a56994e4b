//! Runs with their analyses put together by hand, for shapes that no stored run has: one rung, twelve, none measured.

use toprung_core::analysis::{
    Analysis, Capability, DepthSpeed, Estimate, Grade, Knee, Observed, RungSummary, RungVerdict, Step, Success, SweetSpot, Use,
};
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::energy::{Energy, NoEnergy, PowerSource};
use toprung_core::escalation::Evidence;
use toprung_core::machine::{HardwareSample, Machine};
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use toprung_core::plan::Mode;
use toprung_core::run::{LoadRecord, RunRecord, RunStatus, RungRecord, RungStatus, SessionChecks};

pub(crate) mod tasks;

/// One rung: name, bytes of its file, tokens per second, response time in ms, answered of 5.
pub(crate) type Row = (&'static str, u64, f64, f64, u32);

/// The five rows of the seed's table.
pub(crate) const SEED: [Row; 5] = [
    ("llama3.2:1b", 1_300_000_000, 83.01, 1120.0, 5),
    ("llama3.2:3b", 2_000_000_000, 54.67, 1610.0, 5),
    ("llama3:8b", 4_700_000_000, 31.37, 2890.0, 5),
    ("codellama:13b", 7_400_000_000, 8.96, 10320.0, 5),
    ("gpt-oss:20b", 13_000_000_000, 0.52, 7690.0, 1),
];

/// Twelve rungs with the longest and shortest names that are met, the last two failing.
pub(crate) fn twelve() -> (RunRecord, Analysis) {
    const NAMES: [&str; 12] = [
        "smollm2:135m",
        "localhost:5055/library/gemma3:270m",
        "q",
        "llama3.2:1b",
        "localhost:5055/library/qwen2.5-coder:1.5b",
        "llama3.2:3b",
        "hf.co/bartowski/Meta-Llama-3.1-8B-Instruct-abliterated-GGUF:IQ4_XS",
        "llama3:8b",
        "codellama:13b",
        "gpt-oss:20b",
        "hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:Q4_K_M",
        "codellama:34b",
    ];
    let row =
        |i: usize| (NAMES[i], 400_000_000 * (i as u64 + 1), 120.0 / (i as f64 + 1.0), 500.0 * (i as f64 + 1.0), if i < 10 { 5 } else { 1 });
    of(&(0..NAMES.len()).map(row).collect::<Vec<_>>())
}

pub(crate) fn of(rows: &[Row]) -> (RunRecord, Analysis) {
    let summaries: Vec<RungSummary> = rows.iter().enumerate().map(|(i, row)| summary(i as u32, row)).collect();
    let steps = summaries.windows(2).map(|pair| step(&pair[0], &pair[1])).collect();
    let knee = summaries.iter().rev().find(|rung| rung.verdict != RungVerdict::Avoid).map(|rung| Knee {
        model: rung.model.clone(),
        title: rung.title.clone(),
        probability: 0.99,
        floor_tps: 7.0,
        reason: "the next rung answers 1 of 5 prompts".to_owned(),
    });
    let run = run(summaries.iter().map(|rung| record(rung, RungStatus::Measured)).collect());
    let analysis = Analysis {
        headline: "Run the third rung.".to_owned(),
        sweet_spots: summaries.first().map(spot).into_iter().collect(),
        rungs: summaries,
        steps,
        knee,
        proven: vec![Capability {
            statement: "Models up to 7.40 GB run.".to_owned(),
            basis: "4 measured rungs".to_owned(),
            holds: Some(true),
        }],
        projected: vec![Capability { statement: "34B models".to_owned(), basis: "fit of 4 rungs".to_owned(), holds: None }],
        insights: vec!["Each step costs about 40 % of the speed.".to_owned()],
        queue: vec!["codellama:34b: left out after two failures".to_owned()],
    };
    (run, analysis)
}

/// A ladder of which nothing was measured: every rung failed.
pub(crate) fn nothing_measured() -> (RunRecord, Analysis) {
    let (mut run, mut analysis) = of(&SEED);
    let cause = Cause::new(CauseKind::OutOfMemory, "needs 15.8 GiB, 11.2 GiB free");
    for (record, rung) in run.rungs.iter_mut().zip(&mut analysis.rungs) {
        record.status = RungStatus::Failed(cause.clone());
        record.load = LoadRecord::default();
        (rung.decode_tps, rung.prefill_tps, rung.ttft_ms, rung.response_ms, rung.success, rung.grade) =
            (None, None, None, None, None, None);
        rung.load = LoadRecord::default();
        rung.verdict = RungVerdict::NotMeasured;
        rung.cause = Some(cause.clone());
    }
    (analysis.knee, analysis.steps, analysis.sweet_spots, analysis.proven, analysis.projected) =
        (None, Vec::new(), Vec::new(), Vec::new(), Vec::new());
    (run, analysis)
}

/// What a token cost on a rung of which the power was read.
pub(crate) fn energy() -> Energy {
    Energy {
        gross_j_per_token: 0.562,
        net_j_per_token: Some(0.45),
        mean_w: 30.0,
        idle_w: Some(6.0),
        window_s: 12.0,
        source: PowerSource::Package,
    }
}

fn summary(position: u32, &(name, bytes, tps, response_ms, ok): &Row) -> RungSummary {
    let around = |median: f64| Estimate { median, low: median * 0.98, high: median * 1.03, n: 5 };
    RungSummary {
        position,
        model: ModelRef::new(name).unwrap(),
        title: name.to_owned(),
        facts: ModelFacts { file_bytes: Some(bytes), quantization: Some("Q4_K_M".to_owned()), ..ModelFacts::default() },
        load: LoadRecord { load_ms: Some(840.0), peak_memory_bytes: Some(bytes + 400_000_000), ..LoadRecord::default() },
        decode_tps: Some(around(tps)),
        prefill_tps: Some(around(tps * 20.0)),
        ttft_ms: Some(around(90.0)),
        response_ms: Some(around(response_ms)),
        success: Some(Success { ok, n: 5, low: if ok == 5 { 0.566 } else { 0.036 }, high: if ok == 5 { 1.0 } else { 0.624 } }),
        at_depth: vec![DepthSpeed { depth_tokens: 4096, decode_tps: around(tps * 0.6) }],
        observed: Observed { decode_tps: Some(around(tps * 0.99)), gap_p50_ms: Some(1000.0 / tps), ..Observed::default() },
        context_fits: None,
        evidence: Evidence::default(),
        energy: Err(NoEnergy::NoPower),
        grade: Some(if ok == 5 { Grade::A } else { Grade::C }),
        reasons: if ok == 5 { Vec::new() } else { vec!["1 of 5 prompts was answered".to_owned()] },
        verdict: match (position, ok) {
            (_, 1) => RungVerdict::Avoid,
            (0, _) => RungVerdict::FastIterations,
            (1, _) => RungVerdict::Balanced,
            _ => RungVerdict::Works,
        },
        cause: (ok < 5).then(|| Cause::new(CauseKind::EmptyAnswer, "4 of 5 answers were empty")),
    }
}

fn step(from: &RungSummary, to: &RungSummary) -> Step {
    let change = |a: Option<Estimate>, b: Option<Estimate>| Some(b?.median / a?.median - 1.0);
    Step {
        from: from.model.clone(),
        to: to.model.clone(),
        from_title: from.title.clone(),
        to_title: to.title.clone(),
        throughput_change: change(from.decode_tps, to.decode_tps),
        response_change: change(from.response_ms, to.response_ms),
        memory_change: Some(0.5),
        elasticity: Some(1.0),
        note: None,
    }
}

fn spot(rung: &RungSummary) -> SweetSpot {
    SweetSpot {
        usage: Use::FastIterations,
        model: rung.model.clone(),
        title: rung.title.clone(),
        evidence: "83.0 tokens/s, 5 of 5 answered".to_owned(),
    }
}

fn record(rung: &RungSummary, status: RungStatus) -> RungRecord {
    RungRecord {
        position: rung.position,
        model: rung.model.clone(),
        title: rung.title.clone(),
        facts: rung.facts.clone(),
        status,
        engine: None,
        load: rung.load.clone(),
        trials: Vec::new(),
        items: Vec::new(),
    }
}

fn run(rungs: Vec<RungRecord>) -> RunRecord {
    RunRecord {
        id: "01992e6c-0000-7000-8000-000000000000".to_owned(),
        started_at: "2025-09-09T14:03:00Z".to_owned(),
        ended_at: Some("2025-09-09T14:44:00Z".to_owned()),
        status: RunStatus::Finished,
        ladder: "classic".to_owned(),
        mode: Mode::Classic,
        engine: EngineDescription {
            kind: EngineKind::Ollama,
            version: Some("0.5.4".to_owned()),
            url: Some("http://127.0.0.1:11434".to_owned()),
            settings: Vec::new(),
        },
        machine: Machine {
            cpu: Some("Intel Core i9-14900HX".to_owned()),
            physical_cores: Some(24),
            logical_cores: Some(32),
            memory_bytes: Some(34_359_738_368),
            ..Machine::default()
        },
        rungs,
        checks: SessionChecks::default(),
        tasks: None,
        samples: vec![
            HardwareSample {
                at_ms: 0.0,
                cpu_percent: Some(20.0),
                memory_available_bytes: Some(25_000_000_000),
                temperature_c: Some(61.0),
                ..HardwareSample::default()
            },
            HardwareSample {
                at_ms: 500.0,
                cpu_percent: Some(60.0),
                memory_available_bytes: Some(24_000_000_000),
                temperature_c: Some(71.0),
                ..HardwareSample::default()
            },
        ],
    }
}
