//! The JSON lines between Toprung and its child processes. [`sandbox`] has those of the process that runs model-written code;
//! the rest of this file is the worker's: one [`Command`] a line on the worker's standard
//! input, one [`Reply`] a line on its standard output. Standard error is llama.cpp's log.
//!
//! The worker ends when its input ends, and the kernel ends it when its parent dies.

pub mod sandbox;

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
        /// `None`: all layers where the build has a GPU backend and the machine such a GPU, else none.
        #[serde(default)]
        gpu_layers: Option<u32>,
    },
    /// A performance trial as llama-bench makes it: random tokens in, random tokens decoded, end-of-sequence
    /// ignored. Its figures equal `llama-bench -p P` and `llama-bench -n N -d P`: the first token stands at the
    /// prompt's end, and the N−1 intervals after it hold one single-token decode each.
    Speed { prompt_tokens: u32, output_tokens: u32, seed: u64 },
    /// A user's message through the model's own chat template, greedily.
    Chat { message: String, max_output_tokens: u32 },
}

/// What the worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Reply {
    /// First line: who is there. Settings are names and values such as backend, build, threads.
    Hello {
        version: String,
        settings: Vec<(String, String)>,
    },
    Loaded {
        load_ms: f64,
        context_tokens: u32,
        /// Bytes read from disk while loading: tells a cold load from a warm one.
        disk_read_bytes: Option<u64>,
        parameters: Option<u64>,
        weights_bytes: Option<u64>,
        vram_bytes: Option<u64>,
        settings: Vec<(String, String)>,
        #[serde(default)]
        memory: Memory,
    },
    /// One token's text. It is empty in a speed trial, and where a character is still incomplete.
    Fragment {
        text: String,
    },
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
    Failed {
        code: FailureCode,
        message: String,
    },
}

/// The worker's own memory at its peak so far, from /proc where there is one. Resident set size comes from the
/// kernel's high-water mark; the anonymous and file-backed shares are the highest of four samples a second.
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
