//! Coding: a Python function from a specification, judged by checks that the model does not see.

mod easy;
mod hard;
mod medium;

use serde_json::Value;
use toprung_core::task::Band;

use super::Draft;
use crate::oracle::{Checks, Oracle};
use crate::random::Random;

const MAX_OUTPUT_TOKENS: u32 = 256;
/// Hard functions are longer.
const MAX_HARD_OUTPUT_TOKENS: u32 = 384;
/// Cases that are shown in the prompt: the first of the list.
const SHOWN_CASES: usize = 1;

/// A function that is wanted, with its cases computed in Rust and a Python solution to compare them with.
struct Problem {
    /// Name and arguments, as `add(a, b)`.
    signature: &'static str,
    specification: String,
    /// Arguments and the right result.
    cases: Vec<(Vec<Value>, Value)>,
    solution: String,
}

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    let Problem { signature, specification, cases, solution } = match band {
        Band::Easy => easy::problem(round, random),
        Band::Medium => medium::problem(round, random),
        Band::Hard => hard::problem(round, random),
    };
    let function = signature.split('(').next().unwrap_or(signature);
    let shown: Vec<String> = cases.iter().take(SHOWN_CASES).map(|(arguments, result)| shown(function, arguments, result)).collect();
    let prompt = format!(
        "Write a Python function {signature}.\n{specification}\nExample: {}.\nUse only the standard library. Answer with the code of the function only, without an explanation and without tests.",
        shown.join(", ")
    );
    Draft {
        prompt,
        max_output_tokens: if band == Band::Hard { MAX_HARD_OUTPUT_TOKENS } else { MAX_OUTPUT_TOKENS },
        oracle: Oracle::Code(Checks { function: function.to_owned(), source: checks(function, &cases) }),
        example: solution,
    }
}

fn shown(function: &str, arguments: &[Value], result: &Value) -> String {
    let arguments: Vec<String> = arguments.iter().map(python).collect();
    format!("{function}({}) returns {}", arguments.join(", "), python(result))
}

/// Compares each result with the right one, by value and type: to Python, 1 and True are equal.
fn checks(function: &str, cases: &[(Vec<Value>, Value)]) -> String {
    let list: Vec<String> = cases
        .iter()
        .map(|(arguments, result)| {
            let arguments: Vec<String> = arguments.iter().map(python).collect();
            format!("    ([{}], {}),", arguments.join(", "), python(result))
        })
        .collect();
    format!(
        "for arguments, expected in [\n{}\n]:\n    call = \"{function}(\" + repr(arguments)[1:-1] + \")\"\n    found = {function}(*arguments)\n    if type(found) is not type(expected) or not (expected == found):\n        raise AssertionError(call + \": expected \" + repr(expected) + \", found \" + repr(found)[:80])\n",
        list.join("\n")
    )
}

/// A value as Python writes it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        // Numbers and texts of ASCII are written alike in JSON and in Python.
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_one_result_is_right_for_every_case() {
        for seed in 0..20 {
            for (band, round) in Band::ALL.into_iter().flat_map(|band| (0..8).map(move |round| (band, round))) {
                let mut random = Random::new(seed, &format!("{}/{round}", band.name()));
                let problem = match band {
                    Band::Easy => easy::problem(round, &mut random),
                    Band::Medium => medium::problem(round, &mut random),
                    Band::Hard => hard::problem(round, &mut random),
                };
                let first = &problem.cases[0].1;
                assert!(problem.cases.iter().any(|(_, result)| result != first), "{}: {first}", problem.signature);
                assert!(problem.cases.len() >= 4, "{}", problem.signature);
            }
        }
    }
}
