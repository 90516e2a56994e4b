//! How long the tasks of a plan take: from what earlier runs on this machine took, else from the time that a model may take.

use toprung_core::model::ModelRef;
use toprung_core::stats::median;
use toprung_core::task::estimate::{ExpectedTokens, RungSpeed, duration, expected_from};
use toprung_core::task::{ItemResult, Task, TaskPlan, TaskRun};

use std::collections::BTreeMap;

use crate::home::Home;
use crate::plan::RungPlan;

/// Newer runs say more of today's machine; these hold enough answers.
const RUNS_READ: usize = 5;

/// Seconds over all models of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskTime {
    /// `None` where nothing was measured to estimate it from.
    pub low_s: Option<f64>,
    /// Of such a model the whole time that it may take; `None` where that has no bound either.
    pub high_s: Option<f64>,
}

/// What the tasks of a plan take.
pub(crate) fn time(home: &Home, plan: &TaskPlan, rungs: &[RungPlan]) -> TaskTime {
    // An estimate that can't be made is not worth failing a plan for.
    let runs = home.store().task_runs(RUNS_READ).unwrap_or_default();
    let answers: Vec<ItemResult> = runs.iter().flat_map(|run| &run.rungs).flat_map(|rung| rung.results.iter().cloned()).collect();
    let tokens = expected_from(&answers);
    let each: Vec<TaskTime> = rungs.iter().map(|rung| of_rung(plan, &tokens, &speed(&runs, rung))).collect();
    TaskTime { low_s: each.iter().map(|time| time.low_s).sum(), high_s: each.iter().map(|time| time.high_s).sum() }
}

fn of_rung(plan: &TaskPlan, tokens: &BTreeMap<Task, ExpectedTokens>, speed: &RungSpeed) -> TaskTime {
    match duration(&plan.tasks, tokens, speed, plan.budget_s) {
        Some(range) => TaskTime { low_s: Some(range.low_s), high_s: Some(range.high_s) },
        None => TaskTime { low_s: None, high_s: plan.budget_s.map(f64::from) },
    }
}

/// A model reads as fast as it read before; it writes as fast as is expected of it.
fn speed(runs: &[TaskRun], rung: &RungPlan) -> RungSpeed {
    let prefill_tps = prefill(runs, &rung.rung.model);
    let (low, high) = rung.expected_tps.unzip();
    RungSpeed { decode_low: low, decode_high: high, ..RungSpeed::measured(prefill_tps, None) }
}

fn prefill(runs: &[TaskRun], model: &ModelRef) -> Option<f64> {
    let of_model = runs.iter().flat_map(|run| &run.rungs).filter(|rung| rung.model == *model);
    let tps = |answer: &ItemResult| {
        let seconds = answer.ttft_ms.filter(|ms| *ms > 0.0)? / 1e3;
        Some(f64::from(answer.prompt_tokens?) / seconds)
    };
    median(&of_model.flat_map(|rung| &rung.results).filter_map(tps).collect::<Vec<f64>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use toprung_core::task::SuiteVersion;

    fn plan(budget_s: Option<u32>) -> TaskPlan {
        let suite = SuiteVersion { number: 1, hash: String::new(), seed: 1 };
        TaskPlan { suite, tasks: vec![Task::Coding], budget_s, unavailable: Vec::new(), own_files: Vec::new() }
    }

    #[test]
    fn what_was_never_measured_takes_its_budget_at_most_and_is_unknown_without_one() {
        let unknown = RungSpeed::default();
        let none = BTreeMap::new();
        assert_eq!(of_rung(&plan(Some(300)), &none, &unknown), TaskTime { low_s: None, high_s: Some(300.0) });
        assert_eq!(of_rung(&plan(None), &none, &unknown), TaskTime { low_s: None, high_s: None });
    }

    #[test]
    fn what_was_measured_is_a_range() {
        let tokens = [(Task::Coding, ExpectedTokens { prompt: 200.0, output_low: 50.0, output_high: 100.0 })].into();
        let time = of_rung(&plan(Some(60)), &tokens, &RungSpeed::measured(Some(200.0), Some(25.0)));
        // 8 items of 1 s + 2 s; more than the budget at the other end.
        assert_eq!(time, TaskTime { low_s: Some(24.0), high_s: Some(60.0) });
    }
}
