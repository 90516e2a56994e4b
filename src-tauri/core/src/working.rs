//! When the models of a run worked, as opposed to being loaded.

use std::ops::RangeInclusive;

use crate::run::{RunRecord, RungRecord};
use crate::trial::{Trial, TrialKind};

/// Stretches of a run's clock in which one model made one trial after the other, in milliseconds. What lies before the first,
/// between two and after the last is loading, warming up, checking and waiting.
pub fn working(run: &RunRecord) -> Vec<RangeInclusive<f64>> {
    let turns = turns(run);
    let nexts = turns.iter().skip(1).map(|next| next.loads_ms).chain([f64::INFINITY]);
    turns.iter().zip(nexts).map(|(turn, next_ms)| turn.from_ms..=turn.ended_ms.unwrap_or(next_ms)).collect()
}

/// Trials that follow each other without a load between.
struct Turn {
    rung: usize,
    is_sentinel: bool,
    /// When its model began to be loaded, as far as that is known.
    loads_ms: f64,
    from_ms: f64,
    /// `None` where its last trial never ended, as one that the memory did not hold.
    ended_ms: Option<f64>,
}

fn turns(run: &RunRecord) -> Vec<Turn> {
    let of_rung = run.rungs.iter().enumerate();
    let mut trials: Vec<(usize, &Trial)> = of_rung.flat_map(|(at, rung)| rung.trials.iter().map(move |trial| (at, trial))).collect();
    trials.sort_by(|(_, a), (_, b)| a.started_ms.total_cmp(&b.started_ms));
    let mut turns: Vec<Turn> = Vec::new();
    for (rung, trial) in trials {
        let is_sentinel = trial.kind == TrialKind::Sentinel;
        let ended_ms = trial.response_ms.map(|took| trial.started_ms + took);
        match turns.last_mut().filter(|turn| turn.rung == rung && turn.is_sentinel == is_sentinel) {
            Some(turn) => turn.ended_ms = ended_ms,
            None => {
                let loads_ms = trial.started_ms - run.rungs.get(rung).map_or(0.0, loading_ms);
                turns.push(Turn { rung, is_sentinel, loads_ms, from_ms: trial.started_ms, ended_ms });
            }
        }
    }
    turns
}

fn loading_ms(rung: &RungRecord) -> f64 {
    rung.load.load_ms.unwrap_or(0.0) + rung.load.warm_up_ms.unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted;

    /// A run of two rungs whose trials start and end at these times; one without an end never ended.
    fn run(of_rungs: [&[(f64, Option<f64>)]; 2]) -> RunRecord {
        let mut run = scripted::run(["a", "b"].map(|name| scripted::rung(name, 1.0, 30.0, 5)).into());
        for (rung, times) in run.rungs.iter_mut().zip(of_rungs) {
            rung.trials.truncate(times.len());
            for (trial, (started_ms, response_ms)) in rung.trials.iter_mut().zip(times) {
                (trial.started_ms, trial.response_ms) = (*started_ms, *response_ms);
            }
        }
        run
    }

    #[test]
    fn the_time_between_two_models_is_none_of_either() {
        let run = run([&[(2000.0, Some(900.0)), (3000.0, Some(500.0))], &[(9000.0, Some(1000.0))]]);
        assert_eq!(working(&run), [2000.0..=3500.0, 9000.0..=10_000.0]);
    }

    #[test]
    fn a_trial_that_never_ended_lasts_until_the_next_load() {
        let mut run = run([&[(2000.0, None)], &[(9000.0, None)]]);
        run.rungs[1].load.load_ms = Some(3000.0);
        assert_eq!(working(&run), [2000.0..=6000.0, 9000.0..=f64::INFINITY]);
    }

    #[test]
    fn variants_in_turns_work_each_in_its_own_time() {
        let run = run([&[(1000.0, Some(100.0)), (4000.0, Some(100.0))], &[(2000.0, Some(100.0)), (3000.0, Some(100.0))]]);
        assert_eq!(working(&run), [1000.0..=1100.0, 2000.0..=3100.0, 4000.0..=4100.0]);
    }

    #[test]
    fn a_run_that_measured_nothing_worked_never() {
        assert!(working(&run([&[], &[]])).is_empty());
    }
}
