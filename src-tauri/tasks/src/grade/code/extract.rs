//! The code of an answer.
//!
//! Strict is code alone, as was asked for, or one fence with nothing around it: chat models are taught to fence code, and every
//! editor takes it off. Lenient takes the code out of an explanation.

use super::super::text::{fences, is_one_fence};

/// Code, and what was looked past to find it.
pub(super) struct Code<'a> {
    pub(super) source: &'a str,
    pub(super) looked_past: Option<&'static str>,
}

/// `None` when there is nothing that looks like code. An empty `function` takes any code.
pub(super) fn extract<'a>(answer: &'a str, function: &str) -> Option<Code<'a>> {
    let text = answer.trim();
    let defines = |code: &str| {
        let mut lines = code.lines();
        lines.any(|line| {
            line.trim_start()
                .strip_prefix("def ")
                .or(line.strip_prefix("async def "))
                .is_some_and(|rest| rest.trim_start().starts_with(function))
        }) || code.contains(&format!("{function} ="))
    };
    let mut blocks = fences(text);
    if let Some(block) = blocks.find(|block| function.is_empty() || defines(block)) {
        let looked_past = (!is_one_fence(text)).then_some("the text around the code");
        return Some(Code { source: block, looked_past });
    }
    if function.is_empty() {
        return (!text.is_empty()).then_some(Code { source: text, looked_past: None });
    }
    if !defines(text) {
        return None;
    }
    let code = without_prose(text);
    Some(Code { source: code, looked_past: (code.len() < text.len()).then_some("the text around the code") })
}

/// From the first line of code to the last, where an explanation stands before or behind it without a fence.
fn without_prose(text: &str) -> &str {
    const STARTS: [&str; 11] = ["def ", "import ", "from ", "class ", "@", "#", "async ", "if ", "print(", "assert ", "for "];
    let is_code = |line: &str| {
        let is_assignment = line.split_once('=').is_some_and(|(name, _)| {
            !name.trim().is_empty()
                && name.trim().chars().all(|c| c.is_alphanumeric() || "_[]. ,".contains(c))
                && !name.trim().contains(' ')
        });
        line.trim().is_empty()
            || line.starts_with([' ', '\t', ')', ']', '}', '"', '\''])
            || STARTS.iter().any(|start| line.starts_with(start))
            || is_assignment
    };
    let starts = |line: &str| STARTS[..7].iter().any(|start| line.starts_with(start));
    let mut at = 0;
    let mut first = None;
    for line in text.split_inclusive('\n') {
        match first {
            None if starts(line) => first = Some(at),
            Some(first) if !is_code(line) => return text[first..at].trim_end(),
            _ => {}
        }
        at += line.len();
    }
    text[first.unwrap_or(0)..].trim_end()
}
