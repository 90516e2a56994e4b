//! Records that the tests store, and the small generator that makes their random choices repeatable.
#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]

use std::path::Path;

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::machine::{Gpu, GpuSample, HardwareSample, Machine, Throttle};
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef, Specialty};
use toprung_core::plan::Mode;
use toprung_core::run::{LoadKind, LoadRecord, RunRecord, RunStatus, RungRecord, RungStatus, SessionChecks};
use toprung_core::task::{Band, Grade, GradeClass, ItemResult, SuiteVersion, Task, TaskPlan};
use toprung_core::trial::{Outcome, Trial, TrialKind};
use toprung_store::{Opened, Store};

pub(crate) const STAMP: &str = "2026-01-02T03:04:05Z";

/// Opens a store that must be sound.
pub(crate) fn open(path: &Path) -> Store {
    let Opened { store, notice } = Store::open(path, STAMP).unwrap();
    assert_eq!(notice, None, "the database must not be damaged");
    store
}

pub(crate) fn trial(index: u32, kind: TrialKind) -> Trial {
    let first = 100.0 + index as f32;
    Trial {
        ttft_ms: Some(123.456),
        response_ms: Some(1610.5),
        decode_tps: Some(54.67 + f64::from(index)),
        client_decode_tps: Some(54.5),
        prompt_tokens: Some(512),
        output_tokens: Some(128),
        fragments_ms: (0..128).map(|n| first + n as f32 * 18.3).collect(),
        output: if kind == TrialKind::Answer { "Zwölf — “twelve”\n".to_owned() } else { String::new() },
        first_answer_ms: Some(130.5),
        cached_prompt_tokens: Some(0),
        ..Trial::new(kind, index, f64::from(index) * 1000.25)
    }
}

pub(crate) fn failed(index: u32, kind: CauseKind) -> Trial {
    let outcome = Outcome::Failed(Cause::new(kind, "after 31 of 128 tokens"));
    Trial { outcome, ttft_ms: None, fragments_ms: Vec::new(), ..trial(index, TrialKind::Answer) }
}

pub(crate) fn rung(position: u32, model: &str) -> RungRecord {
    RungRecord {
        position,
        model: ModelRef::new(model).unwrap(),
        title: model.to_uppercase(),
        facts: ModelFacts { file_bytes: Some(91_729_408), active_bytes: Some(80_000_000), ..ModelFacts::default() },
        status: RungStatus::Waiting,
        engine: None,
        load: LoadRecord::default(),
        trials: Vec::new(),
        items: Vec::new(),
    }
}

pub(crate) fn sample(second: u32, cores: usize) -> HardwareSample {
    HardwareSample {
        at_ms: f64::from(second) * 1000.0,
        cpu_percent: Some(93.75),
        per_core_percent: (0..cores).map(|core| (core % 100) as f32 + 0.25).collect(),
        memory_used_bytes: Some(7 << 30),
        memory_available_bytes: Some(9 << 30),
        swap_used_bytes: Some(0),
        temperature_c: None,
        disk_read_bytes_per_s: Some(1234.5),
        disk_write_bytes_per_s: Some(0.0),
        network_in_bytes_per_s: Some(1e7 / 3.0),
        network_out_bytes_per_s: None,
        foreign_cpu_percent: Some(3.5),
        own_cpu_percent: Some(0.25),
        memory_pressure_percent: Some(0.0),
        swap_in_bytes_per_s: Some(4096.0),
        major_faults_per_s: None,
        clock_mhz: Some(2400.0),
        throttles_per_s: None,
        on_mains: Some(true),
        engine_rss_anon_bytes: Some(3 << 30),
        quota_held_percent: Some(0.0),
        gpus: vec![GpuSample {
            index: 0,
            busy_percent: Some(97.0),
            memory_used_bytes: Some(6 << 30),
            temperature_c: Some(71.0),
            power_w: Some(38.5),
            clock_mhz: None,
            memory_clock_mhz: Some(8001.0),
            throttles: Some(vec![Throttle::PowerCap]),
        }],
        ..HardwareSample::default()
    }
}

/// A sample of a machine that has every sensor.
pub(crate) fn full_sample(second: u32, cores: usize) -> HardwareSample {
    let value = |base: f32| Some(base + second as f32 / 7.0);
    let rate = |base: f64| Some(base + f64::from(second) * 4096.0);
    HardwareSample {
        temperature_c: Some(61.5 + (second % 20) as f32 / 8.0),
        hottest_sensor: Some("coretemp Package id 0".to_owned()),
        package_temperature_c: value(60.0),
        fans_rpm: vec![2874.0, 3120.0],
        cpu_percent: Some(93.7),
        disk_read_bytes_per_s: Some(1e7 / 3.0),
        network_in_bytes_per_s: Some(1e7 / 7.0),
        network_out_bytes_per_s: Some(1e5 / 7.0),
        foreign_cpu_percent: value(3.0),
        own_cpu_percent: value(0.1),
        engine_cpu_percent: value(80.0),
        engine_rss_anon_bytes: Some(3 << 30),
        engine_rss_file_bytes: Some(5 << 30),
        engine_read_bytes_per_s: rate(1e6),
        engine_write_bytes_per_s: rate(0.0),
        quota_held_percent: value(1.0),
        memory_pressure_percent: value(0.5),
        memory_some_pressure_percent: value(1.5),
        swap_in_bytes_per_s: rate(0.0),
        major_faults_per_s: rate(0.0),
        clock_mhz: value(2400.0),
        slowest_clock_mhz: value(800.0),
        fastest_clock_mhz: value(5100.0),
        throttles_per_s: rate(0.0),
        battery_percent: value(10.0),
        battery_power_w: value(42.0),
        package_power_w: value(28.0),
        disk_free_bytes: Some(100 << 30),
        ..sample(second, cores)
    }
}

/// A run with nothing measured yet.
pub(crate) fn planned(id: &str) -> RunRecord {
    let mut run = RunRecord {
        id: id.to_owned(),
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        ended_at: None,
        status: RunStatus::Running,
        ladder: "starter".to_owned(),
        mode: Mode::Quick,
        engine: EngineDescription {
            kind: EngineKind::Ollama,
            version: Some("0.5.4".to_owned()),
            url: Some("http://127.0.0.1:11434".to_owned()),
            settings: vec![("num_ctx".to_owned(), "2048".to_owned()), ("odd".to_owned(), "\"';--".to_owned())],
        },
        machine: Machine {
            cpu: Some("A “fast” CPU".to_owned()),
            logical_cores: Some(8),
            gpus: vec![Gpu { name: "RTX".to_owned(), memory_bytes: Some(8 << 30), driver: Some("NVIDIA 550.54.14".to_owned()) }],
            ..Machine::default()
        },
        rungs: vec![rung(0, "smollm2:135m"), rung(1, "localhost:5055/library/gemma3:270m"), rung(2, "llama3:8b")],
        samples: Vec::new(),
        checks: SessionChecks::default(),
        tasks: Some(task_plan()),
    };
    let elsewhere = EngineDescription { kind: EngineKind::Openai, url: Some("http://10.0.0.2:8000".to_owned()), ..run.engine.clone() };
    run.rungs[1].engine = Some(elsewhere);
    run
}

/// A run with a measured, a failed and a left-out rung.
pub(crate) fn measured(id: &str) -> RunRecord {
    let mut run = planned(id);
    run.status = RunStatus::Finished;
    run.ended_at = Some("2026-01-02T03:14:05Z".to_owned());
    run.samples = (0..60).map(|second| sample(second, 8)).collect();
    let [first, second, third] = &mut run.rungs[..] else { unreachable!("three rungs were planned") };
    first.status = RungStatus::Measured;
    first.facts = ModelFacts {
        digest: Some(format!("sha256:{}", "a".repeat(64))),
        parameters: Some(134_515_008),
        architecture: Some("llama".to_owned()),
        quantization: Some("Q4_K_M".to_owned()),
        context_length: Some(8192),
        kv_bytes_per_token: Some(23_040),
        specialty: Some(Specialty::Code),
        ..first.facts.clone()
    };
    first.load = LoadRecord {
        load_ms: Some(812.5),
        warm_up_ms: Some(1700.5),
        kind: Some(LoadKind::Cold),
        vram_bytes: Some(0),
        ..LoadRecord::default()
    };
    first.trials = (0..5).map(|index| trial(index, TrialKind::Speed)).chain([trial(0, TrialKind::Answer)]).collect();
    first.trials.push(Trial { depth_tokens: Some(4096), ..trial(0, TrialKind::Depth) });
    first.trials.push(trial(0, TrialKind::Sentinel));
    run.checks = SessionChecks { bandwidth_before: vec![20e9, 21e9], slept_s: Some(0.0), ..SessionChecks::default() };
    second.status = RungStatus::Failed(Cause::new(CauseKind::DegenerateOutput, "3 distinct words of 128"));
    second.trials = vec![failed(0, CauseKind::DegenerateOutput), failed(1, CauseKind::StreamEndedEarly)];
    first.items = vec![item("coding/easy/0", 0), item("coding/easy/0", 1), item("coding/hard/0", 0)];
    third.status = RungStatus::LeftOut("it needs 4.7 GiB and 2.0 GiB are free".to_owned());
    run
}

pub(crate) fn task_plan() -> TaskPlan {
    TaskPlan {
        suite: SuiteVersion { number: 1, hash: "0f".repeat(32), seed: 7 },
        tasks: vec![Task::Coding, Task::Own("my support mails".to_owned())],
        budget_s: Some(300),
        unavailable: vec![(Task::Coding, "the interpreter is missing".to_owned())],
        own_files: vec!["mails.toml".to_owned()],
    }
}

pub(crate) fn item(id: &str, repeat: u32) -> ItemResult {
    ItemResult {
        item: id.to_owned(),
        task: Task::Coding,
        band: Band::Hard,
        repeat,
        started_ms: 1000.5,
        prompt: "Write “f”.".to_owned(),
        thinking: String::new(),
        answer: "def f():\n    pass\n".to_owned(),
        grade: Grade::new(GradeClass::CodeTimedOut, "it ran for 5 s"),
        ttft_ms: Some(120.25),
        response_ms: None,
        prompt_tokens: Some(64),
        output_tokens: None,
        decode_tps: Some(54.67),
    }
}

/// SplitMix64: a repeatable stream of numbers from a seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `limit`, which must not be 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}
