//! A server that misbehaves, played over a real socket: each fault gets its own cause.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod network;
mod streams;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use common::{Reply, Script, answer_request, path_of, serve_script, stream, whole};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;
use toprung_engines::ollama::{Limits, Ollama, address};
use toprung_engines::{Engine, FinalRecord, LoadOptions, Prompt, Request};

/// Limits that a test can wait for, and that a busy machine keeps.
fn short() -> Limits {
    let moment = Duration::from_millis(2000);
    Limits { answer: moment, first_byte: moment, idle: moment, load: moment, pull_silence: moment, unload: moment }
}

/// Serves requests by path; `/api/show` answers as a server with a plain model, unless it is scripted.
async fn serve(script: Script) -> (Ollama, Arc<AtomicU32>) {
    let (at, served) = serve_script(with_plain(script)).await;
    (Ollama::with_limits(address(Some(&at)).unwrap(), short()).unwrap(), served)
}

fn with_plain(mut script: Script) -> Script {
    let plain = [("/api/show", whole(200, r#"{"capabilities":["completion"]}"#)), ("/api/tags", whole(200, r#"{"models":[]}"#))];
    script.extend(plain);
    script
}

fn model() -> ModelRef {
    ModelRef::new("a:1b").unwrap()
}

async fn chat(engine: &Ollama) -> (Result<FinalRecord, Cause>, String) {
    let mut text = String::new();
    let request = Request { model: model(), prompt: Prompt::Chat("hi".into()), max_output_tokens: 64, context_tokens: 2048 };
    let outcome = engine.generate(&request, &mut |fragment| text.push_str(&fragment.text)).await;
    (outcome, text)
}

async fn pull(engine: &Ollama, name: &str) -> Result<Vec<String>, Cause> {
    let mut statuses = Vec::new();
    engine.pull(&ModelRef::new(name).unwrap(), &mut |progress| statuses.push(progress.status)).await.map(|()| statuses)
}

fn line(text: &str) -> String {
    format!(r#"{{"message":{{"content":"{text}"}},"done":false}}"#)
}

const DONE: &str = r#"{"message":{"content":""},"done":true,"done_reason":"stop","eval_count":2,"eval_duration":1000000}"#;
#[tokio::test]
async fn what_is_no_ollama_server_is_named_as_such() {
    for (reply, word) in [
        (whole(200, "<html><body>Router</body></html>"), "web page"),
        (whole(200, r#"{"name":"something else"}"#), "something else"),
        (whole(404, "<html>"), "HTTP 404"),
        (whole(404, "404 page not found"), "HTTP 404"),
        (whole(302, ""), "redirects to http://elsewhere.example/"),
        (Reply::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), "invalid HTTP"),
    ] {
        let (engine, _) = serve(vec![("/api/version", reply)]).await;
        let cause = engine.describe().await.unwrap_err();
        assert_eq!(cause.kind, CauseKind::NotAnEngine, "{cause}");
        assert!(cause.detail.contains(word), "{} should say {word}", cause.detail);
    }
}

#[tokio::test]
async fn an_old_server_is_described_with_a_warning() {
    let (engine, _) = serve(vec![("/api/version", whole(200, r#"{"version":"0.16.9"}"#))]).await;
    let description = engine.describe().await.unwrap();
    assert_eq!(description.version.as_deref(), Some("0.16.9"));
    assert!(description.settings.iter().any(|(name, value)| name == "warning" && value.contains("0.17.1")), "{description:?}");
}

#[tokio::test]
async fn refused_requests_get_the_cause_that_the_server_names() {
    for (status, error, kind) in [
        (404, "model 'a:1b' not found", CauseKind::ModelNotFound),
        (400, "the input length exceeds the context length", CauseKind::ContextOverflow),
        (500, "model requires more system memory (9.2 GiB) than is available (1.3 GiB)", CauseKind::DoesNotFit),
        (500, "llama runner process has terminated: cudaMalloc failed: out of memory", CauseKind::OutOfMemory),
        (500, "something new", CauseKind::EngineError),
    ] {
        let (engine, _) = serve(vec![("/api/chat", whole(status, &format!(r#"{{"error":"{error}"}}"#)))]).await;
        let cause = chat(&engine).await.0.unwrap_err();
        assert_eq!(cause.kind, kind, "{cause}");
        assert!(cause.detail.contains(error), "the server's own words prove it: {}", cause.detail);
    }
}

#[tokio::test]
async fn a_list_leaves_out_what_runs_elsewhere_or_writes_no_text() {
    let tags =
        r#"{"models":[{"name":"here:1b","size":5},{"name":"cloud:1t","remote_host":"https://elsewhere.example"},{"name":"../up:1"}]}"#;
    let (engine, _) = serve(vec![("/api/tags", whole(200, tags))]).await;
    let names: Vec<String> = engine.list().await.unwrap().into_iter().map(|installed| installed.model.to_string()).collect();
    assert_eq!(names, ["here:1b"]);
    let (embedder, _) = serve(vec![("/api/tags", whole(200, tags)), ("/api/show", whole(200, r#"{"capabilities":["embedding"]}"#))]).await;
    assert!(embedder.list().await.unwrap().is_empty(), "a model that embeds can't be asked anything");
}

#[tokio::test]
async fn a_pull_succeeds_only_when_the_server_says_so() {
    let layer = format!(r#"{{"status":"pulling aaa","digest":"sha256:{}","total":10,"completed":10}}"#, "a".repeat(64));
    let (engine, _) = serve(vec![("/api/pull", stream(&[&layer, r#"{"status":"success"}"#]))]).await;
    assert_eq!(pull(&engine, "a:1b").await.unwrap().last().unwrap(), "success");
    for (reply, kind) in [
        (stream(&[&layer]), CauseKind::DownloadFailed),
        (stream(&[&layer, r#"{"error":"pull model manifest: file does not exist"}"#]), CauseKind::ModelNotFound),
        (stream(&[&layer, r#"{"error":"write /blobs/sha256-a: no space left on device"}"#]), CauseKind::DiskFull),
        (Reply::Broken(vec![(0, format!("{layer}\n").into_bytes())]), CauseKind::DownloadFailed),
        (Reply::Stream(vec![(0, format!("{layer}\n").into_bytes()), (9000, b"{}\n".to_vec())]), CauseKind::DownloadFailed),
    ] {
        let (engine, _) = serve(vec![("/api/pull", reply)]).await;
        let cause = pull(&engine, "a:1b").await.unwrap_err();
        assert_eq!(cause.kind, kind, "{cause}");
    }
}

#[tokio::test]
async fn an_unload_that_does_not_happen_is_told() {
    let still = r#"{"models":[{"name":"a:1b","size":7,"size_vram":0}]}"#;
    let (engine, _) =
        serve(vec![("/api/generate", whole(200, r#"{"done":true,"done_reason":"unload"}"#)), ("/api/ps", whole(200, still))]).await;
    let cause = engine.unload(&model()).await.unwrap_err();
    assert!(cause.kind == CauseKind::EngineError && cause.detail.contains("still in memory"), "{cause}");
    assert_eq!(engine.memory(&model()).await.vram_bytes, Some(0), "a 0 that was read is not unknown");
}

#[tokio::test]
async fn what_a_model_can_is_asked_once_and_not_in_a_timed_request() {
    let (engine, served) = serve(vec![("/api/chat", stream(&[&line("a"), DONE]))]).await;
    for _ in 0..3 {
        chat(&engine).await.0.unwrap();
    }
    assert_eq!(served.load(Ordering::SeqCst), 5, "three chats are three requests, and two questions about the model came before");
}
