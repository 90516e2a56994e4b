//! The climb under way, streamed to every page that watches.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tauri::ipc::Channel;
use toprung_jobs::ClimbEvent;
use toprung_jobs::climb::OnLive;
use toprung_jobs::live::Live;
use toprung_messages::{LiveEvent, LiveView};

use crate::convert;
use crate::state::lock;

/// A pull reports many times a second; a screen needs two.
const PULL_INTERVAL: Duration = Duration::from_millis(500);

/// The pages that watch the climb. A page that was closed or reloaded falls out at the next event.
#[derive(Default)]
pub(crate) struct Watchers {
    channels: Mutex<Vec<Channel<LiveEvent>>>,
    pull_said: Mutex<Option<Instant>>,
}

impl Watchers {
    pub(crate) fn add(&self, channel: Channel<LiveEvent>) {
        lock(&self.channels).push(channel);
    }

    pub(crate) fn send(&self, event: &LiveEvent) {
        lock(&self.channels).retain(|channel| channel.send(event.clone()).is_ok());
    }

    /// The climb ended: everyone is told, and nobody watches any more.
    pub(crate) fn end(&self, run: String, finished: bool) {
        self.send(&LiveEvent::Ended { run, finished });
        lock(&self.channels).clear();
    }

    pub(crate) fn hear(&self, live: &Live, event: &ClimbEvent) {
        match event {
            ClimbEvent::Sampled { sample } => {
                self.send(&LiveEvent::Sampled { sample: Box::new(convert::live::sample(sample, &live.machine)) })
            }
            ClimbEvent::Output { text, .. } => self.send(&LiveEvent::Output { text: text.clone() }),
            // The next trial, a pause or the rung's end follows at once, and shows it: drawing twice would cost twice.
            ClimbEvent::TrialFinished { .. } => {}
            ClimbEvent::Pulling { .. } if !self.pull_is_due() => {}
            _ => self.send(&LiveEvent::Changed { live: Box::new(LiveView { samples: Vec::new(), ..convert::live::view(live) }) }),
        }
    }

    fn pull_is_due(&self) -> bool {
        let mut said = lock(&self.pull_said);
        let due = said.is_none_or(|at| at.elapsed() >= PULL_INTERVAL);
        if due {
            *said = Some(Instant::now());
        }
        due
    }
}

/// What a climb tells its watchers through.
pub(crate) fn listener(watchers: std::sync::Arc<Watchers>) -> OnLive {
    Box::new(move |live, event| watchers.hear(live, event))
}
