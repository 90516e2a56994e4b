//! An OpenAI-compatible server that misbehaves, played over a real socket: each fault gets its own cause.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Reply, Script, path_of, serve_by, serve_script, stream, whole};
use secrecy::SecretString;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;
use toprung_engines::openai::{Limits, OpenAi, address};
use toprung_engines::{DoneReason, Engine, FinalRecord, LoadOptions, Prompt, Request};

const MODELS: &str = r#"{"object":"list","data":[{"id":"/srv/models/a.gguf","owned_by":"llamacpp","meta":{"n_params":5,"size":7}}]}"#;
const PROPS: &str = r#"{"default_generation_settings":{"n_ctx":4096},"total_slots":1,"build_info":"b9000-abc"}"#;
const STOP: &str = r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const USAGE: &str = r#"data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#;
const DONE: &str = "data: [DONE]";

/// Limits that a test can wait for, and that a busy machine keeps.
fn short() -> Limits {
    let moment = Duration::from_millis(2000);
    Limits { answer: moment, first_byte: moment, idle: moment, load: moment, pull_silence: moment, unload: moment }
}

fn engine_at(at: &str) -> OpenAi {
    OpenAi::with_limits(address(at).unwrap(), None, short()).unwrap()
}

/// Serves requests by path, after those of a sound llama-server.
async fn serve(mut script: Script) -> (OpenAi, Arc<AtomicU32>) {
    script.extend([("/v1/models", whole(200, MODELS)), ("/props", whole(200, PROPS)), ("/version", whole(404, "{}"))]);
    let (at, served) = serve_script(script).await;
    (engine_at(&at), served)
}

fn model() -> ModelRef {
    ModelRef::new("a.gguf").unwrap()
}

fn delta(text: &str) -> String {
    format!(r#"data: {{"choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}]}}"#)
}

fn sound() -> Reply {
    stream(&[": ping", "", &delta("yes"), "", STOP, "", USAGE, "", DONE, ""])
}

fn request(prompt: Prompt) -> Request {
    Request { model: model(), prompt, max_output_tokens: 64, context_tokens: 2048 }
}

async fn ask(engine: &OpenAi, prompt: Prompt) -> (Result<FinalRecord, Cause>, String) {
    let mut text = String::new();
    let outcome = engine.generate(&request(prompt), &mut |fragment| text.push_str(&fragment.text)).await;
    (outcome, text)
}

async fn chat(engine: &OpenAi) -> (Result<FinalRecord, Cause>, String) {
    ask(engine, Prompt::Chat("hi".into())).await
}

#[tokio::test]
async fn a_sound_server_is_described_listed_loaded_and_asked() {
    let (engine, _) = serve(vec![("/v1/chat/completions", sound())]).await;
    let description = engine.describe().await.unwrap();
    assert_eq!(description.version.as_deref(), Some("b9000-abc"));
    let shown = format!("{description:?}");
    assert!(shown.contains("llama-server") && shown.contains("4096 tokens") && !shown.contains("/srv"), "{shown}");
    assert_eq!(engine.list().await.unwrap()[0].model, model());
    let load = engine.load(&model(), &LoadOptions { context_tokens: 2048 }).await.unwrap();
    assert_eq!((load.load_ms, load.context_tokens), (None, Some(4096)), "it was loaded before, and that took no time here");
    let (outcome, text) = chat(&engine).await;
    let record = outcome.unwrap();
    assert_eq!((text.as_str(), record.done, record.output_tokens), ("yes", DoneReason::Stop, Some(2)));
}

#[tokio::test]
async fn what_is_no_such_server_is_named_as_such() {
    for (reply, word) in [
        (whole(200, "<html><body>Router</body></html>"), "web page"),
        (whole(200, r#"{"models":[]}"#), "something else"),
        (whole(404, "<html>"), "HTTP 404"),
        (whole(404, r#"{"detail":"Not Found"}"#), "HTTP 404"),
        (whole(302, ""), "redirects to http://elsewhere.example/"),
        (Reply::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), "invalid HTTP"),
    ] {
        let (at, _) = serve_script(vec![("/v1/models", reply)]).await;
        let cause = engine_at(&at).describe().await.unwrap_err();
        assert_eq!(cause.kind, CauseKind::NotAnEngine, "{cause}");
        assert!(cause.detail.contains(word), "{} should say {word}", cause.detail);
    }
}

#[tokio::test]
async fn text_is_the_same_wherever_the_network_cuts_it() {
    let bytes = [&delta("żółw 😀"), STOP, DONE].join("\n\n").into_bytes();
    let at = bytes.windows(2).position(|pair| pair == "ż".as_bytes()).unwrap();
    for cut in [1, 5, at + 1, at + 3, at + 5, at + 8, at + 10, bytes.len() - 1] {
        let (first, second) = bytes.split_at(cut);
        let reply = Reply::Stream(vec![(0, first.to_vec()), (20, second.to_vec())]);
        let (engine, _) = serve(vec![("/v1/chat/completions", reply)]).await;
        let (outcome, text) = chat(&engine).await;
        assert!(outcome.is_ok() && text == "żółw 😀", "cut at {cut}: {text:?}, {outcome:?}");
    }
}

#[tokio::test]
async fn streams_that_fail_get_their_cause_and_keep_their_text() {
    let half = (0, format!("{}\n\n", delta("half")).into_bytes());
    let error = (0, b"data: {\"error\":{\"message\":\"failed to allocate buffer\"}}\n\n".to_vec());
    let pings = (0..30).map(|_| (150, b": ping\n\n".to_vec()));
    let absurd = (0, format!("{STOP}\n\ndata: {{\"usage\":{{\"completion_tokens\":-3}}}}\n\n{DONE}\n\n").into_bytes());
    for (reply, kind) in [
        (Reply::Stream(vec![half.clone()]), CauseKind::StreamEndedEarly),
        (Reply::Stream(vec![half.clone(), (0, format!("{DONE}\n\n").into_bytes())]), CauseKind::StreamEndedEarly),
        (Reply::Broken(vec![half.clone()]), CauseKind::StreamEndedEarly),
        (Reply::Stream(vec![half.clone(), error]), CauseKind::OutOfMemory),
        (Reply::Stream(vec![half.clone(), (9000, DONE.into())]), CauseKind::Stalled),
        (Reply::Stream([half.clone()].into_iter().chain(pings).collect()), CauseKind::Stalled),
        (Reply::Stream(vec![half.clone(), (0, vec![b'x'; 9 * 1024 * 1024])]), CauseKind::EngineError),
        (Reply::Stream(vec![half.clone(), absurd]), CauseKind::AbsurdFigures),
    ] {
        let (engine, _) = serve(vec![("/v1/chat/completions", reply)]).await;
        let (outcome, text) = chat(&engine).await;
        assert_eq!((outcome.as_ref().unwrap_err().kind, text.as_str()), (kind, "half"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_after_its_finish_reason_is_complete_without_its_counts() {
    let (engine, _) =
        serve(vec![("/v1/chat/completions", Reply::Broken(vec![(0, format!("{}\n\n{STOP}\n\n", delta("a")).into_bytes())]))]).await;
    let record = chat(&engine).await.0.unwrap();
    assert_eq!((record.done, record.output_tokens), (DoneReason::Stop, None));
}

#[tokio::test]
async fn a_server_that_never_answers_a_prompt_has_stalled() {
    let (engine, _) = serve(vec![("/v1/chat/completions", Reply::Silence)]).await;
    let began = Instant::now();
    assert_eq!(chat(&engine).await.0.unwrap_err().kind, CauseKind::Stalled);
    let load = engine.load(&model(), &LoadOptions { context_tokens: 2048 }).await;
    assert_eq!(load.unwrap_err().kind, CauseKind::LoadTimedOut);
    assert!(began.elapsed() < Duration::from_secs(30), "the limits end both waits");
}

#[tokio::test]
async fn refused_requests_get_the_cause_that_the_server_names() {
    for (status, body, kind) in [
        (404, r#"{"object":"error","message":"The model `a` does not exist.","code":404}"#, CauseKind::ModelNotFound),
        (400, r#"{"error":{"message":"the request exceeds the available context size"}}"#, CauseKind::ContextOverflow),
        (500, r#"{"error":"something new"}"#, CauseKind::EngineError),
        (401, r#"{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}"#, CauseKind::KeyRefused),
        (403, "", CauseKind::KeyRefused),
    ] {
        let (engine, _) = serve(vec![("/v1/chat/completions", whole(status, body))]).await;
        let cause = chat(&engine).await.0.unwrap_err();
        assert_eq!(cause.kind, kind, "{cause}");
        assert!(cause.detail.contains(&format!("HTTP {status}")), "{cause}");
    }
}

#[tokio::test]
async fn a_model_that_is_not_listed_is_not_asked_for() {
    let (engine, served) = serve(vec![("/v1/chat/completions", sound())]).await;
    let other = ModelRef::new("other").unwrap();
    assert_eq!(engine.facts(&other).await.unwrap_err().kind, CauseKind::ModelNotFound);
    let outcome = engine.generate(&Request { model: other.clone(), ..request(Prompt::Chat("hi".into())) }, &mut |_| {}).await;
    assert_eq!(outcome.unwrap_err().kind, CauseKind::ModelNotFound);
    assert_eq!(served.load(Ordering::SeqCst), 2, "llama-server would have answered to any name");
    let pull = engine.pull(&other, &mut |_| {}).await.unwrap_err();
    assert!(pull.kind == CauseKind::NotOffered && pull.detail.contains("start it with other"), "{pull}");
    assert_eq!(engine.delete(&model()).await.unwrap_err().kind, CauseKind::NotOffered);
    assert!(engine.pull(&model(), &mut |_| {}).await.is_ok(), "what is there needs no pull");
}

/// Serves a sound server that refuses requests by `refuse`, and keeps every request.
async fn serve_moody(refuse: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    let at = serve_by(move |request| {
        kept.lock().unwrap().push(request.to_owned());
        refuse(request).or_else(|| match path_of(request) {
            "/v1/models" => Some(whole(200, MODELS)),
            "/v1/chat/completions" | "/v1/completions" => Some(sound()),
            _ => Some(whole(404, "{}")),
        })
    });
    (at.await, heard)
}

#[tokio::test]
async fn keys_that_a_server_does_not_know_are_left_out_and_remembered() {
    let refuse = |request: &str| {
        let named = ["cache_prompt", "ignore_eos"].into_iter().find(|key| request.contains(key))?;
        Some(whole(400, &format!(r#"{{"error":{{"message":"Unrecognized request argument supplied: {named}","code":null}}}}"#)))
    };
    let (at, heard) = serve_moody(refuse).await;
    let engine = engine_at(&at);
    for seed in 0..2 {
        assert!(ask(&engine, Prompt::Synthetic { tokens: 8, seed }).await.0.is_ok());
    }
    let paths: Vec<String> = heard.lock().unwrap().iter().map(|request| path_of(request).to_owned()).collect();
    assert_eq!(
        paths,
        ["/v1/models", "/v1/completions", "/v1/completions", "/v1/completions", "/v1/completions"],
        "two tries were refused once"
    );
}

#[tokio::test]
async fn a_server_without_plain_completions_is_asked_by_chat() {
    for status in [404, 405, 501] {
        let (at, heard) = serve_moody(move |request| (path_of(request) == "/v1/completions").then(|| whole(status, ""))).await;
        let engine = engine_at(&at);
        for seed in 0..2 {
            assert!(ask(&engine, Prompt::Synthetic { tokens: 8, seed }).await.0.is_ok());
        }
        let tries = heard.lock().unwrap().iter().filter(|request| path_of(request) == "/v1/completions").count();
        assert_eq!(tries, 1, "it is remembered");
    }
}

#[tokio::test]
async fn a_server_that_loads_its_model_is_waited_for_and_that_is_the_load() {
    let asked = AtomicU32::new(0);
    let loading = || whole(503, r#"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#);
    let (at, _) = serve_moody(move |_| (asked.fetch_add(1, Ordering::SeqCst) < 2).then(loading)).await;
    let load = engine_at(&at).load(&model(), &LoadOptions { context_tokens: 2048 }).await.unwrap();
    assert!(load.load_ms.is_some_and(|ms| ms >= 700.0), "two looks lie 250 and 500 ms apart: {load:?}");
    let (at, _) = serve_moody(move |_| Some(loading())).await;
    let cause = engine_at(&at).describe().await.unwrap_err();
    assert_eq!(cause.kind, CauseKind::LoadTimedOut, "{cause}");
}

#[tokio::test]
async fn a_key_goes_to_its_server_and_nowhere_else() {
    let (other, leaked) = serve_moody(|_| None).await;
    let redirect = move |request: &str| {
        let head = format!("HTTP/1.1 307 X\r\nconnection: close\r\nlocation: http://{other}/v1/models\r\ncontent-length: 0\r\n\r\n");
        (path_of(request) == "/v1/chat/completions").then(|| Reply::Raw(head.into_bytes()))
    };
    let (at, heard) = serve_moody(redirect).await;
    let key = SecretString::from("sk-very-secret");
    let engine = OpenAi::with_limits(address(&at).unwrap(), Some(key), short()).unwrap();
    assert!(engine.describe().await.is_ok());
    let cause = chat(&engine).await.0.unwrap_err();
    assert_eq!(cause.kind, CauseKind::NotAnEngine, "{cause}");
    let heard = heard.lock().unwrap();
    assert!(heard.iter().all(|request| request.contains("authorization: Bearer sk-very-secret")), "each request carries the key");
    assert!(leaked.lock().unwrap().is_empty(), "a redirect is not followed, with or without the key");
    assert!(!format!("{engine:?}{cause:?}").contains("secret"), "no debug print and no cause holds it");
}

#[test]
fn a_key_that_no_header_takes_is_refused_without_being_repeated() {
    for key in ["", "two words", "line\nbreak", "ключ"] {
        let cause = OpenAi::new(address("127.0.0.1:1").unwrap(), Some(SecretString::from(key))).unwrap_err();
        assert!(cause.kind == CauseKind::KeyRefused && (key.is_empty() || !cause.detail.contains(key)), "{cause}");
    }
}
