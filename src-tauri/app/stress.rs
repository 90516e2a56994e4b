//! The stress test under way, streamed to every page that watches.

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use tauri::ipc::Channel;
use toprung_jobs::problem::Problem;
use toprung_jobs::stress::{Ended, OnStressLive, StressEvent as JobEvent, StressHand, StressLive};
use toprung_messages::{StressEvent, StressLiveView};

use crate::convert;
use crate::state::lock;

/// Downloads report many times a second; a screen needs two.
const CHANGE_INTERVAL: Duration = Duration::from_millis(500);

/// How often it is looked whether a test has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The test under way, and the pages that watch it. A page that was closed or reloaded falls out at the next event.
#[derive(Default)]
pub(crate) struct Stresses {
    hand: Mutex<Option<StressHand>>,
    channels: Mutex<Vec<Channel<StressEvent>>>,
    said: Mutex<Option<Instant>>,
}

impl Stresses {
    pub(crate) fn hand(&self) -> MutexGuard<'_, Option<StressHand>> {
        lock(&self.hand)
    }

    pub(crate) fn watch(&self, channel: Channel<StressEvent>) {
        let hand = self.hand().clone();
        if let Some(hand) = hand {
            // The state as it is now, so that a watcher that came late misses nothing.
            let _ = channel.send(StressEvent::Changed { live: Box::new(convert::stress::live(&hand.live())) });
            lock(&self.channels).push(channel);
        }
    }

    pub(crate) fn stop(&self) {
        let hand = self.hand().clone();
        if let Some(hand) = hand {
            hand.stop();
            self.send(&StressEvent::Changed { live: Box::new(without_samples(&hand.live())) });
        }
    }

    /// Waits until the test under way has ended and is stored, or for this long.
    pub(crate) fn wait(&self, longest: Duration) {
        let asked = Instant::now();
        while self.hand().is_some() && asked.elapsed() < longest {
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// The test ended: everyone is told, and nobody watches any more.
    pub(crate) fn end(&self, ended: &Result<Ended, Problem>) {
        *self.hand() = None;
        self.send(&convert::stress::ended(ended));
        lock(&self.channels).clear();
    }

    fn hear(&self, live: &StressLive, event: &JobEvent) {
        if let JobEvent::Sampled { sample } = event {
            self.send(&StressEvent::Sampled { sample: Box::new(convert::live::sample(sample, &live.test.machine)) });
        }
        let is_step = matches!(event, JobEvent::Doing { .. } | JobEvent::PullEnded { .. } | JobEvent::Attempted { .. });
        if is_step || self.is_due() {
            self.send(&StressEvent::Changed { live: Box::new(without_samples(live)) });
        }
    }

    fn is_due(&self) -> bool {
        let mut said = lock(&self.said);
        let due = said.is_none_or(|at| at.elapsed() >= CHANGE_INTERVAL);
        if due {
            *said = Some(Instant::now());
        }
        due
    }

    fn send(&self, event: &StressEvent) {
        lock(&self.channels).retain(|channel| channel.send(event.clone()).is_ok());
    }
}

fn without_samples(live: &StressLive) -> StressLiveView {
    StressLiveView { samples: Vec::new(), ..convert::stress::live(live) }
}

/// What a test tells its watchers through.
pub(crate) fn listener(stresses: Arc<Stresses>) -> OnStressLive {
    Box::new(move |live, event| stresses.hear(live, event))
}
