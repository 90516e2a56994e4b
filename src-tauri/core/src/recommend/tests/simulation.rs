//! How often chance alone would be taken for an advantage.

use super::made::{answer, answers, of, right, rung};
use crate::recommend::{Candidate, P_BEST, Prepared, Settings, TaskVerdict, Weights, recommend};
use crate::stats::SplitMix64;
use crate::task::{ItemResult, Task, TaskRung};

/// What a model gets right of the easy, the medium and the hard items: as many differ between two redrawings as between real models.
const BANDS: [f64; 3] = [0.98, 0.90, 0.75];

fn draw(random: &mut SplitMix64) -> f64 {
    random.next() as f64 / u64::MAX as f64
}

/// 24 answers drawn anew, at times that scatter by a quarter.
fn redrawn(task: &Task, bands: [f64; 3], seconds: f64, random: &mut SplitMix64) -> Vec<ItemResult> {
    let one = |place: usize| {
        let passes = draw(random) < bands[place % 3];
        let answer = answer(task, place, passes, seconds * (0.75 + 0.5 * draw(random)));
        let needs_speed = matches!(task, Task::Classify | Task::Chat);
        // Figures that play no part at the task are left out: their intervals take most of the time of a score.
        ItemResult {
            output_tokens: None,
            ttft_ms: answer.ttft_ms.filter(|_| *task == Task::Classify),
            decode_tps: answer.decode_tps.filter(|_| needs_speed),
            ..answer
        }
    };
    (0..24).map(one).collect()
}

/// So many models with the same abilities at one task.
fn equal(models: usize, task: &Task, random: &mut SplitMix64) -> Vec<TaskRung> {
    let seconds = task.default_floors().seconds.map_or(0.4, |floor| floor * 0.5);
    (0..models).map(|model| rung(&format!("m{model}"), 4.0, redrawn(task, BANDS, seconds, random))).collect()
}

fn verdict(candidates: &[Candidate]) -> TaskVerdict {
    recommend(candidates, &Settings::default()).tasks.into_iter().next().unwrap().verdict
}

/// In how many of 100 redrawings one of so many equal models is recommended alone.
fn crowned(models: usize, task: &Task, seed: u64) -> usize {
    let mut random = SplitMix64(seed);
    (0..100).filter(|_| matches!(verdict(&of(equal(models, task, &mut random))), TaskVerdict::Use { .. })).count()
}

#[test]
fn a_model_listed_twice_with_the_same_answers_is_a_tie_under_every_seed() {
    for task in Task::SUITE {
        // All but one are right, so that the floors are reached.
        let seconds = if task == Task::Classify { 0.4 } else { 2.0 };
        let mut rungs = vec![rung("once", 4.0, answers(&task, &right(23, 24), |_| seconds))];
        rungs.push(TaskRung { model: crate::model::ModelRef::new("again").unwrap(), ..rungs[0].clone() });
        let candidates = of(rungs);
        for seed in 0..100 {
            let advice = Prepared::seeded(&candidates, &Settings::default(), seed).advise(&Weights::default());
            let verdict = &advice.tasks[0].verdict;
            assert!(matches!(verdict, TaskVerdict::Tie { members, .. } if members.len() == 2), "{}, seed {seed}: {verdict:?}", task.name());
        }
    }
}

#[test]
fn a_model_listed_twice_with_answers_drawn_anew_is_not_told_from_itself() {
    let mut all = 0;
    for (seed, task) in (100..).zip(Task::SUITE) {
        let crowned = crowned(2, &task, seed);
        assert!(crowned <= 5, "{}: one of two equal models was recommended alone in {crowned} of 100 redrawings", task.name());
        all += crowned;
    }
    assert!(all <= 25, "one of two equal models was recommended alone in {all} of 1,000 redrawings");
}

#[test]
fn of_six_equal_models_none_is_crowned() {
    for (seed, task) in [(7, Task::Coding), (8, Task::Chat)] {
        let crowned = crowned(6, &task, seed);
        assert!(crowned <= 5, "{}: one of six equal models was recommended alone in {crowned} of 100 redrawings", task.name());
    }
}

#[test]
fn two_names_of_the_same_weights_are_never_told_apart() {
    let mut random = SplitMix64(3);
    for _ in 0..100 {
        let mut candidates = of(equal(2, &Task::Coding, &mut random));
        for candidate in &mut candidates {
            candidate.facts.digest = Some("sha256:0".to_owned());
        }
        let verdict = verdict(&candidates);
        assert!(!matches!(verdict, TaskVerdict::Use { .. }), "{verdict:?}");
    }
}

#[test]
fn the_share_of_resamples_alone_would_crown_one_of_two_equal_models_in_about_40_of_100_runs() {
    let mut random = SplitMix64(5);
    let is_crowned = |_: &i32| {
        let advice = recommend(&of(equal(2, &Task::Coding, &mut random)), &Settings::default());
        advice.tasks[0].rows.iter().any(|row| row.p_best >= Some(P_BEST))
    };
    let crowned = (0..100).filter(is_crowned).count();
    assert!((25..=55).contains(&crowned), "{crowned} of 100");
}

#[test]
fn a_model_that_is_much_better_is_found() {
    let mut random = SplitMix64(9);
    let mut found = |better: [f64; 3], worse: [f64; 3]| {
        let is_found = |_: &i32| {
            let task = Task::Coding;
            let rungs = [("better", better), ("worse", worse)];
            let rungs = rungs.map(|(name, bands)| rung(name, 4.0, redrawn(&task, bands, 10.0, &mut random)));
            matches!(verdict(&of(rungs.into())), TaskVerdict::Use { pick } if pick.title == "better")
        };
        (0..100).filter(is_found).count()
    };
    let (by_40_points, by_25_points) = (found([0.99, 0.97, 0.90], [0.75, 0.55, 0.36]), found([0.99, 0.97, 0.90], [0.90, 0.70, 0.51]));
    assert!(by_40_points >= 80, "40 points better, and found in {by_40_points} of 100 runs");
    assert!(by_25_points >= 35, "25 points better, and found in {by_25_points} of 100 runs");
}
