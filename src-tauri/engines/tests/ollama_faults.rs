//! A server that misbehaves, played over a real socket: each fault gets its own cause.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

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
async fn nothing_at_the_address_is_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let engine = Ollama::new(address(Some(&format!("127.0.0.1:{port}"))).unwrap()).unwrap();
    let cause = engine.describe().await.unwrap_err();
    assert!(cause.kind == CauseKind::EngineUnreachable && cause.detail.contains(&port.to_string()), "{cause}");
    let (silent, _) = serve(vec![("/api/version", Reply::Silence)]).await;
    assert_eq!(silent.describe().await.unwrap_err().kind, CauseKind::EngineUnreachable);
}

#[tokio::test]
async fn an_old_server_is_described_with_a_warning() {
    let (engine, _) = serve(vec![("/api/version", whole(200, r#"{"version":"0.16.9"}"#))]).await;
    let description = engine.describe().await.unwrap();
    assert_eq!(description.version.as_deref(), Some("0.16.9"));
    assert!(description.settings.iter().any(|(name, value)| name == "warning" && value.contains("0.17.1")), "{description:?}");
}

#[tokio::test]
async fn text_is_the_same_wherever_the_network_cuts_it() {
    let bytes = format!("{}\n{DONE}\n", line("żółw 😀")).into_bytes();
    for cut in [1, 24, 28, 29, 30, 36, 38, bytes.len() - 1] {
        let (first, second) = bytes.split_at(cut);
        let (engine, _) = serve(vec![("/api/chat", Reply::Stream(vec![(0, first.to_vec()), (20, second.to_vec())]))]).await;
        let (outcome, text) = chat(&engine).await;
        assert!(outcome.is_ok() && text == "żółw 😀", "cut at {cut}: {text:?}, {outcome:?}");
    }
}

#[tokio::test]
async fn streams_that_fail_get_their_cause_and_keep_their_text() {
    let half = (0, format!("{}\n", line("half")).into_bytes());
    let error = (0, b"{\"error\":\"llama runner process has terminated: signal: aborted\"}\n".to_vec());
    let flood = (0, vec![b'x'; 9 * 1024 * 1024]);
    for (reply, kind) in [
        (Reply::Stream(vec![half.clone()]), CauseKind::StreamEndedEarly),
        (Reply::Broken(vec![half.clone()]), CauseKind::StreamEndedEarly),
        (Reply::Stream(vec![half.clone(), error]), CauseKind::EngineCrashed),
        (Reply::Stream(vec![half.clone(), (9000, DONE.into())]), CauseKind::Stalled),
        (Reply::Stream(vec![half.clone(), flood]), CauseKind::EngineError),
        (Reply::Stream(vec![half.clone(), (0, br#"{"done":true,"eval_count":-3}"#.to_vec())]), CauseKind::AbsurdFigures),
    ] {
        let (engine, _) = serve(vec![("/api/chat", reply), ("/api/version", whole(200, r#"{"version":"0.33.0"}"#))]).await;
        let (outcome, text) = chat(&engine).await;
        assert_eq!((outcome.as_ref().unwrap_err().kind, text.as_str()), (kind, "half"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_has_crashed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Ollama::with_limits(address(Some(&listener.local_addr().unwrap().to_string())).unwrap(), short()).unwrap();
    tokio::spawn(async move {
        for script in [("/api/show", whole(200, "{}")), ("/api/tags", whole(200, r#"{"models":null}"#))] {
            let (socket, _) = listener.accept().await.unwrap();
            answer_request(socket, |request| (path_of(request) == script.0).then(|| script.1.clone())).await;
        }
        let (socket, _) = listener.accept().await.unwrap();
        drop(listener);
        let half = Reply::Broken(vec![(0, format!("{}\n", line("half")).into_bytes())]);
        answer_request(socket, |_| Some(half.clone())).await;
    });
    let cause = chat(&engine).await.0.unwrap_err();
    assert!(cause.kind == CauseKind::EngineCrashed && cause.detail.contains("nothing answers"), "{cause}");
}

#[tokio::test]
async fn a_server_that_never_answers_a_prompt_has_stalled() {
    let (engine, _) = serve(vec![("/api/chat", Reply::Silence), ("/api/generate", Reply::Silence), ("/api/ps", whole(200, "{}"))]).await;
    let began = Instant::now();
    assert_eq!(chat(&engine).await.0.unwrap_err().kind, CauseKind::Stalled);
    let load = engine.load(&model(), &LoadOptions { context_tokens: 2048 }).await;
    assert_eq!(load.unwrap_err().kind, CauseKind::LoadTimedOut);
    assert!(began.elapsed() < Duration::from_secs(30), "the limits end both waits");
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
async fn a_busy_server_is_asked_again_and_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Ollama::new(address(Some(&listener.local_addr().unwrap().to_string())).unwrap()).unwrap();
    tokio::spawn(async move {
        for reply in [
            whole(503, r#"{"error":"server busy, please try again. maximum pending requests exceeded"}"#),
            whole(200, r#"{"version":"1.0.0"}"#),
        ] {
            let (socket, _) = listener.accept().await.unwrap();
            answer_request(socket, |_| Some(reply.clone())).await;
        }
    });
    assert_eq!(engine.describe().await.unwrap().version.as_deref(), Some("1.0.0"));
    assert_eq!(engine.busy_answers(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_only_where_that_is_safe() {
    let (engine, served) = serve(vec![("/api/version", Reply::Raw(Vec::new()))]).await;
    assert_eq!(engine.describe().await.unwrap_err().kind, CauseKind::EngineUnreachable);
    assert_eq!(served.load(Ordering::SeqCst), 2, "a question may be asked twice");
    let lives = ("/api/version", whole(200, r#"{"version":"1.0.0"}"#));
    let (engine, served) = serve(vec![("/api/chat", Reply::Raw(Vec::new())), lives]).await;
    assert_eq!(chat(&engine).await.0.unwrap_err().kind, CauseKind::StreamEndedEarly);
    assert_eq!(served.load(Ordering::SeqCst), 4, "two questions about the model, one generation, and one look whether the server lives");
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

#[tokio::test]
async fn a_slow_link_is_no_dead_one() {
    // Ten pauses of 0.6 s: thrice the limit as a whole, and none of them as long as it.
    let line = format!("{}\n{DONE}\n", line("at last"));
    let pieces: Vec<(u64, Vec<u8>)> = line.as_bytes().chunks(line.len() / 9).map(|piece| (600, piece.to_vec())).collect();
    assert!(pieces.len() >= 9);
    let (engine, _) = serve(vec![("/api/chat", Reply::Stream(pieces))]).await;
    let (outcome, text) = chat(&engine).await;
    assert!(outcome.is_ok() && text == "at last", "bytes came all the time: {text:?}, {outcome:?}");
}

#[tokio::test]
async fn headers_that_trickle_in_are_bound_by_the_first_byte_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Ollama::with_limits(address(Some(&listener.local_addr().unwrap().to_string())).unwrap(), short()).unwrap();
    tokio::spawn(async move {
        for body in ["{}", r#"{"models":null}"#] {
            let (socket, _) = listener.accept().await.unwrap();
            answer_request(socket, |_| Some(whole(200, body))).await;
        }
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 64 * 1024]).await.unwrap() > 0, "the request comes before its reply");
        for byte in b"HTTP/1.1 200 OK\r\nx-endless: ".iter().chain([b'x'; 500].iter()) {
            if socket.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let began = Instant::now();
    let cause = chat(&engine).await.0.unwrap_err();
    assert!(cause.kind == CauseKind::Stalled && cause.detail.contains("2 s"), "{cause}");
    assert!(began.elapsed() < Duration::from_secs(20), "a byte now and then does not hold it up");
}

#[tokio::test]
async fn a_reply_that_is_too_large_or_packed_is_refused_and_not_unpacked() {
    let huge = Reply::Stream(vec![(0, vec![b' '; 17 * 1024 * 1024])]);
    let (engine, _) = serve(vec![("/api/version", huge)]).await;
    let cause = engine.describe().await.unwrap_err();
    assert!(cause.kind == CauseKind::NotAnEngine && cause.detail.contains("16777216 bytes"), "{cause}");
    // The beginning of a gzip stream; unpacked, such a stream can be a thousand times as large as what was sent.
    let bomb =
        [b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n".as_slice(), &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]];
    let (engine, _) = serve(vec![("/api/version", Reply::Raw(bomb.concat()))]).await;
    let cause = engine.describe().await.unwrap_err();
    assert!(cause.kind == CauseKind::NotAnEngine && cause.detail.contains("something else"), "packed bytes are taken as they are: {cause}");
}

#[tokio::test]
async fn a_generation_that_is_answered_from_elsewhere_is_refused() {
    for (reply, word) in [
        (whole(302, ""), "redirects to http://elsewhere.example/"),
        (whole(200, "<html><body>Please log in</body></html>"), "<html>"),
        (whole(404, "<html>"), "HTTP 404"),
    ] {
        let (engine, _) = serve(vec![("/api/chat", reply)]).await;
        let cause = chat(&engine).await.0.unwrap_err();
        assert!(cause.kind == CauseKind::NotAnEngine && cause.detail.contains(word), "{cause}");
    }
}

#[tokio::test]
async fn a_chat_can_be_put_without_its_template() {
    let request = Request { model: model(), prompt: Prompt::Chat("hi".into()), max_output_tokens: 64, context_tokens: 2048 };
    let written = r#"{"response":"Hello"}"#;
    let done = r#"{"response":"","done":true,"done_reason":"stop"}"#;
    for (reply, writes) in [
        (stream(&[written, done]), Some(true)),
        (stream(&[done]), Some(false)),
        (whole(500, r#"{"error":"no"}"#), None),
        (stream(&[]), None),
    ] {
        let (engine, _) = serve(vec![("/api/generate", reply)]).await;
        assert_eq!(engine.writes_without_template(&request).await, writes);
    }
}
