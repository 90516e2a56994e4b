//! The real thing: an Ollama server and a registry of one's own. TOPRUNG_LAB_OLLAMA names the server (scripts/test starts it);
//! without it these tests say that they were left out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::time::Instant;

use tokio::sync::Mutex;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;
use toprung_core::output::classify_answer;
use toprung_core::trial::Outcome;
use toprung_engines::ollama::{Ollama, address};
use toprung_engines::{DoneReason, Engine, FinalRecord, Fragment, LoadOptions, Prompt, PullProgress, Request};

const REGISTRY: &str = "localhost:5055/library";
const CONTEXT: u32 = 2048;
const OUTPUT: u32 = 48;

/// One test at a time: the lab's machine has few cores, and models that load push each other out.
static LAB: Mutex<()> = Mutex::const_new(());

fn lab() -> Option<Ollama> {
    match std::env::var("TOPRUNG_LAB_OLLAMA") {
        Ok(url) => Some(Ollama::new(address(Some(&url)).unwrap()).unwrap()),
        Err(_) => {
            println!("left out: TOPRUNG_LAB_OLLAMA names no server");
            None
        }
    }
}

fn model(name: &str) -> ModelRef {
    ModelRef::new(&format!("{REGISTRY}/{name}")).unwrap()
}

async fn pull(engine: &Ollama, model: &ModelRef) -> Result<Vec<PullProgress>, Cause> {
    let mut seen = Vec::new();
    engine.pull(model, &mut |progress| seen.push(progress)).await.map(|()| seen)
}

/// Asks, and gives the text and the fragments' moments beside the outcome.
async fn ask(engine: &Ollama, model: &ModelRef, prompt: Prompt) -> (Result<FinalRecord, Cause>, String, Vec<Instant>) {
    let request = Request { model: model.clone(), prompt, max_output_tokens: OUTPUT, context_tokens: CONTEXT };
    let (mut text, mut moments) = (String::new(), Vec::new());
    let mut keep = |fragment: Fragment| {
        text.push_str(&fragment.text);
        moments.push(fragment.at);
    };
    let outcome = engine.generate(&request, &mut keep).await;
    (outcome, text, moments)
}

#[tokio::test]
async fn a_model_is_pulled_loaded_measured_unloaded_and_deleted() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    let gemma = model("gemma3:270m");
    let version = engine.describe().await.unwrap().version.unwrap();
    assert!(version.starts_with(char::is_numeric), "a version: {version}");

    let _ = engine.delete(&gemma).await;
    let progress = pull(&engine, &gemma).await.unwrap();
    let last = progress.last().unwrap();
    assert_eq!(last.status, "success");
    assert!(last.done_bytes > 253_000_000 && Some(last.done_bytes) == last.total_bytes, "all layers are summed: {last:?}");
    assert!(progress.is_sorted_by_key(|progress| progress.done_bytes), "progress never goes backwards");

    let facts = engine.facts(&gemma).await.unwrap();
    assert_eq!((facts.architecture.as_deref(), facts.parameters), (Some("gemma3"), Some(268_098_176)));
    assert!(engine.list().await.unwrap().iter().any(|installed| installed.model == gemma && installed.facts == facts));

    let load = engine.load(&gemma, &LoadOptions { context_tokens: CONTEXT }).await.unwrap();
    assert!(load.load_ms.is_some_and(|ms| ms > 1.0) && load.peak_memory_bytes.is_some_and(|bytes| bytes > 250_000_000), "{load:?}");
    assert_eq!(engine.memory(&gemma).await.vram_bytes, Some(0), "the lab has no GPU, and a 0 that was read is not unknown");

    let sent = Instant::now();
    let (outcome, _, moments) = ask(&engine, &gemma, Prompt::Synthetic { tokens: 128, seed: 7 }).await;
    let record = outcome.unwrap();
    let prompt_tokens = record.prompt_tokens.unwrap();
    assert!((115..=145).contains(&prompt_tokens), "about 128 tokens were asked for, {prompt_tokens} were counted");
    assert!(moments.is_sorted() && moments[0] > sent && *moments.last().unwrap() <= record.at, "fragments are stamped as they are read");
    let (tokens, engines) = (record.output_tokens.unwrap(), record.decode_ms.unwrap());
    let ours = (*moments.last().unwrap() - moments[0]).as_secs_f64() * 1000.0;
    assert!(tokens > 8 && (engines / ours - 1.0).abs() < 0.2, "{tokens} tokens: the engine says {engines} ms, this side saw {ours} ms");

    let (outcome, text, _) = ask(&engine, &gemma, Prompt::Chat("Name three colours of the rainbow.".into())).await;
    assert!(matches!(outcome.unwrap().done, DoneReason::Stop | DoneReason::Length) && !text.trim().is_empty());

    engine.unload(&gemma).await.unwrap();
    assert_eq!(engine.memory(&gemma).await.peak_bytes, None, "it is gone, so nothing is known of its memory");
    engine.delete(&gemma).await.unwrap();
    assert_eq!(engine.delete(&gemma).await.unwrap_err().kind, CauseKind::ModelNotFound);
    assert_eq!(engine.facts(&gemma).await.unwrap_err().kind, CauseKind::ModelNotFound);
}

#[tokio::test]
async fn a_repeated_prompt_is_faster_and_a_new_seed_is_not() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    let gemma = model("gemma3:270m");
    pull(&engine, &gemma).await.unwrap();
    engine.load(&gemma, &LoadOptions { context_tokens: CONTEXT }).await.unwrap();
    let mut prompt_ms = Vec::new();
    for seed in [1, 1, 2, 3] {
        prompt_ms.push(ask(&engine, &gemma, Prompt::Synthetic { tokens: 256, seed }).await.0.unwrap().prompt_ms.unwrap());
    }
    assert!(prompt_ms[1] < prompt_ms[0] / 2.0, "the server's cache serves a repeated prompt: {prompt_ms:?} ms");
    assert!(prompt_ms[2] > prompt_ms[1] * 2.0 && prompt_ms[3] > prompt_ms[1] * 2.0, "a new seed is read in full: {prompt_ms:?} ms");
    engine.unload(&gemma).await.unwrap();
}

#[tokio::test]
async fn what_the_registry_does_not_have_is_not_found() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    let missing = model("no-such-model:1b");
    assert_eq!(pull(&engine, &missing).await.unwrap_err().kind, CauseKind::ModelNotFound);
    let load = engine.load(&missing, &LoadOptions { context_tokens: CONTEXT }).await;
    assert_eq!(load.unwrap_err().kind, CauseKind::ModelNotFound);
    assert_eq!(ask(&engine, &missing, Prompt::Chat("hi".into())).await.0.unwrap_err().kind, CauseKind::ModelNotFound);
}

#[tokio::test]
async fn a_pull_that_is_dropped_is_cancelled_and_can_be_resumed() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    let smol = model("smollm2:135m");
    let _ = engine.delete(&smol).await;
    let mut ignore = |_: PullProgress| {};
    let cut = tokio::time::timeout(std::time::Duration::from_millis(400), engine.pull(&smol, &mut ignore)).await;
    assert!(cut.is_err(), "98 MB at 40 MB/s a connection take longer than the time that was given");
    assert_eq!(engine.facts(&smol).await.unwrap_err().kind, CauseKind::ModelNotFound, "half a model is no model");
    assert_eq!(pull(&engine, &smol).await.unwrap().last().unwrap().status, "success");
}

/// Questions as a climb asks them.
const QUESTIONS: [&str; 3] = [
    "In two or three sentences: what does a computer's operating system do?",
    "Write a Python function that returns the larger of two numbers, and show one call of it.",
    "A service answers “connection refused” on port 8080. Name three likely causes, one line each.",
];

/// What a climb makes of an answer: the engine's cause, or the one that its text shows.
fn judge(outcome: &Result<FinalRecord, Cause>, text: &str) -> Option<Cause> {
    match outcome {
        Err(cause) => Some(cause.clone()),
        Ok(record) => match classify_answer(text, 0, record.output_tokens, OUTPUT, record.done == DoneReason::Stop) {
            Outcome::Complete => None,
            Outcome::Failed(cause) => Some(cause),
        },
    }
}

/// The lab's server computes the architectures of these models wrongly.
#[tokio::test]
async fn a_miscomputed_model_fails_with_a_cause() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    for name in ["smollm2:135m", "qwen2.5-coder:0.5b", "qwen2.5-coder:1.5b"] {
        let miscomputed = model(name);
        pull(&engine, &miscomputed).await.unwrap();
        engine.load(&miscomputed, &LoadOptions { context_tokens: CONTEXT }).await.unwrap();
        let mut causes = Vec::new();
        for question in QUESTIONS {
            let (outcome, text, _) = ask(&engine, &miscomputed, Prompt::Chat(question.into())).await;
            let cause = judge(&outcome, &text);
            println!("{name}: {cause:?} from {text:?}");
            causes.extend(cause);
        }
        let garbage =
            |cause: &Cause| matches!(cause.kind, CauseKind::RepetitionAborted | CauseKind::DegenerateOutput | CauseKind::TemplateSuspect);
        assert!(causes.iter().any(garbage), "{name} answers garbage, and no answer was found out: {causes:?}");
        engine.unload(&miscomputed).await.unwrap();
    }
}
