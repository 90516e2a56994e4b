//! The climb under way, streamed to every page that watches.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tauri::ipc::Channel;
use toprung_jobs::ClimbEvent;
use toprung_jobs::climb::OnLive;
use toprung_jobs::live::Live;
use toprung_messages::{LiveEvent, LiveView};

use crate::convert;
use crate::quiet::{Moment, Quiet};
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
            ClimbEvent::TrialFinished { .. } | ClimbEvent::ItemFinished { .. } => {}
            ClimbEvent::Pulling { .. } if !self.pull_is_due() => {}
            ClimbEvent::TrialStarted { .. } => {
                self.tell(live, Moment::BetweenTrials);
                return self.begin_trial(live);
            }
            ClimbEvent::Sampled { sample } => {
                lock(&self.quiet).keep(convert::live::sample(sample, &live.machine));
                self.tell(live, Moment::WithinTrial);
            }
            _ => self.tell(live, Moment::WithinTrial),
        }
        Duration::ZERO
    }

    /// Sends the state with the readings and the text since the last time, unless it can wait.
    fn tell(&self, live: &Live, moment: Moment) {
        let (mut quiet, now) = (lock(&self.quiet), Instant::now());
        if quiet.is_due(live, moment, now) {
            let samples = quiet.tell(live, now);
            drop(quiet);
            self.send(&LiveEvent::Changed { live: Box::new(LiveView { samples, ..convert::live::view(live) }) });
        }
    }

    /// Answers what is left of drawing the last message, whatever it was; nothing where nobody watches.
    fn begin_trial(&self, live: &Live) -> Duration {
        let (mut quiet, now) = (lock(&self.quiet), Instant::now());
        let shown_in = if lock(&self.channels).is_empty() { Duration::ZERO } else { quiet.shown_in(live, now) };
        quiet.trial_begins(now + shown_in);
        shown_in
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

#[cfg(test)]
mod tests {
    use tauri::ipc::InvokeResponseBody;
    use toprung_core::seed::seed_run;
    use toprung_jobs::TrialKind;
    use toprung_jobs::machine::Machine;
    use toprung_jobs::run::RunRecord;

    use super::*;

    fn started(index: u32) -> ClimbEvent {
        ClimbEvent::TrialStarted { rung: 0, kind: TrialKind::Speed, index, at_least: 5, at_most: 20 }
    }

    #[test]
    fn a_trial_waits_for_the_page_only_where_there_is_one_and_something_was_told() {
        let seed = seed_run();
        let rungs = seed.rungs.iter().take(3).cloned().collect();
        let (mut live, watchers) = (Live::new(&RunRecord { machine: Machine::default(), rungs, ..seed }), Watchers::default());
        live.apply(&started(0), 0.0);
        assert_eq!(watchers.hear(&live, &started(0)), Duration::ZERO, "nobody watches");
        let heard = std::sync::Arc::new(Mutex::new(0));
        let count = heard.clone();
        watchers.add(Channel::new(move |_: InvokeResponseBody| {
            *lock(&count) += 1;
            Ok(())
        }));
        live.checking_drift = true;
        assert!(watchers.hear(&live, &started(0)) > Duration::ZERO, "the page draws");
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(watchers.hear(&live, &started(1)), Duration::ZERO, "nothing new was told, and what was told before is drawn");
        assert_eq!(*lock(&heard), 1);
    }
}
