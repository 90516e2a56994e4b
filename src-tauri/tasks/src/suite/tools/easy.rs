//! Two or three tools that have nothing in common, and values that stand in the request.

use super::super::words::{FIRST_NAMES, TOWNS};
use super::boxes::{LIGHT, MESSAGE, PLAY, TIMER, WEATHER};
use super::{Request, argument};
use crate::random::Random;

pub(super) fn request(round: usize, random: &mut Random) -> Request {
    let plain = |tools: [&'static str; 2], said: String, call| Request { tools: tools.to_vec(), context: String::new(), said, call };
    match round % 6 {
        0 => {
            let town = random.pick(&TOWNS);
            plain(
                [WEATHER, TIMER],
                format!("What is the weather like in {town} today?"),
                Some(("get_weather", vec![argument("city", town)])),
            )
        }
        1 => {
            let minutes = random.between(3, 55);
            plain([TIMER, PLAY], format!("Set a timer for {minutes} minutes."), Some(("set_timer", vec![argument("minutes", minutes)])))
        }
        2 => {
            let artist = random.pick(&["Lena Marsh", "The Tin Owls", "Paul Ferro", "Blue Harbour"]);
            plain([PLAY, WEATHER], format!("Please play something by {artist}."), Some(("play_music", vec![argument("artist", artist)])))
        }
        3 => {
            let room = random.pick(&["kitchen", "bedroom", "hall", "bathroom"]);
            let is_on = random.between(0, 1) == 1;
            let said = format!("Turn {} the light in the {room}.", if is_on { "on" } else { "off" });
            plain([LIGHT, TIMER], said, Some(("set_light", vec![argument("room", room), argument("on", is_on)])))
        }
        4 => {
            let (name, text) =
                (random.pick(&FIRST_NAMES), random.pick(&["I am late", "Dinner is ready", "The train is here", "Call me tonight"]));
            let said = format!("Send {name} the message “{text}”.");
            plain([MESSAGE, WEATHER], said, Some(("send_message", vec![argument("to", name), argument("text", text)])))
        }
        _ => {
            let said =
                random.pick(&["How many legs does a spider have?", "Please write a poem about the sea.", "What is the capital of Norway?"]);
            plain([TIMER, LIGHT], said.to_owned(), None)
        }
    }
}
