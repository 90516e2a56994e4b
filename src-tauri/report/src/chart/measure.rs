//! The figures that a chart can show, each with its title, reading and change.

use toprung_core::analysis::{Estimate, RungSummary, Step};
use toprung_core::format;
use toprung_core::machine::Machine;

/// One figure over all rungs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Throughput,
    ResponseTime,
    Success,
    Memory,
}

/// A rung's figure.
pub(super) struct Reading {
    pub(super) value: f64,
    pub(super) interval: Option<(f64, f64)>,
    /// The value in words, with its unit unless the title has it.
    pub(super) text: String,
    pub(super) interval_text: String,
    pub(super) trials: Option<u32>,
    /// What else belongs beside it.
    pub(super) aside: Option<String>,
}

impl Measure {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Throughput => "Tokens per second",
            Self::ResponseTime => "Response time",
            Self::Success => "Answered",
            Self::Memory => "Peak memory",
        }
    }

    /// The unit that a tooltip and a sentence need after the value's text.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::Throughput => " tokens/s",
            _ => "",
        }
    }

    pub(super) fn reading(self, rung: &RungSummary, machine: &Machine) -> Option<Reading> {
        match self {
            Self::Throughput => rung.decode_tps.map(|e| estimated(&e, format::figures, &format::range(e.low, e.high, "tokens/s"))),
            Self::ResponseTime => rung.response_ms.map(|e| {
                let interval = format!("{}–{}", format::milliseconds(e.low), format::milliseconds(e.high));
                estimated(&e, format::milliseconds, &interval)
            }),
            Self::Success => rung.success.filter(|success| success.n > 0).map(|success| {
                let share = f64::from(success.ok) / f64::from(success.n);
                Reading {
                    value: share,
                    interval: Some((success.low, success.high)),
                    text: format::percent(share),
                    interval_text: format!("{}–{}", format::percent(success.low), format::percent(success.high)),
                    trials: Some(success.n),
                    aside: Some(format::success(&success)),
                }
            }),
            Self::Memory => rung.load.peak_memory_bytes.map(|bytes| Reading {
                value: bytes as f64,
                interval: None,
                text: format::bytes_gib(bytes),
                interval_text: format::UNKNOWN.to_owned(),
                trials: None,
                aside: machine.memory_bytes.filter(|all| *all > 0).map(|all| share_of_memory(bytes, all)),
            }),
        }
    }

    /// The relative change against the rung below; a share of successes is not compared this way.
    pub(super) fn change(self, step: &Step) -> Option<f64> {
        match self {
            Self::Throughput => step.throughput_change,
            Self::ResponseTime => step.response_change,
            Self::Success => None,
            Self::Memory => step.memory_change,
        }
    }

    /// The value at which a bar fills its panel, where that is not the largest of the bars.
    pub(super) fn full(self) -> Option<f64> {
        (self == Self::Success).then_some(1.0)
    }
}

fn estimated(estimate: &Estimate, text: fn(f64) -> String, interval_text: &str) -> Reading {
    // One trial has no spread: its "interval" would look like certainty.
    let has_spread = estimate.n > 1;
    Reading {
        value: estimate.median,
        interval: has_spread.then_some((estimate.low, estimate.high)),
        text: text(estimate.median),
        interval_text: if has_spread { interval_text.to_owned() } else { format::UNKNOWN.to_owned() },
        trials: Some(estimate.n),
        aside: None,
    }
}

fn share_of_memory(bytes: u64, all: u64) -> String {
    format!("{} of {}", format::percent(bytes as f64 / all as f64), format::bytes_gib(all))
}
