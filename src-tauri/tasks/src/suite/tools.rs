//! Tool calls: which tool, with which values, and when none.

mod boxes;
mod easy;
mod hard;
mod medium;

use serde_json::{Map, Value, json};
use toprung_core::task::Band;

use super::Draft;
use crate::oracle::{Call, Field, Oracle};
use crate::random::Random;

const MAX_OUTPUT_TOKENS: u32 = 80;

/// A request, the tools that are offered, and the right call.
struct Request {
    tools: Vec<&'static str>,
    /// What else is known, as today's date.
    context: String,
    said: String,
    call: Option<(&'static str, Vec<Argument>)>,
}

/// An argument with every value that is right for it; the first is the one that was asked for.
struct Argument {
    key: &'static str,
    accepted: Vec<Value>,
    is_optional: bool,
}

fn argument(key: &'static str, value: impl Into<Value>) -> Argument {
    Argument { key, accepted: vec![value.into()], is_optional: false }
}

/// Several values are as good as the first.
fn any_of<const N: usize>(key: &'static str, values: [&str; N]) -> Argument {
    Argument { key, accepted: values.iter().map(|value| json!(value)).collect(), is_optional: false }
}

/// May be missing, because it is what the tool does by itself.
fn optional(key: &'static str, value: impl Into<Value>) -> Argument {
    Argument { key, accepted: vec![value.into()], is_optional: true }
}

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    let request = match band {
        Band::Easy => easy::request(round, random),
        Band::Medium => medium::request(round, random),
        Band::Hard => hard::request(round, random),
    };
    let Request { tools, context, said, call } = request;
    let tools = random.shuffled(&tools);
    let names = tools.iter().map(|tool| tool.split('(').next().unwrap_or(tool).to_owned()).collect();
    let prompt = format!(
        "You can call one of these tools:\n{}\n\n{context}User: {said}\n\nAnswer with one line of JSON and nothing else: {{\"tool\": NAME, \"arguments\": {{…}}}}\nIf no tool fits, or a value that a tool needs is not known, answer {{\"tool\": null}}",
        tools.join("\n")
    );
    let example = match &call {
        None => json!({ "tool": null }),
        Some((tool, arguments)) => {
            let values: Map<String, Value> =
                arguments.iter().filter_map(|argument| Some((argument.key.to_owned(), argument.accepted.first()?.clone()))).collect();
            json!({ "tool": tool, "arguments": values })
        }
    };
    let right = call.map(|(tool, arguments)| Call { tool: tool.to_owned(), arguments: arguments.into_iter().map(field).collect() });
    Draft { prompt, max_output_tokens: MAX_OUTPUT_TOKENS, oracle: Oracle::Call { tools: names, right }, example: example.to_string() }
}

fn field(argument: Argument) -> Field {
    Field { key: argument.key.to_owned(), accepted: argument.accepted, is_optional: argument.is_optional }
}
