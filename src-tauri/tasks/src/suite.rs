//! The suite: which items there are, in which order, and by which hash a version of it is known.

mod chat;
mod classify;
mod coding;
mod diagnostics;
mod extraction;
mod hash;
mod needle;
mod reasoning;
mod summary;
mod tools;
mod translation;
mod words;

use std::collections::BTreeSet;

use toprung_core::task::{Band, SuiteVersion, Task};

use crate::item::Item;
use crate::oracle::Oracle;
use crate::random::Random;

pub use hash::hash;

/// Counts up with every change of an item, an oracle or a grader: scores of two numbers do not pair.
pub const SUITE_NUMBER: u32 = 2;
/// The seed of the frozen suite.
pub const FROZEN_SEED: u64 = 20_260_501;
/// Items of a task in each band.
pub const ITEMS_A_BAND: usize = 8;
/// Reading 8,000 tokens takes a laptop minutes, so there are fewer of these: eight at 2,000 tokens and four at 8,000.
const NEEDLES_A_BAND: usize = 4;
/// Two draws of one place may be the same question: the next draw is taken then, at most so often.
const MAX_REDRAWS: usize = 50;

/// An item before it has its place.
pub(crate) struct Draft {
    pub(crate) prompt: String,
    pub(crate) max_output_tokens: u32,
    pub(crate) oracle: Oracle,
    /// A right answer.
    pub(crate) example: String,
}

/// All items of one seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suite {
    pub seed: u64,
}

/// The suite of a seed: [`FROZEN_SEED`], or a [`rotating_seed`] that shows whether a model has learnt the frozen one by heart.
pub fn suite(seed: u64) -> Suite {
    Suite { seed }
}

/// The second seed of a month, the same on every machine.
pub fn rotating_seed(year: i16, month: i8) -> u64 {
    // Far from the frozen seed, whatever the month.
    0x1_0000_0000 + u64::from(year.unsigned_abs()) * 100 + u64::from(month.unsigned_abs())
}

impl Suite {
    /// The task's items, easy, medium, hard, easy …: any beginning of the list is balanced over the bands. A task of the
    /// user's own has none here.
    pub fn items(&self, task: &Task) -> Vec<Item> {
        let rounds = match task {
            Task::Own(_) => 0,
            Task::Needle => NEEDLES_A_BAND,
            _ => ITEMS_A_BAND,
        };
        let mut seen = BTreeSet::new();
        let places = (0..rounds).flat_map(|round| Band::ALL.map(|band| (round, band)));
        places.filter_map(|(round, band)| self.item(task, band, round, &mut seen)).collect()
    }

    fn item(&self, task: &Task, band: Band, round: usize, seen: &mut BTreeSet<String>) -> Option<Item> {
        let id = format!("{}/{}/{}", task.name(), band.name(), round + 1);
        let mut random = Random::new(self.seed, &id);
        let mut draft = draft(task, band, round, &mut random)?;
        for _ in 0..MAX_REDRAWS {
            if !seen.contains(&draft.prompt) {
                break;
            }
            draft = self::draft(task, band, round, &mut random)?;
        }
        seen.insert(draft.prompt.clone());
        let Draft { prompt, max_output_tokens, oracle, example } = draft;
        Some(Item { id, task: task.clone(), band, prompt, max_output_tokens, oracle, example })
    }

    /// As it is stored with a run.
    pub fn version(&self) -> SuiteVersion {
        SuiteVersion { number: SUITE_NUMBER, hash: hash(), seed: self.seed }
    }
}

fn draft(task: &Task, band: Band, round: usize, random: &mut Random) -> Option<Draft> {
    Some(match task {
        Task::Classify => classify::draft(band, round, random),
        Task::Chat => chat::draft(band, round, random),
        Task::Diagnostics => diagnostics::draft(band, random),
        Task::Reasoning => reasoning::draft(band, round, random),
        Task::Coding => coding::draft(band, round, random),
        Task::Summary => summary::draft(band, round, random),
        Task::Extraction => extraction::draft(band, round, random),
        Task::ToolCalls => tools::draft(band, round, random),
        Task::Translation => translation::draft(band, round, random),
        Task::Needle => needle::draft(band, random),
        Task::Own(_) => return None,
    })
}

#[cfg(test)]
mod tests;
