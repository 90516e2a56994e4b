//! A made-up run of every task, for tests and for building the window: the seed's models and speeds with invented answers.

use super::{Band, Grade, GradeClass, ItemResult, SuiteVersion, Task, TaskRun, TaskRung};
use crate::machine::{Gpu, Machine};
use crate::model::{EngineDescription, EngineKind, ModelFacts, ModelRef, Specialty};
use crate::run::{LoadRecord, RunStatus, RungStatus};
use crate::stats::SplitMix64;

const GIB: u64 = 1 << 30;
/// Version 7 of the UUID, a day after the seed's own run.
pub const TASK_RUN_ID: &str = "01992e5f-9c00-7000-8000-000000000001";
const ITEMS_OF_A_BAND: u32 = 8;
const REPEATED: usize = 3;

struct Row {
    model: &'static str,
    title: &'static str,
    file_bytes: u64,
    memory_bytes: u64,
    vram_bytes: u64,
    specialty: Option<Specialty>,
    prefill_tps: f64,
    decode_tps: f64,
    /// The share of right answers that keep the form asked for.
    form: f64,
    /// How often it is right at each task of the suite, in their order.
    right: [f64; 10],
}

const ROWS: [Row; 4] = [
    Row {
        model: "llama3.2:1b",
        title: "Llama 3.2 1B",
        file_bytes: 1_300_000_000,
        memory_bytes: 1_900_000_000,
        vram_bytes: 1_500_000_000,
        specialty: None,
        prefill_tps: 4200.0,
        decode_tps: 83.01,
        form: 0.80,
        right: [0.84, 0.60, 0.30, 0.15, 0.10, 0.55, 0.60, 0.35, 0.50, 0.60],
    },
    Row {
        model: "llama3.2:3b",
        title: "Llama 3.2 3B",
        file_bytes: 2_000_000_000,
        memory_bytes: 2_900_000_000,
        vram_bytes: 2_400_000_000,
        specialty: None,
        prefill_tps: 2300.0,
        decode_tps: 54.67,
        form: 0.92,
        right: [0.97, 0.88, 0.62, 0.30, 0.50, 0.86, 0.97, 0.84, 0.40, 0.88],
    },
    Row {
        model: "llama3:8b",
        title: "Llama 3 8B",
        file_bytes: 4_700_000_000,
        memory_bytes: 5_900_000_000,
        vram_bytes: 5_300_000_000,
        specialty: None,
        prefill_tps: 1100.0,
        decode_tps: 31.37,
        form: 0.96,
        right: [0.98, 0.93, 0.90, 0.64, 0.60, 0.93, 0.99, 0.95, 0.45, 0.97],
    },
    Row {
        model: "codellama:13b",
        title: "CodeLlama 13B",
        file_bytes: 7_400_000_000,
        memory_bytes: 9_600_000_000,
        vram_bytes: 6_800_000_000,
        specialty: Some(Specialty::Code),
        prefill_tps: 210.0,
        decode_tps: 8.96,
        form: 0.85,
        right: [0.70, 0.50, 0.50, 0.30, 0.95, 0.60, 0.85, 0.45, 0.30, 0.70],
    },
];

/// Prompt and output tokens of each task, what is asked and what a right answer looks like.
const TASKS: [(u32, u32, &str, &str); 10] = [
    (120, 4, "Which one fits: billing, delivery, login? “I was charged twice in May.”", "billing"),
    (150, 120, "Name three uses of a mutex in at most 60 words.", "A mutex guards a counter, a queue and a file."),
    (900, 150, "Here is a log. What failed first, and in which line?", "The disk was full: line 214."),
    (200, 380, "A train of 12 wagons loses a quarter of them twice. How many are left?", "7"),
    (300, 210, "Write a function that merges two sorted lists.", "def merge(a, b): …"),
    (1100, 180, "Sum up the report in at most 80 words.", "The plant stood still for two days because a pump failed."),
    (500, 110, "Give the invoice as JSON.", "{\"number\": \"A-17\", \"total\": 118.5}"),
    (600, 60, "Book a table for four on Friday.", "{\"name\": \"book_table\", \"arguments\": {\"people\": 4}}"),
    (250, 90, "Translate into German and keep {name}.", "Guten Tag {name}, Ihre Bestellung ist da."),
    (2000, 30, "What does the text say about the key?", "The key lies under the third stone."),
];

/// A draw between 0 and 1.
fn draw(random: &mut SplitMix64) -> f64 {
    random.next() as f64 / u64::MAX as f64
}

/// How an answer failed, in the ways that its task has.
fn failure(task: &Task, random: &mut SplitMix64) -> (GradeClass, &'static str) {
    let chance = draw(random);
    match task {
        Task::Coding if chance < 0.10 => (GradeClass::Unsupported, "the sandbox has no module numpy"),
        Task::Coding if chance < 0.25 => (GradeClass::CodeTimedOut, "it had not ended after 5 s"),
        Task::Reasoning | Task::Coding if chance < 0.40 => (GradeClass::Incomplete, "the limit of tokens came before its end"),
        Task::Translation if chance < 0.30 => (GradeClass::WrongLanguage, "it answered in English"),
        _ => (GradeClass::Wrong, "the expected value is not in the answer"),
    }
}

fn grade(task: &Task, band: Band, right: f64, form: f64, random: &mut SplitMix64) -> Grade {
    let harder = match band {
        Band::Easy => 0.06,
        Band::Medium => 0.0,
        Band::Hard => -0.06,
    };
    if draw(random) >= right + harder {
        let (class, reason) = failure(task, random);
        return Grade::new(class, reason);
    }
    match draw(random) < form {
        true => Grade::new(GradeClass::Right, "as expected"),
        false => Grade::new(GradeClass::RightLoosely, "right, inside a code fence"),
    }
}

fn answer(row: &Row, place: usize, task: &Task, band: Band, number: u32, random: &mut SplitMix64) -> Option<ItemResult> {
    let (prompt_tokens, tokens, prompt, right) = *TASKS.get(place)?;
    let grade = grade(task, band, *row.right.get(place)?, row.form, random);
    // Half of the long texts are four times as long.
    let prompt_tokens = if *task == Task::Needle && number % 2 == 1 { prompt_tokens * 4 } else { prompt_tokens };
    let tokens = (f64::from(tokens) * (0.7 + 0.6 * draw(random))).ceil();
    let decode_tps = row.decode_tps * (0.97 + 0.06 * draw(random));
    let ttft_ms = 25.0 + f64::from(prompt_tokens) / row.prefill_tps * 1000.0;
    Some(ItemResult {
        item: format!("{}/{}/{number}", task.name(), band.name()),
        task: task.clone(),
        band,
        repeat: 0,
        started_ms: 0.0,
        prompt: prompt.to_owned(),
        thinking: String::new(),
        answer: if grade.class.passes() { right.to_owned() } else { "I am not sure.".to_owned() },
        grade,
        ttft_ms: Some(ttft_ms),
        response_ms: Some(ttft_ms + tokens / decode_tps * 1000.0),
        prompt_tokens: Some(prompt_tokens),
        output_tokens: Some(tokens as u32),
        decode_tps: Some(decode_tps),
    })
}

/// Every item of every task, the bands in turns, and a few once more.
fn answers(row: &Row, seed: u64) -> Vec<ItemResult> {
    let mut random = SplitMix64(seed);
    let mut results = Vec::new();
    for (place, task) in Task::SUITE.iter().enumerate() {
        let of_bands = (0..ITEMS_OF_A_BAND).flat_map(|number| Band::ALL.map(|band| (band, number)));
        let firsts: Vec<ItemResult> = of_bands.filter_map(|(band, number)| answer(row, place, task, band, number, &mut random)).collect();
        let again: Vec<ItemResult> = firsts.iter().take(REPEATED).map(|first| ItemResult { repeat: 1, ..first.clone() }).collect();
        results.extend(firsts.into_iter().chain(again));
    }
    let mut at_ms = 0.0;
    for result in &mut results {
        result.started_ms = at_ms;
        at_ms += result.response_ms.unwrap_or(0.0);
    }
    results
}

fn rung(position: u32, row: &Row) -> Option<TaskRung> {
    Some(TaskRung {
        position,
        model: ModelRef::new(row.model).ok()?,
        title: row.title.to_owned(),
        facts: ModelFacts {
            digest: Some(format!("sha256:{:064x}", row.file_bytes)),
            file_bytes: Some(row.file_bytes),
            active_bytes: Some(row.file_bytes),
            specialty: row.specialty,
            ..ModelFacts::default()
        },
        engine: None,
        status: RungStatus::Measured,
        load: LoadRecord {
            load_ms: Some(row.file_bytes as f64 / 2e6),
            context_tokens: Some(10_240),
            peak_memory_bytes: Some(row.memory_bytes),
            vram_bytes: Some(row.vram_bytes),
            ..LoadRecord::default()
        },
        results: answers(row, u64::from(position) + 1),
    })
}

/// Four models at all ten tasks, 24 items each.
pub fn task_run() -> TaskRun {
    TaskRun {
        id: TASK_RUN_ID.to_owned(),
        started_at: "2025-09-10T00:00:00Z".to_owned(),
        ended_at: Some("2025-09-10T02:10:00Z".to_owned()),
        status: RunStatus::Finished,
        suite: SuiteVersion { number: 1, hash: "0".repeat(64), seed: 1 },
        tasks: Task::SUITE.to_vec(),
        budget_s: None,
        unavailable: Vec::new(),
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
        rungs: (0..).zip(&ROWS).filter_map(|(position, row)| rung(position, row)).collect(),
    }
}
