//! One task's advice: the verdict with its words, and the table behind it.

use super::decide::{Decision, Outcome};
use super::entrant::Entrant;
use super::evidence::{evidence, subject, what_would_change};
use super::prepared::PreparedTask;
use super::words::{compared, figures, name, sentence, why_left_out, why_not_proven};
use super::{AdviceRow, Avoid, Pick, RunnerUp, Standing, TaskAdvice, TaskVerdict, Weights};
use crate::task::sequential::{after_how_many, bounds_90};

pub(super) fn advice(task: &PreparedTask, decision: &Decision, weights: &Weights) -> TaskAdvice {
    let runner_up = runner_up(task, decision, weights);
    let front = pareto(&task.entrants);
    TaskAdvice {
        task: task.task.clone(),
        floors: task.floors,
        verdict: verdict(task, decision),
        sentence: sentence(task, decision, runner_up.as_ref().map(|runner_up| runner_up.why.as_str())),
        evidence: evidence(task, decision),
        what_would_change: what_would_change(task, decision, weights),
        avoid: task.entrants.iter().filter_map(|entrant| avoid(entrant, task)).collect(),
        pareto: front.iter().filter_map(|place| task.entrants.get(*place)).map(|entrant| entrant.pick.clone()).collect(),
        rows: rows(task, decision, weights, &front),
        items_shared: task.main.as_ref().map_or(0, |draws| u32::try_from(draws.items).unwrap_or(u32::MAX)),
        runner_up,
    }
}

fn pick(task: &PreparedTask, place: usize) -> Option<Pick> {
    task.entrants.get(place).map(|entrant| entrant.pick.clone())
}

fn verdict(task: &PreparedTask, decision: &Decision) -> TaskVerdict {
    let verdict = match &decision.outcome {
        Outcome::Use(place) => pick(task, *place).map(|pick| TaskVerdict::Use { pick }),
        Outcome::Tie { prefer, members } => {
            let members = members.iter().filter_map(|place| pick(task, *place)).collect();
            pick(task, *prefer).map(|prefer| TaskVerdict::Tie { prefer, members })
        }
        Outcome::NotProven(place) => task.entrants.get(*place).map(|leader| {
            let more = leader.score.as_ref().and_then(|score| after_how_many(score, task.floors.quality));
            TaskVerdict::NotProven {
                leader: leader.pick.clone(),
                more_items: more.map(|more| more.items),
                more_seconds: more.and_then(|more| more.seconds),
            }
        }),
        Outcome::Nothing => None,
    };
    verdict.unwrap_or_else(|| TaskVerdict::None { why: sentence(task, decision, None) })
}

/// The next best of those in question: by its share of resamples, then by its utility.
fn runner_up(task: &PreparedTask, decision: &Decision, weights: &Weights) -> Option<RunnerUp> {
    let first = subject(&decision.outcome)?;
    let best = task.entrants.get(first)?;
    let key = |(place, entrant): &(usize, &Entrant)| {
        let share = decision.p_best.get(*place).copied().flatten().unwrap_or(0.0);
        (share, entrant.utility(weights).unwrap_or(-1.0))
    };
    let others = task.entrants.iter().enumerate().filter(|(place, entrant)| *place != first && entrant.is_in_question());
    let order = |a: &(usize, &Entrant), b: &(usize, &Entrant)| {
        let (x, y) = (key(a), key(b));
        x.0.total_cmp(&y.0).then(x.1.total_cmp(&y.1)).then(b.0.cmp(&a.0))
    };
    let (_, other) = others.max_by(order)?;
    let why = if best.is_twin_of(other) { format!("{} is the same model", other.pick.title) } else { compared(best, other) };
    Some(RunnerUp { pick: other.pick.clone(), why })
}

fn avoid(entrant: &Entrant, task: &PreparedTask) -> Option<Avoid> {
    let reason = why_left_out(entrant, &task.floors)?;
    let sentence = format!("Avoid {} for {}: {reason}.", entrant.pick.title, name(&task.task));
    Some(Avoid { pick: entrant.pick.clone(), reason, sentence })
}

/// Places of those in question that no other beats in quality, seconds and memory at once, from the best quality down.
fn pareto(entrants: &[Entrant]) -> Vec<usize> {
    let point = |entrant: &Entrant| {
        let memory = entrant.memory_bytes.map_or(f64::INFINITY, |bytes| bytes as f64);
        entrant.is_in_question().then_some(())?;
        Some([-entrant.quality()?, entrant.seconds()?, memory])
    };
    let points: Vec<(usize, [f64; 3])> =
        entrants.iter().enumerate().filter_map(|(place, entrant)| Some((place, point(entrant)?))).collect();
    let beats = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b);
    let is_free = |(_, point): &&(usize, [f64; 3])| !points.iter().any(|(_, other)| beats(other, point));
    let mut front: Vec<&(usize, [f64; 3])> = points.iter().filter(is_free).collect();
    front.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]).then(a.1[1].total_cmp(&b.1[1])).then(a.0.cmp(&b.0)));
    front.into_iter().map(|(place, _)| *place).collect()
}

/// Every entrant's row: by standing, then by utility.
fn rows(task: &PreparedTask, decision: &Decision, weights: &Weights, front: &[usize]) -> Vec<AdviceRow> {
    let best = subject(&decision.outcome).and_then(|place| task.entrants.get(place));
    let row = |(place, entrant): (usize, &Entrant)| {
        let standing = standing(place, entrant, &decision.outcome);
        AdviceRow {
            pick: entrant.pick.clone(),
            standing,
            memory_bytes: entrant.memory_bytes,
            quality_state: entrant.state,
            quality_90: entrant.score.as_ref().and_then(|score| bounds_90(&score.lenient?)),
            gates: entrant.gates.clone(),
            factors: entrant.factors,
            utility: entrant.utility(weights),
            p_best: decision.p_best.get(place).copied().flatten(),
            is_on_front: front.contains(&place),
            why: why(task, entrant, standing, best),
            score: entrant.score.clone(),
        }
    };
    let mut rows: Vec<AdviceRow> = task.entrants.iter().enumerate().map(row).collect();
    let utility = |row: &AdviceRow| row.utility.unwrap_or(-1.0);
    rows.sort_by(|a, b| rank(a.standing).cmp(&rank(b.standing)).then(utility(b).total_cmp(&utility(a))));
    rows
}

fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Recommended => 0,
        Standing::Tied => 1,
        Standing::Behind | Standing::Unproven => 2,
        Standing::LeftOut => 3,
        Standing::NotMeasured => 4,
    }
}

pub(super) fn standing(place: usize, entrant: &Entrant, outcome: &Outcome) -> Standing {
    match outcome {
        Outcome::Use(first) | Outcome::Tie { prefer: first, .. } if *first == place => return Standing::Recommended,
        Outcome::Tie { members, .. } if members.contains(&place) => return Standing::Tied,
        _ => {}
    }
    match (entrant.is_in_question(), entrant.is_proven()) {
        (true, true) => Standing::Behind,
        (true, false) => Standing::Unproven,
        (false, _) if entrant.is_measured() && entrant.factors.is_some() => Standing::LeftOut,
        (false, _) => Standing::NotMeasured,
    }
}

fn why(task: &PreparedTask, entrant: &Entrant, standing: Standing, best: Option<&Entrant>) -> String {
    let against = |best: &Entrant| {
        if best.is_twin_of(entrant) {
            "It is the same model under another name.".to_owned()
        } else {
            format!("{}.", compared(best, entrant))
        }
    };
    match standing {
        Standing::Recommended => format!("{}.", figures(entrant)),
        Standing::Tied | Standing::Behind => best.map(against).unwrap_or_default(),
        Standing::Unproven => why_not_proven(entrant, &task.floors),
        Standing::LeftOut => why_left_out(entrant, &task.floors).map(|why| format!("{why}.")).unwrap_or_default(),
        Standing::NotMeasured if entrant.is_measured() => "The time of its answers is not known.".to_owned(),
        Standing::NotMeasured => why_left_out(entrant, &task.floors)
            .map_or_else(|| "It was not asked, or no answer counted.".to_owned(), |why| format!("{why}.")),
    }
}
