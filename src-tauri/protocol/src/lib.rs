//! The JSON lines between Toprung and its worker process: one [`Command`] a line on the worker's standard
//! input, one [`Reply`] a line on its standard output. Standard error is llama.cpp's log.
//!
//! The worker ends when its input ends, and the kernel ends it when its parent dies.

use serde::{Deserialize, Serialize};

/// What the worker is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "op")]
pub enum Command {
    /// Once, before anything else but after [`Reply::Hello`].
    Load {
        path: String,
        context_tokens: u32,
        /// `None`: the worker chooses the physical cores.
        threads: Option<u32>,
    },
    /// A performance trial as llama-bench makes it: random tokens in, end-of-sequence ignored.
    Speed { prompt_tokens: u32, output_tokens: u32, seed: u64 },
    /// A user's message through the model's own chat template, greedily.
    Chat { message: String, max_output_tokens: u32 },
}

/// What the worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Reply {
    /// First line: who is there. Settings are names and values such as backend, build, threads.
    Hello { version: String, settings: Vec<(String, String)> },
    Loaded {
        load_ms: f64,
        context_tokens: u32,
        /// Bytes read from disk while loading: tells a cold load from a warm one.
        disk_read_bytes: Option<u64>,
        parameters: Option<u64>,
        weights_bytes: Option<u64>,
        vram_bytes: Option<u64>,
        settings: Vec<(String, String)>,
    },
    /// One token's text; it may be empty where a character is still incomplete.
    Fragment { text: String },
    Done {
        /// `stop` or `length`.
        reason: String,
        prompt_tokens: u32,
        prompt_ms: f64,
        output_tokens: u32,
        /// First token to last token, by the worker's monotonic clock.
        decode_ms: f64,
        memory: Memory,
    },
    Failed { code: FailureCode, message: String },
}

/// The worker's own memory, from /proc where there is one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    pub peak_rss_bytes: Option<u64>,
    pub rss_anon_bytes: Option<u64>,
    pub rss_file_bytes: Option<u64>,
}

/// Why the worker could not do what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The processor lacks an instruction set that this build needs.
    UnsupportedCpu,
    DamagedFile,
    UnsupportedModel,
    OutOfMemory,
    ContextOverflow,
    NoChatTemplate,
    BadCommand,
    Internal,
}
