//! What a run means: the shape of the answer that every screen, report and export shows.

use serde::{Deserialize, Serialize};

use crate::capability;
use crate::cause::Cause;
use crate::drift;
use crate::energy::{Energy, NoEnergy};
use crate::escalation::{self, Evidence};
use crate::findings;
use crate::model::{ModelFacts, ModelRef};
use crate::run::{LoadRecord, RunRecord};
use crate::summary::{self, Setting};
use crate::verdict;

/// A median with its 95 % bootstrap interval and the number of trials behind it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub median: f64,
    pub low: f64,
    pub high: f64,
    pub n: u32,
}

/// k of n with its 95 % Wilson interval (0–1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Success {
    pub ok: u32,
    pub n: u32,
    pub low: f64,
    pub high: f64,
}

/// How far a rung's figures can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Clean.
    A,
    /// Usable, with a stated blemish.
    B,
    /// Do not compare.
    C,
}

/// What the run says of a rung. One word each, shown with its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RungVerdict {
    /// The fastest rung that answers reliably.
    FastIterations,
    Balanced,
    HighQuality,
    SpecialisedCoding,
    /// It works and no sweet spot names it.
    Works,
    /// It fails, or it is too slow and unreliable to be of use.
    Avoid,
    NotMeasured,
}

/// One rung, summarised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RungSummary {
    pub position: u32,
    pub model: ModelRef,
    pub title: String,
    pub facts: ModelFacts,
    pub load: LoadRecord,
    pub decode_tps: Option<Estimate>,
    pub prefill_tps: Option<Estimate>,
    pub ttft_ms: Option<Estimate>,
    pub response_ms: Option<Estimate>,
    pub success: Option<Success>,
    /// Decode speed behind longer prompts, by the number of tokens in the context.
    pub at_depth: Vec<DepthSpeed>,
    /// The same trials by this side's clock.
    pub observed: Observed,
    /// The longest context that fits into the machine's memory, in tokens; see [`crate::fit::fitting_context`].
    pub context_fits: Option<u32>,
    /// What was seen of the machine while it ran.
    pub evidence: Evidence,
    /// What a token cost in energy, or why that is not known.
    pub energy: Result<Energy, NoEnergy>,
    /// `None` when nothing was measured.
    pub grade: Option<Grade>,
    /// Why the grade is not A, in words with figures.
    pub reasons: Vec<String>,
    pub verdict: RungVerdict,
    /// Why it failed, where it did: the rung's own cause, or the one most of its failed trials share.
    pub cause: Option<Cause>,
}

/// What was seen from this side of the socket or pipe, beside what an engine says of itself; formulas in [`crate::figures`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Observed {
    pub decode_tps: Option<Estimate>,
    pub prefill_tps: Option<Estimate>,
    /// Time per output token, in milliseconds.
    pub tpot_ms: Option<Estimate>,
    /// Time to the first token that is no thinking, in milliseconds.
    pub first_answer_ms: Option<Estimate>,
    /// Between fragments, in milliseconds: the usual trial's median gap and its longest but one in twenty.
    pub gap_p50_ms: Option<f64>,
    pub gap_p95_ms: Option<f64>,
    /// The longest of all trials.
    pub gap_max_ms: Option<f64>,
}

/// Decode speed at a filled context.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DepthSpeed {
    pub depth_tokens: u32,
    pub decode_tps: Estimate,
}

/// What going up one rung costs. Changes are relative: −0.34 is 34 % less. `None` where undefined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub from: ModelRef,
    pub to: ModelRef,
    pub from_title: String,
    pub to_title: String,
    pub throughput_change: Option<f64>,
    pub response_change: Option<f64>,
    pub memory_change: Option<f64>,
    /// −Δln(tokens/s) / Δln(active bytes): about 1 is the memory-bandwidth law.
    pub elasticity: Option<f64>,
    /// In words, where there is something to say: a cliff, a failing rung, sparse activation.
    pub note: Option<String>,
}

/// Where the ladder should end on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Knee {
    pub model: ModelRef,
    pub title: String,
    /// P(decode ≥ floor), from the bootstrap.
    pub probability: f64,
    pub floor_tps: f64,
    /// In words: why the next step stops paying, or that the ladder ended first.
    pub reason: String,
}

/// The uses that the seed names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    FastIterations,
    Balanced,
    HighQuality,
    SpecialisedCoding,
    Avoid,
}

/// A model for a use, with its evidence in one sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweetSpot {
    #[serde(rename = "use")]
    pub usage: Use,
    pub model: ModelRef,
    pub title: String,
    pub evidence: String,
}

/// Something that the machine can do, or may be able to do, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capability {
    pub statement: String,
    /// The measured rungs or the fit that it rests on.
    pub basis: String,
    /// `None` where it is open.
    pub holds: Option<bool>,
}

/// The speeds below which a model is of no use for a person; editable.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Floors {
    /// Tokens per second that the knee must reach.
    pub decode_tps: f64,
    /// Share of answers that must succeed.
    pub success: f64,
}

/// A reader takes in about 5.3 tokens a second (238 words a minute at 1.33 tokens a word: Brysbaert 2019); 7 leaves some room.
pub const READER_FLOOR_TPS: f64 = 7.0;
/// measurement.md: a rung is reliable from 95 % of its answers.
pub const SUCCESS_FLOOR: f64 = 0.95;

impl Default for Floors {
    fn default() -> Self {
        Self { decode_tps: READER_FLOOR_TPS, success: SUCCESS_FLOOR }
    }
}

/// Everything a run means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The answer in one to three sentences.
    pub headline: String,
    pub rungs: Vec<RungSummary>,
    pub steps: Vec<Step>,
    pub knee: Option<Knee>,
    pub sweet_spots: Vec<SweetSpot>,
    pub proven: Vec<Capability>,
    pub projected: Vec<Capability>,
    /// General findings, each a sentence with its figures.
    pub insights: Vec<String>,
    /// Planned rungs that were not measured, with the reason.
    pub queue: Vec<String>,
}

/// Works out what a run means. The same run and floors always give the same analysis.
pub fn analyse(run: &RunRecord, floors: &Floors) -> Analysis {
    let session = drift::session_reasons(run);
    let setting = Setting::of_run(run, floors, &session);
    let summarise = |rung| summary::summarise(rung, &setting.for_rung(rung));
    let mut rungs: Vec<RungSummary> = run.rungs.iter().map(summarise).collect();
    let sweet_spots = verdict::sweet_spots(&rungs, floors);
    for rung in &mut rungs {
        rung.verdict = verdict::rung_verdict(rung, &sweet_spots);
    }
    let steps = escalation::steps(&rungs, floors);
    let knee = escalation::knee(&rungs, &run.rungs, floors);
    Analysis {
        headline: findings::headline(&rungs, &sweet_spots, knee.as_ref(), floors),
        proven: capability::proven(run, &rungs, floors),
        projected: capability::projected(run, &rungs),
        insights: findings::insights(&rungs, &steps, floors),
        queue: findings::queue(&run.rungs, &rungs),
        rungs,
        steps,
        knee,
        sweet_spots,
    }
}
