//! The sensors, streamed to the page that looks at them while no climb and no test reads them.

use std::sync::{Arc, Mutex};

use tauri::ipc::Channel;
use toprung_jobs::home::Home;
use toprung_jobs::sensors::{Watch, watch};
use toprung_messages::SampleView;

use crate::convert;
use crate::state::lock;

/// The watch under way. Each start and each stop is a turn: what was begun in an earlier one has no place any more.
#[derive(Default)]
struct Place {
    turn: u64,
    watch: Option<Watch>,
}

#[derive(Default)]
pub(crate) struct Sensors {
    place: Mutex<Place>,
}

impl Sensors {
    /// Ends what was watched, and gives the turn with which a new watch may start.
    pub(crate) fn next_turn(&self) -> u64 {
        self.end(None).unwrap_or_default()
    }

    /// Reads for this page from now on, and for no other, unless a later turn has begun meanwhile: describing the machine takes a while.
    pub(crate) fn start(self: &Arc<Self>, turn: u64, home: &Home, channel: Channel<SampleView>) {
        let sensors = Arc::clone(self);
        let hear = move |sample: &_, machine: &_| {
            // A page that is gone needs no more readings.
            if channel.send(convert::live::sample(sample, machine)).is_err() {
                sensors.end(Some(turn));
            }
        };
        let begun = watch(home, Box::new(hear));
        let late = {
            let mut place = lock(&self.place);
            if place.turn == turn { place.watch.replace(begun) } else { Some(begun) }
        };
        drop(late);
    }

    pub(crate) fn stop(&self) {
        self.end(None);
    }

    /// Ends the watch, if it is still that of the given turn, and begins another turn.
    fn end(&self, of: Option<u64>) -> Option<u64> {
        let (turn, watch) = {
            let mut place = lock(&self.place);
            if of.is_some_and(|turn| turn != place.turn) {
                return None;
            }
            place.turn += 1;
            (place.turn, place.watch.take())
        };
        // Its end waits for a reading under way, which may itself ask for the end: the lock is free by now.
        drop(watch);
        Some(turn)
    }
}
