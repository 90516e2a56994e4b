//! When the page hears of a climb in which trials are timed: what the page draws takes processor time that the model should have.
//!
//! It is held back here and not in the page: a message that is not sent costs nothing, and one that the page puts aside has been written,
//! carried to another process and read. What can wait is told between two trials, and the next one is timed once it has been drawn.

use std::time::{Duration, Instant};

use toprung_jobs::TrialKind;
use toprung_jobs::live::{Live, LiveState, RungState};
use toprung_messages::SampleView;

/// With a GPU to draw it, as often as the sensors are read.
const DRAWN_BY_GPU: Duration = Duration::from_millis(900);
/// Without one the processor draws the whole window, and the next trial waits for it: an interval of ten seconds makes that
/// 1.5 % of the time.
const DRAWN_BY_PROCESSOR: Duration = Duration::from_secs(10);
/// A longer ladder does not fit on the screen, and a page that can scroll is put together anew as a whole: 180 ms of the processors' time
/// instead of 30.
const RUNGS_IN_VIEW: usize = 12;
const SCROLLING_DRAWN_BY_PROCESSOR: Duration = Duration::from_secs(30);
/// Within a trial that is longer than that, where drawing takes from the model. Once a second that was 4 % of a core.
const DRAWN_WITHIN_TRIAL: Duration = Duration::from_secs(15);
/// How long the processor draws: on two cores the page's and the app's threads were quiet again after 78 to 116 ms.
const SHOWN_BY_PROCESSOR: Duration = Duration::from_millis(150);
/// While a model answers real questions, somebody may be reading along, and its speed is not what is measured.
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
        let state = live.current.and_then(|at| live.rungs.get(at as usize)).map(|rung| rung.state);
        let is_timed = live.state == LiveState::Running && state == Some(RungState::Measuring);
        let has_problem = live.problem.is_some();
        Self { run: live.run.clone(), current: live.current, is_timed, checking_drift: live.checking_drift, has_problem }
    }
}

/// Holds back what can wait.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    told: Option<(Told, Instant)>,
    /// Readings that the page has not heard of yet.
    readings: Vec<SampleView>,
}

impl Quiet {
    /// Whether the page must hear of this state now. While the same rung is timed it waits; whatever else changes is told at once.
    pub(crate) fn is_due(&self, live: &Live, moment: Moment, now: Instant) -> bool {
        let Some((told, at)) = &self.told else { return true };
        let new = Told::of(live);
        let waits = told.is_timed && *told == new && !new.has_problem;
        !waits || now.saturating_duration_since(*at) >= interval(live, moment)
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

/// How long the processors will be busy with drawing what the page was just told. A GPU draws without them.
pub(crate) fn shown_in(live: &Live) -> Duration {
    if draws_by_processor(live) { SHOWN_BY_PROCESSOR } else { Duration::ZERO }
}

fn draws_by_processor(live: &Live) -> bool {
    live.machine.gpus.is_empty()
}

fn interval(live: &Live, moment: Moment) -> Duration {
    let rung = live.current.and_then(|at| live.rungs.get(at as usize));
    let is_answering = rung.is_some_and(|rung| rung.item.is_some() || rung.trial.is_some_and(|trial| trial.kind == TrialKind::Answer));
    match moment {
        _ if !draws_by_processor(live) => DRAWN_BY_GPU,
        _ if is_answering => DRAWN_FOR_READERS,
        _ if live.rungs.len() > RUNGS_IN_VIEW => SCROLLING_DRAWN_BY_PROCESSOR,
        Moment::BetweenTrials => DRAWN_BY_PROCESSOR,
        Moment::WithinTrial => DRAWN_WITHIN_TRIAL,
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
        let cases = [
            (0, 12, BetweenTrials, 10.0),
            (0, 12, WithinTrial, 15.0),
            (0, 13, BetweenTrials, 30.0),
            (0, 13, WithinTrial, 30.0),
            (1, 13, BetweenTrials, 0.9),
            (1, 12, WithinTrial, 0.9),
        ];
        for (gpus, rungs, moment, seconds) in cases {
            let (mut quiet, mut live, began) = (Quiet::default(), live(gpus, rungs), Instant::now());
            assert!(quiet.is_due(&live, moment, began), "the first state is told");
            quiet.tell(&live, began);
            trial(&mut live, 0, 1);
            assert!(!quiet.is_due(&live, moment, began + Duration::from_secs_f64(seconds - 0.1)));
            assert!(quiet.is_due(&live, moment, began + Duration::from_secs_f64(seconds)));
        }
    }

    #[test]
    fn whatever_else_changes_is_told_at_once_with_the_readings_that_waited() {
        let change: [fn(&mut Live); 3] =
            [|live| trial(live, 1, 0), |live| live.state = LiveState::Pausing, |live| live.checking_drift = true];
        for change in change {
            let (mut quiet, mut live, began) = (Quiet::default(), live(0, 12), Instant::now());
            quiet.tell(&live, began);
            quiet.keep(SampleView::default());
            change(&mut live);
            assert!(quiet.is_due(&live, Moment::WithinTrial, began));
            assert_eq!(quiet.tell(&live, began).len(), 1);
            assert_eq!(quiet.tell(&live, began).len(), 0, "each reading is told once");
        }
    }
}
