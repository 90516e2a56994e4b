//! What does not depend on the weights, for every task: who is in question, who is compared with whom on which items, and the draws.

use std::collections::BTreeSet;

use super::draws::Draws;
use super::entrant::{Entrant, Target, unknown_memory};
use super::{Candidate, Settings};
use crate::stats::SEED;
use crate::task::sequential::LOOKS;
use crate::task::{Task, TaskFloors};

/// Fewer shared items than a first look has compare nothing.
const FEWEST_SHARED: usize = LOOKS[0] as usize;

/// A model whose answers would leave less than this share of the items to compare on is compared by itself. A model that was dropped after
/// a first look must not take two thirds of the evidence from those that went on.
const LEAST_SHARED: f64 = 0.75;

/// Scores, gates and resampled figures of every candidate at every task.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(super) tasks: Vec<PreparedTask>,
}

/// The same for one task.
#[derive(Debug, Clone)]
pub(super) struct PreparedTask {
    pub task: Task,
    pub floors: TaskFloors,
    /// Every candidate, in the order given.
    pub entrants: Vec<Entrant>,
    /// Those in question that are compared with one another; `None` where fewer items than a first look has are shared.
    pub main: Option<Draws>,
    /// One more each: an entrant in question that was asked fewer items, last among the members.
    pub aside: Vec<Draws>,
}

impl Prepared {
    /// Looks at the candidates under the settings' floors; their weights play no part.
    pub fn new(candidates: &[Candidate], settings: &Settings) -> Self {
        Self::seeded(candidates, settings, SEED)
    }

    /// The same with another seed of the bootstrap, for simulations.
    pub fn seeded(candidates: &[Candidate], settings: &Settings, seed: u64) -> Self {
        let asked: BTreeSet<&Task> =
            candidates.iter().flat_map(|candidate| candidate.results.iter().map(|result| &result.score.task)).collect();
        let prepare = |task: &Task| PreparedTask::new(task, candidates, settings, seed);
        Self { tasks: asked.into_iter().map(prepare).collect() }
    }
}

impl PreparedTask {
    fn new(task: &Task, candidates: &[Candidate], settings: &Settings, seed: u64) -> Self {
        let floors = settings.floors_of(task);
        let targets = Target::of_task(task, &floors, candidates);
        let unknown = unknown_memory(candidates);
        let entrants: Vec<Entrant> = candidates.iter().map(|candidate| Entrant::new(candidate, task, &floors, &targets, unknown)).collect();
        let seed = seed ^ hash(&task.name());
        let (members, items) = compared(&entrants);
        let draws = |members: Vec<usize>, items: &BTreeSet<&str>| {
            let items: Vec<&str> = items.iter().copied().collect();
            let enough = items.len() >= FEWEST_SHARED && !members.is_empty();
            enough.then(|| Draws::new(&entrants, members, &items, &targets, seed))
        };
        let main = draws(members.clone(), &items);
        let outside = (0..entrants.len()).filter(|place| !members.contains(place));
        let in_question = outside.filter(|place| entrants.get(*place).is_some_and(Entrant::is_in_question));
        let aside = in_question.filter_map(|place| {
            let shared: BTreeSet<&str> = items.intersection(&items_of(entrants.get(place)?)).copied().collect();
            draws(members.iter().copied().chain([place]).collect(), &shared)
        });
        let aside = aside.collect();
        Self { task: task.clone(), floors, main, aside, entrants }
    }
}

/// FNV-1a (Fowler, Noll & Vo), so that each task draws differently and always the same.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn items_of(entrant: &Entrant) -> BTreeSet<&str> {
    entrant.outcomes.iter().map(|outcome| outcome.item.as_str()).collect()
}

/// Who is compared with one another, and the items that all of them answered. From the most answers down, each joins unless the items that
/// are then left become too few.
fn compared(entrants: &[Entrant]) -> (Vec<usize>, BTreeSet<&str>) {
    let in_question = entrants.iter().enumerate().filter(|(_, entrant)| entrant.is_in_question());
    let mut order: Vec<(usize, BTreeSet<&str>)> = in_question.map(|(place, entrant)| (place, items_of(entrant))).collect();
    order.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(&b.0)));
    let most = order.first().map_or(0, |(_, items)| items.len());
    let least = FEWEST_SHARED.max((most as f64 * LEAST_SHARED).ceil() as usize);
    let mut members = Vec::new();
    let mut shared: Option<BTreeSet<&str>> = None;
    for (place, items) in order {
        let left: BTreeSet<&str> = shared.as_ref().map_or_else(|| items.clone(), |shared| shared.intersection(&items).copied().collect());
        if left.len() >= least {
            members.push(place);
            shared = Some(left);
        }
    }
    members.sort_unstable();
    (members, shared.unwrap_or_default())
}
