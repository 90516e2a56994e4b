//! What the advice says.

use super::made::{answers, model, of, right, rung, settings};
use crate::analysis::Use;
use crate::recommend::{Settings, Standing, TaskAdvice, TaskVerdict, Weights, candidates, recommend};
use crate::task::fixture::task_run;
use crate::task::{Task, TaskFloors, TaskRung};

fn advice(rungs: Vec<TaskRung>) -> TaskAdvice {
    recommend(&of(rungs), &settings()).tasks.into_iter().next().unwrap()
}

#[test]
fn a_model_that_is_surely_ahead_is_recommended_with_its_evidence() {
    let task = Task::Extraction;
    let advice = advice(vec![model("A", &task, 2, 2.0, 1.2), model("B", &task, 24, 4.0, 5.1), model("C", &task, 23, 9.9, 9.0)]);
    assert_eq!(
        advice.sentence,
        "For data extraction use B: 24 of 24 correct (86–100 %), 4 s an answer, 5.10 GiB; C is not distinguishably worse and takes twice as \
         long and 3.90 GiB more memory."
    );
    assert_eq!(advice.avoid[0].sentence, "Avoid A for data extraction: 2 of 24 passed, surely below the floor of 85 %.");
    assert_eq!(
        advice.evidence[..2],
        [
            "24 of 24 correct: at least 94 % with 90 % confidence, the floor is 85 %.",
            "By difficulty: 8 of 8 easy, 8 of 8 medium, 8 of 8 hard."
        ]
    );
    let standings: Vec<Standing> = advice.rows.iter().map(|row| row.standing).collect();
    assert_eq!(standings, [Standing::Recommended, Standing::Behind, Standing::LeftOut]);
    assert_eq!(advice.pareto.len(), 1, "B beats C in all three");
}

#[test]
fn a_tie_prefers_the_faster_then_the_smaller() {
    let task = Task::Coding;
    let faster = advice(vec![model("A", &task, 22, 14.0, 4.0), model("B", &task, 22, 5.0, 8.0)]);
    assert_eq!(
        faster.sentence,
        "For coding A and B can't be told apart; use B, the faster: 22 of 24 correct (74–98 %), 5 s an answer, 8.00 GiB."
    );
    let smaller = advice(vec![model("A", &task, 22, 5.1, 4.0), model("B", &task, 22, 5.0, 8.0)]);
    assert!(smaller.sentence.contains("use A, the smaller"), "{}", smaller.sentence);
    assert!(smaller.what_would_change.contains(&"A and B are too close for more items to tell them apart soon.".to_owned()));
}

#[test]
fn what_straddles_its_floor_is_not_proven_and_says_what_would_decide() {
    let task = Task::Coding;
    let close = advice(vec![model("A", &task, 16, 14.0, 4.0)]);
    assert_eq!(
        close.sentence,
        "Not proven for coding: A has 16 of 24 correct, which straddles the floor of 60 %; 55 more items (13 min) would decide."
    );
    assert!(matches!(close.verdict, TaskVerdict::NotProven { more_items: Some(55), .. }), "{:?}", close.verdict);
    let too_close = advice(vec![model("A", &task, 15, 14.0, 4.0)]);
    assert!(too_close.sentence.ends_with("straddles the floor of 60 %, too closely for more items to decide soon."));
    let few = advice(vec![rung("A", 4.0, answers(&task, &right(5, 5), |_| 4.0))]);
    assert!(few.sentence.ends_with("and too few items to compare by."), "{}", few.sentence);
}

#[test]
fn where_no_model_will_do_the_reasons_are_given() {
    let task = Task::Coding;
    let mut huge = model("C", &task, 24, 5.0, 25.0);
    huge.title = "C".to_owned();
    let none = advice(vec![model("A", &task, 2, 5.0, 4.0), model("B", &task, 24, 45.0, 4.0), huge]);
    assert_eq!(
        none.sentence,
        "No model here will do for coding. A: 2 of 24 passed, surely below the floor of 60 %; B: too slow: 45 s an answer, the floor is \
         30 s; C: tight: needs 25.0 GiB of 32.0 GiB in all."
    );
    assert_eq!(none.verdict, TaskVerdict::None { why: none.sentence.clone() });
    assert_eq!(none.what_would_change, ["If an answer may take 45 s instead of 30 s, B comes into question (24 of 24 correct)."]);
}

#[test]
fn what_would_change_names_the_unproven_and_the_slider() {
    let task = Task::Coding;
    let unproven = advice(vec![model("A", &task, 20, 29.0, 4.0), model("B", &task, 16, 2.0, 1.0)]);
    assert!(
        unproven.what_would_change.iter().any(|line| line.starts_with("B would come first if it reached the floor of 60 %; 55 more items")),
        "{:?}",
        unproven.what_would_change
    );
    let quality_first = Settings { slider: Some(1.0), ..settings() };
    let found = of(vec![model("A", &task, 24, 28.0, 4.0), model("B", &task, 18, 1.0, 4.0)]);
    let advice = recommend(&found, &quality_first).tasks.remove(0);
    assert!(matches!(&advice.verdict, TaskVerdict::Use { pick } if pick.title == "A"), "{:?}", advice.verdict);
    assert_eq!(
        advice.what_would_change,
        ["With the slider at speed, B would rank higher: 18 of 24 correct (55–88 %), 1 s an answer, 4.00 GiB."]
    );
}

#[test]
fn the_weights_move_the_verdict() {
    let task = Task::Reasoning;
    let found = of(vec![model("good", &task, 24, 80.0, 4.0), model("fast", &task, 19, 5.0, 4.0)]);
    let prepared = crate::recommend::Prepared::new(&found, &settings());
    let pick = |slider: f64| prepared.advise(&Weights::from_slider(slider)).tasks[0].verdict.pick().map(|pick| pick.title.clone());
    assert_eq!((pick(0.0).as_deref(), pick(1.0).as_deref()), (Some("fast"), Some("good")));
}

#[test]
fn a_users_floor_holds_instead_of_the_default() {
    let task = Task::Coding;
    let found = of(vec![model("A", &task, 16, 14.0, 4.0)]);
    let floors = TaskFloors { quality: 0.3, ..task.default_floors() };
    let lenient = Settings { floors: [(task, floors)].into(), ..settings() };
    assert!(matches!(recommend(&found, &lenient).tasks[0].verdict, TaskVerdict::Use { .. }));
}

#[test]
fn the_views_rest_on_measured_quality() {
    let advice = recommend(&candidates(&[task_run()]).candidates, &settings());
    let views: Vec<(Use, Option<&str>)> =
        advice.views.iter().map(|view| (view.usage, view.pick.as_ref().map(|pick| pick.title.as_str()))).collect();
    let expected = [
        (Use::FastIterations, Some("Llama 3.2 3B")),
        (Use::Balanced, Some("Llama 3.2 3B")),
        (Use::HighQuality, None),
        (Use::SpecialisedCoding, Some("Llama 3 8B")),
        (Use::Avoid, Some("Llama 3.2 1B")),
    ];
    assert_eq!(views, expected);
    let kinds: Vec<&str> = advice
        .tasks
        .iter()
        .map(|task| match task.verdict {
            TaskVerdict::Use { .. } => "use",
            TaskVerdict::Tie { .. } => "tie",
            TaskVerdict::NotProven { .. } => "not proven",
            TaskVerdict::None { .. } => "none",
        })
        .collect();
    assert_eq!(kinds, ["tie", "tie", "use", "not proven", "tie", "tie", "tie", "tie", "none", "tie"], "the fixture shows every verdict");
}

#[test]
fn what_ran_out_of_time_but_is_nearer_to_its_floor_is_named_before_what_nearly_failed() {
    let task = Task::Coding;
    let whole = rung("A", 1.0, answers(&task, &right(12, 24), |_| 1.0));
    let cut_off = rung("B", 2.0, answers(&task, &right(11, 17), |_| 2.0));
    let advice = advice(vec![whole, cut_off]);
    assert!(matches!(&advice.verdict, TaskVerdict::NotProven { leader, .. } if leader.title == "B"), "{}", advice.sentence);
}
