//! Why speed fell off a cliff: what was read while the rung ran, beside the rung below.
//!
//! Each piece of evidence has a threshold from measurement.md, and is named only where the rung below did not show it
//! too: what both suffered from does not explain the step between them.

use crate::analysis::RungSummary;
use crate::format;
use crate::grade::disturbance::{MAX_MAJOR_FAULTS_PER_S, MAX_QUOTA_HELD_PERCENT, MAX_SWAP_IN_BYTES_PER_S, quota_held_percent};
use crate::grade::gpu::{self, MemoryUse};
use crate::grade::lost::{missing, reads_mains, reads_throttles};
use crate::machine::{HardwareSample, Throttle};
use crate::projection::streamed_bytes;
use crate::run::LoadRecord;
use crate::stats;
use crate::summary::Setting;

/// File reads beyond this share of the active bytes mean that the weights do not stay in memory (measurement.md).
const READ_SHARE: f64 = 0.01;
/// Everything waiting for memory for a larger share of the time is thrashing, in per cent (measurement.md).
const MEMORY_PRESSURE_PERCENT: f64 = 10.0;
/// Clocks move by a few per cent all day; this is throttling or another power profile.
const CLOCK_SHARE: f64 = 0.9;

/// What was seen of the machine while a rung ran: medians of the samples. Unknown is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Evidence {
    pub disk_read_bytes_per_s: Option<f64>,
    pub major_faults_per_s: Option<f64>,
    pub memory_pressure_percent: Option<f64>,
    pub swap_in_bytes_per_s: Option<f64>,
    pub clock_mhz: Option<f64>,
    /// Share of the samples in which the processor reported that it slowed down (0–1).
    pub throttled: Option<f64>,
    /// Share of the samples in which a graphics processor that computes was slowed down (0–1), and why.
    pub gpu_throttled: Option<f64>,
    pub gpu_throttle: Option<Throttle>,
    /// The fullest reading of a graphics processor's memory, and that memory's size.
    pub gpu_memory_used_bytes: Option<u64>,
    pub gpu_memory_bytes: Option<u64>,
    pub on_battery: Option<bool>,
    /// Share of the processor time that a CPU quota withheld, in per cent.
    pub quota_held_percent: Option<f64>,
    /// The throttle counters and the power source were missing in several readings.
    pub throttles_lost: bool,
    pub mains_lost: bool,
}

impl Evidence {
    /// From the samples of one rung. This machine's graphics processors say nothing of an engine elsewhere.
    pub(crate) fn of(during: &[&HardwareSample], setting: &Setting<'_>, load: &LoadRecord) -> Self {
        let median =
            |read: fn(&HardwareSample) -> Option<f64>| stats::median(&during.iter().filter_map(|sample| read(sample)).collect::<Vec<_>>());
        let throttles: Vec<f64> = during.iter().filter_map(|sample| sample.throttles_per_s).collect();
        let slowed = throttles.iter().filter(|rate| **rate > 0.0).count();
        let mains: Vec<bool> = during.iter().filter_map(|sample| sample.on_mains).collect();
        let (slowed_gpu, memory) = match setting.engine.runs_here() {
            true => (gpu::slowed(during), gpu::fullest(during, setting.machine, load)),
            false => (None, None),
        };
        Self {
            disk_read_bytes_per_s: median(|sample| sample.disk_read_bytes_per_s),
            major_faults_per_s: median(|sample| sample.major_faults_per_s),
            memory_pressure_percent: median(|sample| sample.memory_pressure_percent.map(f64::from)),
            swap_in_bytes_per_s: median(|sample| sample.swap_in_bytes_per_s),
            clock_mhz: median(|sample| sample.clock_mhz.map(f64::from)),
            throttled: (!throttles.is_empty()).then(|| slowed as f64 / throttles.len() as f64),
            gpu_throttled: slowed_gpu.map(|slowed| slowed.readings as f64 / slowed.of as f64),
            gpu_throttle: slowed_gpu.filter(|slowed| slowed.readings > 0).map(|slowed| slowed.why),
            gpu_memory_used_bytes: memory.map(|memory| memory.used),
            gpu_memory_bytes: memory.map(|memory| memory.total),
            on_battery: (!mains.is_empty()).then(|| mains.contains(&false)),
            quota_held_percent: quota_held_percent(during),
            throttles_lost: missing(during, reads_throttles).is_some(),
            mains_lost: missing(during, reads_mains).is_some(),
        }
    }

    /// The graphics processor's memory, where it was full.
    fn full_gpu_memory(&self) -> Option<MemoryUse> {
        let memory = MemoryUse { used: self.gpu_memory_used_bytes?, total: self.gpu_memory_bytes? };
        memory.is_full().then_some(memory)
    }
}

/// The causes of a cliff between two rungs, each a sentence with its figure; the likeliest first.
pub(super) fn causes(from: &RungSummary, to: &RungSummary) -> Vec<String> {
    let memory_and_disk = [gpu_split(from, to), file_reads(from, to), memory(from, to)];
    let held_back = [quota(from, to), throttling(from, to), gpu_throttling(from, to), battery(from, to)];
    memory_and_disk.into_iter().chain(held_back).flatten().collect()
}

/// What may have caused it unseen: sensors that were read on the rung below and fell silent on this one.
pub(super) fn not_ruled_out(from: &RungSummary, to: &RungSummary) -> Vec<&'static str> {
    let throttling = to.evidence.throttles_lost && from.evidence.throttled.is_some();
    let battery = to.evidence.mains_lost && from.evidence.on_battery.is_some();
    [
        throttling.then_some("The throttle counters could not be read meanwhile, so throttling is not ruled out."),
        battery.then_some("The power source could not be read meanwhile, so a battery is not ruled out."),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The share of the model that sits in GPU memory fell: the rest is computed elsewhere.
fn gpu_split(from: &RungSummary, to: &RungSummary) -> Option<String> {
    let on_gpu = |rung: &RungSummary| Some(rung.load.vram_bytes? as f64 / rung.facts.file_bytes.filter(|bytes| *bytes > 0)? as f64);
    let (below, above) = (on_gpu(from)?.min(1.0), on_gpu(to)?.min(1.0));
    let full = to.evidence.full_gpu_memory().map(|memory| format!(" That memory was full: {}.", memory.in_words())).unwrap_or_default();
    (above < below)
        .then(|| format!("{} of it sits in GPU memory, of the rung below {}.{full}", format::percent(above), format::percent(below)))
}

/// A figure that is above its threshold here and was not below.
fn only_above(from: Option<f64>, to: Option<f64>, threshold: f64) -> Option<f64> {
    to.filter(|value| *value > threshold && from.is_none_or(|before| before <= threshold))
}

/// Weights that were read from the disk again and again.
fn file_reads(from: &RungSummary, to: &RungSummary) -> Option<String> {
    let share = |rung: &RungSummary| {
        let per_token = rung.evidence.disk_read_bytes_per_s? / rung.decode_tps?.median;
        Some(per_token / streamed_bytes(rung)? as f64)
    };
    let read = only_above(share(from), share(to), READ_SHARE).map(|share| {
        format!(
            "{} of the weights were read from the disk again for each token: they do not stay in memory.",
            format::percent(share.min(1.0))
        )
    });
    let faults = || {
        let rate = only_above(from.evidence.major_faults_per_s, to.evidence.major_faults_per_s, MAX_MAJOR_FAULTS_PER_S)?;
        Some(format!("The engine waited for the disk {} times a second: its memory does not hold the model.", format::figures(rate)))
    };
    read.or_else(faults)
}

fn memory(from: &RungSummary, to: &RungSummary) -> Option<String> {
    let (before, now) = (&from.evidence, &to.evidence);
    let swapped = only_above(before.swap_in_bytes_per_s, now.swap_in_bytes_per_s, MAX_SWAP_IN_BYTES_PER_S)
        .map(|rate| format!("{}/s came back from swap.", format::bytes_gib(rate as u64)));
    let waited = only_above(before.memory_pressure_percent, now.memory_pressure_percent, MEMORY_PRESSURE_PERCENT)
        .map(|percent| format!("Everything waited for memory during {} of the time.", format::percent(percent / 100.0)));
    swapped.or(waited)
}

fn quota(from: &RungSummary, to: &RungSummary) -> Option<String> {
    let held = only_above(from.evidence.quota_held_percent, to.evidence.quota_held_percent, MAX_QUOTA_HELD_PERCENT)?;
    Some(format!("A CPU quota held the processor back {} of the time.", format::percent(held / 100.0)))
}

fn throttling(from: &RungSummary, to: &RungSummary) -> Option<String> {
    let (before, now) = (&from.evidence, &to.evidence);
    let clock = before.clock_mhz.zip(now.clock_mhz).filter(|(before, now)| *now < before * CLOCK_SHARE);
    let clocks =
        clock.map(|(before, now)| format!(" Its clock was {} MHz, on the rung below {}.", format::figures(now), format::figures(before)));
    match only_above(before.throttled, now.throttled, 0.0) {
        Some(share) => Some(format!(
            "The processor slowed down to stay cool in {} of the readings.{}",
            format::percent(share),
            clocks.unwrap_or_default()
        )),
        None => clocks.map(|words| words.trim_start().to_owned()),
    }
}

/// A GPU that the model does not use explains nothing.
fn gpu_throttling(from: &RungSummary, to: &RungSummary) -> Option<String> {
    let why = to.evidence.gpu_throttle.filter(|_| to.load.vram_bytes != Some(0))?.reason()?;
    let share = only_above(from.evidence.gpu_throttled, to.evidence.gpu_throttled, 0.0)?;
    Some(format!("The GPU slowed down {why} in {} of the readings.", format::percent(share)))
}

fn battery(from: &RungSummary, to: &RungSummary) -> Option<String> {
    let unplugged = to.evidence.on_battery == Some(true) && from.evidence.on_battery != Some(true);
    unplugged.then(|| "The machine ran on battery, on the rung below on mains.".to_owned())
}

#[cfg(test)]
mod tests;
