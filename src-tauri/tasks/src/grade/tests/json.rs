use serde_json::{Value, json};

use super::*;
use crate::oracle::{Call, Field};

fn field(key: &str, value: Value) -> Field {
    Field { key: key.to_owned(), accepted: vec![value], is_optional: false }
}

#[tokio::test]
async fn a_record_is_right_field_by_field() {
    let oracle = Oracle::Record(vec![
        field("name", json!("Anna Falk")),
        field("age", json!(41)),
        field("phone", Value::Null),
        field("items", json!([{ "product": "lamp", "pieces": 2 }])),
    ]);
    let right = r#"{"name": "Anna Falk", "age": 41, "phone": null, "items": [{"product": "lamp", "pieces": 2}]}"#;
    let fenced = format!("```json\n{right}\n```");
    let introduced = format!("Here is the JSON:\n{right}\nI hope it helps {{you}}.");
    let twice = format!("{right}\n{}", right.replace("41", "42"));
    let table = [
        (right, Right, "as it was asked for"),
        (
            r#"{"age": 41.0, "items":[{"pieces":2,"product":"lamp"}],"phone":null,"name":"Anna Falk"}"#,
            Right,
            "order and decimals are no form",
        ),
        (fenced.as_str(), RightLoosely, "a fence"),
        (introduced.as_str(), RightLoosely, "words around it"),
        (&right.replace("41", "\"41\""), RightLoosely, "a number as a text"),
        (&right.replace("null", "\"\""), RightLoosely, "null as a text"),
        (&right.replace("Anna Falk", "anna falk "), RightLoosely, "case and blanks"),
        (&right.replace(r#""phone": null, "#, ""), RightLoosely, "a key without a value is missing"),
        (&right.replace(r#""age""#, r#""town": "Lowick", "age""#), RightLoosely, "an extra key"),
        (&right.replace("41", "40"), Wrong, "another number"),
        (&right.replace("Anna Falk", "Anna"), Wrong, "a part of the name"),
        (&right.replace("null", "\"555\""), Wrong, "an invented value"),
        (&right.replace(r#""age": 41, "#, ""), Wrong, "a missing key"),
        (&right.replace(r#"[{"product": "lamp", "pieces": 2}]"#, "[]"), Wrong, "an empty list"),
        (
            &right.replace(r#"{"product": "lamp", "pieces": 2}"#, r#"{"product": "lamp", "pieces": 2}, {"product": "x", "pieces": 1}"#),
            Wrong,
            "more than there is",
        ),
        (twice.as_str(), Wrong, "two records"),
        (&right[..40], Wrong, "it was not closed"),
        ("name: Anna Falk, age: 41", Wrong, "no JSON"),
        (&format!("[{right}]"), RightLoosely, "a list of one"),
    ];
    check(&oracle, &table).await;
    let cut = Answer { text: right[..40].to_owned(), hit_limit: true, ..Answer::default() };
    assert_eq!(grade(&item(oracle), &cut, None).await.class, Incomplete, "JSON that the limit cut off");
}

#[tokio::test]
async fn a_call_is_right_by_its_name_and_values() {
    let arguments = vec![
        Field { key: "time".to_owned(), accepted: vec![json!("07:35"), json!("7:35")], is_optional: false },
        Field { key: "minutes".to_owned(), accepted: vec![json!(60)], is_optional: true },
    ];
    let oracle = Oracle::Call { tools: texts(&["set_alarm", "set_timer"]), right: Some(Call { tool: "set_alarm".to_owned(), arguments }) };
    let table = [
        (r#"{"tool": "set_alarm", "arguments": {"time": "07:35"}}"#, Right, "what it does by itself may be missing"),
        (r#"{"tool": "set_alarm", "arguments": {"time": "7:35", "minutes": 60}}"#, Right, "another accepted value"),
        ("```json\n{\"tool\": \"set_alarm\", \"arguments\": {\"time\": \"07:35\"}}\n```", RightLoosely, "a fence"),
        (r#"{"name": "set_alarm", "parameters": {"time": "07:35"}}"#, RightLoosely, "other keys"),
        (r#"{"tool": "set_alarm", "time": "07:35"}"#, RightLoosely, "values beside the name"),
        (r#"{"tool": "set_alarm", "arguments": {"time": "07:35", "minutes": "60"}}"#, RightLoosely, "a number as a text"),
        (r#"{"tool": "set_alarm", "arguments": {"time": "07:35", "minutes": 30}}"#, Wrong, "another value"),
        (r#"{"tool": "set_alarm", "arguments": {"time": "19:35"}}"#, Wrong, "another time"),
        (r#"{"tool": "set_alarm", "arguments": {}}"#, Wrong, "a value is missing"),
        (r#"{"tool": "set_timer", "arguments": {"time": "07:35"}}"#, Wrong, "another tool"),
        (r#"{"tool": "alarm", "arguments": {"time": "07:35"}}"#, Wrong, "an invented tool"),
        (r#"{"tool": null}"#, Wrong, "no call"),
        (
            "{\"tool\": \"set_timer\", \"arguments\": {}}\n{\"tool\": \"set_alarm\", \"arguments\": {\"time\": \"07:35\"}}",
            Wrong,
            "all tools",
        ),
        ("set_alarm(time=\"07:35\")", Wrong, "no JSON"),
    ];
    check(&oracle, &table).await;
}

#[tokio::test]
async fn no_call_has_to_be_said() {
    let oracle = Oracle::Call { tools: texts(&["set_alarm"]), right: None };
    let table = [
        (r#"{"tool": null}"#, Right, "as it was asked for"),
        (r#"{"tool": null, "arguments": {}}"#, Right, "empty arguments are none"),
        (r#"{"tool": "none"}"#, RightLoosely, "null as a text"),
        ("No tool fits: {\"tool\": null}", RightLoosely, "words before it"),
        (r#"{"tool": "set_alarm", "arguments": {"time": "07:00"}}"#, Wrong, "a call"),
        ("A spider has eight legs.", Wrong, "an answer in words is no JSON"),
    ];
    check(&oracle, &table).await;
}
