//! Lists, corrections, and values that have to be brought into a form.

use serde_json::{Value, json};

use super::super::words::{FIRST_NAMES, MONTHS, PRODUCTS, TOWNS};
use super::Source;
use crate::random::Random;

pub(super) fn source(round: usize, random: &mut Random) -> Source {
    match round % 4 {
        0 => corrected_order(random),
        1 => delivery(random),
        2 => minutes(random),
        _ => trip(random),
    }
}

/// What was said first is taken back.
fn corrected_order(random: &mut Random) -> Source {
    let [first, second, third] = random.distinct(&PRODUCTS);
    let [a, b, c] = random.distinct(&[2, 3, 4, 5, 6, 7, 8]);
    let changed = a + random.between(1, 3);
    let text = format!(
        "Hello, I would like {a} × {first}, {b} × {second} and {c} × {third}. Oh, wait: make it {changed} × {first}, and leave out the {third} altogether. It is a present, so no invoice in the box, please."
    );
    let items = json!([{ "product": first, "pieces": changed }, { "product": second, "pieces": b }]);
    let fields = vec![
        ("items", "list of {\"product\": string, \"pieces\": number}, in the order of the text", items),
        ("total_pieces", "number", json!(changed + b)),
        ("invoice_in_box", "true or false", json!(false)),
    ];
    Source { text, fields }
}

fn delivery(random: &mut Random) -> Source {
    let (kilos, grams, hour, minute) =
        (random.between(2, 9), random.between(1, 9) * 100, random.between(1, 7), random.pick(&[5, 10, 20, 25]));
    let (day, month) = (random.between(2, 28), random.between(1, 12));
    let name = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
    let is_broken = random.between(0, 1) == 1;
    let state = if is_broken { "One side of the box was dented" } else { "The box was without a scratch" };
    let text = format!(
        "The parcel for {} weighed {kilos}.{} kilograms. It came on {name} {day}, 2025, at {hour}:{minute:02} p.m. {state}; nobody signed for it.",
        random.pick(&TOWNS),
        grams / 100
    );
    let arrived = format!("2025-{month:02}-{day:02}");
    let fields = vec![
        ("grams", "number", json!(kilos * 1000 + grams)),
        ("arrived_on", "string in the form YYYY-MM-DD", json!(arrived)),
        ("arrived_at", "string in the form HH:MM, 24 hours", json!(format!("{}:{minute:02}", hour + 12))),
        ("damaged", "true or false", json!(is_broken)),
        ("signed_by", "string or null", Value::Null),
    ];
    Source { text, fields }
}

/// Who does what until when, with one task that has no owner.
fn minutes(random: &mut Random) -> Source {
    let [a, b, c] = random.distinct(&FIRST_NAMES);
    let [first, second, third] = random.distinct(&["budget", "invitations", "room plan", "price list", "photos"]);
    let [d, e] = random.distinct(&["Monday", "Tuesday", "Thursday", "Friday"]);
    let text = format!(
        "{a} opened the meeting. {b} will send the {first} by {d}. {c} was asked to do the {second}, but declined, so {a} takes that over, without a date. Nobody has taken the {third} yet, needed by {e}."
    );
    let fields = vec![
        ("chair", "string: who opened the meeting", json!(a)),
        ("sends", "string: who sends something", json!(b)),
        ("sent_by", "weekday: until when", json!(d)),
        ("declined", "string: who did not want to do something", json!(c)),
        ("still_open", "string: the thing that nobody has taken", json!(third)),
        ("needed_by", "weekday: by when that is needed", json!(e)),
    ];
    Source { text, fields }
}

fn trip(random: &mut Random) -> Source {
    let [from, via, to] = random.distinct(&TOWNS);
    let (leaves, wait, price) = (random.between(7, 11), random.between(11, 49), random.between(11, 24) * 2);
    let rides = [random.between(35, 55), random.between(20, 50)];
    let text = format!(
        "The train leaves {from} at {leaves} in the morning and reaches {via} {} minutes later. After a wait of {wait} minutes the next one goes to {to}, which takes {} minutes. The ticket costs {} euros; with the card it is half the price, and I have the card.",
        rides[0],
        rides[1],
        2 * price
    );
    let fields = vec![
        ("stations", "list of strings, in the order of the trip", json!([from, via, to])),
        ("leaves_at", "string in the form HH:MM", json!(format!("{leaves:02}:00"))),
        ("minutes_of_waiting", "number", json!(wait)),
        ("price_with_card", "number", json!(price)),
    ];
    Source { text, fields }
}
