//! What a verdict rests on, line by line, and what would lead to another.

use super::decide::{DIFFERS_AT, Decision, Outcome};
use super::entrant::Entrant;
use super::gates::seconds;
use super::prepared::PreparedTask;
use super::words::{figures, to_decide};
use super::{GateKind, GateState, QualityState, Weights};
use crate::analysis::Estimate;
use crate::format;
use crate::stats::paired::mid_p_mcnemar;
use crate::task::TaskScore;
use crate::task::sequential::{Pairs, bounds_90};

/// Shares that would still look alike after so many more items are called too close.
const MOST_FURTHER: u32 = 200;

/// The model that a verdict is about.
pub(super) fn subject(outcome: &Outcome) -> Option<usize> {
    match outcome {
        Outcome::Use(place) | Outcome::NotProven(place) => Some(*place),
        Outcome::Tie { prefer, .. } => Some(*prefer),
        Outcome::Nothing => None,
    }
}

/// What the verdict rests on, a line each.
pub(super) fn evidence(task: &PreparedTask, decision: &Decision) -> Vec<String> {
    let Some((place, entrant)) = subject(&decision.outcome).and_then(|place| Some((place, task.entrants.get(place)?))) else {
        return Vec::new();
    };
    let score = entrant.score.as_ref();
    let failures = score.map(TaskScore::failures_in_words).filter(|words| !words.is_empty());
    let not_counted = score.map(TaskScore::not_counted_in_words).filter(|words| !words.is_empty());
    let lines = [
        quality(entrant, task.floors.quality),
        bands(entrant),
        failures.map(|words| format!("Not passed: {words}.")),
        score.and_then(|score| score.form_in_words()).map(|words| format!("{words}.")),
        times(entrant),
        decision.p_best.get(place).copied().flatten().and_then(|share| best_in(task, share)),
        drift(entrant),
        not_counted.map(|words| format!("Not counted: {words}.")),
    ];
    let others: &[usize] = if let Outcome::Tie { members, .. } = &decision.outcome { members } else { &[] };
    let others = others.iter().filter(|other| **other != place).filter_map(|other| task.entrants.get(*other));
    lines.into_iter().flatten().chain(others.map(|other| format!("{}: {}.", other.pick.title, figures(other)))).collect()
}

/// “22 of 24 correct: at least 81 % with 90 % confidence, the floor is 85 %.”
fn quality(entrant: &Entrant, floor: f64) -> Option<String> {
    let bounds = bounds_90(&entrant.score.as_ref()?.lenient?)?;
    let (floor, share) = (format::percent(floor), format::success(&bounds));
    Some(match entrant.state {
        QualityState::Failed => {
            format!("{share} correct: at most {} with 90 % confidence, the floor is {floor}.", format::percent(bounds.high))
        }
        _ => format!("{share} correct: at least {} with 90 % confidence, the floor is {floor}.", format::percent(bounds.low)),
    })
}

fn bands(entrant: &Entrant) -> Option<String> {
    let bands = &entrant.score.as_ref()?.by_band;
    let words: Vec<String> = bands.iter().map(|band| format!("{} {}", format::success(&band.lenient), band.band.name())).collect();
    (words.len() > 1).then(|| format!("By difficulty: {}.", words.join(", ")))
}

fn times(entrant: &Entrant) -> Option<String> {
    let score = entrant.score.as_ref()?;
    let range =
        |estimate: Estimate| format!("{} an answer ({} to {})", seconds(estimate.median), seconds(estimate.low), seconds(estimate.high));
    let parts = [
        score.seconds.map(range),
        score.first_token_s.map(|first| format!("the first token after {}", seconds(first.median))),
        score.tokens_per_s.map(|speed| format::tokens_per_second(speed.median)),
        score.output_tokens.map(|tokens| format!("{} tokens an answer", format::figures(tokens.median))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{}.", parts.join(", ")))
}

fn best_in(task: &PreparedTask, share: f64) -> Option<String> {
    let draws = task.main.as_ref().filter(|draws| draws.members.len() > 1)?;
    let (models, share) = (draws.members.len(), format::percent(share));
    Some(format!("The best of {models} in {share} of the resamples of the {} items that all of them answered.", draws.items))
}

fn drift(entrant: &Entrant) -> Option<String> {
    let drift = entrant.score.as_ref()?.drift;
    let items = format::count(drift.repeated, "item", "items");
    (drift.repeated > 0).then(|| format!("Asked again, {} of {items} got the same verdict.", drift.same_verdict))
}

/// What would lead to another verdict, a sentence each.
pub(super) fn what_would_change(task: &PreparedTask, decision: &Decision, weights: &Weights) -> Vec<String> {
    let subject = subject(&decision.outcome);
    let best = subject.and_then(|place| task.entrants.get(place));
    let others = task.entrants.iter().enumerate().filter(|(place, _)| Some(*place) != subject).map(|(_, entrant)| entrant);
    let mut lines: Vec<String> = others.clone().filter_map(|other| if_proven(task, best, other, weights)).collect();
    lines.extend(apart(task, decision));
    lines.extend(best.into_iter().flat_map(|best| on_the_slider(task, decision, best)));
    lines.extend(others.filter_map(|other| if_it_may_take_longer(task, best, other)));
    lines
}

/// A model that is not proven and would come first if it were.
fn if_proven(task: &PreparedTask, best: Option<&Entrant>, other: &Entrant, weights: &Weights) -> Option<String> {
    let is_ahead = best.is_none_or(|best| other.utility(weights) > best.utility(weights));
    let is_open = other.is_in_question() && other.state == QualityState::Unproven && is_ahead && best.is_some_and(Entrant::is_proven);
    let (title, floor) = (&other.pick.title, format::percent(task.floors.quality));
    is_open.then(|| match to_decide(other, &task.floors) {
        Some(more) => format!("{title} would come first if it reached the floor of {floor}; {more} would decide that."),
        None => format!("{title} would come first if it reached the floor of {floor}; it is too close for more items to decide soon."),
    })
}

/// How many more items would tell a tie of two apart.
fn apart(task: &PreparedTask, decision: &Decision) -> Option<String> {
    let Outcome::Tie { members, .. } = &decision.outcome else { return None };
    let [first, second] = members.as_slice() else { return None };
    let (first, second) = (task.entrants.get(*first)?, task.entrants.get(*second)?);
    let pairs = Pairs::of(&first.outcomes, &second.outcomes);
    let more = (1..=MOST_FURTHER).find(|more| {
        let grown = |n: u32| (f64::from(n) * (1.0 + f64::from(*more) / f64::from(pairs.shared.max(1)))).round() as u32;
        mid_p_mcnemar(grown(pairs.only_first), grown(pairs.only_second)) <= DIFFERS_AT
    });
    let both = format!("{} and {}", first.pick.title, second.pick.title);
    match more.filter(|_| pairs.only_first != pairs.only_second) {
        Some(more) => Some(format!("If their shares stay, {} would tell {both} apart.", format::count(more, "more item", "more items"))),
        None => Some(format!("{both} are too close for more items to tell them apart soon.")),
    }
}

/// Which other proven model has the highest utility at an end of the slider. One of the same tie is named by the tie.
fn on_the_slider(task: &PreparedTask, decision: &Decision, best: &Entrant) -> Vec<String> {
    let is_tied = |place: usize| matches!(&decision.outcome, Outcome::Tie { members, .. } if members.contains(&place));
    let others = task.entrants.iter().enumerate().filter(|(place, entrant)| entrant.is_proven() && !is_tied(*place));
    let proven: Vec<&Entrant> = others.map(|(_, entrant)| entrant).collect();
    let first_at = |position: f64| {
        let weights = Weights::from_slider(position);
        let utility = |entrant: &Entrant| entrant.utility(&weights).unwrap_or(-1.0);
        // The present one stays where it is as good.
        proven.iter().copied().filter(|entrant| utility(entrant) > utility(best)).max_by(|a, b| utility(a).total_cmp(&utility(b)))
    };
    let towards = |end: f64, what: &str| {
        let other = first_at(end)?;
        Some(format!("With the slider at {what}, {} would rank higher: {}.", other.pick.title, figures(other)))
    };
    [towards(0.0, "speed"), towards(1.0, "quality")].into_iter().flatten().collect()
}

/// A better model that only takes too long.
fn if_it_may_take_longer(task: &PreparedTask, best: Option<&Entrant>, other: &Entrant) -> Option<String> {
    let failed = |kind: GateKind| other.gates.iter().any(|gate| gate.kind == kind && gate.state == GateState::Failed);
    let only_time =
        failed(GateKind::Seconds) && ![GateKind::Memory, GateKind::TokensPerSecond, GateKind::FirstToken].map(failed).contains(&true);
    let is_better = other.quality() > best.and_then(Entrant::quality);
    let (floor, takes) = (task.floors.seconds?, other.seconds()?);
    let share = format::success(&other.score.as_ref()?.lenient?);
    (only_time && other.state != QualityState::Failed && is_better).then(|| {
        let title = &other.pick.title;
        format!(
            "If an answer may take {} instead of {}, {title} comes into question ({share} correct).",
            seconds(takes.ceil()),
            seconds(floor)
        )
    })
}
