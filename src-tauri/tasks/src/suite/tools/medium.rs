//! Tools that are alike, values that have to be brought into a form, and requests that lack one.

use super::super::words::{FIRST_NAMES, TOWNS};
use super::boxes::{ALARM, CANCEL_ORDER, CONVERT, DIM, FORECAST, HEAT, LIGHT, MESSAGE, REFUND, TIMER, TRACK, WEATHER};
use super::{Argument, Request, argument};
use crate::random::Random;

pub(super) fn request(round: usize, random: &mut Random) -> Request {
    let requests = [umbrella, evening_alarm, brightness, currency, stop_order, order_unknown, degrees, half_hour];
    requests[round % requests.len()](random)
}

fn plain(tools: &[&'static str], said: String, call: Option<(&'static str, Vec<Argument>)>) -> Request {
    Request { tools: tools.to_vec(), context: String::new(), said, call }
}

fn umbrella(random: &mut Random) -> Request {
    let (town, days) = (random.pick(&TOWNS), random.between(2, 7));
    let said = format!("Will I need an umbrella in {town} over the next {days} days?");
    let call = ("get_forecast", vec![argument("city", town), argument("days", days)]);
    plain(&[WEATHER, FORECAST, TIMER, ALARM], said, Some(call))
}

fn evening_alarm(random: &mut Random) -> Request {
    let (hour, half) = (random.between(1, 10), random.pick(&[("half past", "30"), ("a quarter past", "15")]));
    let said = format!("Wake me at {} {hour} in the evening.", half.0);
    let call = ("set_alarm", vec![argument("time", format!("{}:{}", hour + 12, half.1))]);
    plain(&[TIMER, ALARM, WEATHER, LIGHT], said, Some(call))
}

fn brightness(random: &mut Random) -> Request {
    let (room, percent) = (random.pick(&["kitchen", "bedroom", "hall"]), random.pick(&[("half", 50), ("a quarter", 25), ("a tenth", 10)]));
    let said = format!("The lamp in the {room} is too bright, {} of its full brightness is enough.", percent.0);
    let call = ("dim_light", vec![argument("room", room), argument("percent", percent.1)]);
    plain(&[LIGHT, DIM, HEAT, TIMER], said, Some(call))
}

fn currency(random: &mut Random) -> Request {
    let (amount, pair) =
        (random.between(20, 900), random.pick(&[("euros", "EUR", "US dollars", "USD"), ("Swiss francs", "CHF", "euros", "EUR")]));
    let said = format!("How much is {amount} {} in {}?", pair.0, pair.2);
    let call = ("convert_money", vec![argument("amount", amount), argument("from", pair.1), argument("to", pair.3)]);
    plain(&[CONVERT, REFUND, TRACK], said, Some(call))
}

fn stop_order(random: &mut Random) -> Request {
    let order = random.between(10_000, 99_999);
    let said = format!("I ordered the wrong size, it is order {order}. It has not left your house yet, so please stop it.");
    plain(&[TRACK, CANCEL_ORDER, REFUND], said, Some(("cancel_order", vec![argument("order", order)])))
}

fn order_unknown(random: &mut Random) -> Request {
    plain(
        &[TRACK, CANCEL_ORDER, REFUND],
        "Where is my parcel? I ordered it a week ago.".replace("a week", &format!("{} days", random.between(4, 9))),
        None,
    )
}

fn degrees(random: &mut Random) -> Request {
    let (room, degrees) = (random.pick(&["office", "living room", "bathroom"]), random.between(17, 23));
    let said = format!("Make it {degrees} degrees in the {room}, please, and do not touch the lamps.");
    let call = ("set_heating", vec![argument("room", room), argument("celsius", degrees)]);
    plain(&[LIGHT, DIM, HEAT, ALARM], said, Some(call))
}

fn half_hour(random: &mut Random) -> Request {
    let (words, minutes) = random.pick(&[("half an hour", 30), ("a quarter of an hour", 15), ("an hour and a half", 90)]);
    let said = format!("The bread for {} comes out of the oven in {words}. Ring then, please.", random.pick(&FIRST_NAMES));
    plain(&[MESSAGE, ALARM, TIMER], said, Some(("set_timer", vec![argument("minutes", minutes)])))
}
