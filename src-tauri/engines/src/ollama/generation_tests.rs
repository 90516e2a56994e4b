use toprung_core::cause::CauseKind;

use super::*;
use crate::DoneReason;

/// Plays lines to a fresh generation: the fragments, and how it ended.
fn play(lines: &[&str]) -> (Vec<(FragmentKind, String)>, Result<FinalRecord, Cause>) {
    let mut generation = Generation::new(Instant::now(), 128);
    let mut seen = Vec::new();
    for line in lines {
        let mut keep = |fragment: Fragment| seen.push((fragment.kind, fragment.text));
        match generation.accept(line.as_bytes(), Instant::now(), &mut keep) {
            Ok(None) => {}
            Ok(Some(record)) => return (seen, Ok(record)),
            Err(cause) => return (seen, Err(cause)),
        }
    }
    (seen, Err(generation.flow.cut("the stream ended")))
}

fn chat(text: &str) -> String {
    serde_json::json!({"message": {"role": "assistant", "content": text}, "done": false}).to_string()
}

#[test]
fn both_interfaces_give_the_same_fragments() {
    let answer = vec![(FragmentKind::Thinking, "hm".to_owned()), (FragmentKind::Answer, "yes".to_owned())];
    let of_chat = [
        r#"{"message":{"content":"","thinking":"hm"}}"#,
        r#"{"message":{"content":"yes"}}"#,
        r#"{"message":{"content":""},"done":true,"done_reason":"stop"}"#,
    ];
    let of_generate =
        [r#"{"response":"","thinking":"hm"}"#, r#"{"response":"yes"}"#, r#"{"response":"","done":true,"done_reason":"stop"}"#];
    for lines in [of_chat, of_generate] {
        let (fragments, end) = play(&lines);
        assert_eq!(fragments, answer, "an empty text is no fragment");
        assert_eq!(end.unwrap().done, DoneReason::Stop);
    }
}

#[test]
fn a_final_record_with_text_keeps_the_text() {
    let (fragments, end) = play(&[r#"{"message":{"content":"last"},"done":true,"done_reason":"length"}"#]);
    assert_eq!(fragments, [(FragmentKind::Answer, "last".to_owned())]);
    assert!(end.is_ok());
}

#[test]
fn a_tool_call_is_a_fragment_of_its_own_kind() {
    let (fragments, _) = play(&[r#"{"message":{"content":"","tool_calls":[{"function":{"name":"f"}}]}}"#]);
    assert_eq!(fragments[0].0, FragmentKind::ToolCall);
}

#[test]
fn an_error_inside_a_stream_is_a_failure_and_keeps_the_text_so_far() {
    let (fragments, end) = play(&[&chat("half"), r#"{"error":"llama runner process has terminated: signal: killed"}"#]);
    assert_eq!(fragments.len(), 1);
    assert_eq!(end.unwrap_err().kind, CauseKind::OutOfMemory);
}

#[test]
fn a_stream_without_its_final_record_is_incomplete() {
    let (_, end) = play(&[&chat("one"), &chat(" two")]);
    let cause = end.unwrap_err();
    assert_eq!(cause.kind, CauseKind::StreamEndedEarly);
    assert!(cause.detail.contains("2 fragments"), "{}", cause.detail);
}

#[test]
fn a_stream_that_was_aborted_for_its_repetition_says_so() {
    // The lab's server with a model that it miscomputes: 31 dashes, and no final record.
    let dashes: Vec<String> = ["-", ",", "-", "'s"].into_iter().chain([""; 31].map(|_| "-")).map(chat).collect();
    let (_, end) = play(&dashes.iter().map(String::as_str).collect::<Vec<_>>());
    let cause = end.unwrap_err();
    assert_eq!(cause.kind, CauseKind::RepetitionAborted);
    assert!(cause.detail.contains("31 times"), "{}", cause.detail);
}

#[test]
fn repetition_is_seen_with_spaces_and_with_several_tokens_a_fragment() {
    let (_, spaced) = play(
        &(0..31).map(|n| chat(if n % 2 == 0 { " a" } else { "a\n" })).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
    );
    assert_eq!(spaced.unwrap_err().kind, CauseKind::RepetitionAborted, "the server compares tokens without their spaces");
    let (_, joined) = play(&[&chat(&"ha ".repeat(40))]);
    assert_eq!(joined.unwrap_err().kind, CauseKind::RepetitionAborted, "a fragment is not a token");
    let (_, sound) = play(&[&chat("ha ha ha, said she"), &chat("----------")]);
    assert_eq!(sound.unwrap_err().kind, CauseKind::StreamEndedEarly, "a short repetition is no reason to abort");
}

#[test]
fn what_is_no_json_is_named_with_its_beginning() {
    for (line, kind) in [
        ("<html>oops", CauseKind::NotAnEngine),
        ("data: oops", CauseKind::EngineError),
        (r#"{"done":true,"eval_count":NaN}"#, CauseKind::AbsurdFigures),
        (r#"{"done":true,"eval_count":1e999}"#, CauseKind::AbsurdFigures),
        (r#"{"done":true,"eval_count":-Infinity}"#, CauseKind::AbsurdFigures),
        (r#"{"done":true,"done_reason":"stop","eval_count":100000}"#, CauseKind::AbsurdFigures),
    ] {
        let cause = play(&[line]).1.unwrap_err();
        assert_eq!(cause.kind, kind, "{line}: {cause}");
    }
    let cause = play(&["<html>oops"]).1.unwrap_err();
    assert!(cause.detail.contains("<html>oops"), "{cause}");
}

#[test]
fn a_stream_that_never_ends_is_stopped() {
    let lines: Vec<String> = (0..2000).map(|n| chat(&n.to_string())).collect();
    let (fragments, end) = play(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(end.unwrap_err().kind, CauseKind::AbsurdFigures);
    assert!(fragments.len() < 1000, "128 tokens were allowed, {} fragments were passed on", fragments.len());
}
