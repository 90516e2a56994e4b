//! Why something failed, in a closed set: each has a code, a sentence and a next step.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a trial or a rung failed. The detail holds the number or the engine's own words that prove it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub kind: CauseKind,
    pub detail: String,
}

/// The closed set of causes. Codes are stable: they stand in databases and exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// The model ended at once and wrote nothing.
    EmptyAnswer,
    /// The whole token budget went into thinking.
    ThinkingSpentBudget,
    /// At most two tokens and a stop, while the bare question is answered: the chat template is missing or wrong.
    TemplateSuspect,
    /// The engine's final record tells of a load or an unload.
    NotAGeneration,
    /// Repetition, too few distinct words, or non-words.
    DegenerateOutput,
    /// The server stopped a model that repeated itself: the stream has no final record.
    RepetitionAborted,
    /// The stream ended before its final record.
    StreamEndedEarly,
    /// No fragment within the idle limit.
    Stalled,
    /// The prompt was cut to fit the context.
    PromptCut,
    /// The prompt does not fit the context.
    ContextOverflow,
    OutOfMemory,
    /// The engine's process ended by a signal or a crash.
    EngineCrashed,
    /// The engine answered with an error of its own.
    EngineError,
    /// Nothing answers at the engine's address.
    EngineUnreachable,
    /// Something answers, and it is not such an engine.
    NotAnEngine,
    /// The engine asks for a key, or refuses the one it got.
    KeyRefused,
    /// The engine does not do this; its own program does.
    NotOffered,
    ModelNotFound,
    /// The file's digest differs, or its header or tensors are out of bounds.
    DamagedFile,
    /// The engine does not know the model's architecture.
    UnsupportedModel,
    DownloadFailed,
    DiskFull,
    /// The database could not take the result.
    NotSaved,
    /// Answers carried counts or durations that can't be.
    AbsurdFigures,
    LoadTimedOut,
    /// The model does not fit into memory, so it was not tried.
    DoesNotFit,
    /// A person stopped it.
    Cancelled,
    /// Nothing of the above.
    Unknown,
}

impl CauseKind {
    /// Every kind with its code, sentence and next step: one table, so that no front words its own.
    const TABLE: [(Self, &'static str, &'static str, &'static str); 28] = [
        (Self::EmptyAnswer, "empty_answer", "The model ended at once and wrote nothing.", "Pull it again, or choose another quantization."),
        (
            Self::ThinkingSpentBudget,
            "thinking_spent_budget",
            "Its thinking spent the whole token budget before an answer began.",
            "Allow more tokens, or turn thinking down.",
        ),
        (Self::TemplateSuspect, "template_suspect", "Its chat template is missing or wrong.", "Pull the model again or update the engine."),
        (
            Self::NotAGeneration,
            "not_a_generation",
            "The engine loaded or unloaded the model instead of asking it.",
            "Run this rung again while nothing else uses the engine; if it happens twice, update the engine.",
        ),
        (
            Self::DegenerateOutput,
            "degenerate_output",
            "It wrote repetition or noise instead of an answer.",
            "Try another quantization, or update the engine: it may miscompute this architecture.",
        ),
        (
            Self::RepetitionAborted,
            "repetition_aborted",
            "The engine stopped it because it repeated itself; the stream has no final record.",
            "Update the engine: it may miscompute this architecture.",
        ),
        (
            Self::StreamEndedEarly,
            "stream_ended_early",
            "The stream ended before its final record.",
            "Look at the engine's log, then run this rung again.",
        ),
        (Self::Stalled, "stalled", "No output came within the idle limit.", "Close other programs or choose a smaller model."),
        (Self::PromptCut, "prompt_cut", "The prompt was cut to fit the context.", "Raise the engine's context length."),
        (Self::ContextOverflow, "context_overflow", "The prompt does not fit the context.", "Raise the engine's context length."),
        (Self::OutOfMemory, "out_of_memory", "It ran out of memory.", "Close other programs, or choose a smaller model or quantization."),
        (
            Self::EngineCrashed,
            "engine_crashed",
            "The engine's process died.",
            "Run this rung again; if it dies again, choose a smaller model or update the engine.",
        ),
        (Self::EngineError, "engine_error", "The engine reported an error.", "Look at the engine's log for the cause it names."),
        (
            Self::EngineUnreachable,
            "engine_unreachable",
            "Nothing answers at the engine's address.",
            "Start the engine, or choose the embedded one.",
        ),
        (Self::NotAnEngine, "not_an_engine", "What answers there is not such an engine.", "Check the address and the port."),
        (
            Self::KeyRefused,
            "key_refused",
            "The server asks for a key, or refuses the one it got.",
            "Store the right one for its address, or set TOPRUNG_API_KEY.",
        ),
        (Self::NotOffered, "not_offered", "This engine does not do that.", "Do it with the engine's own program, then try again."),
        (Self::ModelNotFound, "model_not_found", "There is no such model.", "Check the name and its tag."),
        (
            Self::DamagedFile,
            "damaged_file",
            "The model file is damaged.",
            "Delete it and pull it again; if it happens twice, check the disk and the proxy.",
        ),
        (Self::UnsupportedModel, "unsupported_model", "The engine does not know this model's architecture.", "Update the engine."),
        (
            Self::DownloadFailed,
            "download_failed",
            "The download failed.",
            "Check the connection and start again: it resumes where it stopped.",
        ),
        (Self::DiskFull, "disk_full", "The disk is full.", "Free some space and start again: nothing finished is lost."),
        (
            Self::NotSaved,
            "not_saved",
            "The result could not be saved.",
            "Check the data folder and its disk, then go on: nothing finished is lost.",
        ),
        (
            Self::AbsurdFigures,
            "absurd_figures",
            "The engine reported figures that cannot be.",
            "Update the engine, then run this rung again.",
        ),
        (Self::LoadTimedOut, "load_timed_out", "The model did not load within the limit.", "Choose a smaller model, or a faster disk."),
        (
            Self::DoesNotFit,
            "does_not_fit",
            "It does not fit into this machine's memory, so it was not tried.",
            "Choose a smaller model or quantization.",
        ),
        (Self::Cancelled, "cancelled", "It was stopped by hand.", "Resume the run to measure it."),
        (Self::Unknown, "unknown", "It failed, and nothing says why.", "Run it again and look at the engine's log."),
    ];

    fn row(self) -> (&'static str, &'static str, &'static str) {
        Self::TABLE
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or(("unknown", "It failed, and nothing says why.", ""), |(_, code, sentence, next)| (code, sentence, next))
    }

    /// The stable name used in JSON and in the database.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    pub fn sentence(self) -> &'static str {
        self.row().1
    }

    pub fn next_step(self) -> &'static str {
        self.row().2
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(_, name, ..)| *name == code).map(|(kind, ..)| *kind)
    }
}

impl Cause {
    pub fn new(kind: CauseKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// Whether a final record came: only then may the trial's timings be averaged (see `Trial::counts_for_timing`).
    pub fn stream_was_complete(&self) -> bool {
        use CauseKind::{DegenerateOutput, EmptyAnswer, PromptCut, TemplateSuspect, ThinkingSpentBudget};
        matches!(self.kind, EmptyAnswer | ThinkingSpentBudget | TemplateSuspect | DegenerateOutput | PromptCut)
    }

    /// A hard failure says that the rung itself does not work here; two in a row end a ladder.
    pub fn is_hard(&self) -> bool {
        use CauseKind::{DoesNotFit, EngineCrashed, EngineUnreachable, LoadTimedOut, OutOfMemory, Stalled};
        matches!(self.kind, OutOfMemory | EngineCrashed | EngineUnreachable | LoadTimedOut | Stalled | DoesNotFit)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = self.kind.sentence();
        match self.detail.trim().trim_end_matches('.') {
            "" => f.write_str(sentence),
            detail => write!(f, "{} ({detail}).", sentence.trim_end_matches('.')),
        }
    }
}

impl std::error::Error for Cause {}
