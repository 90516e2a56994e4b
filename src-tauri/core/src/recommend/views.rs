//! The seed's four sweet spots and what to avoid, as views of the advice: unlike [`crate::verdict`], which has speed and size alone, these
//! rest on measured quality.
//!
//! - Fast iterations: the classification task, ranked with the slider at speed.
//! - Balanced: the model that is recommended or tied in the most tasks other than coding, at the user's weights.
//! - High quality: the reasoning task, ranked with the slider at quality.
//! - Specialised coding: the coding task, at the user's weights.
//! - Avoid: models that are surely not good enough in more than half of the tasks that they were tried at, and in front in none.

use super::decide::{Decision, Outcome, decide};
use super::entrant::Entrant;
use super::prepared::{Prepared, PreparedTask};
use super::table::standing;
use super::words::{figures, name, why_left_out};
use super::{Pick, Standing, SweetSpotView, Weights};
use crate::analysis::Use;
use crate::format;
use crate::task::Task;

/// Models that are in front in one task fewer are as balanced: one task more or less is chance.
const AS_BALANCED: usize = 1;
/// Reasons that one sentence lists.
const MOST_NAMED: usize = 3;

/// The views, in the seed's order. Uses whose tasks nobody was asked are absent.
pub(super) fn views(prepared: &Prepared, decisions: &[Decision]) -> Vec<SweetSpotView> {
    let task = |wanted: &Task| prepared.tasks.iter().zip(decisions).find(|(task, _)| task.task == *wanted);
    let at = |usage, wanted: &Task, slider: f64, first: &str| {
        let (task, _) = task(wanted)?;
        let decision = decide(task, &Weights::from_slider(slider));
        Some(of_one_task(usage, task, &decision, &format!("with {first} first")))
    };
    let coding = task(&Task::Coding).map(|(task, decision)| of_one_task(Use::SpecialisedCoding, task, decision, "at your weights"));
    let spots = [
        at(Use::FastIterations, &Task::Classify, 0.0, "speed"),
        balanced(prepared, decisions),
        at(Use::HighQuality, &Task::Reasoning, 1.0, "quality"),
        coding,
    ];
    spots.into_iter().flatten().chain(to_avoid(prepared, decisions)).collect()
}

fn of_one_task(usage: Use, task: &PreparedTask, decision: &Decision, how: &str) -> SweetSpotView {
    let pick = |place: usize| task.entrants.get(place).map(|entrant| entrant.pick.clone());
    let (chosen, tied): (Option<usize>, Vec<Pick>) = match &decision.outcome {
        Outcome::Use(place) => (Some(*place), Vec::new()),
        Outcome::Tie { prefer, members } => {
            (Some(*prefer), members.iter().filter(|place| *place != prefer).filter_map(|place| pick(*place)).collect())
        }
        Outcome::NotProven(_) | Outcome::Nothing => (None, Vec::new()),
    };
    let measured = format!("Measured on {}, {how}", name(&task.task));
    let evidence = match chosen.and_then(|place| task.entrants.get(place)) {
        Some(entrant) => format!("{measured}: {}.{}", figures(entrant), not_told_apart(&tied)),
        None => format!("{measured}: no model is surely good enough."),
    };
    SweetSpotView { usage, pick: chosen.and_then(pick), tied, tasks: vec![task.task.clone()], evidence }
}

fn not_told_apart(tied: &[Pick]) -> String {
    let titles: Vec<&str> = tied.iter().map(|pick| pick.title.as_str()).collect();
    if titles.is_empty() { String::new() } else { format!(" It can't be told apart from {}.", format::list(&titles)) }
}

/// Whether a candidate is recommended or tied, and surely good enough.
fn in_front(task: &PreparedTask, decision: &Decision, place: usize) -> bool {
    task.entrants.get(place).is_some_and(|entrant| {
        let standing = standing(place, entrant, &decision.outcome);
        entrant.is_proven() && matches!(standing, Standing::Recommended | Standing::Tied)
    })
}

/// The model that is recommended or tied in the most tasks other than coding.
fn balanced(prepared: &Prepared, decisions: &[Decision]) -> Option<SweetSpotView> {
    let general: Vec<(&PreparedTask, &Decision)> =
        prepared.tasks.iter().zip(decisions).filter(|(task, _)| task.task != Task::Coding).collect();
    let places = 0..general.first()?.0.entrants.len();
    let tasks_in_front = |place: usize| -> Vec<Task> {
        general.iter().filter(|(task, decision)| in_front(task, decision, place)).map(|(task, _)| task.task.clone()).collect()
    };
    let fronts: Vec<(usize, Vec<Task>)> = places.map(|place| (place, tasks_in_front(place))).collect();
    // Of those that are as balanced as the best, the one that takes the least time over all tasks.
    let most = fronts.iter().map(|(_, tasks)| tasks.len()).max().unwrap_or(0);
    let is_as_good = |(_, tasks): &&(usize, Vec<Task>)| !tasks.is_empty() && tasks.len() + AS_BALANCED >= most;
    let seconds = |place: usize| -> f64 { general.iter().filter_map(|(task, _)| task.entrants.get(place)?.seconds()).sum() };
    let quicker = |a: &&(usize, Vec<Task>), b: &&(usize, Vec<Task>)| seconds(a.0).total_cmp(&seconds(b.0)).then(a.0.cmp(&b.0));
    let all = general.len();
    let Some((place, tasks)) = fronts.iter().filter(is_as_good).min_by(quicker) else {
        let evidence = format!("Measured on {}: no model is surely good enough.", tasks_in_words(all));
        let tasks = general.iter().map(|(task, _)| task.task.clone()).collect();
        return Some(SweetSpotView { usage: Use::Balanced, pick: None, tied: Vec::new(), tasks, evidence });
    };
    let pick = |place: usize| general.first().and_then(|(task, _)| task.entrants.get(place)).map(|entrant| entrant.pick.clone());
    let others = fronts.iter().filter(is_as_good).filter(|(other, _)| other != place);
    let tied: Vec<Pick> = others.filter_map(|(other, _)| pick(*other)).collect();
    let names: Vec<String> = tasks.iter().map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let evidence =
        format!("Recommended or tied in {} of {}: {}.{}", tasks.len(), tasks_in_words(all), format::list(&names), not_told_apart(&tied));
    Some(SweetSpotView { usage: Use::Balanced, pick: pick(*place), tied, tasks: tasks.clone(), evidence })
}

fn tasks_in_words(n: usize) -> String {
    format::count(u32::try_from(n).unwrap_or(u32::MAX), "general task", "general tasks")
}

fn to_avoid(prepared: &Prepared, decisions: &[Decision]) -> Vec<SweetSpotView> {
    let places = 0..prepared.tasks.first().map_or(0, |task| task.entrants.len());
    let is_in_front = |place: &usize| prepared.tasks.iter().zip(decisions).any(|(task, decision)| in_front(task, decision, *place));
    places.filter(|place| !is_in_front(place)).filter_map(|place| avoid(prepared, place)).collect()
}

fn avoid(prepared: &Prepared, place: usize) -> Option<SweetSpotView> {
    let at: Vec<(&PreparedTask, &Entrant)> = prepared.tasks.iter().filter_map(|task| Some((task, task.entrants.get(place)?))).collect();
    let tried = at.iter().filter(|(_, entrant)| entrant.is_measured() || entrant.problem.is_some()).count();
    let failed: Vec<(&PreparedTask, String)> =
        at.iter().filter_map(|(task, entrant)| Some((*task, why_left_out(entrant, &task.floors)?))).collect();
    if failed.is_empty() || failed.len() * 2 <= tried {
        return None;
    }
    let (_, entrant) = at.first()?;
    let problem = entrant.problem.clone().filter(|_| !at.iter().any(|(_, entrant)| entrant.is_measured()));
    let evidence = problem.unwrap_or_else(|| {
        let reasons: Vec<String> = failed.iter().take(MOST_NAMED).map(|(task, why)| format!("{} ({why})", name(&task.task))).collect();
        let more = if failed.len() > MOST_NAMED { " …" } else { "" };
        let of = format::count(u32::try_from(at.len()).unwrap_or(u32::MAX), "task", "tasks");
        format!("Surely not good enough in {} of {of}: {}{more}.", failed.len(), reasons.join("; "))
    });
    let tasks = failed.iter().map(|(task, _)| task.task.clone()).collect();
    Some(SweetSpotView { usage: Use::Avoid, pick: Some(entrant.pick.clone()), tied: Vec::new(), tasks, evidence })
}
