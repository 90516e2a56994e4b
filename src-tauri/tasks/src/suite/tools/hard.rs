//! Dates to be worked out, sums to be made, several near tools, and what must not be called yet.

use super::super::words::{FIRST_NAMES, LAST_NAMES};
use super::boxes::{ALARM, CANCEL_EVENT, CANCEL_ORDER, CONVERT, EVENT, LIST_EVENTS, MESSAGE, REFUND, TABLE, TIMER, TRACK};
use super::{Request, any_of, argument, optional};
use crate::random::Random;

/// The days of the calendar that the requests are about: Monday, 4 May 2026, and the week after.
const WEEK: [&str; 5] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

const CALENDAR: [&str; 5] = [EVENT, LIST_EVENTS, CANCEL_EVENT, TABLE, MESSAGE];
const SHOP: [&str; 5] = [REFUND, CANCEL_ORDER, TRACK, CONVERT, MESSAGE];

fn with(tools: &[&'static str], context: impl Into<String>, said: String, call: Option<(&'static str, Vec<super::Argument>)>) -> Request {
    Request { tools: tools.to_vec(), context: context.into(), said, call }
}

/// Today's date, and the day of May 2026 that a weekday of next week has.
fn dated(random: &mut Random) -> (String, &'static str, i64) {
    let today = random.between(0, 4);
    let next = random.between(0, 4);
    let at = |day: i64| WEEK[usize::try_from(day).unwrap_or(0)];
    (format!("Today is {}, {} May 2026.\n", at(today), 4 + today), at(next), 11 + next)
}

pub(super) fn request(round: usize, random: &mut Random) -> Request {
    match round % 8 {
        0 => event(random),
        1 => table(random),
        2 => refund(random),
        3 => ask_first(random),
        4 => list(random),
        5 => alarm(random),
        6 => sent_already(random),
        _ => cancel(random),
    }
}

fn event(random: &mut Random) -> Request {
    let today = random.between(0, 2);
    let context = format!("Today is {}, {} May 2026.\n", WEEK[usize::try_from(today).unwrap_or(0)], 4 + today);
    let (when, later) = random.pick(&[("tomorrow", 1), ("the day after tomorrow", 2), ("in a week", 7)]);
    let (hour, minutes) = (
        random.between(1, 5),
        random.pick(&[("an hour and a half", 90), ("three quarters of an hour", 45), ("two hours", 120), ("an hour", 60)]),
    );
    let title = random.pick(&["Dentist", "Budget review", "Choir", "Car repair"]);
    let said = format!("Put “{title}” into my calendar for {when} at {hour} p.m., it takes {}.", minutes.0);
    let call = vec![
        argument("title", title),
        argument("date", format!("2026-05-{:02}", 4 + today + later)),
        argument("time", format!("{}:00", hour + 12)),
        if minutes.1 == 60 { optional("minutes", 60) } else { argument("minutes", minutes.1) },
    ];
    with(&CALENDAR, context, said, Some(("add_event", call)))
}

fn table(random: &mut Random) -> Request {
    let (today, weekday, day) = dated(random);
    let (guests, hour) = (random.between(3, 7), random.between(6, 9));
    let place = random.pick(&["Olive Tree", "Blue Door", "Old Harbour"]);
    let said = format!(
        "I would like to eat at the {place} with my {guests} colleagues on {weekday}, {day} May, at {hour}:30 in the evening. There must be a seat for me too, of course."
    );
    let full = format!("The {place}");
    let call = vec![
        any_of("restaurant", [place, &full, &full.to_lowercase()]),
        argument("people", guests + 1),
        argument("date", format!("2026-05-{day}")),
        argument("time", format!("{}:30", hour + 12)),
    ];
    with(&CALENDAR, today, said, Some(("book_table", call)))
}

fn refund(random: &mut Random) -> Request {
    let (order, price, pieces) = (random.between(10_000, 99_999), random.between(6, 19), random.between(3, 6));
    let broken = random.between(2, pieces - 1);
    let said = format!(
        "Of the {pieces} cups in order {order}, at {price} euros each, {broken} came broken. I keep the good ones and want my money back for the others. My last order, {}, was fine.",
        random.between(10_000, 99_999)
    );
    with(&SHOP, "", said, Some(("refund_order", vec![argument("order", order), argument("amount", broken * price)])))
}

/// The sum is not known.
fn ask_first(random: &mut Random) -> Request {
    let said = format!(
        "Please give me back a part of my money for order {}, one of the {} plates has a scratch. I do not know what one of them cost.",
        random.between(10_000, 99_999),
        random.between(4, 12)
    );
    with(&[REFUND, CONVERT, MESSAGE, TIMER], "", said, None)
}

fn list(random: &mut Random) -> Request {
    let today = random.between(0, 2);
    let context = format!("Today is {}, {} May 2026.\n", WEEK[usize::try_from(today).unwrap_or(0)], 4 + today);
    let said = random.pick(&[
        "Before I promise anything for the day after tomorrow: what have I got then?",
        "Am I free the day after tomorrow, or is there something already?",
    ]);
    with(&CALENDAR, context, said.to_owned(), Some(("list_events", vec![argument("date", format!("2026-05-{:02}", 6 + today))])))
}

fn alarm(random: &mut Random) -> Request {
    let (hour, minute, before) = (random.between(7, 9), random.pick(&[10, 15, 20]), random.pick(&[35, 40, 45, 50]));
    let time = hour * 60 + minute - before;
    let said = format!("My train leaves at {hour}:{minute} in the morning. Ring {before} minutes before that, please.");
    let (padded, short) = (format!("{:02}:{:02}", time / 60, time % 60), format!("{}:{:02}", time / 60, time % 60));
    with(&[TIMER, ALARM, EVENT, LIST_EVENTS], "", said, Some(("set_alarm", vec![any_of("time", [&padded, &short])])))
}

/// It is told what was done; nothing is to be done.
fn sent_already(random: &mut Random) -> Request {
    let (order, name) = (random.between(10_000, 99_999), random.pick(&LAST_NAMES));
    let said = format!(
        "Just so that you know: I cancelled order {order} by telephone, Mr {name} of your office has already sent the money back, and it arrived today. Nothing more is needed."
    );
    with(&SHOP, "", said, None)
}

fn cancel(random: &mut Random) -> Request {
    let [first, second, third] = random.distinct(&FIRST_NAMES);
    let ids = [random.between(110, 399), random.between(410, 699), random.between(710, 999)];
    let [a, b, c] = ids;
    let context = format!(
        "Calendar of today:\nid {a}: lunch with {first} at 12:00\nid {b}: call with {second} at 14:00\nid {c}: walk with {third} at 17:30\n"
    );
    let said = random.pick(&[
        "I will not make it to my date at two in the afternoon, please take it out.",
        "My call is off, please delete it. The other two stay.",
    ]);
    with(&CALENDAR, context, said.to_owned(), Some(("cancel_event", vec![argument("id", b)])))
}
