//! What is here: the machine, the engines, and a run that waits to go on.

use std::time::Duration;

use toprung_core::machine::Machine;
use toprung_core::model::EngineKind;
use toprung_models::ladder_file::Sources;
use toprung_store::RunHeader;

use crate::engines::{EngineChoice, open_engine};
use crate::history::is_resumable;
use crate::home::Home;
use crate::problem::Problem;

/// An engine that does not answer on this machine within this time is not there.
const DETECTION_LIMIT: Duration = Duration::from_secs(3);

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

async fn ask(home: &Home, choice: EngineChoice) -> EngineState {
    let asked = tokio::time::timeout(DETECTION_LIMIT, async {
        let engine = open_engine(home, &choice, &Sources::new())?;
        let description = engine.describe().await?;
        let models = engine.list().await?.len();
        Ok::<_, Problem>((description, models as u32))
    });
    let silent = || Problem::world("engine_unreachable", "It did not answer within 3 seconds.", "Start it, or choose another engine.");
    match asked.await.unwrap_or_else(|_| Err(silent())) {
        Ok((description, models)) => EngineState { version: description.version, url: description.url, models, problem: None, choice },
        Err(problem) => EngineState { version: None, url: choice.url.clone(), models: 0, problem: Some(problem), choice },
    }
}
