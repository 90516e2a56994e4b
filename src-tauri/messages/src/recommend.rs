//! Recommend: which model for which task, what it rests on, and the answers behind it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::EstimateView;

/// What the models of a run are asked beside their speed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TaskChoice {
    /// Stable names; none: every task of the suite, and every own one.
    pub tasks: Vec<String>,
    /// Seconds for one model; `null`: as long as it takes.
    pub budget_s: Option<u32>,
    /// Ask this month's items and not the frozen ones.
    pub rotating: bool,
    /// Files of the user's own items.
    pub own_files: Vec<String>,
}

/// What would be asked, before it starts.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct TaskPlanView {
    /// In a sentence: how many tasks and items, and the limit.
    pub words: String,
    /// Stable names, in the order in which they are asked.
    pub tasks: Vec<String>,
    pub unavailable: Vec<UnavailableTaskView>,
    /// What the tasks take over all models, as a range in seconds; `null` where that is not known.
    pub low_s: Option<f64>,
    pub high_s: Option<f64>,
}

/// A task that can't be asked here.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct UnavailableTaskView {
    pub task: String,
    pub title: String,
    /// In a sentence, with what to do where something can be done.
    pub why: String,
}

/// The advice, with the wishes that it was made under.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AdviceView {
    /// The run that it is from; `null`: every comparable run of this machine.
    pub run: Option<String>,
    /// The answer in a sentence; `null` where no task was asked yet.
    pub headline: Option<String>,
    /// Models whose answers are compared.
    pub models: u32,
    /// In the order of the suite, then the user's own.
    pub tasks: Vec<TaskAdviceView>,
    /// The four sweet spots and what to avoid.
    pub views: Vec<AdvisedUseView>,
    pub unavailable: Vec<UnavailableTaskView>,
    /// Runs that do not compare with the newest one.
    pub left_out: Vec<LeftOutRunView>,
    pub weights: WeightsView,
    /// From speed (0) to quality (1); `null` where the weights were typed in.
    pub slider: Option<f64>,
    /// Floors that differ from the usual ones, of tasks in view or not.
    pub own_floors: Vec<TaskFloorsView>,
}

/// A task of the suite.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct TaskOfferView {
    pub task: String,
    pub title: String,
}

/// What counts how much; the sum is 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WeightsView {
    pub quality: f64,
    pub speed: f64,
    pub memory: f64,
}

/// What a model must reach for a task. `null`: no bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FloorsView {
    /// Share of right answers, 0–1.
    pub quality: f64,
    /// Seconds an answer may take.
    pub seconds: Option<f64>,
    pub tokens_per_s: Option<f64>,
    pub first_token_s: Option<f64>,
}

/// What a person wishes of the advice, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecommendSettings {
    pub slider: Option<f64>,
    pub weights: WeightsView,
    /// Floors that differ from the usual ones.
    pub floors: Vec<TaskFloorsView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TaskFloorsView {
    pub task: String,
    pub floors: FloorsView,
}

/// A model under an engine, and how it is run.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PickView {
    pub model: String,
    pub title: String,
    pub engine: String,
    pub server: Option<String>,
    /// What a person pastes to use it: a command, or a server's model and address. `null` where its file is gone.
    pub usage: Option<String>,
}

/// The advice for one task.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct TaskAdviceView {
    pub task: String,
    pub title: String,
    /// `use`, `tie`, `not_proven` or `none`.
    pub verdict: String,
    /// The recommended model, or the leader of those that are not proven.
    pub pick: Option<PickView>,
    /// Those that can't be told apart, where it is a tie.
    pub members: Vec<PickView>,
    /// Further items that would decide, and what they would take.
    pub more_items: Option<u32>,
    pub more_seconds: Option<f64>,
    pub sentence: String,
    pub evidence: Vec<String>,
    pub runner_up: Option<ReasonedPickView>,
    pub what_would_change: Vec<String>,
    pub avoid: Vec<ReasonedPickView>,
    /// Models that no other beats in quality, time and memory at once.
    pub pareto: Vec<PickView>,
    /// The best first.
    pub rows: Vec<AdviceRowView>,
    pub floors: FloorsView,
    /// The usual floors, to go back to.
    pub usual_floors: FloorsView,
    /// Items that the compared models all answered.
    pub items_shared: u32,
}

/// A model with why it is named.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ReasonedPickView {
    pub pick: PickView,
    pub why: String,
}

/// One model in a task's table.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AdviceRowView {
    pub pick: PickView,
    /// The run that its answers are from; `null` where it was not asked.
    pub run: Option<String>,
    /// `recommended`, `tied`, `behind`, `unproven`, `left_out`, `not_measured`.
    pub standing: String,
    /// Of its quality against the floor: `met`, `unproven`, `failed`.
    pub quality: String,
    /// Right answers, leniently.
    pub right: Option<ShareView>,
    /// Right and in the form asked for.
    pub strict: Option<ShareView>,
    /// Seconds an answer takes.
    pub seconds: Option<EstimateView>,
    pub first_token_s: Option<EstimateView>,
    pub tokens_per_s: Option<EstimateView>,
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
    pub utility: Option<f64>,
    /// The share of resamples in which it is the best.
    pub p_best: Option<f64>,
    pub is_on_front: bool,
    pub why: String,
}

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ShareView {
    pub ok: u32,
    pub n: u32,
    /// 0–1.
    pub low: f64,
    pub high: f64,
}

/// A model for one of the uses that run across tasks.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AdvisedUseView {
    /// `fast_iterations`, `balanced`, `high_quality`, `specialised_coding`, `avoid`.
    #[serde(rename = "use")]
    #[ts(rename = "use")]
    pub usage: String,
    pub pick: Option<PickView>,
    pub tied: Vec<PickView>,
    /// Titles of the tasks that it rests on.
    pub tasks: Vec<String>,
    pub evidence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LeftOutRunView {
    pub run: String,
    pub why: String,
}

/// One model's answers to one task, as they came.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct TaskItemsView {
    pub run: String,
    pub model: String,
    pub task: String,
    /// In the order in which they were asked.
    pub items: Vec<TaskItemView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct TaskItemView {
    /// Stable, as `coding/hard/3`.
    pub item: String,
    /// `easy`, `medium` or `hard`.
    pub band: String,
    /// Asked a second time, to see whether the verdict holds.
    pub is_repeat: bool,
    pub prompt: String,
    /// What it thought; empty where it did not.
    pub thinking: String,
    pub answer: String,
    /// The grade's stable name, and what a person calls it.
    pub grade: String,
    pub title: String,
    /// Right in substance.
    pub passes: bool,
    /// Whether it says something of the model.
    pub counts: bool,
    /// What was expected and what was found.
    pub reason: String,
    pub first_token_ms: Option<f64>,
    pub response_ms: Option<f64>,
    /// Thinking included.
    pub output_tokens: Option<u32>,
    pub tokens_per_s: Option<f64>,
}
