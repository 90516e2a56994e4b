//! The embedded engine: llama.cpp in a worker process, one model in one process.
//!
//! Architecture invariants: no llama.cpp in this process; a model is unloaded by ending its worker; a worker that
//! died, fell silent or lost its caller is never spoken to again.

mod death;
mod find;
mod generation;
mod library;
mod loading;
mod log_tail;
mod worker;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use toprung_core::run::LoadRecord;
use toprung_models::ladder_file::Sources;
use toprung_protocol::Memory;

use crate::{Engine, EngineMemory, FinalRecord, InstalledModel, LoadOptions, OnFragment, OnProgress, Request, Result};
use generation::End;
use library::Library;
use worker::Worker;

pub use find::{WORKER_VARIABLE, find_worker};
pub use generation::Limits;

/// What the embedded engine is made from.
#[derive(Debug, Clone)]
pub struct LlamaConfig {
    /// The worker program; see [`find_worker`].
    pub worker: PathBuf,
    /// The folder of model files.
    pub folder: PathBuf,
    /// Where models come from that the catalogue does not know.
    pub sources: Sources,
    /// `None`: the worker chooses the physical cores.
    pub threads: Option<u32>,
    /// Layers that go to the GPU. `None`: all where there is one.
    pub gpu_layers: Option<u32>,
    pub limits: Limits,
}

impl LlamaConfig {
    /// The usual settings: the worker chooses threads and layers.
    pub fn new(worker: PathBuf, folder: PathBuf, sources: Sources) -> Self {
        Self { worker, folder, sources, threads: None, gpu_layers: None, limits: Limits::default() }
    }
}

/// The embedded engine. It holds at most one model.
pub struct Llama {
    config: LlamaConfig,
    library: Library,
    loaded: tokio::sync::Mutex<Option<Loaded>>,
    /// What the last model took, told even while it generates and after it died.
    figures: Mutex<Option<(ModelRef, EngineMemory)>>,
}

/// A model in its worker.
struct Loaded {
    model: ModelRef,
    worker: Worker,
}

impl Llama {
    pub fn new(config: LlamaConfig) -> Self {
        let library = Library::new(config.folder.clone(), config.sources.clone());
        Self { config, library, loaded: tokio::sync::Mutex::new(None), figures: Mutex::new(None) }
    }

    /// The process that holds the model now. For tests, and for whoever measures that process from outside.
    pub async fn worker_id(&self) -> Option<u32> {
        self.loaded.lock().await.as_ref().and_then(|loaded| loaded.worker.id())
    }

    fn remember(&self, model: &ModelRef, memory: &Memory, vram_bytes: Option<u64>) {
        let figures = EngineMemory {
            peak_rss_anon_bytes: memory.rss_anon_bytes,
            peak_rss_file_bytes: memory.rss_file_bytes,
            peak_bytes: memory.peak_rss_bytes,
            vram_bytes,
        };
        *self.figures.lock().unwrap_or_else(PoisonError::into_inner) = Some((model.clone(), figures));
    }

    fn figures_of(&self, model: &ModelRef) -> EngineMemory {
        let figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        figures.as_ref().filter(|(known, _)| known == model).map(|(_, memory)| memory.clone()).unwrap_or_default()
    }
}

#[async_trait]
impl Engine for Llama {
    async fn describe(&self) -> Result<EngineDescription> {
        let (worker, version, mut settings) = loading::greet(&self.config.worker).await?;
        worker.end().await;
        // What this engine will ask of its workers counts, not what a worker would choose by itself.
        for (name, asked) in [("threads", self.config.threads), ("gpu_layers", self.config.gpu_layers)] {
            let setting = settings.iter_mut().find(|(known, _)| known == name);
            if let Some(((_, value), asked)) = setting.zip(asked) {
                *value = asked.to_string();
            }
        }
        Ok(EngineDescription { kind: EngineKind::Llama, version: Some(version), url: None, settings })
    }

    async fn list(&self) -> Result<Vec<InstalledModel>> {
        self.library.list().await
    }

    async fn facts(&self, model: &ModelRef) -> Result<ModelFacts> {
        self.library.facts(model).await
    }

    async fn pull(&self, model: &ModelRef, progress: OnProgress<'_>) -> Result<()> {
        self.library.pull(model, progress).await
    }

    async fn load(&self, model: &ModelRef, options: &LoadOptions) -> Result<LoadRecord> {
        let mut slot = self.loaded.lock().await;
        if let Some(before) = slot.take() {
            before.worker.end().await;
        }
        let file = self.library.sound_file(model).await?;
        let (worker, record) = loading::load(&self.config, &file, options).await?;
        let memory = Memory {
            peak_rss_bytes: record.peak_memory_bytes,
            rss_anon_bytes: record.peak_rss_anon_bytes,
            rss_file_bytes: record.peak_rss_file_bytes,
        };
        self.remember(model, &memory, record.vram_bytes);
        *slot = Some(Loaded { model: model.clone(), worker });
        Ok(record)
    }

    async fn generate(&self, request: &Request, on_fragment: OnFragment<'_>) -> Result<FinalRecord> {
        let mut slot = self.loaded.lock().await;
        if slot.as_ref().is_none_or(|loaded| loaded.model != request.model) {
            return Err(Cause::new(CauseKind::EngineError, format!("{} is not loaded: load it first", request.model)));
        }
        // Taken out for the time being: a caller that drops this future drops the worker with it, and no later
        // call can find one that is still busy with an answer nobody wants.
        let Some(mut loaded) = slot.take() else {
            return Err(Cause::new(CauseKind::EngineError, "no model is loaded"));
        };
        let known = self.figures_of(&request.model);
        match generation::run(&mut loaded.worker, request, &self.config.limits, known.peak_bytes, on_fragment).await {
            End::Done(record, memory) => {
                self.remember(&request.model, &memory, known.vram_bytes);
                *slot = Some(loaded);
                Ok(record)
            }
            End::Refused(cause) => {
                *slot = Some(loaded);
                Err(cause)
            }
            End::Lost(cause) => {
                loaded.worker.end().await;
                Err(cause)
            }
        }
    }

    async fn memory(&self, model: &ModelRef) -> EngineMemory {
        self.figures_of(model)
    }

    async fn unload(&self, model: &ModelRef) -> Result<()> {
        let mut slot = self.loaded.lock().await;
        if let Some(loaded) = slot.take_if(|loaded| loaded.model == *model) {
            loaded.worker.end().await;
        }
        Ok(())
    }

    async fn loaded(&self) -> Option<Vec<ModelRef>> {
        Some(self.loaded.lock().await.iter().map(|loaded| loaded.model.clone()).collect())
    }

    async fn delete(&self, model: &ModelRef) -> Result<()> {
        self.unload(model).await?;
        self.library.delete(model).await
    }
}
