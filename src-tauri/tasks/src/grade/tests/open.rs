use serde_json::json;

use super::*;

#[tokio::test]
async fn exact_texts() {
    let table = [
        ("Paris", Right, "word for word"),
        ("paris.", RightLoosely, "case and a full stop"),
        ("```\nParis\n```", RightLoosely, "a fence"),
        ("Answer: Paris", RightLoosely, "a word before it"),
        ("The City of Light", Right, "another accepted text"),
        ("Paris, France", Wrong, "more than it"),
        ("Lyon", Wrong, "another town"),
    ];
    check(&Oracle::Exact(texts(&["Paris", "The City of Light"])), &table).await;
}

#[tokio::test]
async fn parts_of_a_text() {
    let table =
        [("the Seine in Paris", Right, "both"), ("THE SEINE IN PARIS", RightLoosely, "case"), ("the Seine", Wrong, "one is missing")];
    check(&Oracle::Contains(texts(&["Paris", "Seine"])), &table).await;
}

#[tokio::test]
async fn patterns() {
    let table =
        [("DE-1234", Right, "it matches"), ("```\nDE-1234\n```", Right, "a line of it matches"), ("DE-12", Wrong, "it does not match")];
    check(&Oracle::Pattern("^[A-Z]{2}-[0-9]{4}$".to_owned()), &table).await;
    let endless = format!("{}!", "a".repeat(60_000));
    let grade = graded(&Oracle::Pattern("^(a+)+$".to_owned()), &endless).await;
    assert_eq!(grade.class, Wrong, "a pattern that makes others hang is answered in time");
    assert_eq!(graded(&Oracle::Pattern("(".to_owned()), "x").await.class, GradeClass::GraderFailed);
}

#[tokio::test]
async fn json_holds_at_least_what_is_wanted() {
    let table = [
        (r#"{"a": 1, "b": [true, "x"]}"#, Right, "the same"),
        (r#"{"a": 1, "b": [true, "x"], "c": 3}"#, Right, "more than it"),
        (r#"{"a": "1", "b": [true, "x"]}"#, RightLoosely, "a number as a text"),
        ("Here:\n{\"a\": 1, \"b\": [true, \"x\"]}", RightLoosely, "words before it"),
        (r#"{"a": 1}"#, Wrong, "less than it"),
        (r#"{"a": 1, "b": [true]}"#, Wrong, "a shorter list"),
        ("a = 1", Wrong, "no JSON"),
    ];
    check(&Oracle::Json(json!({ "a": 1, "b": [true, "x"] })), &table).await;
    check(&Oracle::Json(json!([1, 2])), &[("[1, 2]", Right, "a list"), ("[2, 1]", Wrong, "another order"), ("1, 2", Wrong, "no list")])
        .await;
}
