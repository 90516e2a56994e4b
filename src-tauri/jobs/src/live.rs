//! A climb while it goes on, folded from its events: the state that both fronts draw.

mod rung;

use std::collections::VecDeque;
use std::sync::Arc;

use toprung_climb::ClimbEvent;
use toprung_core::analysis::Floors;
use toprung_core::machine::{HardwareSample, Machine};
use toprung_core::model::EngineKind;
use toprung_core::plan::Mode;
use toprung_core::run::{LoadRecord, RunRecord, RungRecord, RungStatus};
use toprung_core::stats::{half_width, ratio_change};
use toprung_core::summary::{Setting, decode_estimate, glance, summarise};
use toprung_core::task::sequential::LOOKS;
use toprung_core::task::{self, ItemResult, Task};
use toprung_core::trial::Trial;

use crate::pace::Pace;
use crate::problem::Problem;

pub use rung::{ItemNow, LiveRung, PullNow, RungState, TrialNow};

/// Two minutes of readings at 1 Hz: what a gauge's line shows.
const KEPT_SAMPLES: usize = 120;
/// The tail of the current output that a screen has room for.
const KEPT_OUTPUT_CHARS: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveState {
    Running,
    /// A pause was asked for; the trial under way is finished first.
    Pausing,
    Paused,
    Stopping,
    Ended,
}

/// The whole state of a climb.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    pub run: String,
    pub ladder: String,
    pub mode: Mode,
    pub engine: EngineKind,
    pub machine: Machine,
    pub state: LiveState,
    pub rungs: Vec<LiveRung>,
    pub current: Option<u32>,
    /// All rungs are done, and the first is being measured once more.
    pub checking_drift: bool,
    /// Why it paused by itself, if it did.
    pub problem: Option<Problem>,
    pub samples: VecDeque<HardwareSample>,
    pub output: String,
    /// The run as far as it is known, from which the figures above are made.
    /// Shared, because a state is copied for every listener several times a second, in trials that are timed.
    record: Arc<RunRecord>,
    pace: Pace,
}

impl Live {
    /// The state before a climb of `run` begins or goes on.
    pub fn new(run: &RunRecord) -> Self {
        let items_expected = run.tasks.as_ref().map_or(0, |tasks| tasks.tasks.len() as u32 * LOOKS[0]);
        let mut live = Self {
            run: run.id.clone(),
            ladder: run.ladder.clone(),
            mode: run.mode,
            engine: run.engine.kind,
            machine: run.machine.clone(),
            state: LiveState::Running,
            rungs: run.rungs.iter().map(|rung| LiveRung { items_expected, ..LiveRung::waiting(rung) }).collect(),
            current: None,
            checking_drift: false,
            problem: None,
            samples: VecDeque::new(),
            output: String::new(),
            record: Arc::new(with_items_without_words(run)),
            pace: Pace::default(),
        };
        for position in 0..live.rungs.len() {
            live.refresh(position);
        }
        live
    }

    /// Takes in an event that happened `now_s` seconds after the climb began.
    pub fn apply(&mut self, event: &ClimbEvent, now_s: f64) {
        match event {
            ClimbEvent::RungStarted { rung } => {
                (self.current, self.output) = (Some(*rung), String::new());
                self.pace.rung_began(now_s);
            }
            ClimbEvent::Pulling { rung, done_bytes, total_bytes, .. } => self.pulling(*rung, *done_bytes, *total_bytes, now_s),
            ClimbEvent::FactsKnown { rung, facts } => self.with_rung(*rung, |rung| rung.facts = facts.clone()),
            ClimbEvent::Loading { rung } => self.set_state(*rung, RungState::Loading),
            ClimbEvent::WarmingUp { rung } => self.set_state(*rung, RungState::WarmingUp),
            ClimbEvent::TrialStarted { rung, kind, index, at_least, at_most } => {
                self.trial_started(*rung, TrialNow { kind: *kind, index: *index, at_least: *at_least, at_most: *at_most });
            }
            ClimbEvent::ItemStarted { rung, task, number, of } => self.item_started(*rung, task, *number, *of),
            ClimbEvent::ItemFinished { rung, result } => self.item_finished(*rung, result),
            ClimbEvent::Output { text, .. } => self.write(text),
            ClimbEvent::TrialFinished { rung, trial } => self.trial_finished(*rung, trial),
            ClimbEvent::RungFinished { rung, status, load } => self.rung_finished(*rung as usize, status, load, now_s),
            ClimbEvent::CheckingDrift { rung } => (self.checking_drift, self.current) = (true, Some(*rung)),
            ClimbEvent::Loaded { .. } | ClimbEvent::Checked { .. } => {}
            ClimbEvent::Sampled { sample } => self.sampled(sample),
            ClimbEvent::Paused => self.state = LiveState::Paused,
            ClimbEvent::Resumed => (self.state, self.problem) = (LiveState::Running, None),
            ClimbEvent::SaveFailed { cause } => (self.state, self.problem) = (LiveState::Paused, Some(cause.clone().into())),
        }
    }

    /// Of the whole climb, 0–1. Every rung counts the same: what one takes is not known before.
    pub fn progress(&self) -> f64 {
        if self.rungs.is_empty() {
            return 0.0;
        }
        self.rungs.iter().map(LiveRung::progress).sum::<f64>() / self.rungs.len() as f64
    }

    /// Seconds left as a range, once a rung is done.
    pub fn left_s(&self) -> Option<(f64, f64)> {
        let open = self.rungs.iter().filter(|rung| !rung.state.is_over());
        self.pace.left_s(open.map(|rung| (rung.facts.file_bytes, rung.progress())))
    }

    /// Half the width of the interval of a rung's decode speed so far, in tokens per second. It is made when it is asked for: it takes a
    /// millisecond, and a trial may end twice a second.
    pub fn half_width(&self, position: usize) -> Option<f64> {
        let estimate = decode_estimate(self.record.rungs.get(position)?)?;
        Some(half_width(&estimate)? * estimate.median)
    }

    fn with_rung(&mut self, position: u32, change: impl FnOnce(&mut LiveRung)) {
        if let Some(rung) = self.rungs.get_mut(position as usize) {
            change(rung);
        }
    }

    /// A rung that is over stays so: a check after the ladder does not open it again.
    fn set_state(&mut self, position: u32, state: RungState) {
        self.with_rung(position, |rung| {
            if !rung.state.is_over() {
                (rung.state, rung.pull) = (state, None);
            }
        });
    }

    fn pulling(&mut self, position: u32, done_bytes: u64, total_bytes: Option<u64>, now_s: f64) {
        let bytes_per_s = self.pace.pulled(done_bytes, now_s);
        let left_s = total_bytes
            .zip(bytes_per_s)
            .filter(|(_, speed)| *speed > 0.0)
            .map(|(total, speed)| total.saturating_sub(done_bytes) as f64 / speed);
        self.with_rung(position, |rung| {
            rung.state = RungState::Pulling;
            rung.pull = Some(PullNow { done_bytes, total_bytes, bytes_per_s, left_s });
        });
    }

    fn write(&mut self, text: &str) {
        self.output.push_str(text);
        let over = self.output.chars().count().saturating_sub(KEPT_OUTPUT_CHARS);
        if let Some((cut, _)) = self.output.char_indices().nth(over) {
            self.output.drain(..cut);
        }
    }

    fn sampled(&mut self, sample: &HardwareSample) {
        self.samples.push_back(sample.clone());
        if self.samples.len() > KEPT_SAMPLES {
            self.samples.pop_front();
        }
    }

    fn trial_started(&mut self, position: u32, trial: TrialNow) {
        (self.current, self.output) = (Some(position), String::new());
        self.set_state(position, RungState::Measuring);
        self.with_rung(position, |rung| (rung.trial, rung.item) = (Some(trial), None));
    }

    fn rung_finished(&mut self, position: usize, status: &RungStatus, load: &LoadRecord, now_s: f64) {
        if let Some(record) = self.record_of(position) {
            (record.status, record.load) = (status.clone(), load.clone());
        }
        self.pace.rung_ended(self.rungs.get(position).and_then(|rung| rung.facts.file_bytes), now_s);
        self.refresh(position);
    }

    fn trial_finished(&mut self, position: u32, trial: &Trial) {
        if let Some(record) = self.record_of(position as usize) {
            record.trials.push(trial.clone());
            self.refresh(position as usize);
        }
    }

    fn item_started(&mut self, position: u32, task: &Task, number: u32, of: u32) {
        self.output.clear();
        self.current = Some(position);
        self.set_state(position, RungState::Measuring);
        // A model that is gone back to stays over; only what is asked of it shows.
        self.rungs.iter_mut().for_each(|rung| rung.item = None);
        let item = ItemNow { task: task.clone(), number, of };
        self.with_rung(position, |rung| (rung.trial, rung.item) = (None, Some(item)));
    }

    fn item_finished(&mut self, position: u32, result: &ItemResult) {
        if let Some(record) = self.record_of(position as usize) {
            record.items.push(without_words(result));
            self.refresh(position as usize);
        }
    }

    /// What is known of a rung, to be changed: copied only while a listener still has the state before.
    fn record_of(&mut self, position: usize) -> Option<&mut RungRecord> {
        Arc::make_mut(&mut self.record).rungs.get_mut(position)
    }

    /// Makes a rung's figures anew from what is known of it.
    fn refresh(&mut self, position: usize) {
        let below = self.rungs[..position].iter().rev().find_map(|rung| rung.decode_tps);
        let (Some(record), Some(rung)) = (self.record.rungs.get(position), self.rungs.get_mut(position)) else { return };
        let seen = glance(record);
        (rung.decode_tps, rung.ttft_ms, rung.response_ms) = (seen.decode_tps, seen.ttft_ms, seen.response_ms);
        (rung.answered, rung.asked) = seen.success.map_or((0, 0), |success| (success.ok, success.n));
        let counted = || record.items.iter().filter(|item| item.repeat == 0 && item.grade.class.counts());
        rung.items_asked = counted().count() as u32;
        rung.items_right = counted().filter(|item| item.grade.class.passes()).count() as u32;
        rung.throughput_change = below.zip(rung.decode_tps).and_then(|(from, to)| ratio_change(from, to));
        match &record.status {
            RungStatus::Measured => {
                let floors = Floors::default();
                let setting = Setting { samples: &[], ..Setting::of_run(&self.record, &floors, &[]) };
                (rung.state, rung.grade) = (RungState::Measured, summarise(record, &setting.for_rung(record)).grade);
            }
            RungStatus::Failed(cause) => (rung.state, rung.problem) = (RungState::Failed, Some(cause.clone().into())),
            RungStatus::LeftOut(reason) => {
                rung.state = RungState::LeftOut;
                rung.problem = Some(Problem::world("left_out", reason.clone(), ""));
            }
            RungStatus::Waiting | RungStatus::Running => {}
        }
        if rung.state.is_over() {
            (rung.trial, rung.item, rung.pull) = (None, None, None);
        }
    }
}

fn with_items_without_words(run: &RunRecord) -> RunRecord {
    let mut run = run.clone();
    for rung in &mut run.rungs {
        rung.items = rung.items.iter().map(without_words).collect();
    }
    run
}

/// What was said stays in the store.
fn without_words(result: &ItemResult) -> ItemResult {
    let grade = task::Grade::new(result.grade.class, "");
    let (prompt, thinking, answer) = (String::new(), String::new(), String::new());
    ItemResult { item: result.item.clone(), task: result.task.clone(), grade, prompt, thinking, answer, ..*result }
}
