//! From draws and weights to a verdict: one model, several that can't be told apart, or none that is surely good enough.
//!
//! A high share of resamples does not by itself tell two models apart: of two equal ones the luckier is the best in at least 80 of 100
//! resamples in about 40 of 100 runs (a test holds it). So a model is recommended alone only where it is the best in at least
//! [`P_BEST`] of the resamples *and* each other model is surely behind it:
//! - it is ahead of the other by [`WORTH_IT`] in [`SURELY`] of the resamples; and
//! - where its lead rests on quality, the paired test sees that as well ([`DIFFERS_AT`]). Resamples of few items that differ all one way
//!   are too sure of themselves: of 5 items all come out the same way by chance in 6 of 100 cases, and in more than 99 of 100 resamples.
//!
//! All others are in the tie. Of two equal models one is then recommended alone in about 1 of 100 runs, and of six in fewer. The price: on
//! 24 items two models that are 40 points apart are told apart in 9 of 10 runs, and two that are 25 points apart in half of them.

use super::Weights;
use super::draws::Ranking;
use super::entrant::Entrant;
use super::prepared::PreparedTask;
use crate::stats::paired::mid_p_mcnemar;
use crate::task::sequential::{Pairs, bounds_90};

/// The share of resamples in which a model must be the best to be recommended, and from which on a tie does not prefer another to it.
pub const P_BEST: f64 = 0.80;

/// A model is surely behind another that is ahead of it in so many resamples: 2.5 % on either side.
pub const SURELY: f64 = 0.975;

/// The least difference in utility that is an advantage: at the default weights 8 points of 100 in quality, or 18 % in time. What a machine
/// differs from itself by, up to 7 % of a time, stays below it wherever the slider stands.
pub const WORTH_IT: f64 = 0.05;

/// Two shares on the same items are told apart where chance explains the difference in at most so many cases (mid-p McNemar, both sides).
pub const DIFFERS_AT: f64 = 0.025;

/// Times that differ by less are the same: a machine that nobody touches differs from itself by up to so much from minute to minute.
pub const SAME_TIME: f64 = 1.07;

/// The verdict by places of entrants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Use(usize),
    Tie { prefer: usize, members: Vec<usize> },
    NotProven(usize),
    Nothing,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decision {
    pub outcome: Outcome,
    /// By place; `None` for what was not compared.
    pub p_best: Vec<Option<f64>>,
}

/// A task's draws under certain weights.
struct Ranked<'a> {
    task: &'a PreparedTask,
    weights: Weights,
    main: Option<Ranking<'a>>,
    aside: Vec<Ranking<'a>>,
}

pub(super) fn decide(task: &PreparedTask, weights: &Weights) -> Decision {
    let ranked = Ranked {
        task,
        weights: *weights,
        main: task.main.as_ref().map(|draws| draws.rank(weights)),
        aside: task.aside.iter().map(|draws| draws.rank(weights)).collect(),
    };
    let members: &[usize] = task.main.as_ref().map(|draws| draws.members.as_slice()).unwrap_or_default();
    let shares = ranked.main.as_ref().map(|ranking| ranking.shares_best(members)).unwrap_or_default();
    let mut p_best = vec![None; task.entrants.len()];
    for (place, share) in members.iter().zip(shares) {
        if let Some(slot) = p_best.get_mut(*place) {
            *slot = Some(share);
        }
    }
    Decision { outcome: ranked.outcome(members, &p_best), p_best }
}

impl Ranked<'_> {
    fn entrant(&self, place: usize) -> Option<&Entrant> {
        self.task.entrants.get(place)
    }

    fn is_proven(&self, place: usize) -> bool {
        self.entrant(place).is_some_and(Entrant::is_proven)
    }

    fn outcome(&self, members: &[usize], p_best: &[Option<f64>]) -> Outcome {
        let in_question = |place: &usize| self.entrant(*place).is_some_and(Entrant::is_in_question);
        let all: Vec<usize> = (0..self.task.entrants.len()).filter(in_question).collect();
        let share = |place: usize| p_best.get(place).copied().flatten().unwrap_or(0.0);
        let pool = if members.is_empty() { &all } else { members };
        let Some(leader) = self.first(pool, share) else { return Outcome::Nothing };
        let tied = self.not_behind(leader, &all);
        if members.is_empty() || !all.iter().any(|place| self.is_proven(*place)) {
            return Outcome::NotProven(self.likelier(leader, members, &all));
        }
        if tied.iter().any(|place| self.is_proven(*place)) {
            return self.conclude(leader, tied, share);
        }
        self.among_proven(members, &all, leader)
    }

    /// Where nothing is proven: the leader, or one that was asked fewer items and is yet nearer to its floor. It would be wrong to name
    /// one that has nearly failed for no more than having been asked everything.
    fn likelier(&self, leader: usize, members: &[usize], all: &[usize]) -> usize {
        let surely = |place: usize| {
            let share = self.entrant(place).and_then(|entrant| entrant.score.as_ref()?.lenient);
            share.as_ref().and_then(bounds_90).map_or(0.0, |bounds| bounds.low)
        };
        let nearer = |place: &usize| !members.contains(place) && surely(*place) > surely(leader);
        let others: Vec<usize> = all.iter().copied().filter(nearer).collect();
        self.first(&others, surely).unwrap_or(leader)
    }

    /// The leader is ahead of all that are proven, and not proven itself: the best of those that are proven is the one to use.
    fn among_proven(&self, members: &[usize], all: &[usize], ahead: usize) -> Outcome {
        let proven: Vec<usize> = members.iter().copied().filter(|place| self.is_proven(*place)).collect();
        let shares = self.main.as_ref().map(|ranking| ranking.shares_best(&proven)).unwrap_or_default();
        let share = |place: usize| proven.iter().zip(&shares).find(|(member, _)| **member == place).map_or(0.0, |(_, share)| *share);
        let Some(leader) = self.first(&proven, share) else {
            // Only one that was asked fewer items is proven: it can't be told from the leader.
            let aside = all.iter().copied().find(|place| self.is_proven(*place));
            return aside.map_or(Outcome::NotProven(ahead), |prefer| Outcome::Tie { prefer, members: vec![prefer, ahead] });
        };
        let rivals: Vec<usize> = all.iter().copied().filter(|place| self.is_proven(*place) || !self.is_behind(leader, *place)).collect();
        self.conclude(leader, self.not_behind(leader, &rivals), share)
    }

    /// One model alone, or a tie. `tied` begins with the leader.
    fn conclude(&self, leader: usize, mut tied: Vec<usize>, share: impl Fn(usize) -> f64) -> Outcome {
        if tied.len() == 1 && share(leader) >= P_BEST {
            return Outcome::Use(leader);
        }
        if tied.len() == 1 {
            // Each of very many others may be surely behind while one of them is the best often enough.
            let rest: Vec<usize> = (0..self.task.entrants.len()).filter(|place| *place != leader && share(*place) > 0.0).collect();
            tied.extend(self.first(&rest, &share));
        }
        let Some(prefer) = self.prefer(leader, &tied, share) else { return Outcome::NotProven(leader) };
        Outcome::Tie { prefer, members: tied }
    }

    /// The highest share; among equals the highest utility, then the faster, then the smaller, then the first.
    fn first(&self, places: &[usize], share: impl Fn(usize) -> f64) -> Option<usize> {
        let key = |place: usize| {
            let entrant = self.entrant(place);
            let utility = entrant.and_then(|entrant| entrant.utility(&self.weights)).unwrap_or(-1.0);
            let seconds = entrant.and_then(Entrant::seconds).unwrap_or(f64::INFINITY);
            (share(place), utility, -seconds, -size(entrant))
        };
        let order = |a: &usize, b: &usize| {
            let (x, y) = (key(*a), key(*b));
            x.0.total_cmp(&y.0).then(x.1.total_cmp(&y.1)).then(x.2.total_cmp(&y.2)).then(x.3.total_cmp(&y.3)).then(b.cmp(a))
        };
        places.iter().copied().max_by(order)
    }

    /// The share of resamples in which `first` is ahead of `second` by more than `margin`, on the items that both answered.
    fn ahead(&self, first: usize, second: usize, margin: f64) -> Option<f64> {
        let rankings = self.main.iter().chain(&self.aside);
        rankings.into_iter().find_map(|ranking| ranking.ahead(first, second, margin))
    }

    /// Whether `second` is surely behind `first`. What can't be compared is not.
    fn is_behind(&self, second: usize, first: usize) -> bool {
        let Some((best, other)) = self.entrant(first).zip(self.entrant(second)) else { return false };
        let margin = WORTH_IT.ln_1p();
        let ahead = || self.ahead(first, second, margin).is_some_and(|share| share >= SURELY);
        let rests = || is_better(best, other) || self.is_cheaper(best, other, margin);
        !best.is_twin_of(other) && ahead() && rests()
    }

    /// Whether `best` would be ahead by speed and memory alone.
    fn is_cheaper(&self, best: &Entrant, other: &Entrant, margin: f64) -> bool {
        let weights = Weights { quality: 0.0, ..self.weights };
        let log = |entrant: &Entrant| entrant.utility(&weights).map(f64::ln);
        log(best).zip(log(other)).is_some_and(|(best, other)| best > other + margin)
    }

    /// The leader, then all of `among` that are not surely behind it.
    fn not_behind(&self, leader: usize, among: &[usize]) -> Vec<usize> {
        let others = among.iter().copied().filter(|place| *place != leader && !self.is_behind(*place, leader));
        // What was asked too few items in common is not compared at all, and no part of a tie.
        let compared = others.filter(|place| self.ahead(leader, *place, 0.0).is_some());
        std::iter::once(leader).chain(compared).collect()
    }

    /// Of a tie the faster, else the smaller, among those that are good enough and that the leader is not worth more
    /// than with [`P_BEST`].
    fn prefer(&self, leader: usize, tied: &[usize], share: impl Fn(usize) -> f64) -> Option<usize> {
        let proven: Vec<usize> = tied.iter().copied().filter(|place| self.is_proven(*place)).collect();
        let is_close = |place: &usize| *place == leader || self.ahead(leader, *place, WORTH_IT.ln_1p()).is_none_or(|ahead| ahead < P_BEST);
        let close: Vec<usize> = proven.iter().copied().filter(is_close).collect();
        if close.is_empty() {
            return self.first(&proven, share);
        }
        let seconds = |place: &usize| self.entrant(*place).and_then(Entrant::seconds).unwrap_or(f64::INFINITY);
        let fastest = close.iter().map(seconds).fold(f64::INFINITY, f64::min);
        let fast: Vec<usize> = close.iter().copied().filter(|place| seconds(place) <= fastest * SAME_TIME).collect();
        let smallest = fast.iter().map(|place| size(self.entrant(*place))).fold(f64::INFINITY, f64::min);
        let small: Vec<usize> = fast.iter().copied().filter(|place| size(self.entrant(*place)) <= smallest).collect();
        self.first(&small, share)
    }
}

/// Whether the first gets more right, more surely than chance would.
fn is_better(first: &Entrant, second: &Entrant) -> bool {
    let pairs = Pairs::of(&first.outcomes, &second.outcomes);
    pairs.only_first > pairs.only_second && mid_p_mcnemar(pairs.only_first, pairs.only_second) <= DIFFERS_AT
}

/// Bytes of memory; what is not known counts as the largest.
fn size(entrant: Option<&Entrant>) -> f64 {
    entrant.and_then(|entrant| entrant.memory_bytes).map_or(f64::INFINITY, |bytes| bytes as f64)
}
