//! The climb under way, streamed to every page that watches.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tauri::ipc::Channel;
use toprung_jobs::ClimbEvent;
use toprung_jobs::climb::OnLive;
use toprung_jobs::live::Live;
use toprung_messages::{LiveEvent, LiveView};

use crate::convert;
use crate::quiet::{self, Moment, Quiet};
use crate::state::lock;

/// A pull reports many times a second; a screen needs two.
const PULL_INTERVAL: Duration = Duration::from_millis(500);

/// The pages that watch the climb. A page that was closed or reloaded falls out at the next event.
#[derive(Default)]
pub(crate) struct Watchers {
    channels: Mutex<Vec<Channel<LiveEvent>>>,
    pull_said: Mutex<Option<Instant>>,
    quiet: Mutex<Quiet>,
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

    /// Tells the pages what they must know of an event, and answers how long they will keep the processors busy.
    pub(crate) fn hear(&self, live: &Live, event: &ClimbEvent) -> Duration {
        match event {
            // The next trial or item, a pause or the rung's end follows at once, and shows it: drawing twice would cost twice.
            ClimbEvent::TrialFinished { .. } | ClimbEvent::ItemFinished { .. } => Duration::ZERO,
            ClimbEvent::Pulling { .. } if !self.pull_is_due() => Duration::ZERO,
            ClimbEvent::TrialStarted { .. } => self.tell(live, Moment::BetweenTrials),
            ClimbEvent::Sampled { sample } => {
                lock(&self.quiet).keep(convert::live::sample(sample, &live.machine));
                self.tell(live, Moment::WithinTrial)
            }
            _ => self.tell(live, Moment::WithinTrial),
        }
    }

    /// Sends the state with the readings and the text since the last time, unless it can wait or nobody watches.
    fn tell(&self, live: &Live, moment: Moment) -> Duration {
        let (mut quiet, now) = (lock(&self.quiet), Instant::now());
        if !quiet.is_due(live, moment, now) {
            return Duration::ZERO;
        }
        let samples = quiet.tell(live, now);
        drop(quiet);
        if lock(&self.channels).is_empty() {
            return Duration::ZERO;
        }
        self.send(&LiveEvent::Changed { live: Box::new(LiveView { samples, ..convert::live::view(live) }) });
        quiet::shown_in(live)
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
