//! The server's own words to a cause. The words come from Ollama, its runner, llama.cpp, vLLM and LM Studio; versions word them
//! differently, so each row looks for the part that stayed the same.

use serde_json::Value;
use toprung_core::cause::{Cause, CauseKind};

/// The longest detail that is kept of foreign words, in characters.
const MAX_DETAIL_CHARS: usize = 300;

/// What was asked of the server when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum During {
    Pull,
    /// Loading, generating, deleting and everything else.
    Use,
}

/// The first row with all of its words in the message decides; the order goes from the specific to the general.
const SIGNATURES: &[(&[&str], CauseKind)] = &[
    (&["requires more system memory"], CauseKind::DoesNotFit),
    (&["requires a newer version"], CauseKind::UnsupportedModel),
    (&["unknown model architecture"], CauseKind::UnsupportedModel),
    (&["unsupported", "architecture"], CauseKind::UnsupportedModel),
    (&["unsupported model"], CauseKind::UnsupportedModel),
    (&["does not support", "generate"], CauseKind::UnsupportedModel),
    (&["does not support chat"], CauseKind::UnsupportedModel),
    (&["no space left"], CauseKind::DiskFull),
    (&["not enough space"], CauseKind::DiskFull),
    (&["disk quota exceeded"], CauseKind::DiskFull),
    (&["out of memory"], CauseKind::OutOfMemory),
    (&["outofmemory"], CauseKind::OutOfMemory),
    (&["malloc failed"], CauseKind::OutOfMemory),
    (&["failed to allocate"], CauseKind::OutOfMemory),
    (&["unable to allocate"], CauseKind::OutOfMemory),
    (&["cannot allocate memory"], CauseKind::OutOfMemory),
    // The kernel's out-of-memory killer is by far the most usual sender of SIGKILL to a runner.
    (&["signal: killed"], CauseKind::OutOfMemory),
    (&["digest mismatch"], CauseKind::DamagedFile),
    (&["not within the file bounds"], CauseKind::DamagedFile),
    (&["out of bounds"], CauseKind::DamagedFile),
    (&["invalid magic"], CauseKind::DamagedFile),
    (&["invalid file magic"], CauseKind::DamagedFile),
    (&["corrupt"], CauseKind::DamagedFile),
    (&["timed out waiting for", "runner"], CauseKind::LoadTimedOut),
    (&["exceeds", "context"], CauseKind::ContextOverflow),
    (&["context length"], CauseKind::ContextOverflow),
    (&["context window"], CauseKind::ContextOverflow),
    (&["runner", "terminated"], CauseKind::EngineCrashed),
    (&["runner", "stopped unexpectedly"], CauseKind::EngineCrashed),
    (&["runner", "no longer running"], CauseKind::EngineCrashed),
    (&["signal:"], CauseKind::EngineCrashed),
    (&["exit status"], CauseKind::EngineCrashed),
    (&["running the model", "eof"], CauseKind::EngineCrashed),
    (&["/completion", "eof"], CauseKind::EngineCrashed),
    (&["file does not exist"], CauseKind::ModelNotFound),
    (&["model", "not found"], CauseKind::ModelNotFound),
    (&["model", "does not exist"], CauseKind::ModelNotFound),
    (&["no model", "loaded"], CauseKind::ModelNotFound),
    (&["manifest", "not found"], CauseKind::ModelNotFound),
    (&["manifest unknown"], CauseKind::ModelNotFound),
    (&["repository name not known"], CauseKind::ModelNotFound),
];

/// The cause that the server's words name.
pub(crate) fn from_words(words: &str, during: During) -> Cause {
    let lower = words.to_lowercase();
    let kind = SIGNATURES.iter().find(|(parts, _)| parts.iter().all(|part| lower.contains(part))).map(|(_, kind)| *kind);
    let kind = kind.unwrap_or(match during {
        During::Pull => CauseKind::DownloadFailed,
        During::Use => CauseKind::EngineError,
    });
    match kind {
        CauseKind::LoadTimedOut => Cause::new(kind, format!("{}; the server's OLLAMA_LOAD_TIMEOUT lengthens its limit", clean(words))),
        _ => Cause::new(kind, clean(words)),
    }
}

/// The words with which a server refuses a request: `{"error": "…"}`, `{"error": {"message": "…"}}`, `{"object": "error", "message":
/// "…"}` or `{"detail": "…"}`. `None` where the body is nothing of that.
pub(crate) fn refusal(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    if let Some(words) = body.get("error").and_then(error_words) {
        return Some(words);
    }
    let is_error = body.get("object").and_then(Value::as_str) == Some("error");
    if let Some(words) = body.get("message").and_then(Value::as_str).filter(|_| is_error) {
        return Some(words.to_owned());
    }
    // Many programs that are no engine answer so for a path that they do not know.
    let detail = body.get("detail").filter(|detail| !detail.is_null() && detail.as_str() != Some("Not Found"))?;
    Some(detail.as_str().map_or_else(|| detail.to_string(), str::to_owned))
}

/// The words of an `error` field; `None` where it holds none.
pub(crate) fn error_words(error: &Value) -> Option<String> {
    match error {
        Value::Null => None,
        Value::String(words) => Some(words.clone()),
        Value::Object(fields) => match fields.get("message") {
            Some(Value::String(words)) => Some(words.clone()),
            _ => Some(error.to_string()),
        },
        _ => Some(error.to_string()),
    }
}

/// Foreign words, made fit to be shown: one line, no control or bidirectional characters, capped.
pub(crate) fn clean(words: &str) -> String {
    let printable = |c: &char| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let spaced: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(printable).collect();
    match spaced.char_indices().nth(MAX_DETAIL_CHARS) {
        Some((end, _)) => format!("{}…", &spaced[..end]),
        None => spaced,
    }
}

/// Whether a body is a web page: then whatever answers is no engine.
pub(crate) fn is_web_page(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_real_servers_get_their_cause() {
        use CauseKind::*;
        let table = [
            ("model 'nope' not found", ModelNotFound),
            ("model \"nope\" not found, try pulling it first", ModelNotFound),
            ("pull model manifest: file does not exist", ModelNotFound),
            ("write /models/blobs/sha256-1-partial-3: no space left on device", DiskFull),
            ("model requires more system memory (9.2 GiB) than is available (1.3 GiB)", DoesNotFit),
            ("llama runner process has terminated: signal: killed", OutOfMemory),
            ("llama runner process has terminated: cudaMalloc failed: out of memory", OutOfMemory),
            ("llama runner process has terminated: signal: segmentation fault (core dumped)", EngineCrashed),
            ("llama runner process has terminated: exit status 2", EngineCrashed),
            ("model runner has unexpectedly stopped, this may be due to resource limitations: terminated", EngineCrashed),
            ("an error was encountered while running the model: unexpected EOF", EngineCrashed),
            ("POST predict: Post \"http://127.0.0.1:39915/completion\": EOF", EngineCrashed),
            ("llama runner process has terminated: error loading model architecture: unknown model architecture: 'x'", UnsupportedModel),
            ("The model you are attempting to pull requires a newer version of Ollama.", UnsupportedModel),
            ("\"all-minilm\" does not support generate", UnsupportedModel),
            ("digest mismatch, file must be downloaded again: want sha256:1, got sha256:2", DamagedFile),
            ("error loading model: tensor 'x' data is not within the file bounds, model is corrupted or incomplete", DamagedFile),
            ("timed out waiting for llama runner to start - progress 0.52", LoadTimedOut),
            ("the input length exceeds the context length", ContextOverflow),
            ("prompt exceeds the available context size", ContextOverflow),
            ("invalid options: temprature", EngineError),
            ("The model `nope` does not exist.", ModelNotFound),
            ("No models loaded. Please load a model in the developer page or use the 'lms load' command.", ModelNotFound),
            ("request (4000 tokens) exceeds the available context size (2048 tokens), try increasing it", ContextOverflow),
            ("This model's maximum context length is 2048 tokens. However, you requested 4000 tokens.", ContextOverflow),
        ];
        for (words, kind) in table {
            assert_eq!(from_words(words, During::Use).kind, kind, "{words}");
        }
    }

    #[test]
    fn a_refusal_is_read_in_each_shape_that_servers_give_it() {
        let table = [
            (r#"{"error":"model 'a' not found"}"#, Some("model 'a' not found")),
            (r#"{"error":{"code":400,"message":"too long","type":"invalid_request_error"}}"#, Some("too long")),
            (r#"{"error":{"code":400}}"#, Some(r#"{"code":400}"#)),
            (r#"{"object":"error","message":"The model `a` does not exist.","code":404}"#, Some("The model `a` does not exist.")),
            (r#"{"detail":[{"msg":"Extra inputs"}]}"#, Some(r#"[{"msg":"Extra inputs"}]"#)),
            (r#"{"detail":"Not Found"}"#, None),
            (r#"{"message":"Welcome"}"#, None),
            (r#"{"error":null}"#, None),
            ("404 page not found", None),
        ];
        for (body, words) in table {
            assert_eq!(refusal(body).as_deref(), words, "{body}");
        }
    }

    #[test]
    fn an_unknown_failure_of_a_pull_is_a_failed_download() {
        let words = "pull model manifest: Get \"https://host/v2/\": dial tcp: lookup host: no such host";
        assert_eq!(from_words(words, During::Pull).kind, CauseKind::DownloadFailed);
        assert_eq!(from_words(words, During::Use).kind, CauseKind::EngineError);
    }

    #[test]
    fn foreign_words_are_capped_and_made_harmless() {
        let shown = clean(&format!("a\n\tb\u{202e}\u{7}{}", "é".repeat(1000)));
        assert!(shown.starts_with("a bé"), "control and bidirectional characters must not reach a screen: {shown}");
        assert_eq!(shown.chars().count(), MAX_DETAIL_CHARS + 1, "a hostile message must not fill the screen");
    }
}
