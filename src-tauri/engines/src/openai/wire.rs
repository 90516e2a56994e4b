//! What crosses the wire, as servers write it. Every field may be absent or null: they differ more than their common name tells.

use serde::Deserialize;
use serde_json::{Map, Number, Value};

/// Fields by name, for replies of which only some servers have more than a few.
pub(super) type Fields = Map<String, Value>;

/// `GET /v1/models`: a list is what shows that a server speaks this interface.
#[derive(Debug, Deserialize)]
pub(super) struct ModelList {
    pub(super) data: Vec<Fields>,
}

/// The JSON of one `data:` line of a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chunk {
    /// Empty or `null` in the last chunk, which holds the usage.
    pub(super) choices: Option<Vec<Choice>>,
    pub(super) usage: Option<Usage>,
    /// Of llama-server.
    pub(super) timings: Option<Timings>,
    pub(super) error: Option<Value>,
    /// `error` where the chunk itself is one.
    pub(super) object: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    pub(super) index: Option<u64>,
    /// Of chats.
    pub(super) delta: Option<Delta>,
    /// Of plain completions.
    pub(super) text: Option<String>,
    pub(super) finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Delta {
    pub(super) content: Option<String>,
    /// Of llama-server, LM Studio and older vLLM.
    pub(super) reasoning_content: Option<Value>,
    /// Of newer vLLM and of routers; some send both names with the same text.
    pub(super) reasoning: Option<Value>,
    pub(super) tool_calls: Option<Vec<Value>>,
}

/// The count of tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Usage {
    pub(super) prompt_tokens: Option<Number>,
    pub(super) completion_tokens: Option<Number>,
    pub(super) prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PromptDetails {
    pub(super) cached_tokens: Option<Number>,
}

/// llama-server's own clock; durations are in milliseconds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Timings {
    /// Tokens of the prompt that a cache held.
    pub(super) cache_n: Option<Number>,
    /// Tokens of the prompt that were worked on, without those of the cache.
    pub(super) prompt_n: Option<Number>,
    pub(super) prompt_ms: Option<Number>,
    pub(super) predicted_n: Option<Number>,
    /// From the first token to the last.
    pub(super) predicted_ms: Option<Number>,
}
