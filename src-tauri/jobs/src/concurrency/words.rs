//! What a measurement of requests at once means, in sentences.

use toprung_core::format;
use toprung_core::stats::ratio_change;

use super::{Concurrency, CrowdEnd, Level};

/// The answer, with the figures that prove it and the next step where there is one.
pub fn sentence(measured: &Concurrency) -> String {
    match measured.end {
        CrowdEnd::Saturated { parallel: 1 } => format!(
            "One request at a time already makes all the tokens that it can: {}. More at once make each of them slower.",
            speed(measured, 1).unwrap_or_default()
        ),
        CrowdEnd::Saturated { parallel } => format!(
            "It is saturated by {parallel} requests at once: {}{}. More at once make each of them slower.",
            speed(measured, parallel).unwrap_or_default(),
            gain(measured, parallel)
        ),
        CrowdEnd::StillGrowing { parallel: 1 } => {
            format!("One request at a time: {}. Ask for more with --up-to.", speed(measured, 1).unwrap_or_default())
        }
        CrowdEnd::StillGrowing { parallel } => format!(
            "It still grew at {parallel} requests at once, the most that was asked for: {}{}. Ask for more with --up-to.",
            speed(measured, parallel).unwrap_or_default(),
            gain(measured, parallel)
        ),
        CrowdEnd::Failed { parallel } => failed(measured, parallel),
        CrowdEnd::Uncounted => {
            "The engine does not count its tokens, so that levels can't be compared; only its times to the first token are known."
                .to_owned()
        }
        CrowdEnd::Interrupted => match measured.levels.last() {
            Some(level) => format!("Stopped by hand after {}.", requests(level.parallel)),
            None => "Stopped by hand before anything was measured.".to_owned(),
        },
    }
}

fn failed(measured: &Concurrency, parallel: u32) -> String {
    let cause = level(measured, parallel).and_then(|level| level.cause.as_ref());
    let why = cause.map(|cause| format!(": {cause} {}", cause.kind.next_step())).unwrap_or_else(|| ".".to_owned());
    let worked = measured.levels.iter().rev().find(|level| level.total_tps.is_some());
    let most = worked
        .map(|level| format!("{} {}. ", capital(&requests(level.parallel)), if level.parallel == 1 { "works" } else { "work" }))
        .unwrap_or_default();
    format!("{most}With {} at once at least one of each wave failed{why}", format::count(parallel, "request", "requests"))
}

fn level(measured: &Concurrency, parallel: u32) -> Option<&Level> {
    measured.levels.iter().find(|level| level.parallel == parallel)
}

fn speed(measured: &Concurrency, parallel: u32) -> Option<String> {
    level(measured, parallel)?.total_tps.map(|tps| format::tokens_per_second(tps.median))
}

/// How much more it is than one request at a time.
fn gain(measured: &Concurrency, parallel: u32) -> String {
    let median = |parallel| level(measured, parallel).and_then(|level| level.total_tps).map(|tps| tps.median);
    let change = median(1).zip(median(parallel)).and_then(|(one, many)| ratio_change(one, many));
    change.map(|change| format!(", {} against one at a time", format::percent_change(change))).unwrap_or_default()
}

fn requests(parallel: u32) -> String {
    if parallel == 1 { "one request at a time".to_owned() } else { format!("{parallel} requests at once") }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use toprung_core::analysis::Estimate;
    use toprung_core::cause::{Cause, CauseKind};
    use toprung_core::machine::Machine;
    use toprung_core::model::{EngineDescription, EngineKind, ModelRef};
    use toprung_core::plan::{Mode, Shape};
    use toprung_core::saturation;

    use super::*;

    /// Levels of so many requests with so many tokens a second.
    fn measured(levels: &[(u32, f64)], end: CrowdEnd) -> Concurrency {
        let level = |(parallel, tps): &(u32, f64)| Level {
            total_tps: Some(Estimate { median: *tps, low: *tps, high: *tps, n: 3 }),
            ..saturation::level(*parallel, &[])
        };
        Concurrency {
            started_at: String::new(),
            model: ModelRef::new("a").unwrap(),
            engine: EngineDescription { kind: EngineKind::Openai, version: None, url: None, settings: Vec::new() },
            machine: Machine::default(),
            mode: Mode::Quick,
            shape: Shape { prompt_tokens: 128, output_tokens: 64 },
            context_tokens: 2048,
            up_to: 8,
            levels: levels.iter().map(level).collect(),
            end,
        }
    }

    #[test]
    fn each_end_is_a_sentence_with_its_figures() {
        let table = [
            (CrowdEnd::Saturated { parallel: 1 }, "One request at a time already makes all the tokens that it can: 30.0 tokens/s."),
            (CrowdEnd::Saturated { parallel: 2 }, "saturated by 2 requests at once: 54.0 tokens/s, +80 % against one at a time."),
            (CrowdEnd::StillGrowing { parallel: 2 }, "still grew at 2 requests at once, the most that was asked for: 54.0 tokens/s"),
            (CrowdEnd::Uncounted, "does not count its tokens"),
            (CrowdEnd::Interrupted, "Stopped by hand after 2 requests at once."),
        ];
        for (end, words) in table {
            let said = sentence(&measured(&[(1, 30.0), (2, 54.0)], end));
            assert!(said.contains(words), "{said} should say “{words}”");
        }
        let nothing = sentence(&measured(&[], CrowdEnd::Interrupted));
        assert!(nothing.contains("before anything was measured"), "{nothing}");
    }

    #[test]
    fn a_level_that_failed_says_why_and_what_still_works() {
        let mut failing = measured(&[(1, 30.0)], CrowdEnd::Failed { parallel: 2 });
        let cause = Some(Cause::new(CauseKind::OutOfMemory, "at 7 GiB"));
        failing.levels.push(Level { failed: 1, cause, ..saturation::level(2, &[]) });
        let said = sentence(&failing);
        assert!(said.starts_with("One request at a time works. With 2 requests at once") && said.contains("at 7 GiB"), "{said}");
    }
}
