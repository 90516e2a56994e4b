//! What stands between a finished trial and the screen: intervals, the analysis of a whole run, the look at an answer, the advice.

#![allow(clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use toprung_core::analysis::{Floors, analyse};
use toprung_core::output::degenerate;
use toprung_core::plan::Mode;
use toprung_core::recommend::{Candidate, Prepared, Settings, Weights, candidates, recommend};
use toprung_core::run::{RunRecord, RungRecord};
use toprung_core::seed::seed_run;
use toprung_core::stats::{SEED, bootstrap_median};
use toprung_core::task::fixture::task_run;
use toprung_core::task::{Task, TaskFloors};
use toprung_core::trial::{Trial, TrialKind};

/// As many rungs and speed trials as the longest climb has.
const RUNGS: u32 = 12;
const TRIALS: u32 = 30;
/// The most of an answer that is kept.
const ANSWER_CHARS: usize = 8000;

/// Speeds of `n` trials that differ by a few per cent, without two that are equal.
fn speeds(n: u32) -> Vec<f64> {
    (0..n).map(|i| 50.0 + f64::from(i * 7 % 31) * 0.1).collect()
}

fn speed_trial(of: &Trial, index: u32, tps: f64) -> Trial {
    let fragments_ms = (0..128u16).map(|token| 200.0 + f32::from(token) * 20.0).collect();
    Trial {
        index,
        kind: TrialKind::Speed,
        ttft_ms: Some(200.0 + f64::from(index)),
        prefill_tps: Some(tps * 10.0),
        decode_tps: Some(tps),
        client_decode_tps: Some(tps * 0.99),
        output_tokens: Some(128),
        fragments_ms,
        ..of.clone()
    }
}

fn full_run() -> RunRecord {
    let seed = seed_run();
    let measured: Vec<&RungRecord> = seed.rungs.iter().filter(|rung| !rung.trials.is_empty()).collect();
    let rungs = (0..RUNGS).map(|position| {
        let like = measured[position as usize % measured.len()];
        let speed =
            speeds(TRIALS).into_iter().zip(0..).map(|(tps, index)| speed_trial(&like.trials[0], index, tps / f64::from(position + 1)));
        RungRecord { position, trials: speed.chain(like.trials.iter().cloned()).collect(), ..like.clone() }
    });
    RunRecord { mode: Mode::Thorough, rungs: rungs.collect(), ..seed }
}

fn intervals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bootstrap_median");
    for n in [5, 20, 30] {
        group.bench_with_input(BenchmarkId::from_parameter(n), &speeds(n), |bencher, values| {
            bencher.iter(|| bootstrap_median(black_box(values), SEED));
        });
    }
}

fn analysis(criterion: &mut Criterion) {
    let (run, floors) = (full_run(), Floors::default());
    criterion.bench_function("analyse 12 rungs of 30 speed trials", |bencher| bencher.iter(|| analyse(black_box(&run), &floors)));
}

fn answers(criterion: &mut Criterion) {
    let words = ["air", "scatters", "short", "waves", "more", "than", "long", "ones", "so", "the", "sky", "looks", "blue"];
    let mut text: String = (0..ANSWER_CHARS).map(|i| format!("{}{} ", words[i * i % words.len()], i % 97)).collect();
    text.truncate(ANSWER_CHARS);
    assert_eq!(degenerate(&text), None, "a good answer takes longest: every look is taken");
    criterion.bench_function("degenerate, 8,000 characters", |bencher| bencher.iter(|| degenerate(black_box(&text))));
}

/// As many models as the longest climb has, at ten tasks of 24 items.
fn twelve_candidates() -> Vec<Candidate> {
    let four = candidates(&[task_run()]).candidates;
    (0..RUNGS as usize).map(|place| Candidate { title: format!("model {place}"), ..four[1 + place % 2].clone() }).collect()
}

fn advice(criterion: &mut Criterion) {
    // Without floors to speak of, every model is compared at every task: the most that there is to do.
    let floors = |task: &Task| (task.clone(), TaskFloors { quality: 0.05, ..task.default_floors() });
    let settings = Settings { floors: Task::SUITE.iter().map(floors).collect(), ..Settings::default() };
    let candidates = twelve_candidates();
    criterion.bench_function("recommend, 12 models at 10 tasks", |bencher| bencher.iter(|| recommend(black_box(&candidates), &settings)));
    let prepared = Prepared::new(&candidates, &settings);
    criterion.bench_function("rerank, 12 models at 10 tasks", |bencher| {
        bencher.iter(|| prepared.advise(black_box(&Weights::from_slider(0.7))));
    });
}

criterion_group!(benches, intervals, analysis, answers, advice);
criterion_main!(benches);
