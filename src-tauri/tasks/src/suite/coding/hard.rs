//! An algorithm each; half of them with a rule that the usual form does not have.

mod search;
mod texts;

use super::Problem;
use crate::random::Random;

pub(super) fn problem(round: usize, random: &mut Random) -> Problem {
    match round % 8 {
        0 => search::merged(random),
        1 => texts::precedence(random),
        2 => texts::numerals(random),
        3 => search::steps(random),
        4 => search::rooms(random),
        5 => texts::brackets(random),
        6 => search::ways_to_pay(random),
        _ => texts::ranges(random),
    }
}
