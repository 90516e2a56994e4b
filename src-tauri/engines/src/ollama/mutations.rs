//! Mutated streams of this server do no harm.

use std::time::{Duration, Instant};

use super::generation::Generation;
use super::pull::play_progress;
use crate::http::mutations::{do_no_harm, mutated, read};
use crate::http::stream::Judge as _;
use crate::synthetic::SplitMix;

const CHAT: &str = r#"{"model":"m","message":{"role":"assistant","content":"","thinking":"Let me see."},"done":false}
{"model":"m","message":{"role":"assistant","content":"Red, “orange” and yéllow 😀"},"done":false}
{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":[1,2]}}}]},"done":false}
{"model":"m","message":{"role":"assistant","content":"."},"done":false}
{"model":"m","message":{"role":"assistant","content":""},"done_reason":"length","done":true,"total_duration":3465500672,"load_duration":63638276,"prompt_eval_count":121,"prompt_eval_duration":59000000,"eval_count":64,"eval_duration":341000000}
"#;
const PULL: &str = r#"{"status":"pulling manifest"}
{"status":"pulling a5fd3b62230a","digest":"sha256:a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818","total":253113024,"completed":19916955}
{"status":"pulling 000000000000","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","total":270,"completed":270}
{"status":"verifying sha256 digest"}
{"status":"success"}
"#;
/// Plays one mutated stream to both parsers; the bytes of text that came out.
fn play(seed: u64) -> usize {
    let mut random = SplitMix::new(seed);
    let mut text = 0;
    let pieces = mutated(CHAT, &mut random);
    let mut generation = Generation::new(Instant::now(), 64);
    read(&pieces, &mut |line| generation.accept(line, Instant::now(), &mut |fragment| text += fragment.text.len()).is_ok());
    read(&mutated(PULL, &mut random), &mut play_progress());
    text
}

#[test]
fn ten_thousand_mutated_streams_do_no_harm() {
    do_no_harm(CHAT.len(), play);
}

#[test]
fn the_recorded_streams_are_sound_before_they_are_mutated() {
    let mut generation = Generation::new(Instant::now() - Duration::from_secs(4), 64);
    let mut done = false;
    let lines = read(&[CHAT.as_bytes().to_vec()], &mut |line| {
        done = generation.accept(line, Instant::now(), &mut |_| {}).expect("a recorded line").is_some();
        true
    });
    assert!(done && lines == 5, "a mutation tells nothing of a stream that failed without it");
}
