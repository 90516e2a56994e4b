//! Loading a model and holding it ready: weights, context and the one sequence that is decoded.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Instant;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use toprung_protocol::{Command, FailureCode, Reply};

use crate::failure::Failure;
use crate::settings::{BATCH_TOKENS, MICRO_BATCH_TOKENS, default_threads, gpus, named};
use crate::{log, memory};

/// More layers than any model has: llama.cpp takes it as "all".
const ALL_LAYERS: u32 = 9999;

/// What is to be loaded, and how.
pub(crate) struct LoadRequest {
    path: PathBuf,
    context_tokens: NonZeroU32,
    threads: u32,
    gpu_layers: Option<u32>,
}

impl LoadRequest {
    pub(crate) fn from_command(command: Command) -> Result<Self, Failure> {
        let Command::Load { path, context_tokens, threads, gpu_layers } = command else {
            return Err(Failure::bad_command("no model is loaded yet: send load first"));
        };
        let path = PathBuf::from(path);
        if !path.is_file() {
            return Err(Failure::bad_command(format!("there is no file at {}", path.display())));
        }
        let context_tokens = NonZeroU32::new(context_tokens).ok_or_else(|| Failure::bad_command("a context of 0 tokens holds nothing"))?;
        Ok(Self { path, context_tokens, threads: threads.unwrap_or_else(default_threads).max(1), gpu_layers })
    }
}

/// The weights, and what the machine looked like before they came.
pub(crate) struct Loaded {
    model: LlamaModel,
    gpu_layers: u32,
    started: Instant,
    disk_read_before: Option<u64>,
    gpu_free_before: Option<u64>,
}

/// Reads the weights.
pub(crate) fn load(backend: &LlamaBackend, request: &LoadRequest) -> Result<Loaded, Failure> {
    let started = Instant::now();
    let disk_read_before = memory::disk_read_bytes();
    let gpu_free_before = gpu_free_bytes(backend);
    let gpu_layers = request.gpu_layers.unwrap_or(if gpu_free_before.is_some() { ALL_LAYERS } else { 0 });
    let params = LlamaModelParams::default().with_n_gpu_layers(gpu_layers);
    let model = LlamaModel::load_from_file(backend, &request.path, &params)
        .map_err(|_| Failure::from_log("llama.cpp could not load the model", &log::kept()))?;
    Ok(Loaded { model, gpu_layers, started, disk_read_before, gpu_free_before })
}

/// Free memory of all usable graphics devices. `None` without any.
fn gpu_free_bytes(backend: &LlamaBackend) -> Option<u64> {
    let free = gpus(backend).iter().map(|gpu| gpu.memory_free as u64).reduce(u64::saturating_add);
    free.filter(|bytes| *bytes > 0)
}

/// A loaded model with its context, ready for trials one after another.
pub(crate) struct Session<'m> {
    pub(crate) model: &'m LlamaModel,
    pub(crate) context: LlamaContext<'m>,
    batch: LlamaBatch<'static>,
    /// Where the next token stands in the sequence.
    position: i32,
    threads: u32,
    load_ms: f64,
    vram_bytes: Option<u64>,
}

impl<'m> Session<'m> {
    /// Sets up the context: its cache and its compute buffers. The load ends here.
    pub(crate) fn open(backend: &LlamaBackend, loaded: &'m Loaded, request: &LoadRequest) -> Result<Self, Failure> {
        let threads = i32::try_from(request.threads).map_err(|_| Failure::bad_command("so many threads can't be started"))?;
        let params = LlamaContextParams::default()
            .with_n_ctx(Some(request.context_tokens))
            .with_n_batch(BATCH_TOKENS)
            .with_n_ubatch(MICRO_BATCH_TOKENS)
            .with_swa_full(false)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let context = loaded.model.new_context(backend, params).map_err(|_| {
            let what = format!("llama.cpp could not set up a context of {} tokens", request.context_tokens);
            Failure::from_log(&what, &log::kept())
        })?;
        let batch_tokens = context.n_batch() as usize;
        Ok(Self {
            model: &loaded.model,
            context,
            batch: LlamaBatch::new(batch_tokens, 1),
            position: 0,
            threads: request.threads,
            load_ms: loaded.started.elapsed().as_secs_f64() * 1000.0,
            vram_bytes: taken(loaded.gpu_free_before, gpu_free_bytes(backend)),
        })
    }

    /// What the load showed.
    pub(crate) fn describe(&self, loaded: &Loaded) -> Reply {
        let layers = loaded.gpu_layers.min(self.model.n_layer().saturating_add(1));
        Reply::Loaded {
            load_ms: self.load_ms,
            context_tokens: self.context.n_ctx(),
            disk_read_bytes: memory::disk_read_bytes().zip(loaded.disk_read_before).map(|(now, before)| now.saturating_sub(before)),
            parameters: Some(self.model.n_params()),
            weights_bytes: Some(self.model.size()),
            vram_bytes: self.vram_bytes,
            settings: vec![
                named("threads", self.threads),
                named("gpu_layers", layers),
                named("chat_template", if self.model.chat_template(None).is_ok() { "own" } else { "none" }),
            ],
            memory: memory::peaks(),
        }
    }

    /// Forgets everything that was decoded.
    pub(crate) fn clear(&mut self) {
        self.context.clear_kv_cache();
        self.position = 0;
    }

    /// Refuses what the context can't hold.
    pub(crate) fn check_room(&self, tokens: usize) -> Result<(), Failure> {
        let room = self.context.n_ctx();
        if tokens <= room as usize {
            return Ok(());
        }
        Err(Failure::new(FailureCode::ContextOverflow, format!("{tokens} tokens do not fit the context of {room}")))
    }

    /// Decodes tokens after those before, in batches as llama-bench makes them, and waits until they are computed.
    /// Logits are computed for the last token alone.
    pub(crate) fn decode(&mut self, tokens: &[LlamaToken]) -> Result<(), Failure> {
        let batch_tokens = self.context.n_batch() as usize;
        let mut left = tokens.len();
        for chunk in tokens.chunks(batch_tokens) {
            self.batch.clear();
            for token in chunk {
                left -= 1;
                self.batch
                    .add(*token, self.position, &[0], left == 0)
                    .map_err(|error| Failure::internal(format!("a batch of {batch_tokens} tokens overflowed: {error}")))?;
                self.position += 1;
            }
            self.context
                .decode(&mut self.batch)
                .map_err(|error| Failure::from_log(&format!("llama.cpp could not decode ({error})"), &log::kept()))?;
        }
        self.context.synchronize();
        Ok(())
    }
}

/// How much less is free than before. Unknown where either is.
fn taken(before: Option<u64>, after: Option<u64>) -> Option<u64> {
    before.zip(after).map(|(before, after)| before.saturating_sub(after))
}
