//! Opening an engine by kind and address.

use std::path::PathBuf;
use std::sync::Arc;

use toprung_core::cause::Cause;
use toprung_core::model::{EngineAt, EngineKind};
use toprung_engines::Engine;
use toprung_engines::llama::{Llama, LlamaConfig, find_worker};
use toprung_engines::ollama::{self, Ollama};
use toprung_engines::openai::{self, OpenAi};
use toprung_engines::scripted::{SEED_LADDER, Scripted};
use toprung_models::ladder_file::Sources;

use crate::home::Home;
use crate::keys::NamedBy;
use crate::problem::{Blame, Problem};

/// Names Ollama's own address, as its programs read it.
const OLLAMA_VARIABLE: &str = "OLLAMA_HOST";
/// Names the script of the scripted engine; without it, it plays the seed's ladder.
const SCRIPT_VARIABLE: &str = "TOPRUNG_SCRIPT";

/// Which engine, and where; no address means its usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineChoice {
    pub kind: EngineKind,
    pub url: Option<String>,
}

impl From<EngineAt> for EngineChoice {
    fn from(at: EngineAt) -> Self {
        Self { kind: at.kind, url: at.url }
    }
}

impl EngineChoice {
    pub fn usual(kind: EngineKind) -> Self {
        Self { kind, url: None }
    }
}

/// Opens an engine that a person named. Nothing is asked of it yet.
pub(crate) fn open_engine(home: &Home, choice: &EngineChoice, sources: &Sources) -> Result<Arc<dyn Engine>, Problem> {
    open_named(home, choice, sources, NamedBy::Person)
}

/// Opens an engine. Nothing is asked of it yet.
pub(crate) fn open_named(home: &Home, choice: &EngineChoice, sources: &Sources, by: NamedBy) -> Result<Arc<dyn Engine>, Problem> {
    match choice.kind {
        EngineKind::Llama => Ok(Arc::new(Llama::new(LlamaConfig::new(find_worker()?, home.models_folder(), sources.clone())))),
        EngineKind::Ollama => {
            let set = std::env::var(OLLAMA_VARIABLE).ok();
            let url = ollama::address(choice.url.as_deref().or(set.as_deref())).map_err(bad_address)?;
            Ok(Arc::new(Ollama::new(url)?))
        }
        EngineKind::Scripted => Ok(Arc::new(scripted()?)),
        EngineKind::Openai => Ok(Arc::new(server(home, choice.url.as_deref(), by)?)),
    }
}

/// A server with its key, where it has one.
fn server(home: &Home, url: Option<&str>, by: NamedBy) -> Result<OpenAi, Problem> {
    let url = url.filter(|url| !url.trim().is_empty()).ok_or_else(no_address)?;
    let url = openai::address(url).map_err(bad_address)?;
    let key = home.keys().key_for(&url, by)?;
    Ok(OpenAi::new(url, key)?)
}

/// Such servers share no port, so that none can be looked for.
fn no_address() -> Problem {
    let next = "Give it, such as http://127.0.0.1:8080; on the command line with --url.";
    Problem::input("no_address", "An OpenAI-compatible server has no usual address.", next)
}

/// The engine of a choice among those that were opened already, or a new one.
pub(crate) fn shared_engine(
    home: &Home,
    choice: EngineChoice,
    sources: &Sources,
    by: NamedBy,
    opened: &mut Vec<(EngineChoice, Arc<dyn Engine>)>,
) -> Result<Arc<dyn Engine>, Problem> {
    if let Some((_, engine)) = opened.iter().find(|(other, _)| *other == choice) {
        return Ok(Arc::clone(engine));
    }
    let engine = open_named(home, &choice, sources, by)?;
    opened.push((choice, Arc::clone(&engine)));
    Ok(engine)
}

/// Opens an engine with a number of threads of its own, where one is given.
pub(crate) fn open_with_threads(home: &Home, choice: &EngineChoice, threads: Option<u32>) -> Result<Arc<dyn Engine>, Problem> {
    let sources = Sources::new();
    match (choice.kind, threads) {
        (EngineKind::Llama, Some(_)) => {
            let config = LlamaConfig::new(find_worker()?, home.models_folder(), sources);
            Ok(Arc::new(Llama::new(LlamaConfig { threads, ..config })))
        }
        (_, None) => open_engine(home, choice, &sources),
        (kind, Some(_)) => Err(Problem::input(
            "threads_not_for_engine",
            format!("The threads of {} can't be set from here.", kind.title()),
            "Set them for the embedded engine, or leave them out.",
        )),
    }
}

/// An address that can't be one is a slip of the person who typed it.
pub(crate) fn bad_address(cause: Cause) -> Problem {
    Problem { blame: Blame::Input, ..cause.into() }
}

fn scripted() -> Result<Scripted, Problem> {
    let Some(path) = std::env::var_os(SCRIPT_VARIABLE).map(PathBuf::from) else {
        return Scripted::from_toml(SEED_LADDER).map_err(|error| Problem::world("bad_script", error.to_string(), ""));
    };
    let bad = |detail: String| {
        Problem::input("bad_script", format!("The script {} can't be used.", path.display()), "Mend it.").with_detail(detail)
    };
    let text = std::fs::read_to_string(&path).map_err(|error| bad(error.to_string()))?;
    Scripted::from_toml(&text).map_err(|error| bad(error.to_string()))
}
