//! Asking for a generation and reading its stream.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};
use toprung_core::cause::Cause;

use super::KEEP_ALIVE;
use super::generation::Generation;
use super::models::Thinking;
use crate::http::limits::Wait;
use crate::http::stream::{read, told_apart};
use crate::http::transport::Transport;
use crate::{FinalRecord, Fragment, OnFragment, Prompt, Request, synthetic};

/// The seed of greedy sampling, which makes no use of it; set so that a server's own default can't matter.
const GREEDY_SEED: u64 = 0;
/// A speed trial samples at this temperature. Greedy sampling drives small models into loops on random words, and the server aborts
/// a loop, which would fail a sound model.
const SYNTHETIC_TEMPERATURE: f64 = 1.0;
/// More than a template that is missing leaves of an answer (two tokens), and no longer than needed to tell.
const RAW_TOKENS: u32 = 16;
/// The server keeps seeds in a signed 32-bit number.
const SEED_MASK: u64 = 0x7fff_ffff;
/// Generates, and passes every fragment on as it is read.
pub(super) async fn generate(
    transport: &Transport,
    request: &Request,
    thinking: Thinking,
    on_fragment: OnFragment<'_>,
) -> Result<FinalRecord, Cause> {
    let (path, body) = body(request, thinking);
    let mut generation = Generation::new(Instant::now(), request.max_output_tokens);
    let wait = Wait::generation(&transport.limits);
    let outcome = match transport.send(Method::POST, path, Some(&body), wait).await {
        Ok(response) => read(transport, response, wait, &mut generation, on_fragment).await,
        Err(refused) => Err(refused.into()),
    };
    told_apart(transport, outcome).await
}

/// Whether a chat's bare message is gone on with when it passes by the template. `None` for other prompts and where it failed.
pub(super) async fn writes_raw(transport: &Transport, request: &Request) -> Option<bool> {
    let Prompt::Chat(message) = &request.prompt else { return None };
    let options = json!({"num_ctx": request.context_tokens, "num_predict": RAW_TOKENS, "temperature": 0, "seed": GREEDY_SEED});
    let model = request.model.as_str();
    let body = json!({"model": model, "prompt": message, "raw": true, "stream": true, "keep_alive": KEEP_ALIVE, "options": options});
    let wait = Wait::generation(&transport.limits);
    let response = transport.send(Method::POST, "api/generate", Some(&body), wait).await.ok()?;
    let mut generation = Generation::new(Instant::now(), RAW_TOKENS);
    let mut is_written = false;
    let mut look = |fragment: Fragment| is_written |= !fragment.text.trim().is_empty();
    read(transport, response, wait, &mut generation, &mut look).await.ok()?;
    Some(is_written)
}

/// The path and body of a generation. `num_ctx` is always sent: the server's own default depends on its version and on memory.
fn body(request: &Request, thinking: Thinking) -> (&'static str, Value) {
    let model = request.model.as_str();
    let (context, output) = (request.context_tokens, request.max_output_tokens);
    match &request.prompt {
        Prompt::Chat(message) => {
            let mut body = json!({
                "model": model,
                "messages": [{"role": "user", "content": message}],
                "stream": true,
                "keep_alive": KEEP_ALIVE,
                "options": {"num_ctx": context, "num_predict": output, "temperature": 0, "seed": GREEDY_SEED},
            });
            if let Some(value) = thinking.value() {
                body["think"] = value;
            }
            ("api/chat", body)
        }
        Prompt::Synthetic { tokens, seed } => {
            let options = json!({
                "num_ctx": context,
                "num_predict": output,
                "temperature": SYNTHETIC_TEMPERATURE,
                "seed": seed & SEED_MASK,
                "stop": [],
            });
            let prompt = synthetic::words(*tokens, *seed);
            let body = json!({"model": model, "prompt": prompt, "raw": true, "stream": true, "keep_alive": KEEP_ALIVE, "options": options});
            ("api/generate", body)
        }
    }
}

#[cfg(test)]
mod tests {
    use toprung_core::model::ModelRef;

    use super::*;

    fn request(prompt: Prompt) -> Request {
        Request { model: ModelRef::new("a:b").unwrap(), prompt, max_output_tokens: 48, context_tokens: 2048 }
    }

    #[test]
    fn the_context_is_always_sent() {
        for prompt in [Prompt::Chat("hi".into()), Prompt::Synthetic { tokens: 8, seed: 1 }] {
            let (_, body) = body(&request(prompt), Thinking::Unable);
            assert_eq!(body["options"]["num_ctx"], 2048, "the server's own default changes with its version and with memory");
            assert_eq!(body["options"]["num_predict"], 48);
        }
    }

    #[test]
    fn thinking_is_mentioned_only_to_a_model_that_can() {
        let ask = |thinking| body(&request(Prompt::Chat("hi".into())), thinking).1.get("think").cloned();
        assert_eq!(ask(Thinking::Unable), None, "a model that can't think answers such a request with HTTP 400");
        assert_eq!(ask(Thinking::Switch), Some(json!(false)));
        assert_eq!(ask(Thinking::Levels), Some(json!("low")));
    }

    #[test]
    fn a_synthetic_prompt_passes_by_the_template_and_is_led_by_its_seed() {
        let prompt = |seed| body(&request(Prompt::Synthetic { tokens: 8, seed }), Thinking::Switch);
        let ((path, one), (_, two)) = (prompt(1), prompt(2));
        assert_eq!((path, &one["raw"]), ("api/generate", &json!(true)));
        assert_ne!(one["prompt"], two["prompt"], "a repeated prompt would be served from the cache");
        assert!(prompt(u64::MAX).1["options"]["seed"].as_i64().is_some_and(|seed| i32::try_from(seed).is_ok()), "the server takes 32 bits");
    }
}
