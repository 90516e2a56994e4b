//! When to stop asking: after 8, 16 and 24 items a model's answers are looked at, and only contenders are asked more.
//!
//! A floor is met when the lower end of the share's 90 % Wilson bound lies above it, failed when the upper end lies below it, and
//! unproven between. Each bound is one-sided: that each is wrong in at most 10 of 100 cases is what “at 90 %” means here.
//!
//! Looking three times finds chance three times. What that does to the errors was worked out exactly (a test holds it), for the floors
//! of the suite and a model that is δ = 10 points off, which is what 24 items can tell apart and what a user notices:
//!
//! | rule | met, though 10 points below | failed, though 10 points above | met, when 10 points above | items asked |
//! | --- | --- | --- | --- | --- |
//! | Wilson 90 %, one-sided | 3–8 % | 2–7 % | 44–58 % | 17–20 |
//! | Wilson 90 %, two-sided | 1–3 % | 1–3 % | 27–40 % | 20–22 |
//! | SPRT (Wald 1945), floor ± 10 points, α = β = 0.1 | 2–4 % | 3–4 % | 43–55 % | 19–21 |
//!
//! The first keeps both errors below a tenth and asks the fewest. The SPRT is no better at three looks and would contradict the bound that
//! the screen shows. A model that stands right on its floor is called met in 15–26 % and failed in 13–26 % of cases: neither is wrong by
//! much.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ItemOutcome, TaskFloors, TaskScore};
use crate::analysis::Success;
use crate::format;
use crate::stats::paired::{holm, mid_p_mcnemar};
use crate::stats::{Z_90, wilson_at};

/// Whether a share of right answers reaches its floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QualityState {
    Met,
    /// The interval straddles the floor.
    Unproven,
    Failed,
}

/// Counts of items after which one looks: a third, two thirds and all of a task of the suite.
pub const LOOKS: [u32; 3] = [8, 16, 24];

/// A model is dropped as clearly worse than the best where chance, over all models together, explains it in at most so many cases.
const WORSE_AT: f64 = 0.10;

/// Beyond so many further items a share is called too close to its floor: a user waits an hour for no answer.
const MOST_FURTHER_ITEMS: u32 = 200;

/// What a look says of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NextStep {
    /// Position in the list of contenders that was passed in.
    pub contender: usize,
    /// Items to ask further; 0: no more.
    pub more_items: u32,
    /// In a sentence, for the log and the screen.
    pub why: String,
}

/// One model in the course of a task.
#[derive(Debug, Clone, Copy)]
pub struct Contender<'a> {
    pub score: &'a TaskScore,
    pub outcomes: &'a [ItemOutcome],
}

/// How many further items would decide whether the floor is reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ItemsToDecide {
    pub items: u32,
    /// `None` where the time of an answer is not known.
    pub seconds: Option<f64>,
}

/// The share with the ends that its state is judged by: each holds by itself with 90 %.
pub fn bounds_90(share: &Success) -> Option<Success> {
    wilson_at(share.ok, share.n, Z_90)
}

/// Whether `share` reaches the floor, at 90 %. Unproven where nothing was asked.
pub fn quality_state(share: Option<&Success>, floor: f64) -> QualityState {
    let bounds = share.and_then(bounds_90);
    match bounds {
        // A floor of 0 is none.
        Some(bounds) if bounds.low > floor || floor <= 0.0 => QualityState::Met,
        Some(bounds) if bounds.high < floor => QualityState::Failed,
        _ => QualityState::Unproven,
    }
}

/// Which of the contenders get more items, and why: one entry for each, in their order. To be called when all that are still asked have
/// reached a look.
pub fn extend(contenders: &[Contender<'_>], floors: &TaskFloors) -> Vec<NextStep> {
    let states: Vec<QualityState> =
        contenders.iter().map(|contender| quality_state(contender.score.lenient.as_ref(), floors.quality)).collect();
    let alive: Vec<usize> = (0..contenders.len())
        .filter(|place| states.get(*place).is_some_and(|state| *state != QualityState::Failed))
        .filter(|place| contenders.get(*place).is_some_and(|contender| !is_too_slow(contender.score, floors)))
        .collect();
    let worse = clearly_worse(contenders, &alive);
    let rivals = alive.iter().filter(|place| !worse.contains_key(place)).count();
    let step = |(place, (contender, state)): (usize, (&Contender<'_>, &QualityState))| {
        let (more_items, why) = next(contender.score, *state, floors, worse.get(&place), rivals);
        NextStep { contender: place, more_items, why }
    };
    contenders.iter().zip(&states).enumerate().map(step).collect()
}

/// One contender's further items and the reason, given how many contenders are left.
fn next(score: &TaskScore, state: QualityState, floors: &TaskFloors, worse_than: Option<&Success>, rivals: usize) -> (u32, String) {
    let asked = score.lenient.map_or(0, |share| share.n);
    let right = score.lenient.map_or_else(|| "nothing counted yet".to_owned(), |share| format!("{} right", format::success(&share)));
    let floor = format!("the floor of {}", format::percent(floors.quality));
    let Some(look) = LOOKS.into_iter().find(|look| *look > asked) else { return (0, format!("Every item was asked: {right}.")) };
    let more = look - asked;
    match (state, worse_than) {
        (QualityState::Failed, _) => (0, format!("No more items: {right} is clearly below {floor}.")),
        _ if is_too_slow(score, floors) => (0, "No more items: its answers clearly take longer than the task allows.".to_owned()),
        (_, Some(best)) => (0, format!("No more items: {right} is clearly worse than the best, with {}.", format::success(best))),
        (QualityState::Met, None) if rivals <= 1 => {
            (0, format!("No more items: {right} clearly reaches {floor}, and no other model is in question."))
        }
        (QualityState::Met, None) => (more, format!("{more} more items: {right} reaches {floor}, and another model may be better.")),
        (QualityState::Unproven, None) => (more, format!("{more} more items: {right} straddles {floor}.")),
    }
}

/// Whether an answer clearly takes longer than it may: the whole interval lies beyond.
fn is_too_slow(score: &TaskScore, floors: &TaskFloors) -> bool {
    floors.seconds.zip(score.seconds).is_some_and(|(floor, seconds)| seconds.low > floor)
}

/// Of the contenders at `alive`, those that are clearly worse than the best one, with the best one's share on the same items: paired
/// mid-p McNemar with Holm over all of them.
fn clearly_worse(contenders: &[Contender<'_>], alive: &[usize]) -> BTreeMap<usize, Success> {
    let share = |place: usize| contenders.get(place).and_then(|contender| contender.score.lenient);
    let ratio = |share: Success| f64::from(share.ok) / f64::from(share.n);
    // Of equal shares the one that more answers stand behind, else the first.
    let order = |a: &usize, b: &usize| {
        let key = |place: usize| share(place).map_or((-1.0, 0), |share| (ratio(share), share.n));
        key(*a).0.total_cmp(&key(*b).0).then(key(*a).1.cmp(&key(*b).1)).then(b.cmp(a))
    };
    let Some(best) = alive.iter().copied().max_by(order) else { return BTreeMap::new() };
    let rivals: Vec<usize> = alive.iter().copied().filter(|place| *place != best).collect();
    let pairs: Vec<Pairs> = rivals.iter().map(|rival| pair(contenders, best, *rival)).collect();
    let p_values: Vec<f64> = pairs.iter().map(|pairs| mid_p_mcnemar(pairs.only_first, pairs.only_second)).collect();
    let worse = |(((place, pairs), p), best): (((usize, Pairs), f64), Option<Success>)| {
        (p <= WORSE_AT && pairs.only_first > pairs.only_second).then_some((place, best?))
    };
    let best_share = std::iter::repeat(share(best));
    rivals.into_iter().zip(pairs).zip(holm(&p_values)).zip(best_share).filter_map(worse).collect()
}

fn pair(contenders: &[Contender<'_>], first: usize, second: usize) -> Pairs {
    let outcomes = |place: usize| contenders.get(place).map(|contender| contender.outcomes).unwrap_or_default();
    Pairs::of(outcomes(first), outcomes(second))
}

/// Two models on the items that both answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pairs {
    pub shared: u32,
    pub only_first: u32,
    pub only_second: u32,
}

impl Pairs {
    pub fn of(first: &[ItemOutcome], second: &[ItemOutcome]) -> Self {
        let of_second: BTreeMap<&str, bool> = second.iter().map(|outcome| (outcome.item.as_str(), outcome.passes)).collect();
        let mut pairs = Self::default();
        for outcome in first {
            let Some(passes) = of_second.get(outcome.item.as_str()) else { continue };
            pairs.shared += 1;
            pairs.only_first += u32::from(outcome.passes && !passes);
            pairs.only_second += u32::from(!outcome.passes && *passes);
        }
        pairs
    }
}

/// How many more items would decide, if the share of right answers stays what it is. `None` where it is decided, nothing was asked, or
/// the share is too close to its floor.
pub fn after_how_many(score: &TaskScore, floor: f64) -> Option<ItemsToDecide> {
    let share = score.lenient?;
    if quality_state(Some(&share), floor) != QualityState::Unproven {
        return None;
    }
    let ratio = f64::from(share.ok) / f64::from(share.n);
    let decides = |more: &u32| {
        let n = share.n.saturating_add(*more);
        let ok = (ratio * f64::from(n)).round() as u32;
        wilson_at(ok, n, Z_90).is_some_and(|then| quality_state(Some(&then), floor) != QualityState::Unproven)
    };
    let items = (1..=MOST_FURTHER_ITEMS).find(decides)?;
    let seconds = score.seconds.map(|each| each.median * f64::from(items)).filter(|seconds| seconds.is_finite());
    Some(ItemsToDecide { items, seconds })
}

#[cfg(test)]
mod tests;
