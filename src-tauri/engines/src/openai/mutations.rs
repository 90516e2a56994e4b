//! Mutated streams of such servers do no harm.

use std::time::{Duration, Instant};

use super::generation::Generation;
use crate::http::mutations::{do_no_harm, mutated, read};
use crate::http::stream::Judge as _;
use crate::synthetic::SplitMix;

const CHAT: &str = r#": ping

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1795572618,"id":"chatcmpl-a8","model":"m","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"Let me see."}}],"object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Red, “orange” and yéllow 😀"}}],"object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\"a\":[1,2]}"}}]}}]}

data: {"choices":[{"finish_reason":"length","index":0,"delta":{}}],"object":"chat.completion.chunk"}

data: {"choices":[],"usage":{"completion_tokens":64,"prompt_tokens":121,"prompt_tokens_details":{"cached_tokens":0}},"timings":{"cache_n":0,"prompt_n":121,"prompt_ms":59.5,"predicted_n":64,"predicted_ms":341.25}}

data: [DONE]

"#;
const COMPLETION: &str = r#"data: {"choices":[{"text":" that","index":0,"logprobs":null,"finish_reason":null}],"object":"text_completion"}

data: {"choices":[{"text":" can żółw","index":0,"logprobs":null,"finish_reason":null}],"object":"text_completion"}

data: {"choices":[{"text":"","index":0,"finish_reason":"stop"}],"usage":{"completion_tokens":3,"prompt_tokens":2}}

data: [DONE]
"#;

/// Plays a mutated stream of each kind; the bytes of text that came out.
fn play(seed: u64) -> usize {
    let mut random = SplitMix::new(seed);
    let mut text = 0;
    for stream in [CHAT, COMPLETION] {
        let mut generation = Generation::new(Instant::now(), 64);
        let mut count = |fragment: crate::Fragment| text += fragment.text.len();
        read(&mutated(stream, &mut random), &mut |line| matches!(generation.accept(line, Instant::now(), &mut count), Ok(None)));
        // A stream that ended by itself is closed too; whatever comes of it, it must come at once.
        let _ = generation.close();
    }
    text
}

#[test]
fn ten_thousand_mutated_streams_do_no_harm() {
    do_no_harm(CHAT.len() + COMPLETION.len(), play);
}

#[test]
fn the_recorded_streams_are_sound_before_they_are_mutated() {
    for stream in [CHAT, COMPLETION] {
        let mut generation = Generation::new(Instant::now() - Duration::from_secs(4), 64);
        let mut record = None;
        read(&[stream.as_bytes().to_vec()], &mut |line| {
            record = generation.accept(line, Instant::now(), &mut |_| {}).expect("a recorded line");
            record.is_none()
        });
        assert!(record.is_some(), "a mutation tells nothing of a stream that failed without it");
    }
}
