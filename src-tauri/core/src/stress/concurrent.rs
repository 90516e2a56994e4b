//! Several models, or several requests of one, at once: how long switching takes, what was pushed out, and what memory was left.

use serde::{Deserialize, Serialize};

use super::{Circumstances, Judgement, STOPPED, sensors};
use crate::cause::Cause;
use crate::format;
use crate::model::ModelRef;
use crate::plan::Shape;
use crate::stats::median;

/// Swap that grows by less is other programs' housekeeping.
const SWAPPING_BYTES: u64 = 64 << 20;

/// One model in place of another: unload, load, first token. Every time is in milliseconds. Unknown is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    pub at_ms: f64,
    /// What was unloaded for it; `None` for the first.
    pub from: Option<ModelRef>,
    pub to: ModelRef,
    pub unload_ms: Option<f64>,
    pub load_ms: Option<f64>,
    /// Request sent to first fragment.
    pub first_token_ms: Option<f64>,
    pub cause: Option<Cause>,
}

impl Switch {
    /// From the decision to the first token; `None` where a part is not known.
    pub fn total_ms(&self) -> Option<f64> {
        let unload = if self.from.is_some() { self.unload_ms? } else { 0.0 };
        Some(unload + self.load_ms? + self.first_token_ms?)
    }
}

/// A model that was loaded beside those that were there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    pub at_ms: f64,
    pub model: ModelRef,
    /// What the engine held afterwards; `None` where it does not say.
    pub held: Option<Vec<ModelRef>>,
    /// What it held before and no longer does.
    pub evicted: Vec<ModelRef>,
    pub memory_available_bytes: Option<u64>,
    /// What the engine says the model takes.
    pub takes_bytes: Option<u64>,
    pub cause: Option<Cause>,
}

/// One of the requests that were sent at the same moment. Times count from that moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Together {
    pub model: ModelRef,
    pub first_token_ms: Option<f64>,
    pub ended_ms: f64,
    pub output_tokens: Option<u32>,
    pub cause: Option<Cause>,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Concurrent {
    /// One for several requests of it.
    pub models: Vec<ModelRef>,
    /// Requests at once.
    pub requests: u32,
    pub shape: Shape,
    pub context_tokens: u32,
    pub switches: Vec<Switch>,
    pub loaded: Vec<Loaded>,
    pub together: Vec<Together>,
    /// What was pushed out while the requests ran together.
    pub evicted_together: Vec<ModelRef>,
    /// Bytes that were available before anything was loaded.
    pub memory_before_bytes: Option<u64>,
}

impl Concurrent {
    fn evictions(&self) -> impl Iterator<Item = String> {
        let loading = self.loaded.iter().flat_map(|loaded| {
            let by = &loaded.model;
            loaded.evicted.iter().map(move |evicted| format!("{evicted} was pushed out of memory when {by} was loaded."))
        });
        loading.chain(self.evicted_together.iter().map(|evicted| format!("{evicted} was pushed out of memory while all of them answered.")))
    }

    /// Output tokens of all requests per second, from their send to the last one's end; `None` where one failed or is not counted.
    pub fn total_tps(&self) -> Option<f64> {
        let complete = self.together.iter().map(|one| one.output_tokens.filter(|_| one.cause.is_none()));
        let tokens: u32 = complete.collect::<Option<Vec<u32>>>()?.iter().sum();
        let last = self.together.iter().map(|one| one.ended_ms).reduce(f64::max).filter(|last| *last > 0.0)?;
        Some(f64::from(tokens) / last * 1e3)
    }
}

/// Whether the machine holds so many at once.
pub fn judge(record: &Concurrent, around: &Circumstances<'_>) -> Judgement {
    let mut failures: Vec<String> = Vec::new();
    let failed = |model: &ModelRef, cause: &Cause| format!("{model} failed: {cause} {}", cause.kind.next_step());
    failures.extend(record.switches.iter().filter_map(|switch| Some(failed(&switch.to, switch.cause.as_ref()?))));
    failures.extend(record.loaded.iter().filter_map(|loaded| Some(failed(&loaded.model, loaded.cause.as_ref()?))));
    failures.extend(record.together.iter().filter_map(|one| Some(failed(&one.model, one.cause.as_ref()?))));
    failures.dedup();
    failures.extend(record.evictions());
    failures.extend(around.low_memory());
    failures.extend(swapped(around));
    let mut open = Vec::new();
    if around.stopped {
        open.push(STOPPED.to_owned());
    } else if record.together.is_empty() && failures.is_empty() {
        open.push("No requests were made at the same time.".to_owned());
    }
    Judgement::new(headline(record), failures, open, evidence(record, around))
}

fn swapped(around: &Circumstances<'_>) -> Option<String> {
    let used: Vec<u64> = around.samples.iter().filter_map(|sample| sample.swap_used_bytes).collect();
    let grown = used.iter().max()?.saturating_sub(*used.first()?);
    (grown > SWAPPING_BYTES).then(|| format!("The swap grew by {}.", format::bytes_gib(grown)))
}

fn headline(record: &Concurrent) -> String {
    let answered = record.together.iter().filter(|one| one.cause.is_none()).count();
    let what = match record.models.as_slice() {
        [only] => format!("requests of {only}"),
        models => format!("requests of {}", format::count(models.len() as u32, "model", "models")),
    };
    let speed = record.total_tps().map(|tps| format!(", {} in all", format::tokens_per_second(tps)));
    let switching: Vec<f64> = changes(record).filter_map(Switch::total_ms).collect();
    let switch = median(&switching).map(|ms| format!(" Switching models takes {} to the first token.", format::milliseconds(ms)));
    format!("{answered} of {} {what} at once were answered{}.{}", record.requests, speed.unwrap_or_default(), switch.unwrap_or_default())
}

/// Switches from one model to another.
fn changes(record: &Concurrent) -> impl Iterator<Item = &Switch> {
    record.switches.iter().filter(|switch| switch.from.is_some())
}

fn evidence(record: &Concurrent, around: &Circumstances<'_>) -> Vec<String> {
    let mut lines: Vec<String> = record.switches.iter().map(switch_line).collect();
    lines.extend(record.loaded.iter().map(loaded_line));
    lines.extend(record.together.iter().map(together_line));
    if let Some(before) = record.memory_before_bytes {
        let lowest =
            record.loaded.iter().filter_map(|loaded| loaded.memory_available_bytes).chain(sensors::lowest_available(around.samples));
        let left = lowest.min().map(|left| format!(", {} at the least with all of them", format::bytes_gib(left)));
        lines.push(format!("Memory available: {} before{}", format::bytes_gib(before), left.unwrap_or_default()));
    } else {
        lines.push(around.memory_line());
    }
    lines.push(evicted_line(record));
    lines
}

fn evicted_line(record: &Concurrent) -> String {
    let evicted: Vec<String> = record.evictions().collect();
    let is_told = record.loaded.iter().any(|loaded| loaded.held.is_some());
    match evicted.is_empty() {
        false => format!("Evicted: {}", evicted.join(" ")),
        true if is_told => "Evicted: none".to_owned(),
        true => "Evicted: not known: the engine does not say what it holds".to_owned(),
    }
}

fn switch_line(switch: &Switch) -> String {
    let ms = |value| format::or_unknown(value, format::milliseconds);
    let to = &switch.to;
    let times = format!("load {}, first token {}", ms(switch.load_ms), ms(switch.first_token_ms));
    match (&switch.cause, &switch.from) {
        (Some(cause), _) => format!("To {to}: failed: {}", cause.to_string().trim_end_matches('.')),
        (None, None) => format!("To {to}: {times}"),
        (None, Some(from)) => format!("From {from} to {to}: unload {}, {times}", ms(switch.unload_ms)),
    }
}

fn loaded_line(loaded: &Loaded) -> String {
    let mut parts = Vec::new();
    parts.extend(loaded.takes_bytes.map(|bytes| format!("takes {}", format::bytes_gib(bytes))));
    parts.extend(loaded.memory_available_bytes.map(|bytes| format!("{} left", format::bytes_gib(bytes))));
    if let Some(held) = &loaded.held {
        let names: Vec<&str> = held.iter().map(ModelRef::as_str).collect();
        parts.push(if names.is_empty() {
            "the engine holds none".to_owned()
        } else {
            format!("the engine holds {}", format::list(&names))
        });
    }
    parts.extend(loaded.cause.as_ref().map(|cause| format!("failed: {}", cause.to_string().trim_end_matches('.'))));
    format!("{} loaded beside: {}", loaded.model, if parts.is_empty() { "nothing more is known".to_owned() } else { parts.join(", ") })
}

fn together_line(one: &Together) -> String {
    match &one.cause {
        Some(cause) => format!("{} at once: failed: {}", one.model, cause.to_string().trim_end_matches('.')),
        None => {
            let first = format::or_unknown(one.first_token_ms, format::milliseconds);
            format!("{} at once: first token {first}, whole after {}", one.model, format::milliseconds(one.ended_ms))
        }
    }
}

#[cfg(test)]
mod tests;
