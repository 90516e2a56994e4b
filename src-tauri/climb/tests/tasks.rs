//! Items of tasks put to the models of a ladder: in which order, how many, within what time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::pupil::{Pupil, School};
use common::{Listener, run, sharing};
use toprung_climb::{ClimbEnd, ClimbEvent, Control, Setting, TaskWork, climb};
use toprung_core::plan::Mode;
use toprung_core::run::{RunRecord, RungStatus};
use toprung_core::task::{GradeClass, ItemResult, Task};
use toprung_engines::Engine;
use toprung_tasks::{FROZEN_SEED, Item, suite};

fn items(task: &Task) -> Vec<Item> {
    suite(FROZEN_SEED).items(task)
}

fn work(tasks: &[Task], budget: Option<Duration>) -> TaskWork {
    TaskWork { tasks: tasks.iter().map(|task| (task.clone(), items(task))).collect(), floors: BTreeMap::new(), budget, runner: None }
}

fn school(tasks: &[Task], pupils: &[(&str, Pupil)]) -> Arc<School> {
    Arc::new(School::new(tasks.iter().flat_map(items), pupils))
}

async fn asked(run: &mut RunRecord, school: &Arc<School>, work: TaskWork, control: Control, listener: &Arc<Listener>) -> ClimbEnd {
    let engine: Arc<dyn Engine> = Arc::clone(school) as _;
    let setting = Setting { tasks: Some(work), ..sharing(run.rungs.len(), &engine) };
    climb(run, setting, Vec::new(), control, Arc::clone(listener) as _).await
}

fn good() -> Pupil {
    Pupil { right_of_ten: 10, ..Pupil::default() }
}

fn first_asked<'a>(run: &'a RunRecord, rung: usize, task: &Task) -> Vec<&'a ItemResult> {
    run.rungs[rung].items.iter().filter(|result| result.task == *task && result.repeat == 0).collect()
}

#[tokio::test]
async fn tasks_take_turns_and_a_clear_case_ends_at_the_first_look() {
    let tasks = [Task::Classify, Task::Reasoning];
    let (mut run, listener) = (run(Mode::Tasks, &["bad"]), Arc::new(Listener::default()));
    let school = school(&tasks, &[("bad", Pupil::default())]);
    assert_eq!(asked(&mut run, &school, work(&tasks, None), Control::default(), &listener).await, ClimbEnd::Finished);
    let order: Vec<&Task> = run.rungs[0].items.iter().take(4).map(|result| &result.task).collect();
    assert_eq!(order, [&Task::Classify, &Task::Reasoning, &Task::Classify, &Task::Reasoning]);
    for task in &tasks {
        let first = first_asked(&run, 0, task);
        assert_eq!(first.len(), 8, "0 of 8 is clearly below the floor");
        assert!(first.iter().all(|result| result.grade.class == GradeClass::Wrong), "{:?}", first[0].grade);
        let again = run.rungs[0].items.iter().filter(|result| result.task == *task && result.repeat == 1).count();
        assert_eq!(again, 3, "three are asked again, to see whether the verdict holds");
    }
    assert_eq!(run.rungs[0].status, RungStatus::Measured);
    assert!(run.rungs[0].trials.is_empty(), "a run of tasks alone measures no speed");
}

#[tokio::test]
async fn contenders_are_asked_everything_and_the_one_that_is_clearly_worse_is_not() {
    let tasks = [Task::Classify];
    let (mut run, listener) = (run(Mode::Tasks, &["bad", "good", "better"]), Arc::new(Listener::default()));
    let almost = Pupil { right_of_ten: 9, ..Pupil::default() };
    let school = school(&tasks, &[("bad", Pupil::default()), ("good", almost), ("better", good())]);
    asked(&mut run, &school, work(&tasks, None), Control::default(), &listener).await;
    let counts: Vec<usize> = (0..3).map(|rung| first_asked(&run, rung, &Task::Classify).len()).collect();
    assert_eq!(counts, [8, 24, 24]);
    let loads = school.loads.lock().unwrap().clone();
    assert_eq!(loads[..3], ["bad", "good", "better"], "first each in its turn");
    assert!(loads[3..].iter().all(|model| model != "bad"), "whoever is out is not loaded again: {loads:?}");
    for (rung, record) in run.rungs.iter().enumerate() {
        let mut ids: Vec<&str> = first_asked(&run, rung, &Task::Classify).iter().map(|result| result.item.as_str()).collect();
        let asked = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), asked, "{}: no item is asked first twice", record.title);
    }
}

#[tokio::test]
async fn the_budget_is_kept_within_a_tenth() {
    let tasks = [Task::Classify, Task::Chat, Task::Reasoning];
    let (mut run, listener) = (run(Mode::Tasks, &["slow"]), Arc::new(Listener::default()));
    let school = school(&tasks, &[("slow", Pupil { pace: Duration::from_millis(70), ..good() })]);
    let (budget, began) = (Duration::from_secs(2), Instant::now());
    asked(&mut run, &school, work(&tasks, Some(budget)), Control::default(), &listener).await;
    let took = began.elapsed();
    assert!(took < budget.mul_f64(1.1) && took > budget.mul_f64(0.8), "{took:?} of {budget:?}");
    let counts: Vec<usize> = tasks.iter().map(|task| first_asked(&run, 0, task).len()).collect();
    assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "what there was time for is shared: {counts:?}");
}

#[tokio::test]
async fn an_item_that_would_never_end_is_dropped_at_the_budgets_end() {
    let tasks = [Task::Classify];
    let (mut run, listener) = (run(Mode::Tasks, &["endless"]), Arc::new(Listener::default()));
    let school = school(&tasks, &[("endless", Pupil { pace: Duration::from_secs(600), ..good() })]);
    let began = Instant::now();
    let end = asked(&mut run, &school, work(&tasks, Some(Duration::from_secs(1))), Control::default(), &listener).await;
    assert_eq!(end, ClimbEnd::Finished);
    assert!(began.elapsed() < Duration::from_millis(1200), "{:?}", began.elapsed());
    assert!(run.rungs[0].items.is_empty(), "what had no time to end is no answer");
}

#[tokio::test]
async fn a_model_that_thinks_is_given_room_for_it() {
    let tasks = [Task::Classify];
    let (mut run, listener) = (run(Mode::Tasks, &["thinker"]), Arc::new(Listener::default()));
    let school = school(&tasks, &[("thinker", Pupil { thinks: 400, ..good() })]);
    asked(&mut run, &school, work(&tasks, None), Control::default(), &listener).await;
    assert!(run.rungs[0].items.iter().all(|result| result.grade.class == GradeClass::Right), "{:?}", run.rungs[0].items[0].grade);
    assert_eq!(run.rungs[0].items[0].thinking, "Let me see …");
}

#[tokio::test]
async fn an_engine_that_gives_no_answers_is_not_asked_for_ever_and_says_nothing_of_the_model() {
    let tasks = [Task::Classify];
    let (mut run, listener) = (run(Mode::Tasks, &["dead", "good"]), Arc::new(Listener::default()));
    let school = school(&tasks, &[("dead", Pupil { fails: true, ..good() }), ("good", good())]);
    assert_eq!(asked(&mut run, &school, work(&tasks, None), Control::default(), &listener).await, ClimbEnd::Finished);
    assert_eq!(run.rungs[0].items.len(), 3);
    assert!(run.rungs[0].items.iter().all(|result| result.grade.class == GradeClass::EngineFailed));
    assert!(matches!(run.rungs[0].status, RungStatus::Failed(_)), "{:?}", run.rungs[0].status);
    assert_eq!(run.rungs[1].status, RungStatus::Measured, "the next one is asked all the same");
}

#[tokio::test]
async fn a_run_that_was_stopped_goes_on_with_the_item_that_it_had_not_asked() {
    let tasks = [Task::Classify, Task::Chat];
    let mut run = run(Mode::Tasks, &["good"]);
    let school = school(&tasks, &[("good", good())]);
    let control = Control::default();
    let hand = control.clone();
    let listener = Listener::that(move |event| {
        if let ClimbEvent::ItemFinished { result, .. } = event
            && result.item.ends_with("/2")
        {
            hand.stop();
        }
    });
    assert_eq!(asked(&mut run, &school, work(&tasks, None), control, &listener).await, ClimbEnd::Stopped);
    let kept = run.rungs[0].items.clone();
    assert!(!kept.is_empty());
    asked(&mut run, &school, work(&tasks, None), Control::default(), &Arc::new(Listener::default())).await;
    assert_eq!(run.rungs[0].items[..kept.len()], kept, "what was asked stays as it was");
    let mut ids: Vec<(&str, u32)> = run.rungs[0].items.iter().map(|result| (result.item.as_str(), result.repeat)).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "nothing is asked twice");
}

#[tokio::test]
async fn a_climb_asks_its_tasks_behind_the_trials() {
    let tasks = [Task::Classify];
    let mut run = run(Mode::Classic, &["good"]);
    let school = school(&tasks, &[("good", good())]);
    asked(&mut run, &school, work(&tasks, None), Control::default(), &Arc::new(Listener::default())).await;
    assert_eq!(run.rungs[0].trials.len(), 5);
    assert!(first_asked(&run, 0, &Task::Classify).len() >= 8);
}
