//! Engines behind one trait: everything that can run a model.
//!
//! Every figure that Toprung shows begins here as a time stamp taken at the socket or pipe. A failure is
//! a [`Cause`]: it says what happened, the number or words that prove it, and the next step.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod http;
pub mod llama;
pub mod ollama;
pub mod openai;
pub mod scripted;
mod specialty;
mod synthetic;

use std::time::Instant;

use async_trait::async_trait;
use toprung_core::cause::Cause;
use toprung_core::model::{EngineDescription, ModelFacts, ModelRef};
use toprung_core::run::LoadRecord;

pub type Result<T> = std::result::Result<T, Cause>;

/// A model that an engine has.
#[derive(Debug, Clone, PartialEq)]
pub struct InstalledModel {
    pub model: ModelRef,
    pub facts: ModelFacts,
}

/// How a pull stands. Bytes are summed over layers or files and never go backwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PullProgress {
    /// In the engine's words: `pulling manifest`, `downloading`, `verifying` ….
    pub status: String,
    pub done_bytes: u64,
    /// `None` until the engine says.
    pub total_bytes: Option<u64>,
    /// Bytes of `done_bytes` that are being fetched again now, because a part failed.
    pub behind_bytes: u64,
}

/// What a model is loaded with.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadOptions {
    pub context_tokens: u32,
}

/// What a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Prompt {
    /// A prompt of a fixed size that no cache knows: random tokens where the engine takes them, else random
    /// words led by the seed as a nonce. End-of-sequence is ignored where the engine can.
    Synthetic { tokens: u32, seed: u64 },
    /// A user's message through the model's own chat template, sampled greedily.
    Chat(String),
}

/// One generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub model: ModelRef,
    pub prompt: Prompt,
    pub max_output_tokens: u32,
    pub context_tokens: u32,
}

/// Which channel a fragment belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FragmentKind {
    Answer,
    Thinking,
    ToolCall,
}

/// A piece of output, stamped when its bytes were read. A fragment is not a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    pub at: Instant,
    pub kind: FragmentKind,
    pub text: String,
    /// How many tokens it holds, where the engine says.
    pub tokens: Option<u32>,
}

/// Why a generation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoneReason {
    Stop,
    Length,
    Other(String),
}

/// The engine's own account of a finished generation. Unknown is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct FinalRecord {
    /// When the final record was read.
    pub at: Instant,
    pub done: DoneReason,
    pub prompt_tokens: Option<u32>,
    /// Of the prompt's tokens, those that came from a cache and so took no time.
    pub cached_prompt_tokens: Option<u32>,
    pub prompt_ms: Option<f64>,
    pub output_tokens: Option<u32>,
    /// First token to last token, N−1 intervals, by the engine's clock.
    pub decode_ms: Option<f64>,
}

/// Memory of the engine's process tree, where it can be told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EngineMemory {
    pub peak_rss_anon_bytes: Option<u64>,
    pub peak_rss_file_bytes: Option<u64>,
    /// Peak of the process, or what the engine says the model takes.
    pub peak_bytes: Option<u64>,
    pub vram_bytes: Option<u64>,
}

/// Receives fragments in the order in which they were read.
pub type OnFragment<'a> = &'a mut (dyn FnMut(Fragment) + Send);
/// Receives progress; called at most a few times a second.
pub type OnProgress<'a> = &'a mut (dyn FnMut(PullProgress) + Send);

/// Something that can run models. To cancel a call, drop its future: the connection closes or the worker ends.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Who is there. The cheapest call that proves that the engine answers and is what it should be.
    async fn describe(&self) -> Result<EngineDescription>;
    /// What it has, without models that run elsewhere.
    async fn list(&self) -> Result<Vec<InstalledModel>>;
    /// What is known of one model that it has.
    async fn facts(&self, model: &ModelRef) -> Result<ModelFacts>;
    async fn pull(&self, model: &ModelRef, progress: OnProgress<'_>) -> Result<()>;
    async fn load(&self, model: &ModelRef, options: &LoadOptions) -> Result<LoadRecord>;
    /// Ends with the final record. A stream that ends without one is a failure, never a short answer.
    async fn generate(&self, request: &Request, on_fragment: OnFragment<'_>) -> Result<FinalRecord>;
    /// Whether the model writes anything when a chat is put to it without its chat template. `None` where the engine can't ask so, or
    /// where that failed.
    async fn writes_without_template(&self, _request: &Request) -> Option<bool> {
        None
    }
    /// Whether a model that it loads takes this machine's memory, so that a model can be too large for it.
    fn takes_memory_here(&self) -> bool {
        true
    }
    /// What the loaded model takes, at its peak so far.
    async fn memory(&self, model: &ModelRef) -> EngineMemory;
    async fn unload(&self, model: &ModelRef) -> Result<()>;
    /// The models that it holds in memory now. `None` where it does not say.
    async fn loaded(&self) -> Option<Vec<ModelRef>> {
        None
    }
    async fn delete(&self, model: &ModelRef) -> Result<()>;
}
