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

pub(super) fn parcel(random: &mut Random) -> Draft {
    let target = target(random, 3);
    let (heavy, dear) = (random.between(18, 25), random.between(4, 8) * 100);
    let weight = if target == 1 { heavy + random.between(1, 9) } else { heavy - random.between(1, 9) };
    let price =
        if target <= 2 && random.between(0, 3) > 0 || target == 2 { dear + random.between(5, 90) } else { dear - random.between(5, 90) };
    let is_new = target <= 3 && random.between(0, 3) > 0 || target == 3;
    let customer = if is_new { "a new customer" } else { "a regular customer" };
    let case = format!("{customer} in {}, goods worth {price} euros, {weight} kg", random.pick(&TOWNS));
    let rules = [
        rule("freight", weight > heavy, format!("heavier than {heavy} kg")),
        rule("insured", price > dear, format!("worth more than {dear} euros")),
        rule("prepaid", is_new, "the customer is new"),
    ];
    by_rules(&case, &rules, "standard")
}

pub(super) fn access(random: &mut Random) -> Draft {
    let target = target(random, 3);
    let (opens, closes) = (random.between(6, 8), random.between(17, 20));
    let is_locked = target == 1;
    let role = if target == 2 || target == 1 && random.between(0, 1) == 0 { "guest" } else { random.pick(&["engineer", "nurse", "clerk"]) };
    let is_late = target == 3 || target < 3 && random.between(0, 1) == 0;
    let hour = if is_late { random.between(closes, 22) } else { random.between(opens, closes - 1) };
    let badge = if is_locked { "reported as lost" } else { "valid" };
    let case = format!("{}, {role}, badge {badge}, at the door at {hour}:{}0", random.pick(&FIRST_NAMES), random.between(1, 5));
    let rules = [
        rule("alarm", is_locked, "the badge was reported as lost or stolen"),
        rule("escort", role == "guest", "the person is a guest"),
        rule("refuse", is_late, format!("it is before {opens}:00 or after {closes}:00")),
    ];
    by_rules(&case, &rules, "open")
}

pub(super) fn points(random: &mut Random) -> Draft {
    let (gold, silver, a_night) = (random.between(11, 14) * 10, random.between(6, 8) * 10, random.between(4, 6) * 2);
    // Totals that lie on either side of a threshold by less than a night is worth.
    let total = random.pick(&[gold, silver, gold, silver, gold]) + random.between(-9, 9);
    let nights = (total - random.between(12, 30)) / a_night;
    let meals = total - nights * a_night;
    let is_blocked = random.between(1, 6) == 1;
    let state = if is_blocked { "account closed" } else { "account open" };
    let case = format!("{}, {nights} nights, {meals} meals, {state}", random.pick(&FIRST_NAMES));
    let rules = [
        rule("none", is_blocked, "the account is closed"),
        rule("gold", total >= gold, format!("at least {gold} points, where a night gives {a_night} points and a meal 1")),
        rule("silver", total >= silver, format!("at least {silver} points")),
    ];
    by_rules(&case, &rules, "bronze")
}

pub(super) fn refund(random: &mut Random) -> Draft {
    let target = target(random, 3);
    let (days, repaired) = (random.between(2, 4) * 7, random.between(1, 3));
    let is_food = target == 1;
    let age = if target == 2 { random.between(3, days) } else { days + random.between(1, 20) };
    let repairs = if target == 3 || target < 3 && random.between(0, 1) == 0 { repaired + random.between(1, 2) } else { repaired };
    let goods = if is_food { random.pick(&["cheese", "a cake", "fresh fish"]) } else { random.pick(&["a radio", "a drill", "a watch"]) };
    let case = format!("{goods}, bought {} weeks and {} days ago, repaired {repairs} times before", age / 7, age % 7);
    let rules = [
        rule("refuse", is_food, "food and drinks"),
        rule("refund", age <= days, format!("brought back within {days} days")),
        rule("replace", repairs > repaired, format!("repaired more than {repaired} times before")),
    ];
    by_rules(&case, &rules, "repair")
}
