//! Labels that follow from rules: the first that fits counts.

use super::super::words::{FIRST_NAMES, TOWNS};
use super::{Draft, labelled};
use crate::random::Random;

const FIRST_FITS: &str = "Label the case by these rules. The first rule that fits counts.";

/// A rule's label, whether the drawn case fits it, and its words.
struct Rule {
    label: &'static str,
    fits: bool,
    words: String,
}

fn rule(label: &'static str, fits: bool, words: impl Into<String>) -> Rule {
    Rule { label, fits, words: words.into() }
}

fn by_rules(case: &str, rules: &[Rule], otherwise: &'static str) -> Draft {
    let right = rules.iter().find(|rule| rule.fits).map_or(otherwise, |rule| rule.label);
    let list: Vec<String> = (1..).zip(rules).map(|(n, rule)| format!("{n}. {}: {}", rule.words, rule.label)).collect();
    let mut labels: Vec<&str> = rules.iter().map(|rule| rule.label).chain([otherwise]).collect();
    labels.sort_unstable();
    labels.dedup();
    let rest = list.len() + 1;
    labelled(&format!("{FIRST_FITS}\n{}\n{rest}. anything else: {otherwise}", list.join("\n")), &format!("Case: {case}"), &labels, right)
}

/// Whether the case shall reach as far as this rule, so that each label comes up about equally often.
fn target(random: &mut Random, rules: i64) -> i64 {
    random.between(1, rules + 1)
}

pub(super) fn urgency(random: &mut Random) -> Draft {
    let target = target(random, 2);
    let town = random.pick(&TOWNS);
    let people = random.between(3, 40);
    let high = [
        format!("Nobody in the {town} office can work, the network has been down since eight."),
        format!("All {people} cash desks in {town} are out of order, customers are leaving."),
    ];
    let medium = [
        format!("The printer in {town} is broken; the {people} people there use the one upstairs for now."),
        format!("{people} people in {town} cannot open the calendar on their phones, but on their computers it works."),
    ];
    let low = [
        format!("Could the new logo be put on the start page in {town} some time this month?"),
        format!("How do I change the language of the menu? I can read it, but my {people} colleagues wonder."),
    ];
    let case = random.pick(match target {
        1 => &high,
        2 => &medium,
        _ => &low,
    });
    let rules = [
        rule("high", target == 1, "people cannot work at all"),
        rule("medium", target == 2, "something is broken, but people can work in another way"),
    ];
    by_rules(&case, &rules, "low")
}

pub(super) fn parcel(overlaps: bool, random: &mut Random) -> Draft {
    let target = target(random, 2);
    let (heavy, dear) = (random.between(18, 25), random.between(4, 8) * 100);
    let weight = if target == 1 { heavy + random.between(1, 9) } else { heavy - random.between(1, 9) };
    let is_dear = target == 2 || overlaps && target == 1 && random.between(0, 3) > 0;
    let price = if is_dear { dear + random.between(5, 90) } else { dear - random.between(5, 90) };
    let customer = random.pick(&["a new customer", "a regular customer"]);
    let case = format!("{customer} in {}, goods worth {price} euros, {weight} kg", random.pick(&TOWNS));
    let rules = [
        rule("freight", weight > heavy, format!("heavier than {heavy} kg")),
        rule("insured", price > dear, format!("worth more than {dear} euros")),
    ];
    by_rules(&case, &rules, "standard")
}

pub(super) fn access(overlaps: bool, random: &mut Random) -> Draft {
    let target = target(random, 2);
    let (opens, closes) = (random.between(6, 8), random.between(17, 19));
    let role = if target == 1 { "guest" } else { random.pick(&["engineer", "nurse", "clerk"]) };
    let is_late = target == 2 || overlaps && target == 1 && random.between(0, 1) == 0;
    let hour = if is_late { random.between(closes + 1, 22) } else { random.between(opens, closes - 1) };
    let case = format!("{}, {role}, at the door at {hour}:{}0", random.pick(&FIRST_NAMES), random.between(1, 5));
    let rules = [
        rule("escort", role == "guest", "the person is a guest"),
        rule("refuse", is_late, format!("it is before {opens}:00 or after {closes}:00")),
    ];
    by_rules(&case, &rules, "open")
}

pub(super) fn points(random: &mut Random) -> Draft {
    let target = target(random, 2);
    let (gold, silver) = (random.between(11, 14) * 10, random.between(6, 8) * 10);
    let this_year = match target {
        1 => gold + random.between(2, 30),
        2 => random.between(silver + 2, gold - 2),
        _ => silver - random.between(2, 30),
    };
    // The other year would give another label.
    let last_year = if target == 1 { silver - random.between(2, 30) } else { gold + random.between(2, 30) };
    let case = format!("{}, {this_year} points this year, {last_year} points last year", random.pick(&FIRST_NAMES));
    let rules = [
        rule("gold", this_year >= gold, format!("at least {gold} points this year")),
        rule("silver", this_year >= silver, format!("at least {silver} points this year")),
    ];
    by_rules(&case, &rules, "bronze")
}

pub(super) fn refund(random: &mut Random) -> Draft {
    let target = target(random, 3);
    let days = random.between(2, 4) * 7;
    let is_food = target == 1;
    let age = if target == 2 { random.between(3, days) } else { days + random.between(1, 20) };
    let is_repaired = target == 3 || target < 3 && random.between(0, 1) == 0;
    let goods = if is_food { random.pick(&["cheese", "a cake", "fresh fish"]) } else { random.pick(&["a radio", "a drill", "a watch"]) };
    let before = if is_repaired { "repaired once before" } else { "never repaired before" };
    let case = format!("{goods}, bought {age} days ago, {before}");
    let rules = [
        rule("refuse", is_food, "food and drinks"),
        rule("refund", age <= days, format!("brought back within {days} days")),
        rule("replace", is_repaired, "it was repaired before"),
    ];
    by_rules(&case, &rules, "repair")
}
