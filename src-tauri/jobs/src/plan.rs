//! What a climb will do, before it starts: which models, from where, how long, how much to download.

use std::sync::Arc;

use toprung_core::fit::memory_fit;
pub use toprung_core::fit::{Fit, FitWord};
use toprung_core::model::{EngineDescription, EngineKind};
use toprung_core::plan::{Ladder, Mode, PlannedRung, protocol};
use toprung_core::task::estimate::TimeRange;
use toprung_engines::{Engine, InstalledModel};
use toprung_models::ladder_file::Sources;

use crate::engines::EngineChoice;
use crate::expect::expected_tps;
use crate::home::Home;
use crate::hosts::Hosts;
use crate::ladders::{self, LadderChoice};
use crate::names;
use crate::problem::Problem;
use crate::setup::warnings_of;
use crate::tasks::{self, TaskSet, TaskWish};

/// What a person chose to climb.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub engine: EngineChoice,
    pub ladder: LadderChoice,
    pub mode: Mode,
    /// Leave out what is not installed.
    pub without_downloads: bool,
    /// Also try what is predicted not to fit.
    pub try_anyway: bool,
    /// Watch the hardware meanwhile; without it a run shows what watching costs.
    pub sampling: bool,
    /// Tasks that the models are put to as well, if any.
    pub tasks: Option<TaskWish>,
}

/// What a person should know of the engines before starting, each in a sentence.
pub fn warnings(plan: &Plan) -> Vec<String> {
    let engines = std::iter::once(&plan.description).chain(plan.rung_engines.iter().flatten());
    let mut warnings: Vec<String> = Vec::new();
    for warning in engines.flat_map(warnings_of) {
        if !warnings.iter().any(|told| told == warning) {
            warnings.push(warning.to_owned());
        }
    }
    warnings
}

/// One rung of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct RungPlan {
    pub rung: PlannedRung,
    pub installed: bool,
    pub fit: Fit,
    /// Tokens per second expected from earlier runs on this machine, as a range.
    pub expected_tps: Option<(f64, f64)>,
    /// How long its tasks take, where some are asked and its speed is known.
    pub tasks_time: Option<TimeRange>,
    /// Which of the ladder's engines runs it.
    host: usize,
}

/// A climb that is ready to start.
pub struct Plan {
    pub ladder: String,
    pub title: String,
    pub rungs: Vec<RungPlan>,
    pub mode: Mode,
    /// One a rung.
    pub(crate) engines: Vec<Arc<dyn Engine>>,
    /// What the engine of each rung says of itself, where it is not the run's own.
    pub(crate) rung_engines: Vec<Option<EngineDescription>>,
    pub description: EngineDescription,
    /// Minutes without downloads and tasks, as a range.
    pub minutes: (f64, f64),
    /// Minutes that the tasks take in all; `None` where none are asked, or nobody can tell.
    pub task_minutes: Option<(f64, f64)>,
    pub download_bytes: u64,
    pub disk_free_bytes: Option<u64>,
    pub try_anyway: bool,
    pub sampling: bool,
    pub(crate) sources: Sources,
    /// Tasks that the models are put to as well, if any.
    pub tasks: Option<TaskSet>,
    /// What stops it from starting, if anything.
    pub problem: Option<Problem>,
}

/// Makes the plan. Fails where there is nothing to show: bad input, or an engine that does not answer.
pub async fn plan(home: &Home, choice: &Choice) -> Result<Plan, Problem> {
    let tasks = choice.tasks.as_ref().map(|wish| tasks::prepare(home, wish)).transpose()?;
    let kind = choice.engine.kind;
    let resolved = ladders::resolve(&choice.ladder, kind)?;
    let mut hosts = Hosts::new(home, &choice.engine, &resolved.sources);
    // A ladder that names an engine for every rung needs no other one.
    let first_named = resolved.ladder.rungs.first().and_then(|rung| rung.engine.clone());
    let all_named = !resolved.from_engine && resolved.ladder.rungs.iter().all(|rung| rung.engine.is_some());
    let own = first_named.filter(|_| all_named).map_or_else(|| choice.engine.clone(), EngineChoice::from);
    let main = hosts.ask(&own).await?;
    let ladder = if resolved.from_engine { ladders::installed(&hosts.get(main).installed) } else { resolved.ladder };
    let mut at = Vec::new();
    for rung in &ladder.rungs {
        let host = match &rung.engine {
            Some(engine) => hosts.ask(&engine.clone().into()).await?,
            None => main,
        };
        let here = hosts.get(host);
        match here.choice.kind {
            EngineKind::Llama => names::check(&rung.model, &here.installed, &resolved.sources)?,
            EngineKind::Openai => names::check_served(&rung.model, &here.installed)?,
            EngineKind::Ollama | EngineKind::Scripted => {}
        }
        at.push(host);
    }
    let available = toprung_hardware::available_memory_bytes();
    let total = toprung_hardware::machine().memory_bytes;
    let speeds = home.store().speeds().unwrap_or_default();
    let context = protocol(choice.mode).context_tokens;
    let task_tokens = tasks.as_ref().map(|set| tasks::expect::tokens(home, set));
    let mut rungs: Vec<RungPlan> = ladder
        .rungs
        .into_iter()
        .zip(at)
        .map(|(rung, host)| {
            let here = hosts.get(host);
            let found = here.installed.iter().find(|other| names::same(&other.model, &rung.model, here.choice.kind));
            let rung = with_known_facts(rung, found);
            let fit = match here.engine.takes_memory_here() {
                true => memory_fit(&rung.facts, context, available, total),
                false => Fit { word: FitWord::Unknown, needed_bytes: None, words: "not known: the server has its own memory".to_owned() },
            };
            let expected_tps = expected_tps(&speeds, &rung);
            let tasks_time =
                tasks.as_ref().zip(task_tokens.as_ref()).and_then(|(set, tokens)| tasks::expect::time(set, tokens, expected_tps));
            RungPlan { installed: found.is_some(), fit, expected_tps, tasks_time, rung, host }
        })
        .collect();
    if choice.without_downloads {
        rungs.retain(|rung| rung.installed);
    }
    let download_bytes = rungs.iter().filter(|rung| !rung.installed).filter_map(|rung| rung.rung.facts.file_bytes).sum();
    let times: Vec<Option<TimeRange>> = rungs.iter().map(|rung| rung.tasks_time).collect();
    let task_minutes = tasks.as_ref().and_then(|set| tasks::expect::minutes(&times, set.plan.budget_s));
    let kind = hosts.get(main).choice.kind;
    let disk_free_bytes = (kind == EngineKind::Llama).then(|| toprung_hardware::disk_free_bytes(home.folder())).flatten();
    let problem = obstacle(&rungs, choice, download_bytes, disk_free_bytes);
    Ok(Plan {
        ladder: ladder.name,
        title: resolved.title,
        minutes: minutes(choice.mode, rungs.len()),
        task_minutes,
        engines: rungs.iter().map(|rung| Arc::clone(&hosts.get(rung.host).engine)).collect(),
        rung_engines: rungs.iter().map(|rung| (rung.host != main).then(|| hosts.get(rung.host).description.clone())).collect(),
        description: hosts.get(main).description.clone(),
        rungs,
        mode: choice.mode,
        download_bytes,
        disk_free_bytes,
        try_anyway: choice.try_anyway,
        sampling: choice.sampling,
        sources: resolved.sources,
        tasks,
        problem,
    })
}

/// The engine's own figures replace the ladder's where it has the model; what the model is made for is the ladder's to say.
fn with_known_facts(mut rung: PlannedRung, found: Option<&InstalledModel>) -> PlannedRung {
    if let Some(found) = found {
        let specialty = rung.facts.specialty.or(found.facts.specialty);
        let active_bytes = found.facts.active_bytes.or(rung.facts.active_bytes);
        let file_bytes = found.facts.file_bytes.or(rung.facts.file_bytes);
        rung.facts = toprung_core::model::ModelFacts { specialty, active_bytes, file_bytes, ..found.facts.clone() };
    }
    rung
}

fn obstacle(rungs: &[RungPlan], choice: &Choice, download_bytes: u64, disk_free_bytes: Option<u64>) -> Option<Problem> {
    if rungs.is_empty() {
        let next = match choice.engine.kind {
            EngineKind::Openai => "Load a model in the server, then look again.",
            EngineKind::Llama => "Choose the starter ladder: its models are fetched for you.",
            _ => "Pull a model with the engine, or choose another ladder.",
        };
        return Some(Problem::world("nothing_installed", "There is no model to measure.", next));
    }
    match disk_free_bytes {
        Some(free) if free < download_bytes => Some(
            Problem::world(
                "disk_full",
                "The disk has no room for what would be downloaded.",
                "Free some space, or climb without downloads.",
            )
            .with_detail(format!(
                "{} needed, {} free",
                toprung_core::format::bytes_gb(download_bytes),
                toprung_core::format::bytes_gb(free)
            )),
        ),
        _ => None,
    }
}

/// Minutes that a rung takes: from a small model that is precise at the first look to one that uses its whole
/// budget and then writes its answers slowly. Seen on machines from two cores up.
fn minutes(mode: Mode, rungs: usize) -> (f64, f64) {
    let (low, high) = match mode {
        Mode::Quick => (0.2, 1.0),
        Mode::Standard => (0.6, 4.0),
        Mode::Thorough => (2.0, 8.0),
        Mode::Classic => (0.2, 2.0),
        Mode::Tasks => (0.1, 0.5),
    };
    (low * rungs as f64, high * rungs as f64)
}

/// The ladder of a plan, as it is stored.
pub(crate) fn planned_ladder(plan: &Plan) -> Ladder {
    Ladder { name: plan.ladder.clone(), rungs: plan.rungs.iter().map(|rung| rung.rung.clone()).collect() }
}
