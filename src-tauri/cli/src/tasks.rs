//! `toprung tasks`: put tasks to models, list them, show how models did.

use std::process::ExitCode;
use std::sync::Arc;

use comfy_table::Cell;
use toprung_core::task::{ItemResult, Task, TaskFloors, TaskRun, TaskRung, TaskScore, score};
use toprung_jobs::home::Home;
use toprung_jobs::plan::{Plan, plan, warnings};
use toprung_jobs::problem::Problem;
use toprung_jobs::{ClimbEnd, climb, format, history, recommend, tasks};

use crate::args::{TasksCommand, TasksRun, TasksShow};
use crate::climb::{agreed, finish, minutes};
use crate::progress::Progress;
use crate::table::{number, with_head};
use crate::{INTERRUPTED, NOTHING_DONE, answer, tell};

pub(crate) async fn run(home: &Arc<Home>, command: TasksCommand) -> Result<ExitCode, Problem> {
    match command {
        TasksCommand::Run(args) => ask(home, &args).await,
        TasksCommand::List => list(home),
        TasksCommand::Show(args) => show(home, &args),
    }
}

async fn ask(home: &Arc<Home>, args: &TasksRun) -> Result<ExitCode, Problem> {
    let running = match &args.resume {
        Some(run) => {
            let run = history::resumable(home, run.as_deref())?;
            tell(&format!("Going on with run {run}."));
            climb::resume(home, &run, Progress::new().listener()).await?
        }
        None => {
            let plan = plan(home, &args.choice()).await?;
            announce(&plan);
            if !args.yes && plan.download_bytes > 0 && !agreed(plan.download_bytes) {
                return Ok(ExitCode::SUCCESS);
            }
            climb::start(home, plan, Progress::new().listener())?
        }
    };
    let run = running.hand.run.clone();
    let interrupted = finish(running).await? == ClimbEnd::Stopped;
    let asked = tasks::show(home, &run)?;
    print_table(&asked);
    if home.keeps_runs() {
        let go_on = if interrupted { format!("; go on with: toprung tasks run --resume {run}") } else { String::new() };
        tell(&format!("Which model for which task: toprung recommend{go_on}"));
    }
    let answered = asked.rungs.iter().any(|rung| rung.results.iter().any(|result| result.grade.class.counts()));
    Ok(match (interrupted, answered) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(NOTHING_DONE),
    })
}

fn announce(plan: &Plan) {
    let models = format::count(plan.rungs.len() as u32, "model", "models");
    let asked = plan.tasks.as_ref().map(tasks::TaskSet::in_words).unwrap_or_default();
    let time = match plan.task_minutes {
        Some(range) => format!("about {}", minutes(range)),
        None => "time not known before the first run".to_owned(),
    };
    tell(&format!("{}: {models} with {}, {asked}, {time}.", plan.title, plan.description.kind.title()));
    for (task, why) in plan.tasks.iter().flat_map(|tasks| &tasks.plan.unavailable) {
        tell(&format!("Note: {} can't be asked: {}", task.title(), why));
    }
    for warning in warnings(plan) {
        tell(&format!("Note: {}.", warning.trim_end_matches('.')));
    }
}

fn list(home: &Home) -> Result<ExitCode, Problem> {
    let settings = recommend::settings(home)?;
    let mut table = with_head(&["Task", "Name", "Right answers", "Time an answer", "Speed", "First token"]);
    for task in Task::SUITE {
        let TaskFloors { quality, seconds, tokens_per_s, first_token_s } = settings.floors_of(&task);
        let at_most = |seconds: Option<f64>| seconds.map_or_else(|| "any".to_owned(), |s| format!("≤ {}", format::duration(s)));
        table.add_row(vec![
            Cell::new(task.title()),
            Cell::new(task.name()),
            number(format!("≥ {}", format::percent(quality))),
            number(at_most(seconds)),
            number(tokens_per_s.map_or_else(|| "any".to_owned(), |tps| format!("≥ {}", format::tokens_per_second(tps)))),
            number(at_most(first_token_s)),
        ]);
    }
    answer(&table.to_string());
    Ok(ExitCode::SUCCESS)
}

fn show(home: &Home, args: &TasksShow) -> Result<ExitCode, Problem> {
    let run = match &args.run {
        Some(run) => tasks::show(home, run)?,
        None => tasks::newest(home)?,
    };
    let is_wanted = |rung: &&TaskRung| args.model.as_deref().is_none_or(|model| rung.model.as_str() == model || rung.title == model);
    if run.rungs.iter().filter(is_wanted).count() == 0 {
        let models: Vec<&str> = run.rungs.iter().map(|rung| rung.model.as_str()).collect();
        return Err(Problem::input("no_such_model", "That run did not ask this model.", format!("Choose one of {}.", models.join(", "))));
    }
    let Some(task) = &args.task else {
        print_table(&run);
        return Ok(ExitCode::SUCCESS);
    };
    for rung in run.rungs.iter().filter(is_wanted) {
        answer(&format!("# {}", rung.title));
        rung.results.iter().filter(|result| result.task == *task).for_each(print_item);
    }
    Ok(ExitCode::SUCCESS)
}

fn print_item(result: &ItemResult) {
    let again = if result.repeat > 0 { ", asked again" } else { "" };
    let took = format::or_unknown(result.response_ms, |ms| format::duration(ms / 1e3));
    answer(&format!("\n## {}{again}: {} ({took})", result.item, result.grade.class.title()));
    answer(&format!("{}\n\n{}\n", result.grade.reason, indented(&result.prompt)));
    if !result.thinking.is_empty() {
        answer(&format!("It thought:\n{}\n", indented(&result.thinking)));
    }
    answer(&format!("It answered:\n{}", indented(&result.answer)));
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// A row a task, a column a model: right answers with their interval, and the time of one.
fn print_table(run: &TaskRun) {
    let asked: Vec<&TaskRung> = run.rungs.iter().filter(|rung| !rung.results.is_empty()).collect();
    let head: Vec<&str> = std::iter::once("Task").chain(asked.iter().map(|rung| rung.title.as_str())).collect();
    let mut table = with_head(&head);
    for task in &run.tasks {
        let scores = asked.iter().map(|rung| number(in_words(&score(task, &rung.results))));
        table.add_row(std::iter::once(Cell::new(task.title())).chain(scores).collect::<Vec<_>>());
    }
    answer(&table.to_string());
    for (task, why) in &run.unavailable {
        answer(&format!("{}: not available: {why}", task.title()));
    }
}

fn in_words(score: &TaskScore) -> String {
    let Some(right) = &score.lenient else {
        let why = score.not_counted_in_words();
        return if why.is_empty() { "not asked".to_owned() } else { why };
    };
    let strict = score.strict.filter(|strict| strict.ok < right.ok).map(|strict| format!(", {} in form", strict.ok));
    let seconds = score.seconds.map(|seconds| format!("\n{} each", format::duration(seconds.median)));
    format!("{}{}{}", format::success(right), strict.unwrap_or_default(), seconds.unwrap_or_default())
}
