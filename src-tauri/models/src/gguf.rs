//! The header of a GGUF file: what a model is, told without loading it.
//!
//! A GGUF file comes from outside and is hostile until shown otherwise. Every length is checked against the
//! file and against a limit before anything is allocated for it, large arrays (a vocabulary) are passed over
//! and not kept, and the tensor table must lie inside the file. Parsing never panics; its memory stays below
//! a few tens of MiB whatever the file claims.

mod facts;
mod parse;
mod tensor;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use toprung_core::cause::{Cause, CauseKind};

pub use facts::facts;
pub use parse::parse;
pub use tensor::{Tensor, TensorType};

/// The first four bytes of every GGUF file.
pub const MAGIC: &[u8; 4] = b"GGUF";

/// A value of the header's key-value part.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Every unsigned and non-negative signed integer.
    Unsigned(u64),
    /// A negative integer.
    Signed(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    /// A short array, for example the number of key-value heads of each layer.
    Array(Vec<Value>),
    /// A long array or a long text, passed over: its number of elements or bytes.
    Omitted(u64),
}

/// What a GGUF file says before its weights begin.
#[derive(Debug, Clone, PartialEq)]
pub struct GgufHeader {
    /// 2 or 3.
    pub version: u32,
    pub metadata: BTreeMap<String, Value>,
    pub tensors: Vec<Tensor>,
    /// Where the tensors' data begin, in bytes from the start of the file.
    pub data_offset: u64,
}

/// Why a file could not be read as a model.
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    #[error("the file cannot be read: {0}")]
    Io(io::Error),
    #[error("the file ends inside its header, at byte {at} of {file_bytes}")]
    Truncated { at: u64, file_bytes: u64 },
    #[error("it is not a GGUF file: it begins with “{start}”")]
    NotGguf { start: String },
    #[error("GGUF version {0} is not supported, only 2 and 3 are")]
    Version(u32),
    #[error("the file is in big-endian byte order, which this machine does not read")]
    BigEndian,
    #[error("the header cannot be right: {0}")]
    Invalid(String),
    #[error("tensor “{tensor}” uses type {id}, which is not known")]
    UnknownTensorType { tensor: String, id: u32 },
    #[error("tensor “{tensor}” ends at byte {end}, and the file has {file_bytes}: data is not within the file bounds")]
    OutOfBounds { tensor: String, end: u64, file_bytes: u64 },
    #[error("the file is one of {0} parts of a split model: join them with llama-gguf-split --merge")]
    Split(u64),
}

impl From<GgufError> for Cause {
    fn from(error: GgufError) -> Self {
        let kind = match &error {
            GgufError::Io(source) if source.kind() == io::ErrorKind::NotFound => CauseKind::ModelNotFound,
            GgufError::Version(_) | GgufError::BigEndian | GgufError::UnknownTensorType { .. } | GgufError::Split(_) => {
                CauseKind::UnsupportedModel
            }
            _ => CauseKind::DamagedFile,
        };
        Self::new(kind, error.to_string())
    }
}

/// Reads the header of a whole local file.
pub fn read(path: &Path) -> Result<GgufHeader, GgufError> {
    let file = File::open(path).map_err(GgufError::Io)?;
    let bytes = file.metadata().map_err(GgufError::Io)?.len();
    parse(BufReader::with_capacity(1 << 16, file), bytes)
}

impl GgufHeader {
    /// A text of the key-value part, for example `general.name`.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A non-negative integer of the key-value part.
    pub fn number(&self, key: &str) -> Option<u64> {
        match self.metadata.get(key)? {
            Value::Unsigned(number) => Some(*number),
            _ => None,
        }
    }

    /// The architecture's name in llama.cpp, for example `qwen2`.
    pub fn architecture(&self) -> Option<&str> {
        self.text("general.architecture")
    }

    /// A number that the file keeps under its architecture's name: `of_architecture("block_count")` reads `qwen2.block_count`.
    pub fn of_architecture(&self, key: &str) -> Option<u64> {
        self.number(&format!("{}.{key}", self.architecture()?))
    }

    /// The longest context that the model was trained for, in tokens.
    pub fn context_length(&self) -> Option<u64> {
        self.of_architecture("context_length")
    }

    pub fn block_count(&self) -> Option<u64> {
        self.of_architecture("block_count")
    }

    pub fn head_count(&self) -> Option<u64> {
        self.of_architecture("attention.head_count")
    }

    /// Key-value heads of each layer; one number where all layers have the same.
    pub fn head_count_kv(&self) -> Option<Vec<u64>> {
        let key = format!("{}.attention.head_count_kv", self.architecture()?);
        match self.metadata.get(&key)? {
            Value::Unsigned(number) => Some(vec![*number]),
            Value::Array(values) => values.iter().map(|v| if let Value::Unsigned(n) = v { Some(*n) } else { None }).collect(),
            _ => None,
        }
    }

    /// Tokens that a sliding-window layer looks back on; `None` where every layer sees the whole context.
    pub fn sliding_window(&self) -> Option<u64> {
        self.of_architecture("attention.sliding_window")
    }
}
