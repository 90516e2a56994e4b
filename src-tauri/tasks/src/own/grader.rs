//! The graders of a user's own items, and what each expects.

use serde_json::Value;

use crate::grade::pattern;
use crate::oracle::{Checks, Oracle};

/// Numbers are written with a few digits; 64-bit floats keep more.
pub(super) const TOLERANCE: f64 = 1e-9;
/// A list of so many texts is long already.
const MAX_TEXTS: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Exact,
    Contains,
    Number,
    Regex,
    Json,
    Code,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [Self::Exact, Self::Contains, Self::Number, Self::Regex, Self::Json, Self::Code];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Contains => "contains",
            Self::Number => "number",
            Self::Regex => "regex",
            Self::Json => "json",
            Self::Code => "code",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An oracle, and a right answer where the file says one.
pub(super) struct Graded {
    pub(super) oracle: Oracle,
    pub(super) example: String,
}

/// # Errors
/// What is wrong with `expected` for this grader.
pub(super) fn oracle(kind: Kind, expected: &toml::Value, tolerance: f64) -> Result<Graded, String> {
    let graded = |oracle, example: String| Ok(Graded { oracle, example });
    match kind {
        Kind::Exact => {
            let accepted = texts(expected)?;
            let example = accepted.first().cloned().unwrap_or_default();
            graded(Oracle::Exact(accepted), example)
        }
        Kind::Contains => {
            let wanted = texts(expected)?;
            let example = wanted.join(" ");
            graded(Oracle::Contains(wanted), example)
        }
        Kind::Number => {
            let value = expected.as_float().or_else(|| expected.as_integer().map(|n| n as f64)).filter(|value| value.is_finite());
            let value = value.ok_or("the grader “number” expects a number, without quotes")?;
            graded(Oracle::Number { value, tolerance }, format!("Answer: {value}"))
        }
        Kind::Regex => {
            let source = text(expected, "the grader “regex” expects a pattern, in quotes")?;
            pattern(&source).map_err(|reason| format!("the pattern can't be used: {reason}"))?;
            graded(Oracle::Pattern(source), String::new())
        }
        Kind::Json => {
            let wanted = json(expected)?;
            let example = wanted.to_string();
            graded(Oracle::Json(wanted), example)
        }
        Kind::Code => {
            let source = text(expected, "the grader “code” expects Python that checks the answer, as assert f(2) == 4")?;
            graded(Oracle::Code(Checks { function: String::new(), source }), String::new())
        }
    }
}

fn text(value: &toml::Value, otherwise: &str) -> Result<String, String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned).ok_or_else(|| otherwise.to_owned())
}

/// One text or a list of texts.
fn texts(value: &toml::Value) -> Result<Vec<String>, String> {
    let wanted = "“expected” is a text in quotes, or a list of them, and none is empty";
    match value {
        toml::Value::Array(list) if list.len() > MAX_TEXTS => Err(format!("“expected” lists more than {MAX_TEXTS} texts")),
        toml::Value::Array(list) if !list.is_empty() => list.iter().map(|one| text(one, wanted)).collect(),
        one => text(one, wanted).map(|one| vec![one]),
    }
}

/// JSON in quotes, or a TOML table or list.
fn json(value: &toml::Value) -> Result<Value, String> {
    match value {
        toml::Value::String(source) => serde_json::from_str(source).map_err(|error| format!("“expected” is no JSON: {error}")),
        other => serde_json::to_value(other).map_err(|error| format!("“expected” can't be written as JSON: {error}")),
    }
}
