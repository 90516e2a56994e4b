//! The advice in sentences.

use super::decide::{DIFFERS_AT, Decision, Outcome, SAME_TIME};
use super::entrant::Entrant;
use super::gates::seconds;
use super::prepared::PreparedTask;
use super::{Gate, GateState, QualityState};
use crate::analysis::Success;
use crate::format;
use crate::stats::paired::mid_p_mcnemar;
use crate::task::sequential::{Pairs, after_how_many};
use crate::task::{Task, TaskFloors};

/// A time or a memory that differs by less is not worth a word.
const WORTH_A_WORD: f64 = 1.15;

/// What a person calls the task within a sentence.
pub(super) fn name(task: &Task) -> String {
    match task {
        Task::Own(name) => name.clone(),
        of_the_suite => of_the_suite.title().to_lowercase(),
    }
}

/// “22 of 24”.
fn share_in_words(entrant: &Entrant) -> String {
    entrant.score.as_ref().and_then(|score| score.lenient).map_or_else(|| "nothing".to_owned(), |share| format::success(&share))
}

/// “22 of 24 correct (74–98 %), 4 s an answer, 5.10 GiB”.
pub(super) fn figures(entrant: &Entrant) -> String {
    let share = entrant.score.as_ref().and_then(|score| score.lenient);
    let quality = share.map(|share| format!("{} correct ({})", format::success(&share), interval(&share)));
    let time = entrant.seconds().map(|time| format!("{} an answer", seconds(time)));
    [quality, time, entrant.memory_words.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// “74–98 %”.
fn interval(share: &Success) -> String {
    format!("{:.0}–{:.0} %", share.low * 100.0, share.high * 100.0)
}

/// The verdict in a sentence or two. `runner_up` is why the next best is not the first, beginning with its name.
pub(super) fn sentence(task: &PreparedTask, decision: &Decision, runner_up: Option<&str>) -> String {
    let name = name(&task.task);
    let entrant = |place: usize| task.entrants.get(place);
    match &decision.outcome {
        Outcome::Use(place) => entrant(*place).map(|best| alone(&name, best, runner_up)),
        Outcome::Tie { prefer, members } => {
            let members: Vec<&Entrant> = members.iter().filter_map(|place| entrant(*place)).collect();
            entrant(*prefer).map(|prefer| tie(&name, prefer, &members))
        }
        Outcome::NotProven(place) => entrant(*place).map(|leader| not_proven(&name, leader, task)),
        Outcome::Nothing => None,
    }
    .unwrap_or_else(|| nothing(task))
}

fn alone(name: &str, best: &Entrant, runner_up: Option<&str>) -> String {
    let rest = runner_up.map_or_else(String::new, |why| format!("; {why}"));
    format!("For {name} use {}: {}{rest}.", best.pick.title, figures(best))
}

fn tie(name: &str, prefer: &Entrant, members: &[&Entrant]) -> String {
    let titles: Vec<&str> = members.iter().map(|member| member.pick.title.as_str()).collect();
    let others: Vec<&Entrant> = members.iter().copied().filter(|member| member.pick != prefer.pick).collect();
    let is_one = others.len() == 1;
    let faster =
        prefer.seconds().is_some_and(|time| others.iter().all(|other| other.seconds().is_none_or(|theirs| theirs > time * SAME_TIME)));
    let smaller =
        prefer.memory_bytes.is_some_and(|bytes| others.iter().all(|other| other.memory_bytes.is_none_or(|theirs| theirs > bytes)));
    let only_proven = others.iter().all(|other| !other.is_proven());
    let reason = match (faster, smaller, is_one) {
        _ if only_proven => ", the only one that surely reaches the floors",
        (true, _, true) => ", the faster",
        (true, _, false) => ", the fastest",
        (false, true, true) => ", the smaller",
        (false, true, false) => ", the smallest",
        (false, false, _) => "",
    };
    format!("For {name} {} can't be told apart; use {}{reason}: {}.", format::list(&titles), prefer.pick.title, figures(prefer))
}

fn not_proven(name: &str, leader: &Entrant, task: &PreparedTask) -> String {
    let what = format!("Not proven for {name}: {} {}", leader.pick.title, what_straddles(leader, &task.floors));
    match to_decide(leader, &task.floors) {
        Some(more) => format!("{what}; {more} would decide."),
        None if leader.state == QualityState::Unproven => format!("{what}, too closely for more items to decide soon."),
        None => format!("{what}."),
    }
}

/// “has 15 of 24 correct, which straddles the floor of 60 %”, or the time that is borderline.
fn what_straddles(entrant: &Entrant, floors: &TaskFloors) -> String {
    if entrant.state == QualityState::Met {
        return match borderline(entrant) {
            Some(gate) => format!("takes {}, which can't be told apart", gate.words),
            None => format!("has {} correct, and too few items to compare by", share_in_words(entrant)),
        };
    }
    format!("has {} correct, which straddles the floor of {}", share_in_words(entrant), format::percent(floors.quality))
}

/// “It has 15 of 24 correct, which straddles the floor of 60 %; 26 more items (6 min) would decide.”
pub(super) fn why_not_proven(entrant: &Entrant, floors: &TaskFloors) -> String {
    let more = to_decide(entrant, floors).map_or_else(String::new, |more| format!("; {more} would decide"));
    format!("It {}{more}.", what_straddles(entrant, floors))
}

fn borderline(entrant: &Entrant) -> Option<&Gate> {
    entrant.gates.iter().find(|gate| gate.state == GateState::Borderline)
}

/// “26 more items (6 min)”.
pub(super) fn to_decide(entrant: &Entrant, floors: &TaskFloors) -> Option<String> {
    let more = after_how_many(entrant.score.as_ref()?, floors.quality)?;
    let items = format::count(more.items, "more item", "more items");
    Some(more.seconds.map_or_else(|| items.clone(), |time| format!("{items} ({})", roughly(time))))
}

/// A wait to come, in whole minutes from two minutes on: it's an estimate.
fn roughly(seconds: f64) -> String {
    const MINUTES_FROM: f64 = 120.0;
    let rounded = if seconds < MINUTES_FROM { seconds } else { (seconds / 60.0).round() * 60.0 };
    format::duration(rounded)
}

fn nothing(task: &PreparedTask) -> String {
    let name = name(&task.task);
    let reasons: Vec<String> = task
        .entrants
        .iter()
        .filter_map(|entrant| Some(format!("{}: {}", entrant.pick.title, why_left_out(entrant, &task.floors)?)))
        .collect();
    match reasons.is_empty() {
        true => format!("Nothing that counts was measured for {name} yet."),
        false => format!("No model here will do for {name}. {}.", reasons.join("; ")),
    }
}

/// Why an entrant is surely not good enough: “2 of 24 passed”; “too slow: 34 s an answer, the floor is 30 s”. `None` where it may be.
pub(super) fn why_left_out(entrant: &Entrant, floors: &TaskFloors) -> Option<String> {
    if entrant.is_measured() && entrant.state == QualityState::Failed {
        return Some(format!("{} passed, surely below the floor of {}", share_in_words(entrant), format::percent(floors.quality)));
    }
    if let Some(gate) = entrant.gates.iter().find(|gate| gate.state == GateState::Failed) {
        return Some(match gate.kind {
            super::GateKind::Memory => gate.words.clone(),
            super::GateKind::Seconds | super::GateKind::TokensPerSecond | super::GateKind::FirstToken => {
                format!("too slow: {}", gate.words)
            }
        });
    }
    entrant.problem.as_ref().filter(|_| !entrant.is_measured()).map(|problem| problem.trim_end_matches('.').to_owned())
}

/// Why `other` is not the first, beginning with its name: “C is not distinguishably better and takes three times as long”.
pub(super) fn compared(best: &Entrant, other: &Entrant) -> String {
    let (title, pairs) = (&other.pick.title, Pairs::of(&best.outcomes, &other.outcomes));
    let differs = mid_p_mcnemar(pairs.only_first, pairs.only_second) <= DIFFERS_AT;
    let (is_better, is_equal) = (pairs.only_second > pairs.only_first, pairs.only_second == pairs.only_first);
    let quality = match (differs, is_better, is_equal) {
        (true, true, _) => format!("{title} is better ({})", share_in_words(other)),
        (true, false, _) => format!("{title} is worse ({})", share_in_words(other)),
        (false, true, _) => format!("{title} is not distinguishably better"),
        (false, false, true) => format!("{title} is no better"),
        (false, false, false) => format!("{title} is not distinguishably worse"),
    };
    let costs: Vec<String> = [longer(best, other), larger(best, other)].into_iter().flatten().collect();
    let quality = if costs.is_empty() { quality } else { format!("{quality} and takes {}", costs.join(" and ")) };
    // What speaks for it is said as well: without that a tie with a worse model could not be understood.
    let gains: Vec<String> =
        [longer(other, best).map(|_| "faster"), larger(other, best).map(|_| "smaller")].into_iter().flatten().map(str::to_owned).collect();
    if gains.is_empty() { quality } else { format!("{quality}, but is {}", gains.join(" and ")) }
}

/// What it takes of time beyond the best: “three times as long”.
fn longer(best: &Entrant, other: &Entrant) -> Option<String> {
    let ratio = other.seconds()? / best.seconds()?;
    const WORDS: [&str; 9] =
        ["twice", "three times", "four times", "five times", "six times", "seven times", "eight times", "nine times", "ten times"];
    /// From here on a whole number of times is close enough.
    const TIMES_FROM: f64 = 1.75;
    if !ratio.is_finite() || ratio < WORTH_A_WORD {
        return None;
    }
    if ratio < TIMES_FROM {
        return Some(format!("{} longer", format::percent(ratio - 1.0)));
    }
    let times = ratio.round() as usize;
    let word = WORDS.get(times.saturating_sub(2)).map_or_else(|| format!("{times} times"), |word| (*word).to_owned());
    Some(format!("{word} as long"))
}

/// What it takes of memory beyond the best: “2.10 GiB more memory”.
fn larger(best: &Entrant, other: &Entrant) -> Option<String> {
    let (theirs, its) = (other.memory_bytes?, best.memory_bytes?);
    let more = theirs.checked_sub(its)?;
    (theirs as f64 >= its as f64 * WORTH_A_WORD).then(|| format!("{} more memory", format::bytes_gib(more)))
}
