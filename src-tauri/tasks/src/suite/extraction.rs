//! Data extraction: a JSON object from a text, field by field.

mod easy;
mod hard;
mod medium;

use serde_json::{Map, Value};
use toprung_core::task::Band;

use super::Draft;
use crate::oracle::{Field, Oracle};
use crate::random::Random;

const MAX_OUTPUT_TOKENS: u32 = 128;
/// Hard ones have a list in them.
const MAX_HARD_OUTPUT_TOKENS: u32 = 176;

/// A text, and for each key what kind of value it takes and what is right.
struct Source {
    text: String,
    fields: Vec<(&'static str, &'static str, Value)>,
}

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    let Source { text, fields } = match band {
        Band::Easy => easy::source(round, random),
        Band::Medium => medium::source(round, random),
        Band::Hard => hard::source(round, random),
    };
    let keys: Vec<String> = fields.iter().map(|(key, kind, _)| format!("\"{key}\": {kind}")).collect();
    let prompt = format!(
        "Text: {text}\n\nExtract one JSON object with exactly these keys:\n{{{}}}\nAnswer with the JSON object only.",
        keys.join(", ")
    );
    let example: Map<String, Value> = fields.iter().map(|(key, _, value)| ((*key).to_owned(), value.clone())).collect();
    let record = fields.into_iter().map(|(key, _, value)| Field { key: key.to_owned(), accepted: vec![value], is_optional: false });
    Draft {
        prompt,
        max_output_tokens: if band == Band::Hard { MAX_HARD_OUTPUT_TOKENS } else { MAX_OUTPUT_TOKENS },
        oracle: Oracle::Record(record.collect()),
        example: Value::Object(example).to_string(),
    }
}
