//! The real thing: a llama-server of one's own. TOPRUNG_LAB_LLAMA_SERVER names it (scripts/test starts it); without it these tests
//! say that they were left out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::time::Instant;

use tokio::sync::Mutex;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;
use toprung_engines::openai::{OpenAi, address};
use toprung_engines::{DoneReason, Engine, FinalRecord, Fragment, LoadOptions, Prompt, Request};

const CONTEXT: u32 = 2048;

/// One test at a time: a measurement beside another measures both.
static LAB: Mutex<()> = Mutex::const_new(());

fn lab() -> Option<OpenAi> {
    match std::env::var("TOPRUNG_LAB_LLAMA_SERVER") {
        Ok(url) => Some(OpenAi::new(address(&url).unwrap(), None).unwrap()),
        Err(_) => {
            println!("left out: TOPRUNG_LAB_LLAMA_SERVER names no server");
            None
        }
    }
}

/// Asks, and gives the text and the fragments' moments beside the outcome.
async fn ask(engine: &OpenAi, model: &ModelRef, prompt: Prompt, tokens: u32) -> (Result<FinalRecord, Cause>, String, Vec<Instant>) {
    let request = Request { model: model.clone(), prompt, max_output_tokens: tokens, context_tokens: CONTEXT };
    let (mut text, mut moments) = (String::new(), Vec::new());
    let mut keep = |fragment: Fragment| {
        text.push_str(&fragment.text);
        moments.push(fragment.at);
    };
    let outcome = engine.generate(&request, &mut keep).await;
    (outcome, text, moments)
}

#[tokio::test]
async fn a_server_is_described_and_its_model_listed_loaded_and_asked() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    let description = engine.describe().await.unwrap();
    let shown = format!("{description:?}");
    assert!(description.version.is_some() && shown.contains("llama-server"), "{shown}");
    assert!(!shown.contains(".gguf"), "the path of the model stays on its machine: {shown}");

    let installed = engine.list().await.unwrap();
    let first = installed.first().expect("a llama-server has a model");
    assert!(!first.model.as_str().contains('/') && first.facts.parameters.is_some_and(|n| n > 1_000_000), "{first:?}");
    assert_eq!(engine.facts(&first.model).await.unwrap(), first.facts);
    let load = engine.load(&first.model, &LoadOptions { context_tokens: CONTEXT }).await.unwrap();
    assert!(load.context_tokens.is_some_and(|tokens| tokens >= 640), "a speed trial needs 640 tokens: {load:?}");

    let (outcome, text, _) = ask(&engine, &first.model, Prompt::Chat("Name three colours of the rainbow.".into()), 48).await;
    let record = outcome.unwrap();
    assert!(matches!(record.done, DoneReason::Stop | DoneReason::Length) && !text.trim().is_empty(), "{record:?} {text:?}");
    assert!(record.output_tokens.is_some_and(|tokens| tokens <= 48), "{record:?}");
}

#[tokio::test]
async fn a_speed_trial_has_its_exact_length_and_both_clocks_agree() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    let model = engine.list().await.unwrap()[0].model.clone();
    ask(&engine, &model, Prompt::Chat("Hi".into()), 1).await.0.unwrap();
    let sent = Instant::now();
    let (outcome, _, moments) = ask(&engine, &model, Prompt::Synthetic { tokens: 512, seed: 7 }, 128).await;
    let record = outcome.unwrap();
    assert_eq!((record.output_tokens, record.done), (Some(128), DoneReason::Length), "the end of the text is ignored");
    assert_eq!(record.cached_prompt_tokens, Some(0), "no cache knows the prompt");
    let prompt_tokens = record.prompt_tokens.unwrap();
    assert!((460..=580).contains(&prompt_tokens), "about 512 tokens were asked for, {prompt_tokens} were counted");
    assert!(moments.is_sorted() && moments[0] > sent && *moments.last().unwrap() <= record.at, "fragments are stamped as they are read");
    let (engines, ours) = (record.decode_ms.unwrap(), (*moments.last().unwrap() - moments[0]).as_secs_f64() * 1000.0);
    assert!((engines / ours - 1.0).abs() < 0.1, "127 intervals: the engine says {engines} ms, this side saw {ours} ms");
}

#[tokio::test]
async fn a_repeated_prompt_is_read_in_full() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    let model = engine.list().await.unwrap()[0].model.clone();
    for _ in 0..2 {
        let record = ask(&engine, &model, Prompt::Synthetic { tokens: 64, seed: 3 }, 4).await.0.unwrap();
        assert_eq!(record.cached_prompt_tokens, Some(0), "the cache was declined");
    }
}

#[tokio::test]
async fn what_the_server_does_not_list_is_not_found() {
    let (_alone, Some(engine)) = (LAB.lock().await, lab()) else { return };
    let missing = ModelRef::new("no-such-model").unwrap();
    assert_eq!(engine.facts(&missing).await.unwrap_err().kind, CauseKind::ModelNotFound);
    let load = engine.load(&missing, &LoadOptions { context_tokens: CONTEXT }).await;
    assert_eq!(load.unwrap_err().kind, CauseKind::ModelNotFound);
    assert_eq!(ask(&engine, &missing, Prompt::Chat("hi".into()), 4).await.0.unwrap_err().kind, CauseKind::ModelNotFound);
}
