use std::time::Duration;

use super::*;
use crate::http::lines::Lines;

/// Plays a stream to a fresh generation, cut at these places: the fragments, and how it ended.
fn play_cut(stream: &str, cuts: &[usize]) -> (Vec<(FragmentKind, String)>, Result<FinalRecord, Cause>) {
    let mut generation = Generation::new(Instant::now() - Duration::from_secs(30), 128);
    let mut lines = Lines::with_limit(8 * 1024);
    let mut seen = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([stream.len()]) {
        let mut whole = lines.push(&stream.as_bytes()[from..to]).unwrap();
        from = to;
        if to == stream.len() {
            whole.extend(lines.finish());
        }
        for line in whole {
            match generation.accept(&line, Instant::now(), &mut |fragment| seen.push((fragment.kind, fragment.text))) {
                Ok(None) => {}
                Ok(Some(record)) => return (seen, Ok(record)),
                Err(cause) => return (seen, Err(cause)),
            }
        }
    }
    let end = generation.close().and_then(|record| record.ok_or_else(|| generation.flow.cut("the stream ended")));
    (seen, end)
}

fn play(lines: &[&str]) -> (Vec<(FragmentKind, String)>, Result<FinalRecord, Cause>) {
    play_cut(&lines.join("\n\n"), &[])
}

fn delta(text: &str) -> String {
    format!("data: {}", serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
}

const STOP: &str = r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const USAGE: &str = r#"data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
const DONE_LINE: &str = "data: [DONE]";

#[test]
fn chats_and_plain_completions_give_their_text() {
    let answer = [(FragmentKind::Answer, "yes".to_owned())];
    let text = r#"data: {"choices":[{"index":0,"text":"yes","finish_reason":null}]}"#;
    let finish = r#"data: {"choices":[{"index":0,"text":"","finish_reason":"stop"}]}"#;
    for lines in [[&delta("yes"), STOP, USAGE, DONE_LINE], [text, finish, USAGE, DONE_LINE]] {
        let (fragments, end) = play(&lines);
        assert_eq!(fragments, answer, "an empty text is no fragment");
        let record = end.unwrap();
        assert_eq!((record.done, record.prompt_tokens, record.output_tokens), (DoneReason::Stop, Some(9), Some(2)));
    }
}

#[test]
fn a_stream_gives_the_same_text_wherever_it_is_cut() {
    let stream = [": ping", "event: message", &delta("żó"), &delta("łw 😀"), STOP, USAGE, DONE_LINE].join("\r\n\r\n") + "\n\n";
    let whole = play_cut(&stream, &[]);
    let text: String = whole.0.iter().map(|(_, text)| text.as_str()).collect();
    assert!(text == "żółw 😀" && whole.1.is_ok(), "{whole:?}");
    for cut in 0..stream.len() {
        let (fragments, end) = play_cut(&stream, &[cut]);
        assert!(fragments == whole.0 && end.is_ok(), "cut at {cut}: {fragments:?}, {end:?}");
    }
}

#[test]
fn pings_and_other_fields_say_nothing() {
    let lines = [": ping", ":", "event: message", "id: 7", "retry: 100", &delta("a"), ": ping", STOP, ": ping", DONE_LINE];
    let (fragments, end) = play(&lines);
    assert!(fragments.len() == 1 && end.is_ok(), "{fragments:?}, {end:?}");
}

#[test]
fn a_usage_chunk_has_empty_or_no_choices() {
    for choices in ["[]", "null"] {
        let usage = format!(r#"data: {{"choices":{choices},"usage":{{"prompt_tokens":9,"completion_tokens":2}}}}"#);
        assert_eq!(play(&[&delta("a"), STOP, &usage, DONE_LINE]).1.unwrap().output_tokens, Some(2), "choices {choices}");
    }
    let bare = r#"data: {"usage":{"completion_tokens":2}}"#;
    assert_eq!(play(&[&delta("a"), STOP, bare]).1.unwrap().output_tokens, Some(2), "and some leave them out");
}

#[test]
fn thinking_comes_by_two_names_and_is_taken_once() {
    for fields in [
        r#""reasoning_content":"hm""#,
        r#""reasoning":"hm""#,
        r#""reasoning_content":"hm","reasoning":"hm""#,
        r#""reasoning_content":null,"reasoning":"hm""#,
    ] {
        let chunk = format!(r#"data: {{"choices":[{{"index":0,"delta":{{"content":null,{fields}}}}}]}}"#);
        assert_eq!(play(&[&chunk, STOP]).0, [(FragmentKind::Thinking, "hm".to_owned())], "{fields}");
    }
}

#[test]
fn a_tool_call_is_a_fragment_of_its_own_kind() {
    let chunk = r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}}]}"#;
    let finish = r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#;
    let (fragments, end) = play(&[chunk, finish, DONE_LINE]);
    assert_eq!(fragments[0].0, FragmentKind::ToolCall);
    assert_eq!(end.unwrap().done, DoneReason::Other("tool_calls".to_owned()));
}

#[test]
fn the_timings_of_a_llama_server_are_its_clock() {
    let last = r#"data: {"choices":[{"index":0,"text":"","finish_reason":"length"}],"usage":{"completion_tokens":3,"prompt_tokens":2},
        "timings":{"cache_n":0,"prompt_n":2,"prompt_ms":1807.261,"predicted_n":3,"predicted_ms":6119.873}}"#
        .replace('\n', "");
    let record = play(&[&last, DONE_LINE]).1.unwrap();
    assert_eq!((record.output_tokens, record.decode_ms), (Some(3), Some(6119.873)));
    assert_eq!((record.done, record.cached_prompt_tokens), (DoneReason::Length, Some(0)), "a 0 that was read is not unknown");
}

#[test]
fn a_stream_without_a_finish_reason_is_incomplete() {
    for lines in [vec![delta("one"), delta(" two")], vec![delta("one"), delta(" two"), USAGE.to_owned(), DONE_LINE.to_owned()]] {
        let (_, end) = play(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let cause = end.unwrap_err();
        assert!(cause.kind == CauseKind::StreamEndedEarly && cause.detail.contains("2 fragments"), "{cause}");
    }
    let empty = r#"data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":""}]}"#;
    assert_eq!(play(&[empty, DONE_LINE]).1.unwrap_err().kind, CauseKind::StreamEndedEarly, "an empty reason is none");
}

#[test]
fn a_stream_that_ends_after_its_finish_reason_is_complete_without_its_counts() {
    let record = play(&[&delta("a"), STOP]).1.unwrap();
    assert_eq!((record.done, record.output_tokens), (DoneReason::Stop, None), "what did not come is unknown");
}

#[test]
fn an_error_inside_a_stream_is_a_failure_and_keeps_the_text_so_far() {
    for (line, kind) in [
        (r#"data: {"error":{"message":"exceeds the available context size","code":400}}"#, CauseKind::ContextOverflow),
        (r#"data: {"error":"cudaMalloc failed: out of memory"}"#, CauseKind::OutOfMemory),
        (r#"error: {"code":500,"message":"failed to allocate compute pp buffers","type":"server_error"}"#, CauseKind::OutOfMemory),
        ("error: ?", CauseKind::EngineError),
        (r#"data: {"object":"error","message":"The model `a` does not exist.","code":404}"#, CauseKind::ModelNotFound),
        (r#"{"error":{"message":"something new"}}"#, CauseKind::EngineError),
        (r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#, CauseKind::EngineError),
        ("<!doctype html><html>", CauseKind::NotAnEngine),
        ("hello", CauseKind::EngineError),
    ] {
        let (fragments, end) = play(&[&delta("half"), line]);
        assert_eq!((fragments.len(), end.unwrap_err().kind), (1, kind), "{line}");
    }
}

#[test]
fn what_is_no_json_is_named_with_its_beginning() {
    let cause = play(&["data: {oops"]).1.unwrap_err();
    assert!(cause.kind == CauseKind::EngineError && cause.detail.contains("{oops"), "{cause}");
    let nan = r#"data: {"choices":[],"timings":{"predicted_ms":NaN}}"#;
    assert_eq!(play(&[nan]).1.unwrap_err().kind, CauseKind::AbsurdFigures);
    for usage in [r#"{"completion_tokens":-1}"#, r#"{"completion_tokens":2e30}"#] {
        let chunk = format!(r#"data: {{"choices":[],"usage":{usage}}}"#);
        assert_eq!(play(&[STOP, &chunk, DONE_LINE]).1.unwrap_err().kind, CauseKind::AbsurdFigures, "{usage}");
    }
}

#[test]
fn a_second_answer_is_left_aside() {
    let second = r#"data: {"choices":[{"index":1,"delta":{"content":"other"},"finish_reason":"stop"}]}"#;
    let (fragments, end) = play(&[&delta("a"), second]);
    assert!(fragments.len() == 1 && end.is_err(), "its end is not the end of the first");
}

#[test]
fn a_stream_that_never_ends_is_stopped() {
    let lines: Vec<String> = (0..2000).map(|n| delta(&n.to_string())).collect();
    let (fragments, end) = play(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(end.unwrap_err().kind, CauseKind::AbsurdFigures);
    assert!(fragments.len() < 1000, "128 tokens were allowed, {} fragments were passed on", fragments.len());
}
