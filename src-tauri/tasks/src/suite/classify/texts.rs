//! Labels that follow from what a text is about.

use super::super::words::{DAYS, PRODUCTS, TOWNS};
use super::{Draft, labelled};
use crate::random::Random;

/// A subject and sentences about it, with `{p}` for a product, `{d}` for a day, `{t}` for a town and `{n}` for a number.
type Bank = [(&'static str, &'static [&'static str])];

const TICKETS: &Bank = &[
    (
        "billing",
        &[
            "I was charged twice for one {p}, on {d} and again today.",
            "The invoice for my {p} shows {n} euros too much.",
            "You took {n} euros from my credit card, but the {p} was cheaper.",
        ],
    ),
    (
        "delivery",
        &[
            "My {p} should have come on {d}, and the parcel is still not here.",
            "The courier left the parcel with my {p} at a wrong address in {t}.",
            "The tracking page says that my parcel has been lying in {t} since {d}.",
        ],
    ),
    (
        "login",
        &[
            "I cannot sign in to my account: since {d} it says that the password is wrong.",
            "The mail for a new password never arrives, so I am locked out of my account.",
            "My user name is not known any more when I try to sign in.",
        ],
    ),
    (
        "returns",
        &[
            "The {p} is too small for me. How do I send it back?",
            "Please send me a label, I want to return the {p} that I got on {d}.",
            "I changed my mind and would like to give the {p} back.",
        ],
    ),
];

/// How the same subjects sound when they are done with.
const SETTLED: [(&str, &str); 4] = [
    ("billing", "Thank you, the double charge from {d} is back on my card and that is settled."),
    ("delivery", "The parcel with the {p} came on {d} as promised, many thanks."),
    ("login", "Signing in works again since {d}, thank you for the new password."),
    ("returns", "The old {p} that I sent back has reached you, as I saw on {d}."),
];

const HEADLINES: &Bank = &[
    (
        "sports",
        &[
            "{t} wins the football final with a goal in the last minute",
            "Runner from {t} takes gold over {n} kilometres",
            "Goalkeeper leaves the team of {t} after {n} matches",
        ],
    ),
    (
        "weather",
        &[
            "Heavy rain and strong wind expected in {t} on {d}",
            "Snow in {t}: up to {n} centimetres by {d}",
            "Sunny and warm until {d}, then thunderstorms",
        ],
    ),
    (
        "cooking",
        &[
            "A quick soup of carrots and ginger, ready in {n} minutes",
            "How to bake a soft bread with only flour, water and salt",
            "Fry the onions for {n} minutes, then add the tomatoes",
        ],
    ),
    (
        "health",
        &[
            "Hospital in {t} opens a ward for children with asthma",
            "Doctors advise a flu vaccine before the winter",
            "Back pain: {n} minutes of exercise a day help patients",
        ],
    ),
    (
        "music",
        &[
            "Orchestra of {t} plays a violin concert on {d}",
            "Singer releases her new album with {n} songs",
            "Young pianist from {t} gives a concert on {d}",
        ],
    ),
];

const LANGUAGES: &Bank = &[
    ("English", &["The train to {t} leaves in ten minutes.", "Where did you put the keys of the house?"]),
    ("German", &["Der Zug nach {t} fährt in zehn Minuten ab.", "Wo hast du die Schlüssel für das Haus hingelegt?"]),
    ("French", &["Le train pour {t} part dans dix minutes.", "Où est-ce que tu as mis les clés de la maison ?"]),
    ("Spanish", &["El tren para {t} sale en diez minutos.", "¿Dónde has puesto las llaves de la casa?"]),
    ("Dutch", &["De trein naar {t} vertrekt over tien minuten.", "Waar heb je de sleutels van het huis neergelegd?"]),
];

const SENTIMENTS: &Bank = &[
    (
        "positive",
        &["This {p} is wonderful, I love it and use it every day.", "Great {p}, fast and beautiful. I would buy it again at once!"],
    ),
    ("negative", &["This {p} is terrible, it broke on {d} and nobody helps me.", "The worst {p} that I ever had. A waste of money."]),
    ("neutral", &["The {p} comes in a box of {n} centimetres, with a cable.", "The {p} is sold in the shop in {t}, from {d} on."]),
];

const CHANGES: &Bank = &[
    ("bugfix", &["The list no longer crashes when it holds {n} empty rows", "Dates after {d} were shown one day late; now they are right"]),
    ("feature", &["Users can now export the list as a PDF", "A search field lets people find one of {n} rooms by name"]),
    ("documentation", &["The guide explains how to set a limit of {n}", "The comments of the parser now say what its numbers mean"]),
    (
        "performance",
        &["Opening the list takes {n} ms where it took ten times as long", "The cache is shared, which halves the memory in use"],
    ),
    ("security", &["Passwords are stored as salted hashes", "Links expire after {n} minutes, so that stolen ones are of no use"]),
];

fn filled(sentence: &str, random: &mut Random) -> String {
    sentence
        .replace("{p}", random.pick(&PRODUCTS))
        .replace("{d}", random.pick(&DAYS))
        .replace("{t}", random.pick(&TOWNS))
        .replace("{n}", &random.between(11, 58).to_string())
}

/// A sentence of the bank, its label, and all labels.
fn drawn(bank: &Bank, random: &mut Random) -> (String, &'static str, Vec<&'static str>) {
    let (label, sentences) = random.pick(bank);
    let sentence = random.pick(sentences);
    (filled(sentence, random), label, bank.iter().map(|(label, _)| *label).collect())
}

pub(super) fn ticket(random: &mut Random) -> Draft {
    let (text, right, labels) = drawn(TICKETS, random);
    labelled("What is this customer's message about?", &format!("Message: {text}"), &labels, right)
}

pub(super) fn headline(random: &mut Random) -> Draft {
    let (text, right, labels) = drawn(HEADLINES, random);
    labelled("Which section of a newspaper does this headline belong to?", &format!("Headline: {text}"), &labels, right)
}

pub(super) fn language(random: &mut Random) -> Draft {
    let (text, right, labels) = drawn(LANGUAGES, random);
    labelled("Which language is this sentence written in?", &format!("Sentence: {text}"), &labels, right)
}

pub(super) fn sentiment(random: &mut Random) -> Draft {
    let (text, right, labels) = drawn(SENTIMENTS, random);
    labelled("What does the writer think of the product?", &format!("Review: {text}"), &labels, right)
}

/// The message begins with a matter that is settled, which is what a hasty reader answers.
pub(super) fn ticket_with_history(random: &mut Random) -> Draft {
    let (text, right, labels) = drawn(TICKETS, random);
    let others: Vec<&str> = SETTLED.iter().filter(|(label, _)| *label != right).map(|(_, sentence)| *sentence).collect();
    let history = filled(random.pick(&others), random);
    labelled("What does this customer need help with now?", &format!("Message: {history} Now to my question. {text}"), &labels, right)
}

/// One of several aspects of a review is asked for.
pub(super) fn aspect(random: &mut Random) -> Draft {
    const GOOD: [&str; 3] = ["The {a} was a delight.", "I have rarely seen such a good {a}.", "We were very happy with the {a}."];
    const BAD: [&str; 3] = ["The {a} was a disappointment.", "I expected far more of the {a}.", "Sadly the {a} spoiled the stay."];
    const ASPECTS: [&str; 4] = ["room", "breakfast", "service", "pool"];
    let [asked, first, second] = random.distinct(&ASPECTS);
    let right = random.pick(&["good", "bad", "not mentioned"]);
    let mut sentence = |aspect: &str, is_good: bool| random.pick(if is_good { &GOOD } else { &BAD }).replace("{a}", aspect);
    let about = match right {
        "good" => vec![sentence(first, false), sentence(asked, true), sentence(second, false)],
        "bad" => vec![sentence(asked, false), sentence(first, true), sentence(second, true)],
        _ => vec![sentence(first, true), sentence(second, false)],
    };
    let task = format!("What does this guest of a hotel say about the {asked}?");
    labelled(&task, &format!("Review: {}", about.join(" ")), &["good", "bad", "not mentioned"], right)
}

pub(super) fn change(random: &mut Random) -> Draft {
    let (text, right, labels) = drawn(CHANGES, random);
    labelled("What kind of change to a program is this?", &format!("Change: {text}"), &labels, right)
}
