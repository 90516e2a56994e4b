//! False alarms and missed slowdowns of comparisons, on a real machine's noise: `noise/moments.json` holds how fast a model was from
//! one trial to the next, recorded by `scripts/record-noise`. The scripted engine plays it, from another place each time.

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
/// Pairs of trials: what `toprung ab` makes by itself.
const TRIALS: u32 = 10;
/// What a standard rung makes on a machine of such noise.
const TRIALS_APART: u32 = 20;

#[derive(Deserialize)]
struct Recording {
    moments: Vec<Moment>,
}

/// What was recorded, beginning at another place.
fn moments(from: usize) -> Vec<Moment> {
    let mut moments = serde_json::from_str::<Recording>(include_str!("noise/moments.json")).unwrap().moments;
    assert!(moments.len() >= 200, "{} moments are too few to compare a hundred times", moments.len());
    let from = from % moments.len();
    moments.rotate_left(from);
    moments
}

/// Models of 50 tokens a second, `slow` of 45, on a machine that is now here and now there in its recording.
fn engine(from: usize) -> Arc<dyn Engine> {
    let models = "time_scale = 0.0
        [[models]]\nmodel = \"usual\"\ndecode_tps = 50\nprefill_tps = 500
        [[models]]\nmodel = \"same\"\ndecode_tps = 50\nprefill_tps = 500
        [[models]]\nmodel = \"slow\"\ndecode_tps = 45\nprefill_tps = 450";
    Arc::new(Scripted::new(Script { moments: moments(from), ..Script::from_toml(models).unwrap() }))
}

/// Both in turns, as `toprung ab` measures them.
async fn in_turns(from: usize, other: &str, trials: u32) -> RunRecord {
    let engine = engine(from);
    let side = || AbSide { setting: sharing(2, &engine), context_tokens: 2048, reload: false };
    let mut run = common::run(Mode::Standard, &["usual", other]);
    let setting = AbSetting { sides: [side(), side()], trials };
    let end = ab(&mut run, setting, Vec::new(), Control::default(), Arc::new(Listener::default())).await;
    assert_eq!(end, ClimbEnd::Finished);
    run
}

/// A hundred measurements, spread over the recording.
async fn hundred(other: &str, trials: u32) -> Vec<RunRecord> {
    let step = moments(0).len() as f64 / COMPARISONS as f64;
    let mut runs = Vec::new();
    for number in 0..COMPARISONS {
        runs.push(in_turns((number as f64 * step) as usize, other, trials).await);
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

/// Compares a hundred times in turns, and a hundred times across half a recording; at least so many of each must end with this verdict.
async fn hold(other: &str, wanted: Verdict, at_least: usize) {
    let (turns, runs) = (hundred(other, TRIALS).await, hundred(other, TRIALS_APART).await);
    for figure in FIGURES {
        let pairs = turns.iter().map(|run| (&run.rungs[0], &run.rungs[1]));
        let counted = count(pairs, Design::Interleaved, figure, wanted);
        println!("{figure:?}: {wanted:?} in {counted} of {COMPARISONS} in turns");
        assert!(counted >= at_least, "{figure:?}: {counted} of {COMPARISONS} in turns");

        let pairs = (0..COMPARISONS).map(|at| (&runs[at].rungs[0], &runs[(at + COMPARISONS / 2) % COMPARISONS].rungs[1]));
        let counted = count(pairs, Design::Apart, figure, wanted);
        println!("{figure:?}: {wanted:?} in {counted} of {COMPARISONS} in runs of their own");
        assert!(counted >= at_least, "{figure:?}: {counted} of {COMPARISONS} in runs of their own");
    }
}

#[tokio::test]
async fn a_model_against_its_like_is_no_different_in_turns_and_in_runs_of_their_own() {
    hold("same", Verdict::NoDifference, MIN_SAME).await;
}

#[tokio::test]
async fn a_tenth_less_is_found_in_turns_and_in_runs_of_their_own() {
    hold("slow", Verdict::Slower, MIN_FOUND).await;
}
