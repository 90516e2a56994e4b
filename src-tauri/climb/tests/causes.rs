//! From the socket to the cause: a server plays each row of “empty or bad answers” to a whole rung.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use toprung_climb::{ClimbEvent, Control, EventSink, Readers, Setting, climb};
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::machine::Machine;
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use toprung_core::plan::Mode;
use toprung_core::run::{LoadRecord, RunRecord, RunStatus, RungRecord, RungStatus, SessionChecks};
use toprung_core::trial::{Trial, TrialKind};
use toprung_engines::ollama::{Ollama, address};

/// What the server says to a chat, to a raw prompt, and of the context that it set up.
#[derive(Clone, Copy)]
struct Server {
    chat: &'static str,
    raw: &'static str,
    context: u32,
}

const SOUND: Server = Server {
    chat: r#"{"message":{"content":"It shares the machine among programs."},"done":false}
{"message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":30,"eval_count":8,"eval_duration":1000000}"#,
    raw: r#"{"response":"It shares the machine.","done":false}
{"response":"","done":true,"done_reason":"length","prompt_eval_count":600,"eval_count":16,"eval_duration":1000000}"#,
    context: 2048,
};

impl Server {
    fn chat(chat: &'static str) -> Self {
        Self { chat, ..SOUND }
    }

    /// The reply to one request, by its path and what its body holds.
    fn reply(self, request: &str, is_loaded: &Mutex<bool>) -> String {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path {
            "/api/show" => r#"{"capabilities":["completion"]}"#.to_owned(),
            "/api/tags" => r#"{"models":[{"name":"a:1b","size":5}]}"#.to_owned(),
            "/api/ps" if *is_loaded.lock().unwrap() => {
                format!(r#"{{"models":[{{"name":"a:1b","size":9,"size_vram":0,"context_length":{}}}]}}"#, self.context)
            }
            "/api/ps" => r#"{"models":[]}"#.to_owned(),
            "/api/chat" => self.chat.to_owned(),
            "/api/generate" if request.contains("\"raw\":true") => self.raw.to_owned(),
            "/api/generate" => {
                let is_load = !request.contains("\"keep_alive\":0");
                *is_loaded.lock().unwrap() = is_load;
                r#"{"response":"","done":true,"done_reason":"load"}"#.to_owned()
            }
            _ => String::new(),
        }
    }
}

async fn answer(mut socket: TcpStream, server: Server, is_loaded: Arc<Mutex<bool>>) {
    let mut request = Vec::new();
    let mut chunk = [0; 16 * 1024];
    // Requests are small; a body ends with its brace, and a question has none.
    while !(request.ends_with(b"}") || (request.starts_with(b"GET") && request.ends_with(b"\r\n\r\n"))) {
        match socket.read(&mut chunk).await {
            Ok(count) if count > 0 => request.extend_from_slice(&chunk[..count]),
            _ => return,
        }
    }
    let body = server.reply(&String::from_utf8_lossy(&request), &is_loaded);
    let reply = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let _ = socket.write_all(reply.as_bytes()).await;
}

struct Silent;

impl EventSink for Silent {
    fn emit(&self, _: &ClimbEvent) -> Result<Duration, Cause> {
        Ok(Duration::ZERO)
    }
}

/// Climbs one rung on such a server.
async fn climbed(mode: Mode, server: Server) -> RungRecord {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Ollama::new(address(Some(&listener.local_addr().unwrap().to_string())).unwrap()).unwrap();
    let is_loaded = Arc::<Mutex<bool>>::default();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(answer(socket, server, Arc::clone(&is_loaded)));
        }
    });
    let rung = RungRecord {
        position: 0,
        model: ModelRef::new("a:1b").unwrap(),
        title: "A".to_owned(),
        facts: ModelFacts::default(),
        status: RungStatus::Waiting,
        engine: None,
        load: LoadRecord::default(),
        trials: Vec::new(),
        items: Vec::new(),
    };
    let mut run = RunRecord {
        id: "run".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        ended_at: None,
        status: RunStatus::Running,
        ladder: "test".to_owned(),
        mode,
        engine: EngineDescription { kind: EngineKind::Ollama, version: None, url: None, settings: Vec::new() },
        machine: Machine::default(),
        rungs: vec![rung],
        samples: Vec::new(),
        checks: SessionChecks::default(),
        tasks: None,
    };
    let setting = Setting {
        engines: vec![Arc::new(engine)],
        seed: 7,
        readers: Readers::default(),
        memory_total: None,
        try_anyway: false,
        tasks: None,
    };
    climb(&mut run, setting, Vec::new(), Control::default(), Arc::new(Silent)).await;
    run.rungs.remove(0)
}

/// The cause with which a rung of answers fails on such a server.
async fn cause(server: Server) -> Cause {
    match climbed(Mode::Classic, server).await.status {
        RungStatus::Failed(cause) => cause,
        other => panic!("{other:?}"),
    }
}

const NO_TEMPLATE: &str =
    r#"{"message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":20,"eval_count":1,"eval_duration":0}"#;
const NO_RAW: &str = r#"{"response":"","done":true,"done_reason":"stop","prompt_eval_count":20,"eval_count":1,"eval_duration":0}"#;

#[tokio::test]
async fn each_bad_answer_is_told_apart_from_its_stream() {
    let looping = r#"{"message":{"content":"So it is. So it is. So it is. So it is. So it is. So it is. So it is. So it is."},"done":false}
{"message":{"content":""},"done":true,"done_reason":"length","prompt_eval_count":30,"eval_count":128,"eval_duration":100000000}"#;
    let thinking = r#"{"message":{"content":"","thinking":"Let me see."},"done":false}
{"message":{"content":""},"done":true,"done_reason":"length","prompt_eval_count":30,"eval_count":128,"eval_duration":100000000}"#;
    let blank = r#"{"message":{"content":"\n\n\n\n"},"done":true,"done_reason":"stop","prompt_eval_count":30,"eval_count":9,"eval_duration":1000000}"#;
    let table = [
        (Server::chat(thinking), CauseKind::ThinkingSpentBudget, "11 characters of thinking"),
        (Server::chat(NO_TEMPLATE), CauseKind::TemplateSuspect, "without it the model writes"),
        (Server { raw: NO_RAW, ..Server::chat(NO_TEMPLATE) }, CauseKind::EmptyAnswer, "with its chat template and without"),
        (Server { raw: r#"{"error":"no raw here"}"#, ..Server::chat(NO_TEMPLATE) }, CauseKind::TemplateSuspect, "1 token and a stop"),
        (Server { context: 9, ..Server::chat(CUT) }, CauseKind::PromptCut, "9 tokens read"),
        (Server::chat(r#"{"error":"the input length exceeds the context length"}"#), CauseKind::ContextOverflow, "context length"),
        (Server::chat(r#"{"error":"llama runner process has terminated: signal: killed"}"#), CauseKind::OutOfMemory, "killed"),
        (Server::chat(r#"{"error":"llama runner process has terminated: exit status 2"}"#), CauseKind::EngineCrashed, "exit status 2"),
        (Server::chat(looping), CauseKind::DegenerateOutput, "7 times in a row"),
        (Server::chat(r#"{"message":{"content":"half"},"done":false}"#), CauseKind::StreamEndedEarly, "1 fragments"),
        (Server::chat(r#"{"message":{"content":""},"done":true,"done_reason":"load"}"#), CauseKind::NotAGeneration, "load"),
        (Server::chat(r#"{"message":{"content":""},"done":true,"done_reason":"unload"}"#), CauseKind::NotAGeneration, "unload"),
        (Server::chat(blank), CauseKind::EmptyAnswer, "all of them blank"),
    ];
    for (server, kind, proof) in table {
        let cause = cause(server).await;
        assert_eq!(cause.kind, kind, "{} is {cause}", server.chat);
        assert!(cause.detail.contains(proof), "{cause} should prove itself by “{proof}”");
        assert!(!kind.sentence().is_empty() && !kind.next_step().is_empty(), "{kind:?} tells a person what to do");
    }
}

/// A question of more words than were read.
const CUT: &str = r#"{"message":{"content":"It shares the machine."},"done":false}
{"message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":8,"eval_duration":1000000}"#;

fn speed(rung: &RungRecord) -> Vec<&Trial> {
    rung.trials.iter().filter(|trial| trial.kind == TrialKind::Speed).collect()
}

#[tokio::test]
async fn a_speed_trial_whose_prompt_was_cut_is_not_timed() {
    let sound = climbed(Mode::Quick, SOUND).await;
    assert!(speed(&sound).iter().all(|trial| trial.counts_for_timing()), "{:?}", sound.trials);
    let raw = r#"{"response":"noise","done":false}
{"response":"","done":true,"done_reason":"length","prompt_eval_count":64,"eval_count":16,"eval_duration":1000000}"#;
    let cut = climbed(Mode::Quick, Server { raw, context: 64, ..SOUND }).await;
    assert!(!speed(&cut).is_empty() && speed(&cut).iter().all(|trial| !trial.counts_for_timing()), "{:?}", cut.trials);
    assert_eq!(cut.status, RungStatus::Measured, "its answers are sound: the question fits");
}
