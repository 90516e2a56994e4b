//! Values that stand in the text as they are wanted.

use serde_json::json;

use super::super::words::{DAYS, FIRST_NAMES, LAST_NAMES, PRODUCTS, TOWNS};
use super::Source;
use crate::random::Random;

pub(super) fn source(round: usize, random: &mut Random) -> Source {
    let name = format!("{} {}", random.pick(&FIRST_NAMES), random.pick(&LAST_NAMES));
    let town = random.pick(&TOWNS);
    let day = random.pick(&DAYS);
    match round % 4 {
        0 => {
            let age = random.between(19, 77);
            let text = format!("{name} is {age} years old and lives in {town}.");
            Source { text, fields: vec![("name", "string", json!(name)), ("age", "number", json!(age)), ("town", "string", json!(town))] }
        }
        1 => {
            let (product, count, price) = (random.pick(&PRODUCTS), random.between(2, 9), random.between(12, 95));
            let text = format!("Order: {product}, {count} pieces, {price} euros each.");
            let fields = vec![("product", "string", json!(product)), ("pieces", "number", json!(count)), ("price", "number", json!(price))];
            Source { text, fields }
        }
        2 => {
            let (hour, room) = (random.between(8, 17), random.between(101, 399));
            let text = format!("The meeting is on {day} at {hour}:30 in room {room}.");
            Source {
                text,
                fields: vec![
                    ("day", "string", json!(day)),
                    ("time", "string", json!(format!("{hour}:30"))),
                    ("room", "number", json!(room)),
                ],
            }
        }
        _ => {
            let (first, last) = (random.pick(&FIRST_NAMES), random.pick(&LAST_NAMES));
            let mail = format!("{}@{}.example", first.to_lowercase(), last.to_lowercase());
            let phone = format!("555-{}", random.between(1000, 9999));
            let text = format!("Please call {first} at {phone} or write to {mail}.");
            Source {
                text,
                fields: vec![("name", "string", json!(first)), ("phone", "string", json!(phone)), ("email", "string", json!(mail))],
            }
        }
    }
}
