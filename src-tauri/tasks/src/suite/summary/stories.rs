//! The texts that are summarised.

mod hard;
mod medium;

pub(super) use hard::{changed_plan, corrected_count, rumour, two_offers};
pub(super) use medium::{council, report, storm, study};

use super::super::words::{DAYS, FIRST_NAMES, LAST_NAMES, MONTHS, TOWNS, grouped};
use super::{Story, dated, figure, named};
use crate::random::Random;

/// First and last name.
fn person(random: &mut Random) -> (String, &'static str) {
    let last = random.pick(&LAST_NAMES);
    (format!("{} {last}", random.pick(&FIRST_NAMES)), last)
}

fn date(random: &mut Random) -> (i64, &'static str) {
    (random.between(3, 28), random.pick(&MONTHS))
}

pub(super) fn opening(random: &mut Random) -> Story {
    let (town, (day, month), seats) = (random.pick(&TOWNS), date(random), random.between(140, 460));
    let text = format!(
        "{town} has a new theatre. It opens on {day} {month} with a play about a sailor and his two daughters. The hall has {seats} seats with dark red cushions, and the entrance looks out on the river, where an old crane still stands. People have waited for it for years."
    );
    Story {
        text,
        keep: "the town and the date of the opening",
        facts: vec![named("the town", town), dated("the date", day, month)],
        leave: "",
        forbidden: Vec::new(),
        example: format!("A new theatre with {seats} seats opens in {town} on {day} {month}."),
    }
}

pub(super) fn prize(random: &mut Random) -> Story {
    let ((name, last), amount) = (person(random), random.between(2, 9) * 1000);
    let thing = random.pick(&["a chair made of old sails", "a lamp that needs no cable", "a boat for two children", "a clock of glass"]);
    let text = format!(
        "The prize of the craft school goes to {name} this year. The jury liked {thing}, on which the winner had worked through the whole winter in a cold cellar. The prize is worth {} euros. There was music afterwards, and the guests stayed until the lights were switched off.",
        grouped(amount)
    );
    Story {
        text,
        keep: "who won and the worth of the prize",
        facts: vec![named("the winner", last), figure("the worth", amount)],
        leave: "",
        forbidden: Vec::new(),
        example: format!("{name} wins the craft school's prize of {} euros for {thing}.", grouped(amount)),
    }
}

pub(super) fn closure(random: &mut Random) -> Story {
    let (town, weeks, reason) = (random.pick(&TOWNS), random.between(2, 9), random.pick(&["rust", "cracks", "loose stones"]));
    let text = format!(
        "The old bridge in {town} is closed for {weeks} weeks. Workers found {reason} below the road when they looked for a lost cable. Buses take the long way through the forest, so that people should leave home earlier. The baker beside the bridge sells coffee to the workers, and says that business was never so good."
    );
    Story {
        text,
        keep: "the place and how long the bridge is closed",
        facts: vec![named("the town", town), figure("the weeks", weeks)],
        leave: "",
        forbidden: Vec::new(),
        example: format!("The old bridge in {town} is closed for {weeks} weeks because of {reason}."),
    }
}

pub(super) fn sale(random: &mut Random) -> Story {
    let (town, price, day) = (random.pick(&TOWNS), random.between(12, 48), random.pick(&DAYS));
    let thing = random.pick(&["bicycles", "radios", "sewing machines", "armchairs"]);
    let text = format!(
        "On {day} the town hall of {town} sells {thing} that nobody has fetched from the lost property office. Each costs {price} euros, whatever its state. The doors open early, and the mayor asks everyone to bring patience, since last time the queue went around the fountain and back again."
    );
    Story {
        text,
        keep: "what is sold, on which day, and the price",
        facts: vec![named("the goods", thing), named("the day", day), figure("the price", price)],
        leave: "",
        forbidden: Vec::new(),
        example: format!("On {day} {town}'s town hall sells {thing} from its lost property office for {price} euros each."),
    }
}
