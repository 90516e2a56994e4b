//! Models: what is installed, what can be pulled, pulling and deleting.

use std::collections::HashMap;

use toprung_core::model::{EngineKind, ModelFacts, ModelRef};
pub use toprung_engines::{InstalledModel, PullProgress};
use toprung_models::catalogue::catalogue;
use toprung_models::ladder_file::Sources;

use crate::engines::{EngineChoice, open_engine};
use crate::home::Home;
use crate::names;
use crate::problem::Problem;

/// A model that can be pulled.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    pub model: ModelRef,
    pub title: String,
    pub facts: ModelFacts,
    /// Ladders that it stands in.
    pub ladders: Vec<String>,
}

/// What an engine has.
pub async fn installed(home: &Home, engine: &EngineChoice) -> Result<Vec<InstalledModel>, Problem> {
    Ok(open_engine(home, engine, &Sources::new())?.list().await?)
}

/// What the catalogue offers for an engine: the embedded one can have only models whose file is known,
/// and a server brings its own.
pub fn offered(engine: EngineKind) -> Vec<Offered> {
    let mut offered: Vec<Offered> = Vec::new();
    if engine == EngineKind::Openai {
        return offered;
    }
    for ladder in catalogue().ladders() {
        let rungs = catalogue().ladder_for(&ladder.name, engine).map(|ladder| ladder.rungs).unwrap_or_default();
        for rung in rungs.into_iter().filter(|rung| engine != EngineKind::Llama || names::has_file(&rung.model)) {
            match offered.iter_mut().find(|other| other.model == rung.model) {
                Some(known) => known.ladders.push(ladder.name.clone()),
                None => {
                    offered.push(Offered { model: rung.model, title: rung.title, facts: rung.facts, ladders: vec![ladder.name.clone()] })
                }
            }
        }
    }
    offered
}

/// Pulls a model; drop the future to cancel, and pull again to resume.
pub async fn pull(
    home: &Home,
    engine: &EngineChoice,
    model: &str,
    mut on_progress: impl FnMut(PullProgress) + Send,
) -> Result<(), Problem> {
    let model = checked(model)?;
    refuse_for_servers(engine)?;
    let opened = open_engine(home, engine, &Sources::new())?;
    if engine.kind == EngineKind::Llama {
        names::check(&model, &opened.list().await?, &Sources::new())?;
    }
    Ok(opened.pull(&model, &mut on_progress).await?)
}

/// Deletes a model for good.
pub async fn delete(home: &Home, engine: &EngineChoice, model: &str) -> Result<(), Problem> {
    let model = checked(model)?;
    refuse_for_servers(engine)?;
    Ok(open_engine(home, engine, &Sources::new())?.delete(&model).await?)
}

/// The newest measured speed of each model, in tokens per second.
pub fn last_speeds(home: &Home) -> HashMap<ModelRef, f64> {
    let speeds = home.store().speeds().unwrap_or_default();
    speeds.into_iter().filter_map(|speed| Some((speed.model, toprung_core::stats::median(&speed.decode_tps)?))).collect()
}

fn refuse_for_servers(engine: &EngineChoice) -> Result<(), Problem> {
    if engine.kind != EngineKind::Openai {
        return Ok(());
    }
    let what = "An OpenAI-compatible server has its own models: none can be pulled or deleted from here.";
    Err(Problem::input("not_offered", what, "Do it with the server's own program."))
}

fn checked(model: &str) -> Result<ModelRef, Problem> {
    ModelRef::new(model)
        .map_err(|error| Problem::input("bad_model_name", format!("{error}."), "Give a name such as llama3.2:3b or smollm2-135m-instruct."))
}
