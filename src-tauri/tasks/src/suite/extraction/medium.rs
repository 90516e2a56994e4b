//! Dates in ISO form, true and false, and what the text does not say.

use serde_json::{Value, json};

use super::super::words::{FIRST_NAMES, LAST_NAMES, MONTHS, TOWNS, grouped};
use super::Source;
use crate::random::Random;

/// A date as people write it and as machines do.
fn date(random: &mut Random) -> (String, String) {
    let (day, month, year) = (random.between(1, 28), random.between(1, 12), random.between(2021, 2026));
    let name = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
    (format!("{day} {name} {year}"), format!("{year}-{month:02}-{day:02}"))
}

pub(super) fn source(round: usize, random: &mut Random) -> Source {
    match round % 4 {
        0 => booking(random),
        1 => invoice(random),
        2 => job(random),
        _ => flat(random),
    }
}

fn booking(random: &mut Random) -> Source {
    let (written, iso) = date(random);
    let name = format!("{} {}", random.pick(&FIRST_NAMES), random.pick(&LAST_NAMES));
    let (nights, breakfast) = (random.between(2, 9), random.between(0, 1) == 1);
    let with = if breakfast { "with breakfast" } else { "without breakfast" };
    let text = format!("{name} books a double room from {written} for {nights} nights, {with}. A phone number was not given.");
    let fields = vec![
        ("guest", "string", json!(name)),
        ("arrival", "string in the form YYYY-MM-DD", json!(iso)),
        ("nights", "number", json!(nights)),
        ("breakfast", "true or false", json!(breakfast)),
        ("phone", "string or null", Value::Null),
    ];
    Source { text, fields }
}

fn invoice(random: &mut Random) -> Source {
    let (written, iso) = date(random);
    let (number, total) = (random.between(10_000, 99_999), random.between(1_050, 9_800));
    let firm = format!("{} & Sons", random.pick(&LAST_NAMES));
    let is_paid = random.between(0, 1) == 1;
    let state = if is_paid { "It was paid at once." } else { "It has not been paid yet." };
    let text = format!("Invoice no. {number} of {firm} is dated {written} and comes to {} euros. {state}", grouped(total));
    let fields = vec![
        ("invoice", "number", json!(number)),
        ("firm", "string", json!(firm)),
        ("date", "string in the form YYYY-MM-DD", json!(iso)),
        ("total", "number", json!(total)),
        ("paid", "true or false", json!(is_paid)),
    ];
    Source { text, fields }
}

fn job(random: &mut Random) -> Source {
    let town = random.pick(&TOWNS);
    let title = random.pick(&["cook", "nurse", "plumber", "teacher", "gardener"]);
    let (hours, from, remote) = (random.between(20, 40), random.between(24, 39) * 100, random.between(0, 1) == 1);
    let home = if remote { "Work from home is possible." } else { "Work from home is not possible." };
    let text = format!(
        "We look for a {title} in {town}, {hours} hours a week, from {} euros a month. {home} Write to us, we have no closing date.",
        grouped(from)
    );
    let fields = vec![
        ("job", "string", json!(title)),
        ("town", "string", json!(town)),
        ("hours_per_week", "number", json!(hours)),
        ("salary", "number", json!(from)),
        ("remote", "true or false", json!(remote)),
        ("closing_date", "string or null", Value::Null),
    ];
    Source { text, fields }
}

fn flat(random: &mut Random) -> Source {
    let (written, iso) = date(random);
    let (rooms, size, rent) = (random.between(2, 5), random.between(41, 98), random.between(6, 14) * 100 + 50);
    let pets = random.between(0, 1) == 1;
    let allowed = if pets { "Pets are welcome." } else { "Pets are not allowed." };
    let text = format!("For rent: {rooms} rooms, {size} square metres, {} euros a month, free from {written}. {allowed}", grouped(rent));
    let fields = vec![
        ("rooms", "number", json!(rooms)),
        ("square_metres", "number", json!(size)),
        ("rent", "number", json!(rent)),
        ("free_from", "string in the form YYYY-MM-DD", json!(iso)),
        ("pets", "true or false", json!(pets)),
    ];
    Source { text, fields }
}
