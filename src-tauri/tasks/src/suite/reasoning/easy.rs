//! One or two steps with small numbers.

use super::super::words::FIRST_NAMES;
use crate::random::Random;

pub(super) fn problem(round: usize, random: &mut Random) -> (String, i64) {
    let problems = [apples, boxes, change, shares, younger, pages, film, seats];
    problems[round % problems.len()](random)
}

fn apples(random: &mut Random) -> (String, i64) {
    let [name, other] = random.distinct(&FIRST_NAMES);
    let (has, buys, gives) = (random.between(6, 20), random.between(3, 12), random.between(2, 8));
    let text =
        format!("{name} has {has} apples, buys {buys} more and gives {gives} of them to {other}. How many apples does {name} have now?");
    (text, has + buys - gives)
}

fn boxes(random: &mut Random) -> (String, i64) {
    let (eggs, boxes) = (random.pick(&[6, 10, 12]), random.between(3, 9));
    (format!("A box holds {eggs} eggs. How many eggs are in {boxes} full boxes?"), eggs * boxes)
}

fn change(random: &mut Random) -> (String, i64) {
    let name = random.pick(&FIRST_NAMES);
    let (price, tickets) = (random.between(3, 9), random.between(2, 5));
    (
        format!(
            "A ticket costs {price} euros. {name} buys {tickets} tickets and pays with a 50-euro note. How many euros does {name} get back?"
        ),
        50 - price * tickets,
    )
}

fn shares(random: &mut Random) -> (String, i64) {
    let (each, children) = (random.between(3, 9), random.between(3, 8));
    (format!("{} cookies are shared equally among {children} children. How many cookies does each child get?", each * children), each)
}

fn younger(random: &mut Random) -> (String, i64) {
    let [name, other] = random.distinct(&FIRST_NAMES);
    let (older, by) = (random.between(20, 40), random.between(3, 12));
    (format!("{name} is {older} years old. {other} is {by} years younger. How old is {other}?"), older - by)
}

fn pages(random: &mut Random) -> (String, i64) {
    let name = random.pick(&FIRST_NAMES);
    let (a_day, days, first) = (random.between(5, 15), random.between(3, 7), random.between(10, 40));
    let text = format!(
        "{name} has read {first} pages of a book and then reads {a_day} pages a day for {days} days. How many pages has {name} read in all?"
    );
    (text, first + a_day * days)
}

fn film(random: &mut Random) -> (String, i64) {
    let (hours, minutes) = (random.between(1, 4), random.pick(&[10, 15, 20, 30, 45]));
    (format!("A film lasts {hours} hours and {minutes} minutes. How many minutes is that in all?"), hours * 60 + minutes)
}

fn seats(random: &mut Random) -> (String, i64) {
    let (rows, seats, empty) = (random.between(4, 9), random.between(5, 10), random.between(2, 9));
    (format!("A room has {rows} rows of {seats} seats. {empty} seats are empty. How many seats are taken?"), rows * seats - empty)
}
