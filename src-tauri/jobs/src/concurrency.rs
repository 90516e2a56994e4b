//! How many requests at once an engine is worth: measured level by level, said in a sentence, written as JSON.

mod file;
mod words;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use toprung_climb::{Crowd, crowd};
use toprung_core::machine::Machine;
use toprung_core::model::{EngineDescription, EngineKind, ModelRef};
use toprung_core::plan::{Mode, Shape, protocol};
pub use toprung_core::saturation::{Decision, Level, decide};
use toprung_engines::{Engine, InstalledModel};
use toprung_models::ladder_file::Sources;

pub use file::{check_target, json, save};
pub use words::sentence;

use crate::engines::{EngineChoice, open_engine};
use crate::home::Home;
use crate::lock::ClimbLock;
use crate::names;
use crate::problem::Problem;
use crate::setup::warnings_of;

/// The most requests at once that can be asked for: beyond it the sockets of this program are what is measured.
pub const MOST: u32 = 256;
/// An engine that does not let go within this time will not.
const UNLOAD_LIMIT: Duration = Duration::from_secs(15);

/// What a person wants to know.
#[derive(Debug, Clone, PartialEq)]
pub struct CrowdChoice {
    pub engine: EngineChoice,
    pub model: String,
    pub mode: Mode,
    /// The most requests at once.
    pub up_to: u32,
}

/// A measurement that is ready to start.
pub struct CrowdPlan {
    pub description: EngineDescription,
    pub model: ModelRef,
    pub mode: Mode,
    /// Of each request, in tokens.
    pub shape: Shape,
    context_tokens: u32,
    pub up_to: u32,
    engine: Arc<dyn Engine>,
}

/// What is heard while it goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum CrowdEvent {
    /// So many requests at once are sent from now on.
    Measuring { parallel: u32 },
    /// A level ended.
    Measured(Level),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub enum CrowdEnd {
    Saturated {
        parallel: u32,
    },
    StillGrowing {
        parallel: u32,
    },
    Failed {
        parallel: u32,
    },
    Uncounted,
    /// A person stopped it; the levels that were finished stand.
    Interrupted,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Concurrency {
    pub started_at: String,
    pub model: ModelRef,
    pub engine: EngineDescription,
    pub machine: Machine,
    pub mode: Mode,
    pub shape: Shape,
    pub context_tokens: u32,
    pub up_to: u32,
    /// From one request at a time upwards.
    pub levels: Vec<Level>,
    #[serde(flatten)]
    pub end: CrowdEnd,
}

impl Concurrency {
    /// Whether at least one level shows a figure.
    pub fn measured_anything(&self) -> bool {
        self.levels.iter().any(|level| level.total_tps.is_some() || level.ttft_p50_ms.is_some())
    }
}

/// Makes the plan. Fails on bad input, or where the engine does not answer or has no such model.
pub async fn plan(home: &Home, choice: &CrowdChoice) -> Result<CrowdPlan, Problem> {
    let protocol = protocol(choice.mode);
    let shape = protocol.crowd.ok_or_else(|| {
        let what = format!("The {} mode has no requests of a fixed size to send at once.", choice.mode.name());
        Problem::input("mode_without_speed", what, "Choose quick, standard or thorough.")
    })?;
    if choice.up_to == 0 || choice.up_to > MOST {
        let what = format!("{} requests at once can't be measured.", choice.up_to);
        return Err(Problem::input("bad_level", what, format!("Ask for 1 to {MOST}.")));
    }
    let model = ModelRef::new(&choice.model)
        .map_err(|error| Problem::input("bad_model_name", format!("{error}."), "Give a name that the engine knows."))?;
    let engine = open_engine(home, &choice.engine, &Sources::new())?;
    let description = engine.describe().await?;
    let model = served(&engine.list().await?, &model, choice.engine.kind)?;
    let context_tokens = protocol.context_tokens;
    Ok(CrowdPlan { description, model, mode: choice.mode, shape, context_tokens, up_to: choice.up_to, engine })
}

/// The engine's own name of a model that it has. Nothing is downloaded for this.
pub(crate) fn served(installed: &[InstalledModel], model: &ModelRef, kind: EngineKind) -> Result<ModelRef, Problem> {
    if let Some(found) = installed.iter().find(|other| names::same(&other.model, model, kind)) {
        return Ok(found.model.clone());
    }
    match kind {
        EngineKind::Openai => names::check_served(model, installed)?,
        EngineKind::Llama => names::check(model, installed, &Sources::new())?,
        EngineKind::Ollama | EngineKind::Scripted => {}
    }
    Err(Problem::input("not_installed", format!("{} does not have the model {model} yet.", kind.title()), "Pull it first."))
}

/// What a person should know before it starts, each in a sentence.
pub fn warnings(plan: &CrowdPlan) -> Vec<String> {
    let told = warnings_of(&plan.description).map(str::to_owned);
    let one = "The embedded engine answers one request at a time, so that more of them wait in a queue.";
    told.chain((plan.description.kind == EngineKind::Llama).then(|| one.to_owned())).collect()
}

/// Measures until the tokens no longer grow, or until `stop` comes: the levels that are finished by then are kept. Fails where not even
/// one request works, and while a climb runs on the same data folder.
pub async fn measure(
    home: &Home,
    plan: CrowdPlan,
    stop: impl Future<Output = ()>,
    on_event: impl Fn(CrowdEvent) + Send + Sync,
) -> Result<Concurrency, Problem> {
    let _lock = ClimbLock::take(home)?;
    let started_at = jiff::Timestamp::now();
    // No cache of an earlier measurement may know these prompts.
    let setting = setting(&plan, started_at.as_nanosecond() as u64);
    let heard: Mutex<Vec<Level>> = Mutex::default();
    on_event(CrowdEvent::Measuring { parallel: 1 });
    let measuring = crowd(&setting, |level| {
        let mut levels = heard.lock().unwrap_or_else(PoisonError::into_inner);
        levels.push(level.clone());
        on_event(CrowdEvent::Measured(level.clone()));
        if let Decision::More { parallel } = decide(&levels, plan.up_to) {
            on_event(CrowdEvent::Measuring { parallel });
        }
    });
    let end = tokio::select! {
        ended = measuring => Some(ended.map(|(_, decision)| ended_by(decision))),
        () = stop => None,
    };
    // It is left as it was found, also after a stop.
    let _ = tokio::time::timeout(UNLOAD_LIMIT, plan.engine.unload(&plan.model)).await;
    let end = end.transpose()?.unwrap_or(CrowdEnd::Interrupted);
    let levels = heard.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(measured(plan, started_at.to_string(), levels, end))
}

fn setting(plan: &CrowdPlan, seed: u64) -> Crowd {
    Crowd {
        engine: Arc::clone(&plan.engine),
        model: plan.model.clone(),
        shape: plan.shape,
        context_tokens: plan.context_tokens,
        seed,
        up_to: plan.up_to,
    }
}

fn measured(plan: CrowdPlan, started_at: String, levels: Vec<Level>, end: CrowdEnd) -> Concurrency {
    Concurrency {
        started_at,
        model: plan.model,
        engine: plan.description,
        machine: toprung_hardware::machine_at_work(),
        mode: plan.mode,
        shape: plan.shape,
        context_tokens: plan.context_tokens,
        up_to: plan.up_to,
        levels,
        end,
    }
}

fn ended_by(decision: Decision) -> CrowdEnd {
    match decision {
        Decision::Saturated { parallel } => CrowdEnd::Saturated { parallel },
        Decision::StillGrowing { parallel } => CrowdEnd::StillGrowing { parallel },
        Decision::Failed { parallel } => CrowdEnd::Failed { parallel },
        // It never ends with a wish for more.
        Decision::Uncounted | Decision::More { .. } => CrowdEnd::Uncounted,
    }
}
