//! Why a command could not be carried out, and what llama.cpp's log says about it.

use toprung_protocol::{FailureCode, Reply};

/// A failure on its way to the parent.
#[derive(Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) code: FailureCode,
    /// What happened, with the number or the words that prove it.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn bad_command(message: impl Into<String>) -> Self {
        Self::new(FailureCode::BadCommand, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(FailureCode::Internal, message)
    }

    /// A model that llama.cpp refused: it says why in its log alone.
    pub(crate) fn from_log(what: &str, log: &[String]) -> Self {
        let proof = log.iter().find(|line| code_of(line).is_some()).or(log.last());
        let code = proof.and_then(|line| code_of(line)).unwrap_or(FailureCode::Internal);
        let words = proof.map_or("its log is silent", String::as_str);
        Self::new(code, format!("{what}: {words}"))
    }

    pub(crate) fn into_reply(self) -> Reply {
        Reply::Failed { code: self.code, message: self.message }
    }
}

/// What llama.cpp 0.6 writes, and what it means. The first row that matches a line decides, so the general
/// "error loading model" stands last: a loader that gives up for any other reason could not read the file.
const SIGNATURES: [(&str, FailureCode); 9] = [
    ("failed to allocate", FailureCode::OutOfMemory),
    ("unable to allocate", FailureCode::OutOfMemory),
    ("out of memory", FailureCode::OutOfMemory),
    ("bad_alloc", FailureCode::OutOfMemory),
    ("unknown model architecture", FailureCode::UnsupportedModel),
    ("unknown pre-tokenizer type", FailureCode::UnsupportedModel),
    ("unknown tokenizer", FailureCode::UnsupportedModel),
    ("not within the file bounds", FailureCode::DamagedFile),
    ("error loading model", FailureCode::DamagedFile),
];

fn code_of(line: &str) -> Option<FailureCode> {
    let line = line.to_lowercase();
    SIGNATURES.iter().find(|(words, _)| line.contains(words)).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(log: &[&str]) -> Failure {
        Failure::from_log("llama.cpp refused it", &log.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_truncated_file_is_damaged() {
        let line = "llama_model_load: error loading model: tensor 'blk.3.ffn_up.weight' data is not within the file bounds, model is corrupted or incomplete";
        let failure = refused(&[line, "llama_model_load_from_file_impl: failed to load model"]);
        assert_eq!(failure.code, FailureCode::DamagedFile, "the tensor lies outside the file");
        assert!(failure.message.contains("blk.3.ffn_up.weight"), "the proof is the line that names the tensor: {}", failure.message);
    }

    #[test]
    fn an_unknown_architecture_is_not_damage() {
        let failure = refused(&["llama_model_load: error loading model: unknown model architecture: 'marvin'"]);
        assert_eq!(failure.code, FailureCode::UnsupportedModel, "a newer engine may load it, a new download won't");
    }

    #[test]
    fn a_failed_allocation_is_out_of_memory_even_inside_a_load_error() {
        let failure = refused(&["llama_model_load: error loading model: unable to allocate CPU buffer"]);
        assert_eq!(failure.code, FailureCode::OutOfMemory, "the file may be sound");
    }

    #[test]
    fn a_silent_log_is_an_internal_failure() {
        assert_eq!(refused(&[]).code, FailureCode::Internal, "nothing proves that the file is at fault");
    }
}
