//! JSON: records, field by field, and calls of tools.

mod compare;

use serde_json::{Map, Value};

pub(super) use compare::{Likeness, likeness};

use super::Verdict;
use super::text::{fenced, past, quoted, words};
use crate::oracle::{Call, Field};

/// A text with more braces than this is no answer with a preamble.
const MAX_BRACES: usize = 200;

/// The prompt itself shows how to say that no tool fits: a model that repeats it has not said so.
const MAX_WORDS_AROUND_NULL: usize = 40;

type Object = Map<String, Value>;

/// The object of an answer, and whether it is all that stands there.
pub(super) enum Read {
    Whole(Object),
    /// With what was looked past.
    Within(Object, &'static str),
    /// Several objects that differ.
    Several(usize),
    None,
}

/// Finds the object in an answer. `is_sought` tells it from others.
pub(super) fn read(answer: &str, is_sought: impl Fn(&Object) -> bool) -> Read {
    let text = answer.trim();
    if let Ok(Value::Object(object)) = serde_json::from_str(text) {
        return Read::Whole(object);
    }
    if let Some(inside) = fenced(text)
        && let Ok(Value::Object(object)) = serde_json::from_str(inside.trim())
        && objects(text, &is_sought).len() == 1
    {
        return Read::Within(object, "the fence around it");
    }
    let mut found = objects(text, &is_sought);
    found.dedup();
    match found.len() {
        0 => Read::None,
        1 => found.pop().map_or(Read::None, |object| Read::Within(object, "the text around it")),
        n => Read::Several(n),
    }
}

/// The outermost objects of a text that are sought.
fn objects(text: &str, is_sought: impl Fn(&Object) -> bool) -> Vec<Object> {
    let mut found = Vec::new();
    let mut rest = text;
    for _ in 0..MAX_BRACES {
        let Some(at) = rest.find('{') else { break };
        rest = &rest[at..];
        // A depth of more than 128 is refused by the parser itself.
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let skip = match values.next() {
            Some(Ok(Value::Object(object))) => {
                if is_sought(&object) {
                    found.push(object);
                }
                values.byte_offset().max(1)
            }
            _ => 1,
        };
        rest = &rest[skip..];
    }
    found
}

pub(super) fn record(fields: &[Field], answer: &str) -> Verdict {
    let holds_a_key = |object: &Object| fields.iter().any(|field| object.contains_key(&field.key));
    let (object, looked_past) = match read(answer, holds_a_key) {
        Read::Whole(object) => (object, None),
        Read::Within(object, what) => (object, Some(what)),
        Read::Several(n) => return Verdict::Wrong(format!("Expected one JSON object, found {n}.")),
        Read::None => return Verdict::NoAnswer(format!("Expected a JSON object, found none that can be read: {}.", quoted(answer))),
    };
    finished(compared(fields, &object), looked_past)
}

/// The verdict of a comparison, with what was looked past before it.
fn finished(compared: Result<Option<String>, String>, looked_past: Option<&'static str>) -> Verdict {
    match (compared, looked_past) {
        (Err(reason), _) => Verdict::Wrong(reason),
        (Ok(None), None) => Verdict::Right,
        (Ok(None), Some(what)) => Verdict::Loosely(past(what)),
        (Ok(Some(what)), _) => Verdict::Loosely(past(&what)),
    }
}

/// Whether all fields are right; with what had to be looked past, if anything.
fn compared(fields: &[Field], object: &Object) -> Result<Option<String>, String> {
    let mut looked_past = None;
    for field in fields {
        let expected = field.accepted.first().unwrap_or(&Value::Null);
        let Some(found) = object.get(&field.key) else {
            match (field.is_optional, field.accepted.contains(&Value::Null)) {
                (true, _) => continue,
                (false, true) => {
                    looked_past = Some(format!("the missing key “{}”", field.key));
                    continue;
                }
                (false, false) => return Err(format!("Expected the key “{}”, found none of it.", field.key)),
            }
        };
        match field.accepted.iter().map(|accepted| likeness(accepted, found)).max() {
            Some(Likeness::Same) => {}
            Some(Likeness::Loose) => looked_past = Some(format!("the form of “{}”", field.key)),
            _ => return Err(format!("Expected {expected} for “{}”, found {}.", field.key, quoted(&found.to_string()))),
        }
    }
    if let Some(extra) = object.keys().find(|key| fields.iter().all(|field| field.key != **key)) {
        looked_past = Some(format!("the extra key {}", quoted(extra)));
    }
    Ok(looked_past)
}

pub(super) fn call(tools: &[String], right: Option<&Call>, answer: &str) -> Verdict {
    let expected = right.map_or("no call", |call| call.tool.as_str());
    let (object, looked_past) = match read(answer, |object| named_tool(object).is_some()) {
        Read::Whole(object) => (object, None),
        Read::Within(object, what) => (object, Some(what)),
        Read::Several(n) => return Verdict::Wrong(format!("Expected one call, found {n}.")),
        Read::None => {
            return Verdict::NoAnswer(format!("Expected a call as JSON ({expected}), found none that can be read: {}.", quoted(answer)));
        }
    };
    let Some((key, tool)) = named_tool(&object) else {
        return Verdict::NoAnswer(format!("Expected the key “tool”, found {}.", quoted(answer)));
    };
    let form = (key != "tool").then_some("the name of the key “tool”").or(looked_past);
    let Some(call) = right else {
        return match tool {
            Value::Null if words(answer).count() > MAX_WORDS_AROUND_NULL => {
                Verdict::NoAnswer(format!("Expected no call, said in JSON alone, found it in a long text: {}.", quoted(answer)))
            }
            Value::Null => finished(Ok(None), form),
            Value::String(name) if ["null", "none", ""].contains(&name.to_lowercase().as_str()) => {
                Verdict::Loosely(past("the form of the null"))
            }
            other => Verdict::Wrong(format!("Expected no call, found one of {}.", quoted(&other.to_string()))),
        };
    };
    let name = tool.as_str().unwrap_or("");
    if name != call.tool {
        let what = if tools.iter().any(|known| known == name) { "" } else { ", which is not offered" };
        return Verdict::Wrong(format!("Expected a call of “{}”, found {}{what}.", call.tool, quoted(&tool.to_string())));
    }
    arguments(call, &object, form)
}

fn arguments(call: &Call, object: &Object, form: Option<&'static str>) -> Verdict {
    let known = ["arguments", "args", "parameters", "params", "input"];
    match known.iter().find_map(|key| Some((*key, object.get(*key)?.as_object()?))) {
        Some((key, arguments)) => {
            let form = if key == "arguments" { form } else { Some("the name of the key “arguments”") };
            finished(compared(&call.arguments, arguments), form)
        }
        // The arguments stand beside the name.
        None => {
            let beside: Object = object
                .iter()
                .filter(|(key, _)| !["tool", "name", "function"].contains(&key.as_str()))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            finished(compared(&call.arguments, &beside), Some("the missing key “arguments”"))
        }
    }
}

/// The tool that an object names, and under which key.
fn named_tool(object: &Object) -> Option<(&'static str, &Value)> {
    ["tool", "name", "function"].into_iter().find_map(|key| Some((key, object.get(key)?)))
}
