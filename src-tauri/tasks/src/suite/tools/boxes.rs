//! The tools that are offered, as one line each.

pub(super) const WEATHER: &str = "get_weather(city: string): the weather of today";
pub(super) const FORECAST: &str = "get_forecast(city: string, days: number from 1 to 10): the weather of the coming days";
pub(super) const TIMER: &str = "set_timer(minutes: number): rings after some minutes";
pub(super) const ALARM: &str = "set_alarm(time: string \"HH:MM\", 24 hours): rings at a time of day";
pub(super) const MESSAGE: &str = "send_message(to: string, text: string): sends a text message";
pub(super) const PLAY: &str = "play_music(artist: string): plays songs of an artist";
pub(super) const LIGHT: &str = "set_light(room: string, on: true or false): switches a lamp";
pub(super) const DIM: &str = "dim_light(room: string, percent: number): makes a lamp darker or brighter";
pub(super) const HEAT: &str = "set_heating(room: string, celsius: number): sets the temperature of a room";
pub(super) const CONVERT: &str =
    "convert_money(amount: number, from: string, to: string): converts money; currencies as three letters, as EUR";
pub(super) const EVENT: &str = "add_event(title: string, date: string \"YYYY-MM-DD\", time: string \"HH:MM\", minutes: number, optional, 60 if not given): adds a date to the calendar";
pub(super) const LIST_EVENTS: &str = "list_events(date: string \"YYYY-MM-DD\"): lists the dates of a day";
pub(super) const CANCEL_EVENT: &str = "cancel_event(id: number): removes a date from the calendar";
pub(super) const REFUND: &str = "refund_order(order: number, amount: number): pays money back";
pub(super) const CANCEL_ORDER: &str = "cancel_order(order: number): stops an order that was not sent yet";
pub(super) const TRACK: &str = "track_order(order: number): tells where an order is";
pub(super) const TABLE: &str =
    "book_table(restaurant: string, people: number, date: string \"YYYY-MM-DD\", time: string \"HH:MM\", 24 hours): books a table";
