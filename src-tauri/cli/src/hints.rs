//! The command that answers a problem or a check: the words of both fronts name none, because a window has buttons.

use toprung_jobs::problem::Problem;

/// What to type next, by the stable code of a problem, a cause or a check; `None` where no command helps.
pub(crate) fn command(code: &str) -> Option<&'static str> {
    let command = match code {
        "no_such_test" => "toprung stress list",
        "no_such_run" | "which_run" => "toprung history list",
        "nothing_installed" | "not_installed" => "toprung models pull MODEL",
        "installed_already" => "toprung models rm MODEL",
        "no_such_model" => "toprung models list",
        "too_few_models" => "toprung stress download --model A B",
        "key_refused" => "toprung key set URL",
        "key_unprotected" => "toprung key rm URL",
        "cooling" => "toprung stress sustain --minutes 10",
        "model_cache" => "toprung validate --verify",
        "escalation" => "toprung climb",
        "downloads" => "toprung stress download",
        "concurrency" => "toprung stress concurrent",
        "headroom" => "toprung stress limit",
        _ => return None,
    };
    Some(command)
}

/// A next step with its command behind it: “Pull one first. (toprung models pull MODEL)”.
pub(crate) fn with_command(next_step: &str, code: &str) -> String {
    match command(code) {
        Some(command) => format!("{next_step} ({command})"),
        None => next_step.to_owned(),
    }
}

/// A problem in one line.
pub(crate) fn words(problem: &Problem) -> String {
    with_command(&problem.to_string(), problem.code)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Args;

    #[test]
    fn every_command_that_is_named_can_be_typed() {
        let codes = ["no_such_test", "no_such_run", "nothing_installed", "installed_already", "no_such_model", "too_few_models"];
        let checks = ["key_refused", "key_unprotected", "cooling", "model_cache", "escalation", "downloads", "concurrency", "headroom"];
        for code in codes.into_iter().chain(checks) {
            let line = command(code).unwrap_or_else(|| panic!("{code}"));
            Args::try_parse_from(line.split_whitespace()).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn a_problem_that_no_command_mends_keeps_its_words() {
        assert_eq!(with_command("Close other programs.", "out_of_memory"), "Close other programs.");
        assert_eq!(with_command("Pull one first.", "nothing_installed"), "Pull one first. (toprung models pull MODEL)");
    }
}
