//! The sensors, streamed to the page that looks at them while no climb and no test reads them.

use std::sync::{Arc, Mutex};

use tauri::ipc::Channel;
use toprung_jobs::home::Home;
use toprung_jobs::sensors::{Watch, watch};
use toprung_messages::SampleView;

use crate::convert;
use crate::state::lock;

#[derive(Default)]
pub(crate) struct Sensors {
    watch: Mutex<Option<Watch>>,
}

impl Sensors {
    /// Reads for this page from now on, and for no other.
    pub(crate) fn start(self: &Arc<Self>, home: &Home, channel: Channel<SampleView>) {
        self.stop();
        let sensors = Arc::clone(self);
        let hear = move |sample: &_, machine: &_| {
            // A page that is gone needs no more readings.
            if channel.send(convert::live::sample(sample, machine)).is_err() {
                sensors.stop();
            }
        };
        *lock(&self.watch) = Some(watch(home, Box::new(hear)));
    }

    pub(crate) fn stop(&self) {
        // Its end waits for a reading under way, which may itself ask for the end: the lock must be free by then.
        let watch = lock(&self.watch).take();
        drop(watch);
    }
}
