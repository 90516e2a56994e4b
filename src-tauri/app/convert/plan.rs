//! Home: setup, choices and plans.

use toprung_jobs::engines::EngineChoice;
use toprung_jobs::history::RunHeader;
use toprung_jobs::home::Home;
use toprung_jobs::ladders::{self, LadderChoice};
use toprung_jobs::machine::Machine;
use toprung_jobs::plan::{Choice as JobChoice, FitWord, Plan, RungPlan};
use toprung_jobs::problem::Problem as JobProblem;
use toprung_jobs::setup::{EngineState, Seen, Setup as JobSetup};
use toprung_jobs::task::Task;
use toprung_jobs::tasks::{BUDGETS_S, TaskSet};
use toprung_jobs::{EngineKind, Mode, profile};
use toprung_messages::{
    Choice, EngineView, GpuView, LadderChoice as LadderView, MachineView, PlanView, PlannedRungView, Resumable, ServerView, Setup,
    TaskPlanView,
};

use super::{problem, recommend, rejection};
use crate::locale;
use crate::state::Answer;

pub(crate) fn setup(home: &Home, setup: &JobSetup) -> Setup {
    Setup {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        locale: locale::tag(),
        machine: machine(&setup.machine),
        changes: changes(home, &setup.machine),
        engines: setup.engines.iter().map(engine_view).collect(),
        ladders: ladders::offers()
            .into_iter()
            .map(|offer| LadderView { name: offer.name, title: offer.title, about: offer.about })
            .collect(),
        tasks: recommend::offers(),
        budgets_s: BUDGETS_S.to_vec(),
        data_folder: home.folder().display().to_string(),
        storage_problem: home.notice().map(problem),
        resumable: setup.resumable.as_ref().map(resumable),
    }
}

/// What is not as it was in the newest stored run.
fn changes(home: &Home, machine: &Machine) -> Vec<String> {
    profile::of(home, machine.clone()).changes.into_iter().map(|change| change.words).collect()
}

pub(crate) fn machine(machine: &Machine) -> MachineView {
    MachineView {
        cpu: machine.cpu.clone(),
        physical_cores: machine.physical_cores,
        logical_cores: machine.logical_cores,
        memory_bytes: machine.memory_bytes,
        gpus: machine.gpus.iter().map(|gpu| GpuView { name: gpu.name.clone(), memory_bytes: gpu.memory_bytes }).collect(),
        os: machine.os.clone(),
        on_mains: machine.on_mains,
    }
}

fn engine_view(engine: &EngineState) -> EngineView {
    EngineView {
        kind: engine.choice.kind.name().to_owned(),
        title: engine.choice.kind.title().to_owned(),
        ready: engine.problem.is_none(),
        version: engine.version.clone(),
        url: engine.url.clone(),
        models: engine.models,
        problem: engine.problem.as_ref().map(problem),
    }
}

pub(crate) fn server(seen: Seen) -> ServerView {
    let (warnings, program) = (seen.warnings(), seen.program());
    ServerView {
        url: seen.description.url,
        program,
        version: seen.description.version,
        models: seen.models.iter().map(ToString::to_string).collect(),
        warnings,
    }
}

fn resumable(run: &RunHeader) -> Resumable {
    Resumable {
        run: run.id.clone(),
        ladder: run.ladder.clone(),
        started_at: run.started_at.clone(),
        rungs_done: run.rungs_done,
        rungs: run.rungs,
    }
}

/// What the page chose; names that do not exist are refused.
pub(crate) fn choice(choice: &Choice) -> Answer<JobChoice> {
    let mode = Mode::from_name(&choice.mode).ok_or_else(|| {
        rejection(JobProblem::input(
            "no_such_mode",
            format!("There is no mode “{}”.", choice.mode),
            "Choose quick, standard, thorough or classic.",
        ))
    })?;
    Ok(JobChoice {
        engine: engine(&choice.engine, choice.url.clone())?,
        ladder: LadderChoice::parse(choice.ladder.trim()),
        mode,
        without_downloads: choice.without_downloads,
        try_anyway: false,
        sampling: true,
        tasks: choice.tasks.as_ref().map(recommend::wish).transpose()?,
    })
}

pub(crate) fn engine(name: &str, url: Option<String>) -> Answer<EngineChoice> {
    let kind = EngineKind::from_name(name).ok_or_else(|| {
        rejection(JobProblem::input("no_such_engine", format!("There is no engine “{name}”."), "Choose llama, ollama or openai."))
    })?;
    Ok(EngineChoice { kind, url: url.filter(|url| !url.trim().is_empty()) })
}

pub(crate) fn view(plan: &Plan) -> PlanView {
    PlanView {
        ladder: plan.ladder.clone(),
        title: plan.title.clone(),
        rungs: plan.rungs.iter().map(rung).collect(),
        minutes_low: (!plan.rungs.is_empty()).then_some(plan.minutes.0),
        minutes_high: (!plan.rungs.is_empty()).then_some(plan.minutes.1),
        download_bytes: plan.download_bytes,
        disk_free_bytes: plan.disk_free_bytes,
        tasks: plan.tasks.as_ref().map(|tasks| task_plan(tasks, plan.task_minutes)),
        problem: plan.problem.as_ref().map(problem),
    }
}

const MINUTE_S: f64 = 60.0;

fn task_plan(tasks: &TaskSet, minutes: Option<(f64, f64)>) -> TaskPlanView {
    TaskPlanView {
        words: tasks.in_words(),
        tasks: tasks.plan.tasks.iter().map(Task::name).collect(),
        unavailable: recommend::unavailable(&tasks.plan.unavailable),
        low_s: minutes.map(|(low, _)| low * MINUTE_S),
        high_s: minutes.map(|(_, high)| high * MINUTE_S),
    }
}

fn rung(rung: &RungPlan) -> PlannedRungView {
    PlannedRungView {
        model: rung.rung.model.to_string(),
        title: rung.rung.title.clone(),
        file_bytes: rung.rung.facts.file_bytes,
        quantization: rung.rung.facts.quantization.clone(),
        installed: rung.installed,
        fit: fit(rung.fit.word).to_owned(),
        fit_words: rung.fit.words.clone(),
        expected_low: rung.expected_tps.map(|(low, _)| low),
        expected_high: rung.expected_tps.map(|(_, high)| high),
    }
}

fn fit(fit: FitWord) -> &'static str {
    match fit {
        FitWord::Fits => "fits",
        FitWord::Tight => "tight",
        FitWord::TooLarge => "too_large",
        FitWord::Unknown => "unknown",
    }
}
