//! How long the tasks will take on a rung, before they are asked.

use std::collections::BTreeMap;

use toprung_core::stats::median;
use toprung_core::task::estimate::{ExpectedTokens, RungSpeed, TimeRange, duration, expected_from};
use toprung_core::task::{ItemResult, Task};
use toprung_tasks::Item;

use super::TaskSet;
use crate::home::Home;

/// Tokens that a word of a prompt takes in English, figures and marks included.
const TOKENS_PER_WORD: f64 = 1.6;
/// Of the tokens that an answer may take: what terse models use, and chatty ones.
const TERSE_SHARE: f64 = 0.2;
const CHATTY_SHARE: f64 = 0.8;
/// A prompt is read in batches: 3 to 4 times as fast as text is written on two cores, and tens of times on a GPU.
const READS_FASTER: (f64, f64) = (2.0, 30.0);
/// Earlier runs that are looked through for what the tasks take.
const EARLIER_RUNS: usize = 3;

/// What each task takes: as seen on this machine, else from the items.
pub(crate) fn tokens(home: &Home, set: &TaskSet) -> BTreeMap<Task, ExpectedTokens> {
    let earlier = home.store().task_runs(EARLIER_RUNS).unwrap_or_default();
    let results: Vec<ItemResult> = earlier.into_iter().flat_map(|run| run.rungs).flat_map(|rung| rung.results).collect();
    let mut expected: BTreeMap<Task, ExpectedTokens> =
        set.work.tasks.iter().filter_map(|(task, items)| Some((task.clone(), of_items(items)?))).collect();
    expected.extend(expected_from(&results));
    expected
}

fn of_items(items: &[Item]) -> Option<ExpectedTokens> {
    let words: Vec<f64> = items.iter().map(|item| item.prompt.split_whitespace().count() as f64).collect();
    let most: Vec<f64> = items.iter().map(|item| f64::from(item.max_output_tokens)).collect();
    let most = median(&most)?;
    Some(ExpectedTokens { prompt: median(&words)? * TOKENS_PER_WORD, output_low: most * TERSE_SHARE, output_high: most * CHATTY_SHARE })
}

/// Seconds that the tasks take on a rung of this expected speed, in tokens per second; `None` where it is not known.
pub(crate) fn time(set: &TaskSet, tokens: &BTreeMap<Task, ExpectedTokens>, decode_tps: Option<(f64, f64)>) -> Option<TimeRange> {
    let (low, high) = decode_tps?;
    let speed = RungSpeed {
        prefill_low: Some(low * READS_FASTER.0),
        prefill_high: Some(high * READS_FASTER.1),
        decode_low: Some(low),
        decode_high: Some(high),
        load_s: None,
    };
    duration(&set.plan.tasks, tokens, &speed, set.plan.budget_s)
}

/// Minutes over all rungs, as a range: a rung of unknown speed may take nothing or its whole budget. `None` where that has no end.
pub(crate) fn minutes(times: &[Option<TimeRange>], budget_s: Option<u32>) -> Option<(f64, f64)> {
    let unknown = budget_s.map(|budget| (0.0, f64::from(budget)));
    let each: Vec<(f64, f64)> = times.iter().map(|time| time.map(|time| (time.low_s, time.high_s)).or(unknown)).collect::<Option<_>>()?;
    Some((each.iter().map(|(low, _)| low).sum::<f64>() / 60.0, each.iter().map(|(_, high)| high).sum::<f64>() / 60.0))
}
