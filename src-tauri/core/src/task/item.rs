//! One item of a task, as it was answered and graded.

use serde::{Deserialize, Serialize};

use super::Task;

/// How hard an item is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    Easy,
    Medium,
    Hard,
}

impl Band {
    pub const ALL: [Self; 3] = [Self::Easy, Self::Medium, Self::Hard];

    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.name() == name)
    }
}

/// How an answer was classed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GradeClass {
    /// Right, and in the form that was asked for.
    Right,
    /// Right once fences, a preamble or other trimmings are looked past: passes leniently, not strictly.
    RightLoosely,
    Wrong,
    /// Nothing to read.
    Empty,
    /// In another language than the one that was asked for.
    WrongLanguage,
    /// Cut off: its thinking was never closed, or the limit of tokens came first.
    Incomplete,
    /// The model's code did not end in time.
    CodeTimedOut,
    /// The model's code wanted more memory than it may have.
    CodeOutOfMemory,
    /// The model's code printed more than anyone reads.
    CodeFlooded,
    /// The model's code reached for files, the network or other processes.
    CodeForbidden,
    /// The sandbox lacks what the code needs. It says nothing of the model and is not counted.
    Unsupported,
    /// The grader itself failed or ran out of time. Not counted.
    GraderFailed,
    /// The engine gave no complete answer: its cause stands in the reason. Not counted: a rung that fails is a matter of the climb.
    EngineFailed,
}

impl GradeClass {
    pub const ALL: [Self; 13] = [
        Self::Right,
        Self::RightLoosely,
        Self::Wrong,
        Self::Empty,
        Self::WrongLanguage,
        Self::Incomplete,
        Self::CodeTimedOut,
        Self::CodeOutOfMemory,
        Self::CodeFlooded,
        Self::CodeForbidden,
        Self::Unsupported,
        Self::GraderFailed,
        Self::EngineFailed,
    ];

    /// The stable name used in JSON and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::RightLoosely => "right_loosely",
            Self::Wrong => "wrong",
            Self::Empty => "empty",
            Self::WrongLanguage => "wrong_language",
            Self::Incomplete => "incomplete",
            Self::CodeTimedOut => "code_timed_out",
            Self::CodeOutOfMemory => "code_out_of_memory",
            Self::CodeFlooded => "code_flooded",
            Self::CodeForbidden => "code_forbidden",
            Self::Unsupported => "unsupported",
            Self::GraderFailed => "grader_failed",
            Self::EngineFailed => "engine_failed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// What a person calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::RightLoosely => "right, but not in the form asked for",
            Self::Wrong => "wrong",
            Self::Empty => "empty",
            Self::WrongLanguage => "wrong language",
            Self::Incomplete => "cut off",
            Self::CodeTimedOut => "code ran too long",
            Self::CodeOutOfMemory => "code took too much memory",
            Self::CodeFlooded => "code printed too much",
            Self::CodeForbidden => "code reached outside",
            Self::Unsupported => "not supported by the sandbox",
            Self::GraderFailed => "could not be graded",
            Self::EngineFailed => "no answer from the engine",
        }
    }

    /// Whether it says something of the model.
    pub fn counts(self) -> bool {
        !matches!(self, Self::Unsupported | Self::GraderFailed | Self::EngineFailed)
    }

    /// Right in substance: the lenient score.
    pub fn passes(self) -> bool {
        matches!(self, Self::Right | Self::RightLoosely)
    }

    /// Right in substance and form: the strict score.
    pub fn passes_strictly(self) -> bool {
        self == Self::Right
    }
}

/// A verdict on one answer, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grade {
    pub class: GradeClass,
    /// What was expected and what was found, in a sentence or two.
    pub reason: String,
}

impl Grade {
    pub fn new(class: GradeClass, reason: impl Into<String>) -> Self {
        Self { class, reason: reason.into() }
    }
}

/// Whether an item asked again got the same verdict, where it was asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Drift {
    pub repeated: u32,
    pub same_verdict: u32,
    pub same_text: u32,
}

/// One item that was asked, answered and graded. Unknown is `None`, never 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemResult {
    /// Stable within its suite and seed, as `coding/hard/3`; results of two models pair by it.
    pub item: String,
    pub task: Task,
    pub band: Band,
    /// 0 when it was asked first, 1 when it was asked again to see whether the verdict holds.
    pub repeat: u32,
    /// Milliseconds since the run began (or was resumed).
    pub started_ms: f64,
    pub prompt: String,
    /// What the model thought, whether on a channel of its own or between marks.
    pub thinking: String,
    /// What the model wrote, as it came, capped.
    pub answer: String,
    pub grade: Grade,
    /// Request sent to first fragment of any kind.
    pub ttft_ms: Option<f64>,
    /// Request sent to the final record.
    pub response_ms: Option<f64>,
    pub prompt_tokens: Option<u32>,
    /// Thinking included.
    pub output_tokens: Option<u32>,
    pub decode_tps: Option<f64>,
}
