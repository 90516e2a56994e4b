//! How long a choice of tasks takes on a rung, before it is begun.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::score::first_answers;
use super::sequential::LOOKS;
use super::{ItemResult, Task};
use crate::projection::Expected;
use crate::stats;

/// Items that are asked a second time at the end of a task, to see whether the verdict holds.
pub const REPEATED: u32 = 3;

/// Tokens that an item of a task takes, thinking included: measured on earlier runs, or assumed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExpectedTokens {
    pub prompt: f64,
    /// From terse models to those that think.
    pub output_low: f64,
    pub output_high: f64,
}

/// A rung's speed, measured or projected, in tokens per second. Where only one figure is known, both ends are it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct RungSpeed {
    pub prefill_low: Option<f64>,
    pub prefill_high: Option<f64>,
    pub decode_low: Option<f64>,
    pub decode_high: Option<f64>,
    /// Seconds that loading takes; `None` counts for nothing.
    pub load_s: Option<f64>,
}

impl RungSpeed {
    /// Measured speeds, in tokens per second.
    pub fn measured(prefill_tps: Option<f64>, decode_tps: Option<f64>) -> Self {
        Self { prefill_low: prefill_tps, prefill_high: prefill_tps, decode_low: decode_tps, decode_high: decode_tps, load_s: None }
    }

    /// A projected decode speed, with the prefill speed where one is known.
    pub fn projected(prefill_tps: Option<f64>, decode: &Expected) -> Self {
        Self { decode_low: Some(decode.low), decode_high: Some(decode.high), ..Self::measured(prefill_tps, None) }
    }
}

/// Seconds, as a range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TimeRange {
    pub low_s: f64,
    pub high_s: f64,
    /// The budget ends it before every item is asked, at least at the high end.
    pub is_cut: bool,
}

/// A quarter of the answers are shorter than the low end and a quarter longer than the high one: the sum over many items lies between.
const LOW_SHARE: f64 = 0.25;
const HIGH_SHARE: f64 = 0.75;

/// The expectation for every task of `results`, from what was measured. Tasks whose tokens are not known are absent.
pub fn expected_from(results: &[ItemResult]) -> BTreeMap<Task, ExpectedTokens> {
    let mut tasks: Vec<&Task> = results.iter().map(|result| &result.task).collect();
    tasks.sort();
    tasks.dedup();
    let expected = |task: &Task| {
        let firsts = first_answers(task, results);
        let tokens = |of: fn(&ItemResult) -> Option<u32>| -> Vec<f64> {
            firsts.iter().filter_map(|result| of(result)).filter(|tokens| *tokens > 0).map(f64::from).collect()
        };
        let (prompt, output) = (tokens(|result| result.prompt_tokens), tokens(|result| result.output_tokens));
        let quartile = |share| stats::percentile(&output, share);
        Some(ExpectedTokens { prompt: stats::median(&prompt)?, output_low: quartile(LOW_SHARE)?, output_high: quartile(HIGH_SHARE)? })
    };
    tasks.into_iter().filter_map(|task| Some((task.clone(), expected(task)?))).collect()
}

/// How long the tasks take on a rung: at the low end each ends at its first look, at the high end every item is asked and some again.
/// `None` where the speed, or what one of the tasks takes, is not known. A budget, in seconds, cuts both ends; loading comes on top.
pub fn duration(tasks: &[Task], tokens: &BTreeMap<Task, ExpectedTokens>, speed: &RungSpeed, budget_s: Option<u32>) -> Option<TimeRange> {
    let [fewest, .., most] = LOOKS;
    let quick = seconds(tasks, tokens, fewest, (speed.prefill_high, speed.decode_high), |tokens| tokens.output_low)?;
    let slow = seconds(tasks, tokens, most + REPEATED, (speed.prefill_low, speed.decode_low), |tokens| tokens.output_high)?;
    let budget = budget_s.map_or(f64::INFINITY, f64::from);
    let load = speed.load_s.filter(|load| load.is_finite() && *load > 0.0).unwrap_or(0.0);
    // Speeds or tokens that were passed in the wrong order still make a range.
    let (low, high) = (quick.min(slow), quick.max(slow));
    Some(TimeRange { low_s: low.min(budget) + load, high_s: high.min(budget) + load, is_cut: high > budget })
}

/// Seconds for so many items of each task, at a prefill and a decode speed.
fn seconds(
    tasks: &[Task],
    tokens: &BTreeMap<Task, ExpectedTokens>,
    items: u32,
    (prefill, decode): (Option<f64>, Option<f64>),
    output: fn(&ExpectedTokens) -> f64,
) -> Option<f64> {
    let each = |task: &Task| {
        let tokens = tokens.get(task)?;
        Some((tokens.prompt / prefill? + output(tokens) / decode?) * f64::from(items))
    };
    let sum: f64 = tasks.iter().map(each).sum::<Option<f64>>()?;
    (sum.is_finite() && sum >= 0.0).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> BTreeMap<Task, ExpectedTokens> {
        let expected = ExpectedTokens { prompt: 200.0, output_low: 50.0, output_high: 100.0 };
        [Task::Coding, Task::Chat].into_iter().map(|task| (task, expected)).collect()
    }

    #[test]
    fn the_range_goes_from_the_first_look_to_every_item() {
        let speed = RungSpeed { decode_low: Some(20.0), decode_high: Some(25.0), ..RungSpeed::measured(Some(200.0), None) };
        // 8 · (1 s + 2 s) and 27 · (1 s + 5 s).
        let range = duration(&[Task::Coding], &tokens(), &speed, None).unwrap();
        assert_eq!((range.low_s, range.high_s, range.is_cut), (24.0, 162.0, false));
        let both = duration(&[Task::Coding, Task::Chat], &tokens(), &speed, Some(100)).unwrap();
        assert_eq!((both.low_s, both.high_s, both.is_cut), (48.0, 100.0, true), "the budget ends it");
        let loaded = RungSpeed { load_s: Some(10.0), ..speed };
        assert_eq!(duration(&[Task::Coding], &tokens(), &loaded, Some(100)).unwrap().high_s, 110.0, "loading is not the budget's");
    }

    #[test]
    fn what_is_not_known_gives_no_estimate() {
        let speed = RungSpeed::measured(Some(200.0), Some(20.0));
        assert_eq!(duration(&[Task::Coding, Task::Summary], &tokens(), &speed, None), None, "nobody knows what a summary takes");
        for unknown in [RungSpeed::measured(None, Some(20.0)), RungSpeed::measured(Some(200.0), None)] {
            assert_eq!(duration(&[Task::Coding], &tokens(), &unknown, None), None);
        }
        for absurd in [0.0, -1.0, f64::NAN] {
            let range = duration(&[Task::Coding], &tokens(), &RungSpeed::measured(Some(200.0), Some(absurd)), Some(60));
            assert_eq!(range, None, "{absurd} tokens/s");
        }
        assert_eq!(duration(&[], &tokens(), &speed, None).map(|range| range.high_s), Some(0.0), "no task takes no time");
    }
}
