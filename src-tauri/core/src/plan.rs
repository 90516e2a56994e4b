//! Ladders and the protocol by which each rung is measured.

use serde::{Deserialize, Serialize};

use crate::model::{EngineAt, ModelFacts, ModelRef};

/// One model to be measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedRung {
    pub model: ModelRef,
    /// What a person calls it; the model's short name where the ladder gives no other.
    pub title: String,
    pub facts: ModelFacts,
    /// The engine that runs it, where the ladder names one of its own for this rung.
    #[serde(default)]
    pub engine: Option<EngineAt>,
}

/// Models in the order in which they are climbed: small to large, because a ladder stops early.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// `starter`, `classic`, `installed`, or the name in the user's own file.
    pub name: String,
    pub rungs: Vec<PlannedRung>,
}

/// How thoroughly each rung is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Quick,
    Standard,
    Thorough,
    /// The seed's protocol: five short prompts a model.
    Classic,
    /// Tasks alone, on a run of their own: no trials of speed.
    Tasks,
}

impl Mode {
    /// How a ladder can be climbed.
    pub const ALL: [Self; 4] = [Self::Quick, Self::Standard, Self::Thorough, Self::Classic];

    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Thorough => "thorough",
            Self::Classic => "classic",
            Self::Tasks => "tasks",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Tasks]).find(|mode| mode.name() == name)
    }
}

/// The shape of a request, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub prompt_tokens: u32,
    pub output_tokens: u32,
}

/// A speed trial: one request for the prompt's speed, one for the speed of writing, as llama.cpp's own benchmark takes the two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedTrial {
    pub prefill: Shape,
    pub decode: Shape,
}

/// Half widths, relative to the median, at which an interval is narrow enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    pub decode: f64,
    pub prefill: f64,
    pub ttft: f64,
}

/// What is done on one rung in a given mode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    /// `None` in the classic mode, which has no fixed-shape trials.
    pub speed: Option<SpeedTrial>,
    /// Of each request where many are sent at once; `None` in the classic mode.
    pub crowd: Option<Shape>,
    /// Numbers of speed trials at which the stopping rule looks; the last is the most that are made.
    pub looks: Vec<u32>,
    pub precision: Precision,
    /// Seconds of speed trials after which no further one begins.
    pub speed_budget_s: f64,
    /// Tokens in the context at which decoding is measured too; empty but in the thorough mode.
    pub depths: Vec<u32>,
    /// Depth trials at each depth, fewer where a depth's seconds run out first.
    pub depth_trials: u32,
    /// Tokens decoded in a depth trial.
    pub depth_output_tokens: u32,
    /// Seconds at one depth after which no further trial begins.
    pub depth_budget_s: f64,
    /// Speed trials of the first rung made once more after the ladder; 0 in the classic mode.
    pub sentinel_trials: u32,
    /// Short real prompts that show whether the model answers at all.
    pub answers: u32,
    /// The most tokens an answer may take.
    pub answer_tokens: u32,
    /// The context that the engine is asked for, in tokens.
    pub context_tokens: u32,
    /// Seconds that the warm-up may take.
    pub warm_up_cap_s: f64,
}

/// One token ends the wait for the first.
const PREFILL_OUTPUT_TOKENS: u32 = 1;
/// What a token costs here on average is what it costs among the 128 that llama-bench writes from an empty context (its tg128), so that
/// both mean the same figure; half as many take half the time, and a grade asks for no more. ARCHITECTURE.md, "Why is a speed trial two
/// requests?", has the shapes that were tried.
const DECODE: Shape = Shape { prompt_tokens: 28, output_tokens: 64 };

fn speed_trial(prompt_tokens: u32) -> SpeedTrial {
    SpeedTrial { prefill: Shape { prompt_tokens, output_tokens: PREFILL_OUTPUT_TOKENS }, decode: DECODE }
}

/// The protocol of a mode. The reasons for the figures are in ARCHITECTURE.md, "Why these modes?".
pub fn protocol(mode: Mode) -> Protocol {
    let standard = standard();
    match mode {
        Mode::Quick => Protocol {
            speed: Some(speed_trial(128)),
            crowd: Some(Shape { prompt_tokens: 128, output_tokens: 64 }),
            looks: vec![3],
            precision: Precision { decode: 0.05, prefill: 0.05, ttft: 0.05 },
            speed_budget_s: 20.0,
            sentinel_trials: 3,
            answers: 3,
            answer_tokens: 48,
            warm_up_cap_s: 5.0,
            ..standard
        },
        Mode::Standard => standard,
        Mode::Thorough => Protocol {
            looks: vec![10, 15, 20, 30],
            speed_budget_s: 300.0,
            depths: vec![4096, 8192],
            // The deepest prompt, what is decoded behind it, and room for a start token.
            context_tokens: 8192 + 256,
            ..standard
        },
        Mode::Classic => Protocol { speed: None, crowd: None, looks: Vec::new(), sentinel_trials: 0, ..standard },
        Mode::Tasks => Protocol { answers: 0, ..protocol(Mode::Classic) },
    }
}

fn standard() -> Protocol {
    Protocol {
        speed: Some(speed_trial(512)),
        crowd: Some(Shape { prompt_tokens: 512, output_tokens: 128 }),
        looks: vec![5, 7, 10, 15, 20],
        precision: Precision { decode: 0.02, prefill: 0.03, ttft: 0.05 },
        speed_budget_s: 120.0,
        depths: Vec::new(),
        depth_trials: 3,
        depth_output_tokens: 64,
        depth_budget_s: 120.0,
        sentinel_trials: 5,
        answers: 5,
        answer_tokens: 128,
        context_tokens: 2048,
        warm_up_cap_s: 20.0,
    }
}
