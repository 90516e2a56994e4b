//! Whatever comes in, advice comes out: the same for the same input, and never a panic.

use super::made::{answers, of, right, rung};
use crate::recommend::{Advice, Candidate, Prepared, Settings, Standing, TaskVerdict, Weights, candidates, recommend};
use crate::stats::SplitMix64;
use crate::task::fixture::task_run;
use crate::task::{GradeClass, Task, TaskFloors, TaskRun};

const ABSURD: [f64; 7] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, f64::MIN_POSITIVE, f64::MAX];

/// A run of which some figures, grades and rungs were changed at will.
fn mutated(run: &TaskRun, random: &mut SplitMix64) -> TaskRun {
    let mut run = run.clone();
    let keep = random.below(run.rungs.len() + 1);
    run.rungs.truncate(keep);
    run.machine.memory_bytes = [None, Some(0), Some(1), Some(8 << 30), Some(u64::MAX)][random.below(5)];
    for rung in &mut run.rungs {
        rung.load.peak_memory_bytes = [None, Some(0), Some(5 << 30), Some(u64::MAX)][random.below(4)];
        rung.load.vram_bytes = [None, Some(u64::MAX)][random.below(2)];
        rung.facts.file_bytes = [None, Some(0), Some(u64::MAX)][random.below(3)];
        rung.facts.digest = [None, Some("sha256:1".to_owned())][random.below(2)].clone();
        let n = random.below(rung.results.len() + 1);
        rung.results.truncate(n);
        for _ in 0..n / 2 {
            let Some(result) = rung.results.get_mut(random.below(n)) else { continue };
            let absurd = Some(ABSURD[random.below(ABSURD.len())]);
            match random.below(6) {
                0 => result.response_ms = absurd,
                1 => result.ttft_ms = absurd,
                2 => result.decode_tps = absurd,
                3 => result.grade.class = GradeClass::ALL[random.below(GradeClass::ALL.len())],
                4 => result.item.clear(),
                _ => result.response_ms = None,
            }
        }
    }
    run
}

fn settings(random: &mut SplitMix64) -> Settings {
    let mut absurd = || [0.5, 1.0, ABSURD[random.below(ABSURD.len())]][random.below(3)];
    let weights = Weights { quality: absurd(), speed: absurd(), memory: absurd() };
    let floors = TaskFloors { quality: absurd(), seconds: Some(absurd()), tokens_per_s: Some(absurd()), first_token_s: Some(absurd()) };
    Settings { weights, floors: [(Task::Coding, floors), (Task::Chat, floors)].into(), slider: None }
}

/// What must hold of every advice.
fn check(advice: &Advice, candidates: &[Candidate]) {
    let sum = advice.weights.quality + advice.weights.speed + advice.weights.memory;
    assert!((sum - 1.0).abs() < 1e-9);
    for task in &advice.tasks {
        assert_eq!(task.rows.len(), candidates.len(), "every candidate has a row");
        assert!(!task.sentence.is_empty() && !task.sentence.contains("NaN") && !task.sentence.contains("inf "), "{}", task.sentence);
        let total: f64 = task.rows.iter().filter_map(|row| row.p_best).sum();
        assert!(total < 1e-9 || (total - 1.0).abs() < 1e-9, "the shares of the best add up to one: {total}");
        let recommended = task.rows.iter().filter(|row| row.standing == Standing::Recommended).count();
        assert_eq!(recommended, usize::from(task.verdict.pick().is_some()));
        if let TaskVerdict::Tie { prefer, members } = &task.verdict {
            assert!(members.len() > 1 && members.contains(prefer));
        }
        assert!(task.rows.iter().filter_map(|row| row.utility).all(|utility| (0.0..=1.0 + 1e-9).contains(&utility)));
    }
}

#[test]
fn no_mutated_run_makes_the_advice_panic_or_contradict_itself() {
    let mut fixture = task_run();
    // Two tasks are enough here, and fast.
    for rung in &mut fixture.rungs {
        rung.results.retain(|result| matches!(result.task, Task::Coding | Task::Chat));
    }
    let mut random = SplitMix64(1);
    for _ in 0..60 {
        let runs = [mutated(&fixture, &mut random), TaskRun { id: "other".to_owned(), ..mutated(&fixture, &mut random) }];
        let found = candidates(&runs).candidates;
        check(&recommend(&found, &settings(&mut random)), &found);
    }
}

#[test]
fn the_same_input_gives_the_same_advice_whatever_was_asked_before() {
    let found = candidates(&[task_run()]).candidates;
    let settings = Settings::default();
    let prepared = Prepared::new(&found, &settings);
    let first = prepared.advise(&Weights::default());
    prepared.advise(&Weights::from_slider(0.1));
    assert_eq!(prepared.advise(&Weights::default()), first);
    assert_eq!(recommend(&found, &settings), first);
    check(&first, &found);
}

#[test]
fn advice_survives_being_saved() {
    let advice = recommend(&candidates(&[task_run()]).candidates, &Settings::default());
    let text = serde_json::to_string(&advice).unwrap();
    let back: Advice = serde_json::from_str(&text).unwrap();
    assert_eq!((back.tasks.len(), &back.views), (10, &advice.views));
}

#[test]
fn nothing_in_gives_nothing_out() {
    let advice = recommend(&[], &Settings::default());
    assert!(advice.tasks.is_empty() && advice.views.is_empty());
    assert!(candidates(&[]).candidates.is_empty());
}

#[test]
fn a_model_that_was_dropped_after_the_first_look_does_not_shrink_what_the_others_are_compared_on() {
    let task = Task::Coding;
    let model = |title: &str, ok, n| rung(title, 4.0, answers(&task, &right(ok, n), |_| 5.0));
    let found = of(vec![model("A", 24, 24), model("B", 23, 24), model("dropped", 5, 8)]);
    let advice = recommend(&found, &Settings::default()).tasks.remove(0);
    assert_eq!(advice.items_shared, 24);
    let dropped = advice.rows.iter().find(|row| row.pick.title == "dropped").unwrap();
    assert_eq!((dropped.p_best, dropped.standing), (None, Standing::Tied), "on 8 items it can't be told from the best: {dropped:?}");
}
