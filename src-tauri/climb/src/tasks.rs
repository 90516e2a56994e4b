//! Tasks: what is put to the models beside the trials of speed, and who is asked more once all have been asked some.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use toprung_core::run::{RunRecord, RungRecord, RungStatus};
use toprung_core::task::score::{outcomes, score};
use toprung_core::task::sequential::{Contender, LOOKS, extend as look};
use toprung_core::task::{Task, TaskFloors};
use toprung_tasks::Item;
use toprung_tasks::code::CodeRunner;

use crate::ladder::{Setting, protocol_of};
use crate::rung::RungClimb;
use crate::voice::{Stopped, Voice};

/// Tokens that a word of a prompt takes at most, its chat template included, generously: a text of figures and marks has more of them.
const TOKENS_PER_WORD: f64 = 2.0;
/// Tokens of a chat template around a prompt.
const TEMPLATE_TOKENS: u32 = 128;
/// What an item leaves for a model that thinks, in tokens.
pub(crate) const THINKING_TOKENS: u32 = 1024;

/// What is put to every model.
pub struct TaskWork {
    /// Each task with its items, in the order in which they are asked.
    pub tasks: Vec<(Task, Vec<Item>)>,
    pub floors: BTreeMap<Task, TaskFloors>,
    /// For one model, loading included; `None`: until every item that helps is asked.
    pub budget: Option<Duration>,
    /// Runs model-written code; `None` where there is no sandbox.
    pub runner: Option<Arc<dyn CodeRunner>>,
}

impl TaskWork {
    /// The context that the longest item and its answer take, in tokens.
    pub(crate) fn context_tokens(&self) -> u32 {
        self.tasks.iter().flat_map(|(_, items)| items).map(needed_tokens).max().unwrap_or(0)
    }

    pub(crate) fn floors(&self, task: &Task) -> TaskFloors {
        self.floors.get(task).copied().unwrap_or_else(|| task.default_floors())
    }
}

/// The context that an item and its answer take, in tokens, at most.
pub(crate) fn needed_tokens(item: &Item) -> u32 {
    let words = item.prompt.split_whitespace().count() as f64;
    (words * TOKENS_PER_WORD) as u32 + TEMPLATE_TOKENS + item.max_output_tokens + THINKING_TOKENS
}

/// How many items of a task a model is to be asked, after a look at all that were asked so far; `own` is its place among them.
///
/// Up to the first look everyone is asked. After that only contenders are, a look at a time.
fn target(task: &Task, items: usize, floors: &TaskFloors, rungs: &[&RungRecord], own: usize) -> usize {
    let asked = rungs.get(own).map_or(0, |rung| asked_of(task, rung));
    if asked < LOOKS[0] as usize {
        return items.min(LOOKS[0] as usize);
    }
    if !LOOKS.contains(&u32::try_from(asked).unwrap_or(u32::MAX)) {
        // Between two looks: on to the next.
        return LOOKS.into_iter().map(|look| look as usize).find(|look| *look > asked).unwrap_or(asked).min(items);
    }
    let answers: Vec<_> = rungs.iter().map(|rung| (score(task, &rung.items), outcomes(task, &rung.items))).collect();
    let contenders: Vec<Contender<'_>> = answers.iter().map(|(score, outcomes)| Contender { score, outcomes }).collect();
    let more = look(&contenders, floors).into_iter().find(|step| step.contender == own).map_or(0, |step| step.more_items);
    (asked + more as usize).min(items)
}

/// What was seen at looks during one visit to a model: it changes only with the answers to that task, and takes a while to work out.
#[derive(Default)]
pub(crate) struct Looked(BTreeMap<(Task, usize), usize>);

impl Looked {
    /// As [`target`], worked out once for each number of answers.
    pub(crate) fn target(&mut self, task: &Task, items: usize, floors: &TaskFloors, rungs: &[&RungRecord], own: usize) -> usize {
        let asked = rungs.get(own).map_or(0, |rung| asked_of(task, rung));
        *self.0.entry((task.clone(), asked)).or_insert_with(|| target(task, items, floors, rungs, own))
    }
}

/// How many different items of a task a rung was asked.
pub(crate) fn asked_of(task: &Task, rung: &RungRecord) -> usize {
    rung.items.iter().filter(|result| result.task == *task && result.repeat == 0).count()
}

/// After the ladder: goes back to models that later ones did not beat clearly, until each task is decided or its items are asked.
pub(crate) async fn extend(run: &mut RunRecord, setting: &Setting, voice: &Voice, offset_ms: f64, epoch: Instant) -> Result<(), Stopped> {
    let Some(work) = &setting.tasks else { return Ok(()) };
    let protocol = protocol_of(run, setting);
    // Each pass takes a contender one look further.
    for _ in 1..LOOKS.len() {
        for position in 0..run.rungs.len() {
            let targets = targets(work, &run.rungs, position);
            if targets.is_empty() {
                continue;
            }
            let Some(rung) = run.rungs.get_mut(position) else { continue };
            RungClimb { setting, protocol: &protocol, voice, rung, below: &[], offset_ms, epoch }.ask_more(targets).await?;
        }
    }
    Ok(())
}

/// The tasks of which a rung is to be asked more, with how many in all; none for a rung that failed or was left out.
fn targets(work: &TaskWork, rungs: &[RungRecord], position: usize) -> BTreeMap<Task, usize> {
    let takes_part = |rung: &&RungRecord| rung.status == RungStatus::Measured && !rung.items.is_empty();
    let Some(own_rung) = rungs.get(position).filter(takes_part) else { return BTreeMap::new() };
    let contenders: Vec<&RungRecord> = rungs.iter().filter(takes_part).collect();
    let Some(own) = contenders.iter().position(|rung| rung.position == own_rung.position) else { return BTreeMap::new() };
    let wanted = |(task, items): &(Task, Vec<Item>)| {
        let target = target(task, items.len(), &work.floors(task), &contenders, own);
        (asked_of(task, own_rung) > 0 && target > asked_of(task, own_rung)).then(|| (task.clone(), target))
    };
    work.tasks.iter().filter_map(wanted).collect()
}
