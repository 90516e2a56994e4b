//! False alarms and missed slowdowns of comparisons, on a real machine's noise: how fast a model was from one trial to the next, recorded
//! by `scripts/record-noise` on a calm day (`noise/calm.json`: a trial's decode speed lay 4 % from the usual one) and on a restless one
//! (`noise/restless.json`: 9 %, and 7 % from one half minute to the next). The scripted engine plays it, from another place each time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::sync::Arc;

use common::{Listener, sharing};
use serde::Deserialize;
use toprung_climb::{AbSetting, AbSide, ClimbEnd, Control, ab};
use toprung_core::compare::{Design, Figure, Verdict, figures};
use toprung_core::plan::Mode;
use toprung_core::run::{RunRecord, RungRecord};
use toprung_engines::Engine;
use toprung_engines::scripted::{Moment, Script, Scripted};

/// The figures of a speed trial; a response takes what the others make it take.
const FIGURES: [Figure; 3] = [Figure::Decode, Figure::Prefill, Figure::FirstToken];
const COMPARISONS: usize = 100;
/// Of 100 comparisons of a model with itself, so many at least must show no difference.
const MIN_SAME: usize = 95;
/// Of 100 comparisons with a model that is a tenth slower, so many at least must say so.
const MIN_FOUND: usize = 90;
/// Runs that were made one after the other find fewer: nothing in a run says how fast the machine was in another minute.
const MIN_FOUND_APART: usize = 80;
/// Pairs of trials, and when it is looked whether they are enough: what `toprung ab` does by itself.
const LOOKS: &[u32] = &[10, 15, 20, 30, 40];
/// What a standard rung makes on a machine of such noise.
const APART: &[u32] = &[20];
const CALM: &str = include_str!("noise/calm.json");
const RESTLESS: &str = include_str!("noise/restless.json");

#[derive(Deserialize)]
struct Recording {
    moments: Vec<Moment>,
}

/// What was recorded, beginning at another place.
fn moments(recording: &str, from: usize) -> Vec<Moment> {
    let mut moments = serde_json::from_str::<Recording>(recording).unwrap().moments;
    assert!(moments.len() >= 200, "{} moments are too few to compare a hundred times", moments.len());
    let from = from % moments.len();
    moments.rotate_left(from);
    moments
}

/// Models of 50 tokens a second, `slow` of 45, on a machine that is now here and now there in its recording.
fn engine(recording: &str, from: usize) -> Arc<dyn Engine> {
    let models = "time_scale = 0.0
        [[models]]\nmodel = \"usual\"\ndecode_tps = 50\nprefill_tps = 500
        [[models]]\nmodel = \"same\"\ndecode_tps = 50\nprefill_tps = 500
        [[models]]\nmodel = \"slow\"\ndecode_tps = 45\nprefill_tps = 450";
    Arc::new(Scripted::new(Script { moments: moments(recording, from), ..Script::from_toml(models).unwrap() }))
}

/// Both in turns, as `toprung ab` measures them.
async fn in_turns(recording: &str, from: usize, other: &str, looks: &[u32]) -> RunRecord {
    let engine = engine(recording, from);
    let side = || AbSide { setting: sharing(2, &engine), context_tokens: 2048, reload: false };
    let mut run = common::run(Mode::Standard, &["usual", other]);
    let setting = AbSetting { sides: [side(), side()], looks: looks.to_vec() };
    let end = ab(&mut run, setting, Vec::new(), Control::default(), Arc::new(Listener::default())).await;
    assert_eq!(end, ClimbEnd::Finished);
    run
}

/// A hundred measurements, spread over the recording.
async fn hundred(recording: &str, other: &str, looks: &[u32]) -> Vec<RunRecord> {
    let step = moments(recording, 0).len() as f64 / COMPARISONS as f64;
    let mut runs = Vec::new();
    for number in 0..COMPARISONS {
        runs.push(in_turns(recording, (number as f64 * step) as usize, other, looks).await);
    }
    runs
}

fn verdict(a: &RungRecord, b: &RungRecord, design: Design, figure: Figure) -> Option<Verdict> {
    figures(a, b, design).iter().find(|compared| compared.figure == figure).unwrap().compared.verdict
}

/// How many of these pairs are told apart in this way.
fn count<'a>(pairs: impl Iterator<Item = (&'a RungRecord, &'a RungRecord)>, design: Design, figure: Figure, wanted: Verdict) -> usize {
    pairs.filter(|(a, b)| verdict(a, b, design, figure) == Some(wanted)).count()
}

/// Compares a hundred times in turns; at least so many must end with this verdict.
async fn hold_in_turns(recording: &str, other: &str, wanted: Verdict, at_least: usize) {
    let runs = hundred(recording, other, LOOKS).await;
    let pairs: Vec<usize> = runs.iter().map(|run| run.rungs[0].trials.len()).collect();
    println!("{} to {} pairs", pairs.iter().min().unwrap(), pairs.iter().max().unwrap());
    for figure in FIGURES {
        let counted = count(runs.iter().map(|run| (&run.rungs[0], &run.rungs[1])), Design::Interleaved, figure, wanted);
        println!("{figure:?}: {wanted:?} in {counted} of {COMPARISONS} in turns");
        assert!(counted >= at_least, "{figure:?}: {counted} of {COMPARISONS} in turns");
    }
}

/// Compares a hundred times across half a recording.
async fn hold_apart(recording: &str, other: &str, wanted: Verdict, at_least: usize) {
    let runs = hundred(recording, other, APART).await;
    for figure in FIGURES {
        let pairs = (0..COMPARISONS).map(|at| (&runs[at].rungs[0], &runs[(at + COMPARISONS / 2) % COMPARISONS].rungs[1]));
        let counted = count(pairs, Design::Apart, figure, wanted);
        println!("{figure:?}: {wanted:?} in {counted} of {COMPARISONS} in runs of their own");
        assert!(counted >= at_least, "{figure:?}: {counted} of {COMPARISONS} in runs of their own");
    }
}

#[tokio::test]
async fn a_model_against_its_like_is_no_different_in_turns() {
    hold_in_turns(CALM, "same", Verdict::NoDifference, MIN_SAME).await;
    hold_in_turns(RESTLESS, "same", Verdict::NoDifference, MIN_SAME).await;
}

#[tokio::test]
async fn a_tenth_less_is_found_in_turns() {
    hold_in_turns(CALM, "slow", Verdict::Slower, MIN_FOUND).await;
    hold_in_turns(RESTLESS, "slow", Verdict::Slower, MIN_FOUND).await;
}

#[tokio::test]
async fn runs_of_a_calm_machine_that_were_made_one_after_the_other_compare_well() {
    hold_apart(CALM, "same", Verdict::NoDifference, MIN_SAME).await;
    hold_apart(CALM, "slow", Verdict::Slower, MIN_FOUND_APART).await;
}
