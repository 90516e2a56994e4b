//! What is asked of the server, and in which words: servers differ in what they take.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use reqwest::StatusCode;
use serde_json::{Value, json};
use toprung_core::cause::CauseKind;

use crate::http::transport::Refused;
use crate::{Prompt, Request, synthetic};

/// The seed of greedy sampling, which makes no use of it; set so that a server's own default can't matter.
const GREEDY_SEED: u64 = 0;
/// A speed trial samples at this temperature: greedy sampling drives small models into loops on random words.
const SYNTHETIC_TEMPERATURE: f64 = 1.0;
/// Servers keep seeds in a signed 32-bit number.
const SEED_MASK: u64 = 0x7fff_ffff;
/// Keys that make a measurement better and that not every server knows; most ignore what they don't, some answer with HTTP 400.
const OPTIONAL: [&str; 5] = ["cache_prompt", "chat_template_kwargs", "ignore_eos", "seed", "stream_options"];

pub(super) const CHAT: &str = "v1/chat/completions";
pub(super) const COMPLETIONS: &str = "v1/completions";

/// What one server was found not to take. Learned from its refusals and kept for it, so that no later request pays for them.
#[derive(Debug, Default)]
pub(super) struct Manners {
    left_out: Mutex<BTreeSet<&'static str>>,
    no_completions: AtomicBool,
}

impl Manners {
    /// Learns from a refusal; whether the request is worth another try in other words.
    pub(super) fn learn(&self, path: &str, body: &Value, refused: &Refused) -> bool {
        match refused.status {
            Some(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => {
                let named: Vec<_> = OPTIONAL.into_iter().filter(|key| body.get(key).is_some() && names(&refused.words, key)).collect();
                self.left_out.lock().unwrap_or_else(PoisonError::into_inner).extend(&named);
                !named.is_empty()
            }
            Some(StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) => {
                let lacks_it = path == COMPLETIONS && refused.cause.kind != CauseKind::ModelNotFound;
                lacks_it && !self.no_completions.swap(true, Ordering::Relaxed)
            }
            _ => false,
        }
    }

    /// The path and body of a request in words that this server takes. `model` is the server's own name of it.
    pub(super) fn put(&self, model: &str, request: &Request) -> (&'static str, Value) {
        let no_completions = self.no_completions.load(Ordering::Relaxed);
        let (path, mut body) = match &request.prompt {
            Prompt::Chat(message) => (CHAT, chat(message)),
            Prompt::Synthetic { tokens, seed } => {
                let words = synthetic::words(*tokens, *seed);
                let prompt = if no_completions { json!({"messages": messages(&words)}) } else { json!({"prompt": words}) };
                (if no_completions { CHAT } else { COMPLETIONS }, noise(prompt, *seed))
            }
        };
        body["model"] = json!(model);
        body["stream"] = json!(true);
        body["stream_options"] = json!({"include_usage": true});
        body["max_tokens"] = json!(request.max_output_tokens);
        // A prompt that a cache held would take no time.
        body["cache_prompt"] = json!(false);
        if let Some(body) = body.as_object_mut() {
            let left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
            body.retain(|key, _| !left_out.contains(key.as_str()));
        }
        (path, body)
    }
}

fn messages(text: &str) -> Value {
    json!([{"role": "user", "content": text}])
}

/// A question, with as little thinking as the model's template allows, so that the token budget goes into the answer.
fn chat(message: &str) -> Value {
    json!({
        "messages": messages(message),
        "temperature": 0,
        "seed": GREEDY_SEED,
        "chat_template_kwargs": {"enable_thinking": false},
    })
}

/// A prompt of a speed trial, answered to the last token that is allowed.
fn noise(mut prompt: Value, seed: u64) -> Value {
    prompt["temperature"] = json!(SYNTHETIC_TEMPERATURE);
    prompt["seed"] = json!(seed & SEED_MASK);
    prompt["ignore_eos"] = json!(true);
    prompt
}

/// Whether words name a key, and not only a longer word with it.
fn names(words: &str, key: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    words.match_indices(key).any(|(at, _)| !words[..at].ends_with(is_part) && !words[at + key.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use toprung_core::cause::Cause;
    use toprung_core::model::ModelRef;

    use super::*;

    fn request(prompt: Prompt) -> Request {
        Request { model: ModelRef::new("a").unwrap(), prompt, max_output_tokens: 48, context_tokens: 2048 }
    }

    fn noise_request(seed: u64) -> Request {
        request(Prompt::Synthetic { tokens: 16, seed })
    }

    fn refusal(status: u16, kind: CauseKind, words: &str) -> Refused {
        Refused { cause: Cause::new(kind, ""), status: StatusCode::from_u16(status).ok(), words: words.to_owned() }
    }

    #[test]
    fn a_speed_trial_has_a_fixed_length_and_a_prompt_that_no_cache_knows() {
        let ((path, one), (_, two)) = (Manners::default().put("id", &noise_request(1)), Manners::default().put("id", &noise_request(2)));
        assert_eq!((path, &one["ignore_eos"], &one["cache_prompt"]), (COMPLETIONS, &json!(true), &json!(false)));
        assert_eq!((&one["max_tokens"], &one["model"], &one["stream_options"]["include_usage"]), (&json!(48), &json!("id"), &json!(true)));
        assert_ne!(one["prompt"], two["prompt"], "a repeated prompt would be served from a cache");
        let (_, huge) = Manners::default().put("id", &noise_request(u64::MAX));
        assert!(huge["seed"].as_i64().is_some_and(|seed| i32::try_from(seed).is_ok()), "servers take 32 bits");
    }

    #[test]
    fn an_answer_is_greedy_and_may_end_by_itself() {
        let (path, body) = Manners::default().put("id", &request(Prompt::Chat("hi".into())));
        assert_eq!((path, &body["temperature"], body.get("ignore_eos")), (CHAT, &json!(0), None));
        assert_eq!(body["chat_template_kwargs"]["enable_thinking"], false);
    }

    #[test]
    fn keys_that_a_server_refuses_are_left_out_from_then_on() {
        let manners = Manners::default();
        let (path, body) = manners.put("id", &noise_request(1));
        let words = "[{'type': 'extra_forbidden', 'loc': ('body', 'cache_prompt'), 'msg': 'Extra inputs are not permitted'}]";
        assert!(manners.learn(path, &body, &refusal(400, CauseKind::EngineError, words)));
        let (path, body) = manners.put("id", &noise_request(1));
        assert!(body.get("cache_prompt").is_none() && body.get("ignore_eos").is_some(), "{body}");
        assert!(!manners.learn(path, &body, &refusal(400, CauseKind::EngineError, words)), "what was left out can't be refused again");
        assert!(manners.learn(path, &body, &refusal(422, CauseKind::EngineError, "Unrecognized request argument supplied: ignore_eos")));
        assert!(manners.put("id", &request(Prompt::Chat("hi".into()))).1.get("cache_prompt").is_none(), "it holds for the server");
    }

    #[test]
    fn a_refusal_of_something_else_is_no_reason_to_ask_again() {
        let manners = Manners::default();
        let (path, body) = manners.put("id", &noise_request(1));
        for (status, words) in [(400, "the prompt is too long"), (400, "seedless and unseeded"), (500, "cache_prompt"), (400, "")] {
            assert!(!manners.learn(path, &body, &refusal(status, CauseKind::EngineError, words)), "{status} {words}");
        }
    }

    #[test]
    fn a_server_without_plain_completions_gets_the_words_as_a_chat() {
        let manners = Manners::default();
        let (path, body) = manners.put("id", &noise_request(1));
        assert!(!manners.learn(path, &body, &refusal(404, CauseKind::ModelNotFound, "")), "an unknown model is none in a chat either");
        assert!(manners.learn(path, &body, &refusal(404, CauseKind::NotAnEngine, "")));
        let (path, chat) = manners.put("id", &noise_request(1));
        assert_eq!((path, &chat["messages"][0]["content"], &chat["ignore_eos"]), (CHAT, &body["prompt"], &json!(true)));
        assert!(!manners.learn(path, &chat, &refusal(404, CauseKind::NotAnEngine, "")), "there is nothing left to fall back to");
    }
}
