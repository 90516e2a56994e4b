//! Whatever an engine reports, the analysis neither panics nor shows a figure that is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use toprung_core::analysis::{Floors, analyse};
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::machine::HardwareSample;
use toprung_core::plan::Mode;
use toprung_core::run::{RunRecord, RungStatus};
use toprung_core::seed::seed_run;
use toprung_core::trial::{Outcome, TrialKind};

/// A tiny generator, so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.next() % from.len()].clone()
    }
}

const FIGURES: [Option<f64>; 14] = [
    None,
    Some(0.0),
    Some(-0.0),
    Some(-3.0),
    Some(f64::NAN),
    Some(f64::INFINITY),
    Some(f64::NEG_INFINITY),
    Some(f64::MAX),
    Some(f64::MIN_POSITIVE),
    Some(1e-300),
    Some(1e300),
    Some(30.0),
    Some(31.0),
    Some(29.0),
];
const COUNTS: [Option<u64>; 6] = [None, Some(0), Some(1), Some(u64::MAX), Some(2_000_000_000), Some(7_000_000_000)];

fn shake(run: &mut RunRecord, random: &mut Random) {
    run.mode = random.pick(&Mode::ALL);
    run.machine.memory_bytes = random.pick(&COUNTS);
    run.machine.on_mains = random.pick(&[None, Some(true), Some(false)]);
    run.rungs.truncate(random.next() % 7);
    for rung in &mut run.rungs {
        rung.facts.active_bytes = random.pick(&COUNTS);
        rung.facts.file_bytes = random.pick(&COUNTS);
        rung.facts.parameters = random.pick(&COUNTS);
        rung.load.peak_memory_bytes = random.pick(&COUNTS);
        rung.load.vram_bytes = random.pick(&COUNTS);
        rung.status = random.pick(&[
            RungStatus::Measured,
            RungStatus::Measured,
            RungStatus::Waiting,
            RungStatus::Failed(Cause::new(CauseKind::OutOfMemory, "")),
        ]);
        rung.trials.truncate(random.next() % 6);
        for trial in &mut rung.trials {
            trial.kind = random.pick(&[TrialKind::Speed, TrialKind::Answer]);
            trial.started_ms = random.pick(&FIGURES).unwrap_or_default();
            trial.ttft_ms = random.pick(&FIGURES);
            trial.response_ms = random.pick(&FIGURES);
            trial.decode_tps = random.pick(&FIGURES);
            trial.client_decode_tps = random.pick(&FIGURES);
            trial.prefill_tps = random.pick(&FIGURES);
            let failed = |kind| Outcome::Failed(Cause::new(kind, "…"));
            trial.outcome =
                random.pick(&[Outcome::Complete, Outcome::Complete, failed(CauseKind::Cancelled), failed(CauseKind::EmptyAnswer)]);
        }
    }
    run.samples = (0..random.next() % 5)
        .map(|_| HardwareSample {
            at_ms: random.pick(&FIGURES).unwrap_or_default(),
            swap_used_bytes: random.pick(&COUNTS),
            memory_available_bytes: random.pick(&COUNTS),
            temperature_c: random.pick(&[None, Some(f32::NAN), Some(60.0)]),
            package_power_w: random.pick(&[None, Some(f32::NAN), Some(f32::INFINITY), Some(-1.0), Some(60.0)]),
            quota_held_percent: random.pick(&[None, Some(f32::NAN), Some(50.0)]),
            ..HardwareSample::default()
        })
        .collect();
}

/// Every text in a JSON value. Numbers that are not finite become null there, so the analysis is compared before and after.
fn texts<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => into.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, into)),
        _ => {}
    }
}

#[test]
fn arbitrary_runs_give_finite_figures_and_whole_sentences() {
    for seed in 0..400 {
        let mut run = seed_run();
        shake(&mut run, &mut Random(seed));
        let analysis = analyse(&run, &Floors::default());
        let json = serde_json::to_value(&analysis).unwrap();
        let back = serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("seed {seed}: a figure became null: {error}"));
        assert_eq!(analysis, back, "seed {seed}: a figure did not survive, so it was not finite");
        let mut said = Vec::new();
        texts(&json, &mut said);
        for text in said {
            let lower = text.to_lowercase();
            let broken = lower.split(|c: char| !c.is_alphabetic()).any(|word| word == "nan" || word == "inf")
                || text.contains("–  ")
                || text.contains("..");
            assert!(!broken, "seed {seed}: {text}");
        }
        assert!(!analysis.headline.is_empty(), "seed {seed}: a run always has an answer");
    }
}

#[test]
fn an_empty_run_says_that_nothing_was_measured() {
    let mut run = seed_run();
    run.rungs.clear();
    run.samples.clear();
    let analysis = analyse(&run, &Floors::default());
    assert_eq!(analysis.headline, "Nothing has been measured yet.");
    assert!(analysis.steps.is_empty() && analysis.knee.is_none() && analysis.sweet_spots.is_empty() && analysis.projected.is_empty());
}
