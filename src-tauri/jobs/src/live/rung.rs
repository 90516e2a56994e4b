//! One rung of a climb while it goes on.

use toprung_core::analysis::Grade;
use toprung_core::model::{ModelFacts, ModelRef};
use toprung_core::run::RungRecord;
use toprung_core::task::Task;
use toprung_core::trial::TrialKind;

use crate::problem::Problem;

/// Where in a rung's time its items begin, and where the last of them ends: some models are asked more than the others.
const ITEMS_BEGIN_AT: f64 = 0.2;
const ITEMS_END_AT: f64 = 0.98;

/// What a rung is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RungState {
    Waiting,
    Pulling,
    Loading,
    WarmingUp,
    Measuring,
    Measured,
    Failed,
    LeftOut,
}

/// The trial under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialNow {
    pub kind: TrialKind,
    /// Counted from 0.
    pub index: u32,
    pub at_least: u32,
    pub at_most: u32,
}

/// The item of a task under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemNow {
    pub task: Task,
    /// Counted from 0 within the task.
    pub number: u32,
    pub of: u32,
}

/// A pull under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PullNow {
    pub done_bytes: u64,
    pub total_bytes: Option<u64>,
    pub bytes_per_s: Option<f64>,
    pub left_s: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LiveRung {
    pub model: ModelRef,
    pub title: String,
    pub facts: ModelFacts,
    pub state: RungState,
    pub trial: Option<TrialNow>,
    pub item: Option<ItemNow>,
    /// Right answers and answers that count, over all tasks so far.
    pub items_right: u32,
    pub items_asked: u32,
    /// How many every model is asked at least, where time allows.
    pub items_expected: u32,
    pub pull: Option<PullNow>,
    /// Median of the trials so far, in tokens per second.
    pub decode_tps: Option<f64>,
    pub ttft_ms: Option<f64>,
    pub response_ms: Option<f64>,
    pub answered: u32,
    pub asked: u32,
    /// Relative to the measured rung below.
    pub throughput_change: Option<f64>,
    pub grade: Option<Grade>,
    pub problem: Option<Problem>,
}

impl RungState {
    pub fn is_over(self) -> bool {
        matches!(self, Self::Measured | Self::Failed | Self::LeftOut)
    }
}

impl LiveRung {
    pub(super) fn waiting(rung: &RungRecord) -> Self {
        Self {
            model: rung.model.clone(),
            title: rung.title.clone(),
            facts: rung.facts.clone(),
            state: RungState::Waiting,
            trial: None,
            item: None,
            items_right: 0,
            items_asked: 0,
            items_expected: 0,
            pull: None,
            decode_tps: None,
            ttft_ms: None,
            response_ms: None,
            answered: 0,
            asked: 0,
            throughput_change: None,
            grade: None,
            problem: None,
        }
    }

    /// Of this rung, 0–1: loading and warming up are the first fifth, speed trials go to 0.7, answers to the end. Where tasks are asked,
    /// their items take most of the time.
    pub(super) fn progress(&self) -> f64 {
        let trial = |kind| self.trial.filter(|trial| trial.kind == kind).map(|t| f64::from(t.index) / f64::from(t.at_most.max(1)));
        if self.state == RungState::Measuring && self.item.is_some() {
            let asked = f64::from(self.items_asked) / f64::from(self.items_expected.max(1));
            return ITEMS_BEGIN_AT + (ITEMS_END_AT - ITEMS_BEGIN_AT) * asked.min(1.0);
        }
        let part = if self.items_expected > 0 { ITEMS_BEGIN_AT } else { 1.0 };
        part * match self.state {
            RungState::Waiting => 0.0,
            RungState::Pulling | RungState::Loading => 0.05,
            RungState::WarmingUp => 0.1,
            RungState::Measuring => {
                trial(TrialKind::Answer).map_or_else(|| 0.2 + 0.5 * trial(TrialKind::Speed).unwrap_or(0.0), |f| 0.7 + 0.3 * f)
            }
            RungState::Measured | RungState::Failed | RungState::LeftOut => return 1.0,
        }
    }
}
