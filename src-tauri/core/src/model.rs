//! Models: how they are named and what is known of them.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The longest model name that is accepted. Registry names stay far below; a longer one is a mistake or an attack.
pub const MAX_NAME_CHARS: usize = 200;

/// A checked model name: `[host/][namespace/]model[:tag]` for Ollama, a catalogue id or a file name for the embedded engine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelRef(String);

impl ModelRef {
    /// Checks a name. Refuses empty and over-long names, control and bidirectional characters, spaces, `..` and back slashes.
    pub fn new(name: &str) -> Result<Self, BadModelName> {
        let name = name.trim();
        let refuse = |reason| Err(BadModelName { name: name.chars().take(60).collect(), reason });
        if name.is_empty() {
            return refuse("it is empty");
        }
        if name.chars().count() > MAX_NAME_CHARS {
            return refuse("it has more than 200 characters");
        }
        if name.split(['/', ':']).any(|part| part == "..") || name.contains('\\') {
            return refuse("it holds “..” or a back slash");
        }
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@+".contains(c)) {
            return refuse("only letters, digits and - _ . / : @ + are allowed");
        }
        Ok(Self(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part that a person reads first: the name without its registry host and folders.
    pub fn short(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ModelRef {
    type Error = BadModelName;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name)
    }
}

impl From<ModelRef> for String {
    fn from(model: ModelRef) -> Self {
        model.0
    }
}

/// A model name that was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadModelName {
    pub name: String,
    pub reason: &'static str,
}

impl fmt::Display for BadModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” is not a model name: {}", self.name.escape_debug(), self.reason)
    }
}

impl std::error::Error for BadModelName {}

/// What a model is made for, where its publisher says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Specialty {
    Code,
}

/// What is known of a model before it runs. Unknown is `None`, never 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelFacts {
    /// `sha256:` and 64 hexadecimal digits, of the weights file or the engine's manifest.
    pub digest: Option<String>,
    pub file_bytes: Option<u64>,
    /// Number of weights.
    pub parameters: Option<u64>,
    /// Bytes of weights that one generated token streams through; below the file's size for a mixture of experts.
    pub active_bytes: Option<u64>,
    pub architecture: Option<String>,
    /// The quantization's usual name, for example `Q4_K_M`.
    pub quantization: Option<String>,
    /// The longest context the model was trained for, in tokens.
    pub context_length: Option<u32>,
    /// Bytes of KV cache that one token of context takes at 16 bits a value, as if every layer kept the whole context.
    pub kv_bytes_per_token: Option<u64>,
    pub specialty: Option<Specialty>,
}

/// The engines that Toprung can drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// The embedded llama.cpp worker.
    Llama,
    Ollama,
    /// Any server that speaks the OpenAI chat API.
    Openai,
    /// Plays recordings and faults; for tests and for building the window.
    Scripted,
}

impl EngineKind {
    /// The name used on the command line, in JSON and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Ollama => "ollama",
            Self::Openai => "openai",
            Self::Scripted => "scripted",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Llama, Self::Ollama, Self::Openai, Self::Scripted].into_iter().find(|kind| kind.name() == name)
    }

    /// What a person calls the engine.
    pub fn title(self) -> &'static str {
        match self {
            Self::Llama => "llama.cpp (embedded)",
            Self::Ollama => "Ollama",
            Self::Openai => "OpenAI-compatible server",
            Self::Scripted => "scripted engine",
        }
    }
}

/// A kind of engine at an address; without one at its usual address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineAt {
    pub kind: EngineKind,
    pub url: Option<String>,
}

/// What an engine says of itself at the start of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineDescription {
    pub kind: EngineKind,
    /// The engine's own version or build, as it names it.
    pub version: Option<String>,
    /// Where it was reached; `None` for the embedded engine.
    pub url: Option<String>,
    /// Settings that change the figures: backend, threads, batch sizes, KV type …, each as name and value.
    pub settings: Vec<(String, String)>,
}

impl EngineDescription {
    /// Whether it runs on this machine, so that what this machine's sensors read is about it.
    pub fn runs_here(&self) -> bool {
        self.url.as_deref().is_none_or(|url| {
            let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            let name =
                host.strip_prefix('[').and_then(|rest| rest.split(']').next()).or_else(|| host.split(':').next()).unwrap_or_default();
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_without_an_address_or_on_the_loopback_runs_here() {
        let runs_here = |url: Option<&str>| {
            EngineDescription { kind: EngineKind::Openai, version: None, url: url.map(str::to_owned), settings: Vec::new() }.runs_here()
        };
        for here in [None, Some("http://localhost:11434"), Some("http://127.0.0.1:8080/v1"), Some("https://[::1]"), Some("http://0.0.0.0")]
        {
            assert!(runs_here(here), "{here:?}");
        }
        for elsewhere in
            ["http://10.0.0.2:8000", "http://localhost.example.org", "https://[2001:db8::1]:443/", "http://127.0.0.1@gpu-box:80", ""]
        {
            assert!(!runs_here(Some(elsewhere)), "{elsewhere}");
        }
    }
}
