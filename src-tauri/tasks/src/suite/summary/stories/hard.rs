//! Texts that take back what they said, so that copying their beginning is wrong.

use super::super::super::words::{DAYS, FIRST_NAMES, MONTHS, TOWNS, grouped};
use super::super::{Story, dated, figure, named};
use super::person;
use crate::random::Random;

pub(in super::super) fn corrected_count(random: &mut Random) -> Story {
    let (town, first, more) = (random.pick(&TOWNS), random.between(21, 40) * 100 + 50, random.between(3, 19) * 100 + 20);
    let real = first + more;
    let ((_, last), day) = (person(random), random.pick(&DAYS));
    let text = format!(
        "At noon on {day} the organisers of the marathon in {town} counted {} runners at the start, and the loudspeakers said so. In the evening Mrs {last} of the timing office had to correct this: one gate had not worked, and there were {} runners. The number is a record for the town all the same. The winner's name is known to everyone by now, the weather was mild, and {} volunteers handed out water. The wrong number still stands on the website.",
        grouped(first),
        grouped(real),
        random.between(110, 190)
    );
    Story {
        text,
        keep: "the event, the town and the right number of runners",
        facts: vec![named("the event", "marathon"), named("the town", town), figure("the right number", real)],
        leave: "the wrong number",
        forbidden: vec![figure("the wrong number", first)],
        example: format!("Mrs {last} gave the right count of {day}'s marathon in {town}: {} runners, a record.", grouped(real)),
    }
}

pub(in super::super) fn changed_plan(random: &mut Random) -> Story {
    let [month, later] = random.distinct(&MONTHS);
    let (day, new_day, budget, cut) =
        (random.between(3, 14), random.between(15, 28), random.between(30, 60) * 10, random.between(5, 20) * 10);
    let (town, (_, last)) = (random.pick(&TOWNS), person(random));
    let text = format!(
        "The museum in {town} was to open its new wing on {day} {month}, as every poster in the town says. After the water damage in the cellar this cannot be kept. The wing will open on {new_day} {later}, the director, Mr {last}, said. The budget, {budget} thousand euros until now, goes down by {cut} thousand euros, because the glass roof will not be built. Tickets that were bought stay valid. School classes can already see the gardens."
    );
    Story {
        text,
        keep: "what opens, the new date and why it opens later",
        facts: vec![named("what opens", "wing"), dated("the new date", new_day, later), named("the reason", "water")],
        leave: "the old date and the director's name",
        forbidden: vec![dated("the old date", day, month), named("the director", last)],
        example: format!("After water damage, the new wing of the museum in {town} opens on {new_day} {later}."),
    }
}

pub(in super::super) fn rumour(random: &mut Random) -> Story {
    let [first, second, third] = random.distinct(&FIRST_NAMES);
    let (club, years, goals) = (random.pick(&["Rovers", "Falcons", "Mariners"]), random.between(2, 6), random.between(61, 99));
    let town = random.pick(&TOWNS);
    let text = format!(
        "For weeks people have said that {first} would be the new trainer of the {club}. Others were sure of {second}, who was seen in a café beside the stadium. Since this morning both are wrong: it is {third}, who signed for {years} years and comes from {town}. As a player {third} scored {goals} goals. {first} congratulated in a short letter, {second} did not want to comment. The first match under the new trainer is against a team that the {club} have never beaten."
    );
    Story {
        text,
        keep: "the club, the name of the new trainer, for how long, and where the trainer comes from",
        facts: vec![named("the club", club), named("the trainer", third), figure("the years", years), named("the town", town)],
        leave: "the names of those who did not get the post",
        forbidden: vec![named("who did not get the post", first), named("who did not get the post", second)],
        example: format!("{third} from {town} is the new trainer of the {club}, for {years} years."),
    }
}

pub(in super::super) fn two_offers(random: &mut Random) -> Story {
    let [firm, other] = random.distinct(&["Alder", "Birch", "Cedar", "Maple", "Rowan"]);
    let price = random.between(52, 79) * 1000;
    let paid = price + random.between(3, 9) * 1000;
    let (weeks, faster) = (random.between(9, 12), random.between(2, 4));
    let text = format!(
        "Two firms want to renew the roof of our school. {firm} asks for {} euros and needs {weeks} weeks. {other} asks for {} euros, but would be done {faster} weeks earlier, and gives a guarantee of ten years instead of five. The parents were for {firm}, the teachers for {other}. The board has chosen {other}, because the exams begin soon. The scaffold goes up in the holidays.",
        grouped(price),
        grouped(paid)
    );
    Story {
        text,
        keep: "which firm was chosen, its price in euros and why it was chosen",
        facts: vec![
            named("the firm", other),
            figure("the price", paid),
            super::super::Fact {
                what: "the reason, the exams".to_owned(),
                accepted: vec!["exams".to_owned(), "exam".to_owned(), "examinations".to_owned()],
            },
        ],
        leave: "the other firm",
        forbidden: vec![named("the other firm", firm)],
        example: format!("{other} will renew the school's roof for {} euros, because the exams begin soon.", grouped(paid)),
    }
}
