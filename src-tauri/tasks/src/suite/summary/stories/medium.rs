//! Longer texts, with figures beside the point.

use super::super::super::words::{TOWNS, grouped};
use super::super::{Story, dated, figure, named};
use super::{date, person};
use crate::random::Random;

pub(in super::super) fn council(random: &mut Random) -> Story {
    let (town, (day, month), cost) = (random.pick(&TOWNS), date(random), random.between(21, 98) * 10_000);
    let project = random.pick(&["a swimming pool", "a fire station", "a kindergarten", "a tram line"]);
    let (name, _) = person(random);
    let text = format!(
        "The council of {town} met for {} hours on a rainy evening, in a room that was far too small. In the end it decided to build {project}. Building begins on {day} {month}, and the cost is {} euros. {name}, who has sat in the council for {} years, called it a good day. Some neighbours fear the noise of the machines. A plan of the site hangs in the library, where one can also leave a comment.",
        random.between(3, 6),
        grouped(cost),
        random.between(13, 29)
    );
    Story {
        text,
        keep: "the town, what is built, when building begins, and the cost",
        facts: vec![
            named("the town", town),
            named("the project", project.trim_start_matches("a ")),
            dated("the beginning", day, month),
            figure("the cost", cost),
        ],
        leave: "what anyone said about it",
        forbidden: vec![named("what was said", "good day")],
        example: format!("{town}'s council will build {project} for {} euros; building begins on {day} {month}.", grouped(cost)),
    }
}

pub(in super::super) fn report(random: &mut Random) -> Story {
    let firm = random.pick(&["Norvik Sails", "Hellmer Tools", "Castor Glass", "Tessa Shoes"]);
    let (profit, jobs, now) = (random.between(11, 79), random.between(120, 480), random.between(3, 9));
    let ((name, last), country) = (person(random), random.pick(&["Portugal", "Poland", "Canada", "Chile"]));
    let text = format!(
        "{firm} had a better year than the one before. The profit came to {profit} million euros, and {jobs} people found new jobs there. {name}, who has led the firm since spring, told the press in a hall full of flowers that a factory in {country} will follow. The cafeteria now offers {now} soups a week. Nobody wanted to say anything about the lawsuit over the old logo."
    );
    Story {
        text,
        keep: "the firm, its profit, the number of new jobs, who leads it, and where the factory will be",
        facts: vec![
            named("the firm", firm),
            figure("the profit", profit),
            figure("the jobs", jobs),
            named("who leads it", last),
            named("the country", country),
        ],
        leave: "",
        forbidden: Vec::new(),
        example: format!(
            "{firm}, led by {name}, made {profit} million euros of profit, created {jobs} jobs and plans a factory in {country}."
        ),
    }
}

pub(in super::super) fn storm(random: &mut Random) -> Story {
    let ((day, month), wind, homes) = (date(random), random.between(105, 168), random.between(13, 89) * 100);
    let [town, other] = random.distinct(&TOWNS);
    let text = format!(
        "A storm crossed the coast on {day} {month}. In {town} the wind reached {wind} km/h, and {} homes were without power until the next morning. Nobody was hurt. In {other}, only {} kilometres away, people noticed nothing and learned of it from the radio. Fishermen say that the gulls had been restless for days. The harbour master has seen {} storms and found this one ordinary.",
        grouped(homes),
        random.between(21, 38),
        random.between(42, 77)
    );
    Story {
        text,
        keep: "the date, the town that was hit and how many homes had no power",
        facts: vec![dated("the date", day, month), named("the town", town), figure("the homes", homes)],
        leave: "the place that noticed nothing",
        forbidden: vec![named("the place that noticed nothing", other)],
        example: format!("On {day} {month} a storm of {wind} km/h hit {town}; {} homes lost power, nobody was hurt.", grouped(homes)),
    }
}

pub(in super::super) fn study(random: &mut Random) -> Story {
    let (people, months, share) = (random.between(210, 890), random.between(4, 11), random.between(14, 46));
    let (name, _) = person(random);
    let food = random.pick(&["walnut oil", "rye bread", "cold tea", "carrot juice"]);
    let text = format!(
        "Is {food} of any use against headaches? {name} wanted to know, after a bet with a colleague. {people} people took part for {months} months; half of them had some every day, the others lived as before. Those who did had {share} % fewer headaches. The lab has no windows, but a fine coffee machine. How it works is unknown, and the doctor warns that the study says nothing about children."
    );
    Story {
        text,
        keep: "the number of people, what was tested and the result in per cent",
        facts: vec![named("what was tested", food), figure("the people", people), figure("the result", share)],
        leave: "",
        forbidden: Vec::new(),
        example: format!("In {name}'s study of {people} people over {months} months, {food} came with {share} % fewer headaches."),
    }
}
