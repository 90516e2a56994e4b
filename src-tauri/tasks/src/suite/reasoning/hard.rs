//! Problems in which the way has to be found first, or many steps be kept in mind.

use super::super::words::FIRST_NAMES;
use crate::random::Random;

pub(super) fn problem(round: usize, random: &mut Random) -> (String, i64) {
    match round % 8 {
        0 => tank(random),
        1 => ages(random),
        2 => counting(random),
        3 => tariff(random),
        4 => snail(random),
        5 => growth(random),
        6 => digits(random),
        _ => shifts(random),
    }
}

fn tank(random: &mut Random) -> (String, i64) {
    let (a, b) = (random.between(8, 15), random.between(5, 12));
    let (alone, together) = (random.between(5, 12), random.between(6, 20));
    let volume = a * alone + (a + b) * together;
    let text = format!(
        "A tank is empty, and {volume} litres fill it. Pump A brings {a} litres a minute and starts at once. Pump B brings {b} litres a minute and starts {alone} minutes later. After how many minutes from the start is the tank full?"
    );
    (text, alone + together)
}

fn ages(random: &mut Random) -> (String, i64) {
    let [name, other] = random.distinct(&FIRST_NAMES);
    let (times, younger, years) = (random.between(2, 3), random.between(12, 20), random.between(3, 9));
    let older = times * younger - years;
    let young_now = younger - years;
    let factor = if times == 2 { "twice" } else { "three times" };
    let text = format!(
        "In {years} years {name} will be {factor} as old as {other} will be then. Today they are {} years old together. How old is {name} today?",
        older + young_now
    );
    (text, older)
}

fn counting(random: &mut Random) -> (String, i64) {
    let (a, b) = random.pick(&[(3, 5), (4, 6), (3, 7), (4, 5), (2, 7), (6, 9)]);
    let last = random.between(4, 9) * 10;
    let fits = (1..=last).filter(|n| n % a == 0 || n % b == 0).count();
    let text = format!("How many of the whole numbers from 1 to {last} are divisible by {a} or by {b} (or by both)?");
    (text, i64::try_from(fits).unwrap_or(0))
}

fn tariff(random: &mut Random) -> (String, i64) {
    let (first, second) = (random.between(2, 3), random.between(4, 6));
    let used = random.between(14, 28);
    let bill = 10 * first + (used - 10) * second;
    let text = format!(
        "Water costs {first} euros for each of the first 10 cubic metres and {second} euros for each one beyond that. A bill is {bill} euros. How many cubic metres were used?"
    );
    (text, used)
}

fn snail(random: &mut Random) -> (String, i64) {
    let (up, down) = (random.between(5, 8), random.between(2, 3));
    let wall = random.between(25, 45);
    let mut height = 0;
    let mut day = 0;
    while height < wall {
        day += 1;
        height += up;
        if height < wall {
            height -= down;
        }
    }
    let text = format!(
        "A snail climbs a wall of {wall} metres. Each day it climbs {up} metres, each night it slips back {down} metres. On which day does it reach the top?"
    );
    (text, day)
}

fn growth(random: &mut Random) -> (String, i64) {
    let (start, taken, days) = (random.between(8, 15), random.between(3, 7), random.between(4, 5));
    let end = (0..days).fold(start, |count, _| count * 2 - taken);
    let text = format!(
        "A pond has {start} water plants. Every day their number doubles, and in the evening of each day {taken} plants are taken out. How many plants are there after the evening of day {days}?"
    );
    (text, end)
}

fn digits(random: &mut Random) -> (String, i64) {
    let (tens, units) = (random.between(1, 5), random.between(6, 9));
    let text = format!(
        "The digits of a two-digit number add up to {}. With its digits in reverse order it becomes larger by {}. Which number is it?",
        tens + units,
        9 * (units - tens)
    );
    (text, 10 * tens + units)
}

fn shifts(random: &mut Random) -> (String, i64) {
    let [name, other] = random.distinct(&FIRST_NAMES);
    let (fast, slow, pause) = (random.between(4, 6) * 3, random.between(2, 3) * 3, random.between(1, 3) * 20);
    let hours = random.between(3, 6);
    // The pause is a whole number of 20 minutes and both rates are whole for it.
    let pieces = (fast + slow) * hours - slow * pause / 60;
    let text = format!(
        "{name} folds {fast} boxes an hour and {other} folds {slow} boxes an hour. They begin together at 8:00, but {other} makes a break of {pause} minutes. They stop together when {pieces} boxes are folded. How many minutes after 8:00 do they stop?"
    );
    (text, hours * 60)
}
