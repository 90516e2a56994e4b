//! What is here: the machine, the engines, and a run that waits to go on.

use std::time::Duration;

use toprung_core::machine::Machine;
use toprung_core::model::{EngineDescription, EngineKind, ModelRef};
use toprung_models::ladder_file::Sources;
use toprung_store::RunHeader;

use crate::engines::{EngineChoice, open_engine};
use crate::history::is_resumable;
use crate::home::Home;
use crate::problem::Problem;

/// An engine that does not answer on this machine within this time is not there.
const DETECTION_LIMIT: Duration = Duration::from_secs(3);
/// A server may be far away, and its key may have to be unlocked.
const SERVER_LIMIT: Duration = Duration::from_secs(10);

/// An engine and whether it answers.
#[derive(Debug, Clone)]
pub struct EngineState {
    pub choice: EngineChoice,
    pub version: Option<String>,
    pub url: Option<String>,
    pub models: u32,
    /// Why it is not ready, and what to do.
    pub problem: Option<Problem>,
}

/// What is here.
#[derive(Debug, Clone)]
pub struct Setup {
    pub machine: Machine,
    pub engines: Vec<EngineState>,
    pub resumable: Option<RunHeader>,
}

/// Looks at the machine and asks each engine.
pub async fn detect(home: &Home, ollama_url: Option<&str>) -> Setup {
    let ollama = EngineChoice { kind: EngineKind::Ollama, url: ollama_url.map(str::to_owned) };
    let llama = EngineChoice::usual(EngineKind::Llama);
    let (llama, ollama) = tokio::join!(ask(home, llama), ask(home, ollama));
    let resumable = home.store().newest_resumable().ok().flatten();
    let resumable = resumable.filter(|run| is_resumable(home, run));
    Setup { machine: toprung_hardware::machine(), engines: vec![llama, ollama], resumable }
}

/// An engine that answered.
#[derive(Debug, Clone)]
pub struct Seen {
    pub description: EngineDescription,
    pub models: Vec<ModelRef>,
}

impl Seen {
    /// Which program a server is, where it says so.
    pub fn program(&self) -> Option<String> {
        let settings = &self.description.settings;
        settings.iter().find(|(name, value)| name == "server" && value != "not known").map(|(_, program)| program.clone())
    }

    /// What a person should know before using it, each in a sentence.
    pub fn warnings(&self) -> Vec<String> {
        warnings_of(&self.description).map(str::to_owned).collect()
    }
}

/// The warnings among an engine's settings.
pub(crate) fn warnings_of(description: &EngineDescription) -> impl Iterator<Item = &str> {
    description.settings.iter().filter(|(name, _)| name == "warning").map(|(_, warning)| warning.as_str())
}

/// Asks an engine who it is and what it has.
pub async fn look_at(home: &Home, choice: &EngineChoice) -> Result<Seen, Problem> {
    let limit = if choice.kind == EngineKind::Openai { SERVER_LIMIT } else { DETECTION_LIMIT };
    let asked = tokio::time::timeout(limit, async {
        let engine = open_engine(home, choice, &Sources::new())?;
        let description = engine.describe().await?;
        let models = engine.list().await?.into_iter().map(|installed| installed.model).collect();
        Ok(Seen { description, models })
    });
    let what = || format!("It did not answer within {} seconds.", limit.as_secs());
    asked.await.unwrap_or_else(|_| Err(Problem::world("engine_unreachable", what(), "Start it, or choose another engine.")))
}

/// The same, as a line of a list.
pub(crate) async fn ask(home: &Home, choice: EngineChoice) -> EngineState {
    match look_at(home, &choice).await {
        Ok(seen) => EngineState {
            models: seen.models.len() as u32,
            version: seen.description.version,
            url: seen.description.url,
            problem: None,
            choice,
        },
        Err(problem) => EngineState { version: None, url: choice.url.clone(), models: 0, problem: Some(problem), choice },
    }
}
