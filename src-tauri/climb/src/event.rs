//! Everything that a climb can say: a closed set.

use std::time::Duration;

use serde::Serialize;
use toprung_core::cause::Cause;
use toprung_core::machine::HardwareSample;
use toprung_core::model::ModelFacts;
use toprung_core::run::{LoadRecord, RungStatus, SessionChecks};
use toprung_core::task::{ItemResult, Task};
use toprung_core::trial::{Trial, TrialKind};

/// What happened. `rung` is the position in the ladder, from 0.
#[expect(clippy::large_enum_variant, reason = "a sample comes once a second, and events are lent, not copied")]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum ClimbEvent {
    RungStarted {
        rung: u32,
    },
    Pulling {
        rung: u32,
        status: String,
        done_bytes: u64,
        total_bytes: Option<u64>,
    },
    FactsKnown {
        rung: u32,
        facts: ModelFacts,
    },
    Loading {
        rung: u32,
    },
    Loaded {
        rung: u32,
        load: LoadRecord,
    },
    WarmingUp {
        rung: u32,
    },
    TrialStarted {
        rung: u32,
        kind: TrialKind,
        index: u32,
        at_least: u32,
        at_most: u32,
    },
    /// Text of the trial under way, at most a few times a second.
    Output {
        rung: u32,
        text: String,
    },
    /// The first rung is measured once more, to see whether the machine has changed.
    CheckingDrift {
        rung: u32,
    },
    /// What was looked at before or after the ladder.
    Checked {
        checks: SessionChecks,
    },
    /// To be saved before the climb goes on.
    TrialFinished {
        rung: u32,
        trial: Trial,
    },
    /// An item of a task is put to the model.
    ItemStarted {
        rung: u32,
        task: Task,
        /// Counts from 0 within the task.
        number: u32,
        /// How many are asked of this task as it stands now.
        of: u32,
    },
    /// To be saved before the climb goes on.
    ItemFinished {
        rung: u32,
        result: ItemResult,
    },
    /// Peak memory and the like, known at the rung's end.
    RungFinished {
        rung: u32,
        status: RungStatus,
        load: LoadRecord,
    },
    Sampled {
        sample: HardwareSample,
    },
    Paused,
    Resumed,
    /// The listener could not save (a full disk): the climb waits for a resume and saves again.
    SaveFailed {
        cause: Cause,
    },
}

/// How a climb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClimbEnd {
    Finished,
    Stopped,
}

/// Listens to a climb. An error means that the event was not kept: the climb pauses, and offers it again on resume.
pub trait EventSink: Send + Sync {
    /// Answers how long this machine's processors will be busy with showing the event; nothing is timed meanwhile.
    fn emit(&self, event: &ClimbEvent) -> Result<Duration, Cause>;
}
