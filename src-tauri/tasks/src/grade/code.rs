//! Model-written code: it is taken out of the answer, run with checks that the model has not seen, and judged by how that ends.

mod extract;

use std::time::Duration;

use toprung_core::task::GradeClass;

use self::extract::{Code, extract};
use super::Verdict;
use super::text::{beginning, past, quoted};
use crate::code::{CodeRunner, Ended, Limits, Program};
use crate::oracle::Checks;

/// A right solution takes milliseconds; ten seconds are for a slow machine that is busy.
pub const LIMITS: Limits = Limits { time: Duration::from_secs(10), memory_bytes: 128 << 20, output_bytes: 64 << 10 };

/// The end of standard error that is searched for the reason.
const MAX_ERROR_BYTES: usize = 4 << 10;

pub(super) async fn verdict(checks: &Checks, answer: &str, runner: Option<&dyn CodeRunner>) -> Verdict {
    let code = match extract(answer, &checks.function) {
        Some(code) => code,
        None => return Verdict::NoAnswer(format!("Expected a function “{}”, found no code: {}.", checks.function, quoted(answer))),
    };
    let Some(runner) = runner else {
        return Verdict::Other(GradeClass::Unsupported, "There is no sandbox here in which the code could be run.".to_owned());
    };
    let program = Program { source: program(code.source, &checks.source), limits: LIMITS };
    match runner.run(&program).await {
        Ok(ended) => of_ended(&ended, &code),
        Err(reason) => Verdict::Other(GradeClass::GraderFailed, format!("The sandbox could not run it: {reason}")),
    }
}

fn of_ended(ended: &Ended, code: &Code<'_>) -> Verdict {
    let other = |class, reason: &str| Verdict::Other(class, reason.to_owned());
    match ended {
        Ended::Passed => code.looked_past.map_or(Verdict::Right, |what| Verdict::Loosely(past(what))),
        Ended::Failed(error) => failed(error),
        Ended::TimedOut => other(GradeClass::CodeTimedOut, "Expected it to end in 10 seconds; it was still running."),
        Ended::OutOfMemory => other(GradeClass::CodeOutOfMemory, "It wanted more than the 128 MiB of memory that code may have."),
        Ended::Flooded => other(GradeClass::CodeFlooded, "It printed more than anyone reads."),
        Ended::Forbidden(what) => Verdict::Other(GradeClass::CodeForbidden, format!("It reached outside: {what}")),
        Ended::Unsupported(what) => Verdict::Other(GradeClass::Unsupported, format!("The sandbox does not have {what}")),
    }
}

/// Wrong by a check or by an exception; code that Python can't read may have been cut off.
fn failed(error: &str) -> Verdict {
    let end = &error[error.floor_char_boundary(error.len().saturating_sub(MAX_ERROR_BYTES))..];
    let last = end.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it ended with an error");
    let line = last.trim().trim_start_matches("AssertionError: ");
    let reason = format!("{}.", beginning(line, 300).trim_end_matches('.'));
    match ["SyntaxError", "IndentationError"].iter().any(|name| last.starts_with(name)) {
        true => Verdict::NoAnswer(format!("Expected code that Python can read. {reason}")),
        false => Verdict::Wrong(reason),
    }
}

/// The program: the model's code in a name space of its own, then the checks.
///
/// Status 0 is reached in one way only, past the last check: leaving early (`sys.exit(0)`, `os._exit(0)`) is an error, whether
/// the model's code does so when it is read or when it is called. It is not run as `__main__`, so that examples under that guard,
/// which may ask for input, stay out. The code stands in the program as a string: nothing in it can close a bracket or a quotation
/// of the checks.
fn program(code: &str, checks: &str) -> String {
    format!(
        r#"import os, sys, types
def _no_exit(*status):
    raise RuntimeError("the code ended the program itself")
for _name in ("os", "posix", "nt"):
    if _name in sys.modules and hasattr(sys.modules[_name], "_exit"):
        sys.modules[_name]._exit = _no_exit
# A module of its own: classes that look up where they were made, as data classes do, find it.
_module = types.ModuleType("answer")
sys.modules["answer"] = _module
_space = _module.__dict__
try:
    exec(compile({}, "answer.py", "exec"), _space)
    _space["__name__"] = "checks"
    exec(compile({}, "checks.py", "exec"), _space)
except SystemExit:
    raise RuntimeError("the code ended the program itself") from None
"#,
        python_text(code),
        python_text(checks)
    )
}

/// A text as a Python literal of ASCII characters only.
fn python_text(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            ' '..='~' => literal.push(c),
            c => literal.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    literal.push('"');
    literal
}
