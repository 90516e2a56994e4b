//! When the page hears of a climb in which trials are timed: what the page draws takes processor time that the model should have.
//!
//! It is held back here and not in the page: a message that is not sent costs nothing, and one that the page puts aside has been written,
//! carried to another process and read. What can wait is told between two trials, and the next one is timed once it has been drawn.

use std::time::{Duration, Instant};

use toprung_jobs::TrialKind;
use toprung_jobs::live::{Live, LiveRung, LiveState, RungState};
use toprung_messages::SampleView;

/// With a GPU to draw it, as often as the sensors are read.
const DRAWN_BY_GPU: Duration = Duration::from_millis(900);
/// Without one the processor draws the whole window, and the next trial waits for it: an interval of ten seconds makes that
/// 1.5 % of the time.
const DRAWN_BY_PROCESSOR: Duration = Duration::from_secs(10);
/// How long the processor draws: on two cores the page's and the app's threads were quiet again after 78 to 116 ms.
const SHOWN_BY_PROCESSOR: Duration = Duration::from_millis(150);
/// A longer ladder does not fit into the window as it opens, and a page that can scroll is put together anew as a whole: 180 ms of the
/// processors' time instead of 30, so it is drawn a third as often.
const RUNGS_IN_VIEW: usize = 10;
const SCROLLING_DRAWN_BY_PROCESSOR: Duration = Duration::from_secs(30);
const SCROLLING_SHOWN_BY_PROCESSOR: Duration = Duration::from_millis(450);
/// How long a trial goes on before it is told of within, where drawing takes from the model. Once a second that was 4 % of a core.
const TOLD_WITHIN_TRIAL: Duration = Duration::from_secs(15);
/// While a model answers real questions, somebody may be reading along. Its times are a little longer for that, about a hundredth.
const DRAWN_FOR_READERS: Duration = Duration::from_secs(2);

/// When in a climb something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Nothing is timed, and the next trial can wait until it has been shown.
    BetweenTrials,
    WithinTrial,
}

/// What the page was last told, as far as it decides whether the next can wait.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    run: String,
    current: Option<u32>,
    is_timed: bool,
    checking_drift: bool,
    has_problem: bool,
}

impl Told {
    fn of(live: &Live) -> Self {
        let rung = live.current.and_then(|at| live.rungs.get(at as usize));
        // The drift check, and items that are asked later, go back to a rung that is over.
        let is_at_work = |rung: &LiveRung| rung.state == RungState::Measuring || rung.trial.is_some() || rung.item.is_some();
        let is_timed = live.state == LiveState::Running && rung.is_some_and(is_at_work);
        let has_problem = live.problem.is_some();
        Self { run: live.run.clone(), current: live.current, is_timed, checking_drift: live.checking_drift, has_problem }
    }
}

/// Holds back what can wait.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    told: Option<(Told, Instant)>,
    /// When the trial under way began.
    began: Option<Instant>,
    /// Readings that the page has not heard of yet.
    readings: Vec<SampleView>,
}

impl Quiet {
    /// Whether the page must hear of this state now. While the same rung is timed it waits; whatever else changes is told at once.
    pub(crate) fn is_due(&self, live: &Live, moment: Moment, now: Instant) -> bool {
        let Some((told, at)) = &self.told else { return true };
        let new = Told::of(live);
        let waits = told.is_timed && *told == new && !new.has_problem;
        !waits || self.has_waited(live, moment, *at, now)
    }

    fn has_waited(&self, live: &Live, moment: Moment, told_at: Instant, now: Instant) -> bool {
        let is_long_enough = || self.began.is_some_and(|began| now.saturating_duration_since(began) >= TOLD_WITHIN_TRIAL);
        let may_tell = moment == Moment::BetweenTrials || !is_slow(live) || is_answering(live) || is_long_enough();
        may_tell && now.saturating_duration_since(told_at) >= interval(live)
    }

    /// Notes that a trial begins.
    pub(crate) fn trial_begins(&mut self, now: Instant) {
        self.began = Some(now);
    }

    /// How long the processors are still busy with drawing what the page was told last. A GPU draws without them.
    pub(crate) fn shown_in(&self, live: &Live, now: Instant) -> Duration {
        let Some((_, told_at)) = self.told.as_ref().filter(|_| is_slow(live)) else { return Duration::ZERO };
        let takes = if scrolls(live) { SCROLLING_SHOWN_BY_PROCESSOR } else { SHOWN_BY_PROCESSOR };
        takes.saturating_sub(now.saturating_duration_since(*told_at))
    }

    pub(crate) fn keep(&mut self, reading: SampleView) {
        self.readings.push(reading);
    }

    /// Notes that the page hears of this state, and hands out the readings that go with it.
    pub(crate) fn tell(&mut self, live: &Live, now: Instant) -> Vec<SampleView> {
        self.told = Some((Told::of(live), now));
        std::mem::take(&mut self.readings)
    }
}

/// Whether the processors draw.
fn is_slow(live: &Live) -> bool {
    live.machine.gpus.is_empty()
}

fn scrolls(live: &Live) -> bool {
    live.rungs.len() > RUNGS_IN_VIEW
}

fn is_answering(live: &Live) -> bool {
    let rung = live.current.and_then(|at| live.rungs.get(at as usize));
    rung.is_some_and(|rung| rung.item.is_some() || rung.trial.is_some_and(|trial| trial.kind == TrialKind::Answer))
}

fn interval(live: &Live) -> Duration {
    match (is_slow(live), is_answering(live), scrolls(live)) {
        (false, _, _) => DRAWN_BY_GPU,
        (true, true, false) => DRAWN_FOR_READERS,
        (true, false, true) => SCROLLING_DRAWN_BY_PROCESSOR,
        (true, false, false) | (true, true, true) => DRAWN_BY_PROCESSOR,
    }
}

#[cfg(test)]
mod tests {
    use toprung_jobs::ClimbEvent;
    use toprung_jobs::machine::{Gpu, Machine};

    use super::*;

    fn trial(live: &mut Live, rung: u32, index: u32) {
        live.apply(&ClimbEvent::TrialStarted { rung, kind: TrialKind::Speed, index, at_least: 5, at_most: 20 }, 0.0);
    }

    fn after(began: Instant, seconds: f64) -> Instant {
        began + Duration::from_secs_f64(seconds)
    }

    fn live(gpus: usize, rungs: usize) -> Live {
        let gpu = Gpu { name: "GPU".to_owned(), memory_bytes: None, driver: None };
        let machine = Machine { gpus: vec![gpu; gpus], ..Machine::default() };
        let seed = toprung_core::seed::seed_run();
        let rungs = seed.rungs.iter().cycle().take(rungs).cloned().collect();
        let mut live = Live::new(&toprung_core::run::RunRecord { machine, rungs, ..seed });
        live.rungs.iter_mut().for_each(|rung| rung.state = RungState::Loading);
        trial(&mut live, 0, 0);
        live
    }

    #[test]
    fn the_next_trial_of_a_rung_waits_as_long_as_the_machine_draws_slowly() {
        use Moment::{BetweenTrials, WithinTrial};
        let cases = [(0, 10, BetweenTrials, 10.0), (0, 11, BetweenTrials, 30.0), (1, 11, BetweenTrials, 0.9), (1, 10, WithinTrial, 0.9)];
        for (gpus, rungs, moment, seconds) in cases {
            let (mut quiet, mut live, began) = (Quiet::default(), live(gpus, rungs), Instant::now());
            assert!(quiet.is_due(&live, moment, began), "the first state is told");
            quiet.tell(&live, began);
            trial(&mut live, 0, 1);
            assert!(!quiet.is_due(&live, moment, after(began, seconds - 0.1)));
            assert!(quiet.is_due(&live, moment, after(began, seconds)));
        }
    }

    #[test]
    fn a_trial_is_told_of_within_only_when_it_takes_long() {
        let (mut quiet, live, began) = (Quiet::default(), live(0, 10), Instant::now());
        quiet.tell(&live, began);
        quiet.trial_begins(after(began, 9.0));
        assert!(!quiet.is_due(&live, Moment::WithinTrial, after(began, 23.9)), "it may end before it is 15 s old");
        assert!(quiet.is_due(&live, Moment::WithinTrial, after(began, 24.0)));
    }

    #[test]
    fn a_rung_that_is_over_and_measured_once_more_is_timed_as_well() {
        let (mut quiet, mut live, began) = (Quiet::default(), live(0, 10), Instant::now());
        live.apply(&ClimbEvent::CheckingDrift { rung: 0 }, 0.0);
        live.rungs[0].state = RungState::Measured;
        trial(&mut live, 0, 5);
        quiet.tell(&live, began);
        assert!(!quiet.is_due(&live, Moment::WithinTrial, after(began, 1.0)));
    }

    #[test]
    fn a_trial_waits_for_what_was_told_shortly_before_as_well() {
        for (gpus, rungs, at_once) in [(0, 10, 150), (0, 11, 450), (1, 10, 0)] {
            let (mut quiet, live, began) = (Quiet::default(), live(gpus, rungs), Instant::now());
            assert_eq!(quiet.shown_in(&live, began), Duration::ZERO, "nothing was told");
            quiet.tell(&live, began);
            assert_eq!(quiet.shown_in(&live, began), Duration::from_millis(at_once));
            assert_eq!(quiet.shown_in(&live, after(began, 0.1)), Duration::from_millis(at_once.max(100) - 100));
            assert_eq!(quiet.shown_in(&live, after(began, 0.5)), Duration::ZERO);
        }
    }

    #[test]
    fn whatever_else_changes_is_told_at_once_with_the_readings_that_waited() {
        let change: [fn(&mut Live); 3] =
            [|live| trial(live, 1, 0), |live| live.state = LiveState::Pausing, |live| live.checking_drift = true];
        for change in change {
            let (mut quiet, mut live, began) = (Quiet::default(), live(0, 10), Instant::now());
            quiet.tell(&live, began);
            quiet.keep(SampleView::default());
            change(&mut live);
            assert!(quiet.is_due(&live, Moment::WithinTrial, began));
            assert_eq!(quiet.tell(&live, began).len(), 1);
            assert_eq!(quiet.tell(&live, began).len(), 0, "each reading is told once");
        }
    }
}
