//! Any server that speaks the OpenAI chat interface: llama-server, vLLM, LM Studio and others, on this machine or over the network.
//!
//! Such a server brings its own models, already loaded or loaded by itself: nothing is pulled, unloaded or deleted from here.

mod address;
mod figures;
mod generate;
mod generation;
mod models;
#[cfg(test)]
mod mutations;
mod request;
mod server;
mod wire;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use toprung_core::run::LoadRecord;
use url::Url;

pub use crate::http::limits::Limits;
pub use address::address;

pub use crate::http::address::{Reach, reach};

use crate::http::address::{checked, warnings};
use crate::http::limits::Wait;
use crate::http::transport::Transport;
use crate::{Engine, EngineMemory, FinalRecord, InstalledModel, LoadOptions, OnFragment, OnProgress, Prompt, Request, Result};
use models::Catalogue;
use request::Manners;
use server::Server;

/// The cheapest question, which proves that the server speaks this interface.
const MODELS_PATH: &str = "v1/models";
/// What shows that a model answers: the shortest question with the shortest answer.
const PROOF: &str = "Hi";

/// An OpenAI-compatible server.
#[derive(Debug)]
pub struct OpenAi {
    transport: Transport,
    has_key: bool,
    manners: Manners,
    /// The server's own names of models, asked once, so that no timed request waits for them.
    ids: Mutex<HashMap<ModelRef, String>>,
}

impl OpenAi {
    /// A server at this address, asked with a key where it wants one. Nothing is sent yet. Fails with
    /// [`NotAnEngine`](CauseKind::NotAnEngine) for an address that is not http or https or that holds a user name or password, and with
    /// [`KeyRefused`](CauseKind::KeyRefused) for a key that no header can carry.
    pub fn new(url: Url, key: Option<SecretString>) -> Result<Self> {
        Self::with_limits(url, key, Limits::default())
    }

    /// The same, with limits of one's own.
    pub fn with_limits(url: Url, key: Option<SecretString>, limits: Limits) -> Result<Self> {
        if key.as_ref().is_some_and(|key| !is_sendable(key)) {
            return Err(Cause::new(CauseKind::KeyRefused, "the key is empty or holds a space or a character that is not ASCII"));
        }
        let base = address::without_folder(checked(url)?);
        let has_key = key.is_some();
        let transport = Transport::new(base, limits, MODELS_PATH).with_key(key);
        Ok(Self { transport, has_key, manners: Manners::default(), ids: Mutex::default() })
    }

    /// What a person should know of this address before using it, each in a sentence.
    pub fn warnings(&self) -> Vec<String> {
        if !self.has_key {
            return warnings(&self.transport.base, "prompts and answers");
        }
        let host = self.transport.base.host_str().unwrap_or_default();
        let warning = || format!("the key, prompts and answers cross the network to {host} unencrypted; use https");
        (reach(&self.transport.base) != Reach::Sealed).then(warning).into_iter().collect()
    }

    async fn catalogue(&self) -> Result<Catalogue> {
        let list = self.transport.json(Method::GET, MODELS_PATH, None, Wait::answer(&self.transport.limits)).await?;
        let catalogue = Catalogue::of(&list);
        let ids = catalogue.models.iter().map(|listed| (listed.model.clone(), listed.id.clone()));
        *self.ids.lock().unwrap_or_else(PoisonError::into_inner) = ids.collect();
        Ok(catalogue)
    }

    /// The server's own name of a model that it lists.
    async fn id(&self, model: &ModelRef) -> Result<String> {
        let known = self.ids.lock().unwrap_or_else(PoisonError::into_inner).get(model).cloned();
        match known {
            Some(id) => Ok(id),
            None => Ok(self.catalogue().await?.find(model)?.id.clone()),
        }
    }

    /// One request that shows whether a model answers, and that waits for it while it loads.
    async fn prove(&self, model: &ModelRef, id: &str, context_tokens: u32) -> Result<FinalRecord> {
        let request = Request { model: model.clone(), prompt: Prompt::Chat(PROOF.to_owned()), max_output_tokens: 1, context_tokens };
        let wait = Wait::load(&self.transport.limits);
        generate::generate(&self.transport, &self.manners, id, &request, wait, &mut |_| {}).await
    }
}

#[async_trait]
impl Engine for OpenAi {
    async fn describe(&self) -> Result<EngineDescription> {
        let catalogue = self.catalogue().await?;
        let server = Server::ask(&self.transport, &catalogue).await;
        let mut settings = server.settings();
        settings.push(("sampling".to_owned(), "answers greedy, speed trials at temperature 1".to_owned()));
        settings.push(("thinking".to_owned(), "off where the model's template can".to_owned()));
        let warnings = self.warnings().into_iter().chain(unnamed(catalogue.unnamed));
        settings.extend(warnings.map(|warning| ("warning".to_owned(), warning)));
        Ok(EngineDescription { kind: EngineKind::Openai, version: server.version, url: Some(self.transport.base.to_string()), settings })
    }

    async fn list(&self) -> Result<Vec<InstalledModel>> {
        let models = self.catalogue().await?.models.into_iter();
        Ok(models.map(|listed| InstalledModel { model: listed.model, facts: listed.facts }).collect())
    }

    async fn facts(&self, model: &ModelRef) -> Result<ModelFacts> {
        Ok(self.catalogue().await?.find(model)?.facts.clone())
    }

    async fn pull(&self, model: &ModelRef, _: OnProgress<'_>) -> Result<()> {
        let catalogue = self.catalogue().await?;
        let found = catalogue.find(model).map(drop);
        found.map_err(|cause| {
            Cause::new(CauseKind::NotOffered, format!("such a server brings its own models: start it with {}", cause.detail))
        })
    }

    async fn load(&self, model: &ModelRef, options: &LoadOptions) -> Result<LoadRecord> {
        let (asked, loading_before) = (Instant::now(), self.transport.loading());
        let catalogue = self.catalogue().await?;
        let listed = catalogue.find(model)?;
        self.prove(model, &listed.id, options.context_tokens).await?;
        // A model that was there already was not loaded: the request's own time says nothing of a load.
        let was_loading = listed.is_waiting || self.transport.loading() > loading_before;
        let load_ms = was_loading.then(|| asked.elapsed().as_secs_f64() * 1000.0);
        let context_tokens = Server::ask(&self.transport, &catalogue).await.context_of(model, &catalogue);
        Ok(LoadRecord { load_ms, context_tokens, ..LoadRecord::default() })
    }

    async fn generate(&self, request: &Request, on_fragment: OnFragment<'_>) -> Result<FinalRecord> {
        let id = self.id(&request.model).await?;
        let wait = Wait::generation(&self.transport.limits);
        generate::generate(&self.transport, &self.manners, &id, request, wait, on_fragment).await
    }

    /// The interface does not tell.
    async fn memory(&self, _: &ModelRef) -> EngineMemory {
        EngineMemory::default()
    }

    /// They are loaded already, wherever the server is.
    fn takes_memory_here(&self) -> bool {
        false
    }

    /// The server keeps its models as it was told to.
    async fn unload(&self, _: &ModelRef) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, model: &ModelRef) -> Result<()> {
        Err(Cause::new(CauseKind::NotOffered, format!("such a server keeps its own files; {model} was not deleted")))
    }
}

/// Whether a key can be sent: it goes into a header, which takes visible ASCII.
pub fn is_sendable(key: &SecretString) -> bool {
    let key = key.expose_secret();
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
}

fn unnamed(count: u32) -> Option<String> {
    let models = if count == 1 { "1 model is" } else { &format!("{count} models are") };
    (count > 0).then(|| format!("{models} left out: only names of letters, digits and - _ . / : @ + that are told apart can be used"))
}
