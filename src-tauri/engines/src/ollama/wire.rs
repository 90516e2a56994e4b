//! What crosses the wire, as the server writes it. Every field may be absent: versions differ. Figures stay raw JSON numbers until
//! `http::figures` has judged them, because a server may send what cannot be.

use serde::Deserialize;
use serde_json::{Map, Number, Value};

/// `GET /api/version`.
#[derive(Debug, Deserialize)]
pub(super) struct Version {
    pub(super) version: String,
}

/// `GET /api/tags`.
#[derive(Debug, Deserialize)]
pub(super) struct Tags {
    /// `null` on some versions when there is none.
    pub(super) models: Option<Vec<Tag>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tag {
    pub(super) name: String,
    /// Of all the model's layers, in bytes.
    pub(super) size: Option<u64>,
    /// Of the manifest: 64 hexadecimal digits without `sha256:`.
    pub(super) digest: Option<String>,
    pub(super) details: Option<Details>,
    /// Set for a model that runs on another machine.
    pub(super) remote_host: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    pub(super) family: Option<String>,
    /// Rounded, for example `268.10M`.
    pub(super) parameter_size: Option<String>,
    pub(super) quantization_level: Option<String>,
}

/// `POST /api/show`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Show {
    pub(super) details: Option<Details>,
    /// The GGUF header: `general.*` and `<architecture>.*`.
    pub(super) model_info: Option<Map<String, Value>>,
    /// `completion`, `thinking`, `embedding` …; absent up to 0.6.
    pub(super) capabilities: Option<Vec<String>>,
    pub(super) remote_host: Option<String>,
}

/// `GET /api/ps`.
#[derive(Debug, Deserialize)]
pub(super) struct Running {
    pub(super) models: Option<Vec<RunningModel>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RunningModel {
    pub(super) name: String,
    /// What the server reckons the loaded model takes, in bytes.
    pub(super) size: Option<u64>,
    /// The share of `size` that is on GPUs; 0 is a reading.
    pub(super) size_vram: Option<u64>,
    /// Absent up to 0.11.
    pub(super) context_length: Option<u32>,
}

/// One line of `POST /api/pull`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PullLine {
    pub(super) status: Option<String>,
    pub(super) digest: Option<String>,
    pub(super) total: Option<u64>,
    pub(super) completed: Option<u64>,
    pub(super) error: Option<String>,
}

/// One line of `POST /api/chat` or `POST /api/generate`. The last one has `done: true` and the figures.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chunk {
    pub(super) error: Option<String>,
    /// Of `/api/chat`.
    pub(super) message: Option<Message>,
    /// Of `/api/generate`.
    pub(super) response: Option<String>,
    pub(super) thinking: Option<String>,
    pub(super) done: bool,
    pub(super) done_reason: Option<String>,
    #[serde(flatten)]
    pub(super) figures: Figures,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) content: Option<String>,
    pub(super) thinking: Option<String>,
    pub(super) tool_calls: Option<Vec<Value>>,
}

/// The figures of a final record; durations are in nanoseconds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Figures {
    pub(super) total_duration: Option<Number>,
    pub(super) load_duration: Option<Number>,
    pub(super) prompt_eval_count: Option<Number>,
    pub(super) prompt_eval_cached_count: Option<Number>,
    pub(super) prompt_eval_duration: Option<Number>,
    pub(super) eval_count: Option<Number>,
    pub(super) eval_duration: Option<Number>,
}
