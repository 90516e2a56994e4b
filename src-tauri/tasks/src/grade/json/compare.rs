//! Whether two JSON values mean the same.

use serde_json::Value;

use super::super::number::numbers;
use super::super::text::plain;

/// How alike two values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Likeness {
    Other,
    /// Alike but for their type, case, or marks around them.
    Loose,
    Same,
}

/// Compares a value with the one that is expected. 12 and 12.0 are the same number; lists keep their order.
pub(in super::super) fn likeness(expected: &Value, found: &Value) -> Likeness {
    match (expected, found) {
        (Value::Number(a), Value::Number(b)) => is(a.as_f64() == b.as_f64(), Likeness::Same),
        (Value::Number(a), Value::String(text)) => is(a.as_f64().is_some() && a.as_f64() == lone_number(text), Likeness::Loose),
        (Value::String(text), Value::Number(b)) => is(b.as_f64().is_some() && b.as_f64() == lone_number(text), Likeness::Loose),
        (Value::String(a), Value::String(b)) if a == b => Likeness::Same,
        (Value::String(a), Value::String(b)) => is(core(a) == core(b), Likeness::Loose),
        (Value::Bool(a), Value::String(text)) => {
            let known = if *a { ["true", "yes"] } else { ["false", "no"] };
            is(known.contains(&core(text).as_str()), Likeness::Loose)
        }
        (Value::Null, Value::String(text)) => is(["null", "none", ""].contains(&core(text).as_str()), Likeness::Loose),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).map(|(a, b)| likeness(a, b)).min().unwrap_or(Likeness::Same)
        }
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.iter().map(|(key, expected)| b.get(key).map_or(missing(expected), |found| likeness(expected, found)));
            let extra = if b.keys().any(|key| !a.contains_key(key)) { Likeness::Loose } else { Likeness::Same };
            keys.min().unwrap_or(Likeness::Same).min(extra)
        }
        (a, b) => is(a == b, Likeness::Same),
    }
}

fn missing(expected: &Value) -> Likeness {
    is(expected.is_null(), Likeness::Loose)
}

fn is(holds: bool, likeness: Likeness) -> Likeness {
    if holds { likeness } else { Likeness::Other }
}

/// The number that a text is, with at most a unit around it.
fn lone_number(text: &str) -> Option<f64> {
    let mut all = numbers(text);
    let (first, second) = (all.next()?, all.next());
    (second.is_none() && text.chars().filter(|c| c.is_alphabetic()).count() <= 8).then_some(first.value)
}

/// Lower case, without blanks and marks around it, and without “the” before it.
fn core(text: &str) -> String {
    let low = plain(text);
    let core = low.trim_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != ')');
    core.strip_prefix("the ").unwrap_or(core).to_owned()
}
