//! An Ollama server, local or remote. Its versions differ: whatever a reply leaves out is unknown, and what it can't be is refused.

mod address;
mod facts;
mod figures;
mod generate;
mod generation;
mod models;
#[cfg(test)]
mod mutations;
mod pull;
mod replay;
mod wire;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use reqwest::Method;
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use toprung_core::run::LoadRecord;
use toprung_models::http::is_loopback;
use url::Url;

pub use crate::http::limits::Limits;
pub use address::address;
pub use replay::replay;

use crate::http::address::{checked, warnings};
use crate::http::causes;
use crate::http::limits::Wait;
use crate::http::transport::Transport;
use crate::{Engine, EngineMemory, FinalRecord, InstalledModel, LoadOptions, OnFragment, OnProgress, Request, Result};
use models::Thinking;

/// How long the server keeps a model that nothing asks for: longer than any pause between two trials, and an end to it when the
/// program dies.
const KEEP_ALIVE: &str = "30m";
/// The cheapest question.
const VERSION_PATH: &str = "api/version";
/// The first version without the publicly known holes of its predecessors.
const SAFE_VERSION: [u32; 3] = [0, 17, 1];

/// An Ollama server.
#[derive(Debug)]
pub struct Ollama {
    transport: Transport,
    /// Asked once a model, so that no timed request waits for it.
    thinking: Mutex<HashMap<ModelRef, Thinking>>,
}

impl Ollama {
    /// A server at this address. Nothing is sent yet. Fails with [`NotAnEngine`](toprung_core::cause::CauseKind::NotAnEngine) for an address
    /// that is not http or https, or that holds a user name or password.
    pub fn new(url: Url) -> Result<Self> {
        Self::with_limits(url, Limits::default())
    }

    /// The same, with limits of one's own.
    pub fn with_limits(url: Url, limits: Limits) -> Result<Self> {
        let transport = Transport::new(checked(url)?, limits, VERSION_PATH);
        Ok(Self { transport, thinking: Mutex::default() })
    }

    /// What a person should know of this address before using it, each in a sentence.
    pub fn warnings(&self) -> Vec<String> {
        warnings(&self.transport.base, "prompts and answers")
    }

    /// How often the server said that it was busy (503) and was asked again.
    pub fn busy_answers(&self) -> u32 {
        self.transport.busy()
    }

    async fn thinking(&self, model: &ModelRef) -> Result<Thinking> {
        let known = self.thinking.lock().unwrap_or_else(PoisonError::into_inner).get(model).copied();
        match known {
            Some(thinking) => Ok(thinking),
            None => {
                let (_, thinking) = models::describe(&self.transport, model).await?;
                self.thinking.lock().unwrap_or_else(PoisonError::into_inner).insert(model.clone(), thinking);
                Ok(thinking)
            }
        }
    }

    fn forget(&self, model: &ModelRef) {
        self.thinking.lock().unwrap_or_else(PoisonError::into_inner).remove(model);
    }
}

#[async_trait]
impl Engine for Ollama {
    async fn describe(&self) -> Result<EngineDescription> {
        let wait = Wait::answer(&self.transport.limits);
        let reply: wire::Version = self.transport.json(Method::GET, VERSION_PATH, None, wait).await?;
        let version = causes::clean(&reply.version);
        let mut settings = vec![
            ("sampling".to_owned(), "answers greedy, speed trials at temperature 1".to_owned()),
            ("thinking".to_owned(), "as little as the model allows".to_owned()),
        ];
        let warnings = self.warnings().into_iter().chain(old_version(&version));
        settings.extend(warnings.map(|warning| ("warning".to_owned(), warning)));
        Ok(EngineDescription { kind: EngineKind::Ollama, version: Some(version), url: Some(self.transport.base.to_string()), settings })
    }

    async fn list(&self) -> Result<Vec<InstalledModel>> {
        models::list(&self.transport).await
    }

    async fn facts(&self, model: &ModelRef) -> Result<ModelFacts> {
        models::describe(&self.transport, model).await.map(|(facts, _)| facts)
    }

    async fn pull(&self, model: &ModelRef, progress: OnProgress<'_>) -> Result<()> {
        self.forget(model);
        pull::pull(&self.transport, model, progress).await
    }

    async fn load(&self, model: &ModelRef, options: &LoadOptions) -> Result<LoadRecord> {
        self.thinking(model).await?;
        models::load(&self.transport, model, options).await
    }

    async fn generate(&self, request: &Request, on_fragment: OnFragment<'_>) -> Result<FinalRecord> {
        let thinking = self.thinking(&request.model).await?;
        generate::generate(&self.transport, request, thinking, on_fragment).await
    }

    async fn writes_without_template(&self, request: &Request) -> Option<bool> {
        generate::writes_raw(&self.transport, request).await
    }

    async fn memory(&self, model: &ModelRef) -> EngineMemory {
        // A reading that can't be had is unknown; the trial that it belongs to stands.
        let seen = models::running(&self.transport, model).await.ok().flatten().unwrap_or_default();
        EngineMemory { peak_bytes: seen.size.filter(|bytes| *bytes > 0), vram_bytes: seen.size_vram, ..EngineMemory::default() }
    }

    fn takes_memory_here(&self) -> bool {
        is_loopback(&self.transport.base)
    }

    async fn unload(&self, model: &ModelRef) -> Result<()> {
        models::unload(&self.transport, model).await
    }

    async fn loaded(&self) -> Option<Vec<ModelRef>> {
        models::loaded(&self.transport).await.ok()
    }

    async fn delete(&self, model: &ModelRef) -> Result<()> {
        self.forget(model);
        models::delete(&self.transport, model).await
    }
}

/// A warning for a version with known holes; `None` for a newer one, and for a build that names no release.
fn old_version(version: &str) -> Option<String> {
    let release = version.split(['-', '+', ' ']).next()?;
    let numbers: Vec<u32> = release.split('.').map(str::parse).collect::<std::result::Result<_, _>>().ok()?;
    let is_release = numbers.len() == 3 && numbers != [0, 0, 0];
    let [major, minor, patch] = SAFE_VERSION;
    (is_release && numbers.as_slice() < SAFE_VERSION.as_slice())
        .then(|| format!("Ollama {version} is older than {major}.{minor}.{patch} and has known security holes; update it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_releases_with_known_holes_are_warned_of() {
        for old in ["0.5.4", "0.5.4-ipexllm-20250407", "0.9.0", "0.17.0", "0.17.0-rc1"] {
            assert!(old_version(old).is_some_and(|warning| warning.contains(old)), "{old} is older than 0.17.1");
        }
        for fine in ["0.17.1", "0.33.2", "1.0.0", "0.0.0", "main", ""] {
            assert_eq!(old_version(fine), None, "{fine}");
        }
    }
}
