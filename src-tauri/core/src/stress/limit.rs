//! Larger and larger models and contexts, until the machine says no: what held, and why the next did not.

use serde::{Deserialize, Serialize};

use super::{Circumstances, Judgement, LEAST_FREE_SHARE, STOPPED, is_low};
use crate::cause::Cause;
use crate::fit;
use crate::format;
use crate::model::{ModelFacts, ModelRef};

/// Waiting for memory for a larger share of the time is thrashing, in per cent (measurement.md).
const MAX_PRESSURE_PERCENT: f64 = super::sensors::MAX_MEMORY_PRESSURE_PERCENT;
/// Swap that grows by more belongs to what is tried: less is other programs' housekeeping.
const MAX_SWAP_GROWTH_BYTES: u64 = 64 << 20;

/// A look at the memory while something is tried. Unknown is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MemoryReading {
    pub available_bytes: Option<u64>,
    pub swap_used_bytes: Option<u64>,
    /// Share of the time in which everything waited for memory, 0–100.
    pub pressure_percent: Option<f32>,
}

/// Why a try was stopped before the machine suffered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// Fewer bytes than this were left.
    LowMemory {
        available_bytes: u64,
    },
    SwapGrew {
        by_bytes: u64,
    },
    /// Everything waited for memory.
    Pressure {
        percent: f32,
    },
}

/// Whether to stop now, against a reading from before anything was tried.
pub fn danger(before: &MemoryReading, now: &MemoryReading, total_bytes: Option<u64>) -> Option<Danger> {
    if let Some(available_bytes) = now.available_bytes.zip(total_bytes).filter(|(free, total)| is_low(*free, *total)).map(|(free, _)| free)
    {
        return Some(Danger::LowMemory { available_bytes });
    }
    let grown = now.swap_used_bytes.zip(before.swap_used_bytes).map(|(now, before)| now.saturating_sub(before));
    if let Some(by_bytes) = grown.filter(|grown| *grown > MAX_SWAP_GROWTH_BYTES) {
        return Some(Danger::SwapGrew { by_bytes });
    }
    now.pressure_percent.filter(|percent| f64::from(*percent) > MAX_PRESSURE_PERCENT).map(|percent| Danger::Pressure { percent })
}

/// In words, where what is to be tried would leave too little memory by its estimate, so that it is not even tried.
pub fn too_large(facts: &ModelFacts, context_tokens: u32, available_bytes: Option<u64>, total_bytes: Option<u64>) -> Option<String> {
    let (needed, free, total) = (needed_bytes(facts, context_tokens)?, available_bytes?, total_bytes?);
    let reserve = (total as f64 * LEAST_FREE_SHARE) as u64;
    let gib = format::bytes_gib;
    (needed.saturating_add(reserve) > free)
        .then(|| format!("it needs about {} and {} stay free for the rest, {} are free", gib(needed), gib(reserve), gib(free)))
}

/// About what a model takes at a context, in bytes: by the shape of its attention where that is known, which a long context needs.
pub fn needed_bytes(facts: &ModelFacts, context_tokens: u32) -> Option<u64> {
    let Some(per_token) = facts.kv_bytes_per_token else { return fit::needed_bytes(facts, context_tokens) };
    Some(fit::needed_bytes(facts, 0)?.saturating_add(per_token.saturating_mul(u64::from(context_tokens))))
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// It loaded and answered.
    Held {
        decode_tps: Option<f64>,
    },
    /// The estimate says that it would take what the machine needs itself; in words.
    NotTried(String),
    Stopped(Danger),
    Failed(Cause),
    /// The engine set up a smaller context than it was asked for.
    Shrunk {
        to_tokens: u32,
    },
}

/// One model at one context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub at_ms: f64,
    pub model: ModelRef,
    pub context_tokens: u32,
    /// An estimate.
    pub needed_bytes: Option<u64>,
    /// What the engine says it took, at its peak.
    pub took_bytes: Option<u64>,
    /// The least that was available meanwhile.
    pub lowest_available_bytes: Option<u64>,
    pub tried: Tried,
}

impl Attempt {
    pub fn held(&self) -> bool {
        matches!(self.tried, Tried::Held { .. })
    }

    /// “a at 4096 tokens”.
    fn what(&self) -> String {
        format!("{} at {} tokens of context", self.model, self.context_tokens)
    }

    /// The same without an engine's own words, which may be long: they stand in the evidence.
    fn in_short(&self) -> Option<String> {
        match &self.tried {
            Tried::Failed(cause) => Some(cause.kind.sentence().trim_end_matches('.').to_owned()),
            _ => self.why_not(),
        }
    }

    /// Why it did not hold; `None` where it did.
    fn why_not(&self) -> Option<String> {
        let gib = format::bytes_gib;
        Some(match &self.tried {
            Tried::Held { .. } => return None,
            Tried::NotTried(words) => format!("not tried: {words}"),
            Tried::Failed(cause) => cause.to_string().trim_end_matches('.').to_owned(),
            Tried::Shrunk { to_tokens } => format!("the engine set up {to_tokens} tokens only"),
            Tried::Stopped(Danger::LowMemory { available_bytes }) => {
                format!("stopped before the machine suffered: {} of memory were left", gib(*available_bytes))
            }
            Tried::Stopped(Danger::SwapGrew { by_bytes }) => format!("stopped: the swap had grown by {}", gib(*by_bytes)),
            Tried::Stopped(Danger::Pressure { percent }) => {
                format!("stopped: everything waited for memory during {} of the time", format::percent(f64::from(*percent) / 100.0))
            }
        })
    }
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// Smallest first.
    pub models: Vec<ModelRef>,
    /// In the order in which they were made: each model at the first context, then longer contexts of the largest that held.
    pub attempts: Vec<Attempt>,
}

impl Limit {
    /// The largest that held: the last of the models, at the longest context.
    pub fn largest(&self) -> Option<&Attempt> {
        self.attempts.iter().rfind(|attempt| attempt.held())
    }

    /// What did not hold: a larger model, or a longer context.
    pub fn beyond(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| !attempt.held())
    }
}

/// Whether the machine has a limit that it keeps in order.
pub fn judge(record: &Limit, around: &Circumstances<'_>) -> Judgement {
    let mut failures = Vec::new();
    if record.largest().is_none() && !record.attempts.is_empty() {
        failures.push("Not even the smallest model held.".to_owned());
    }
    let thrashed = around.samples.iter().filter_map(|sample| sample.memory_pressure_percent).fold(0.0, f32::max);
    if f64::from(thrashed) > MAX_PRESSURE_PERCENT {
        failures.push(format!("Everything waited for memory during {} of the time.", format::percent(f64::from(thrashed) / 100.0)));
    }
    let mut open = Vec::new();
    if around.stopped {
        open.push(STOPPED.to_owned());
    } else if record.attempts.is_empty() {
        open.push("Nothing was tried.".to_owned());
    }
    let mut evidence: Vec<String> = record.attempts.iter().map(line).collect();
    evidence.push(around.memory_line());
    Judgement::new(headline(record), failures, open, evidence)
}

fn headline(record: &Limit) -> String {
    let beyond: String =
        record.beyond().filter_map(|attempt| Some(format!(" {} did not: {}.", attempt.what(), attempt.in_short()?))).collect();
    match record.largest() {
        Some(largest) if beyond.is_empty() => format!("All that was tried held, up to {}. The machine never said no.", largest.what()),
        Some(largest) => format!("The largest that held is {}.{beyond}", largest.what()),
        None if beyond.is_empty() => "Nothing was tried.".to_owned(),
        None => format!("Nothing held.{beyond}"),
    }
}

/// One try in a line.
pub fn line(attempt: &Attempt) -> String {
    let gib = format::bytes_gib;
    let mut parts = Vec::new();
    parts.push(match (&attempt.tried, attempt.why_not()) {
        (Tried::Held { decode_tps: Some(tps) }, _) => format!("held, {}", format::tokens_per_second(*tps)),
        (_, None) => "held".to_owned(),
        (_, Some(why)) => why,
    });
    parts.extend(attempt.took_bytes.map(|took| format!("took {}", gib(took))));
    parts.extend(attempt.lowest_available_bytes.map(|left| format!("{} left at the least", gib(left))));
    format!("{}: {}", attempt.what(), parts.join(", "))
}

#[cfg(test)]
mod tests;
