//! What a rung owes to its graphics processor, as that one's own sensors show it.

use std::collections::BTreeSet;

use super::Reason;
use super::disturbance::samples_during;
use super::lost::LOST_READINGS;
use crate::analysis::Grade;
use crate::format;
use crate::machine::{HardwareSample, IDLE_GPU_PERCENT, Machine, Throttle};
use crate::run::{LoadRecord, RungRecord};
use crate::stats;
use crate::summary::Setting;

/// A model with this share of its memory on the GPU is there as a whole; the rest is buffers.
const WHOLLY_ON_GPU: f64 = 0.9;
/// A core or two feed a GPU; where half of all cores are busy, they are what computes (percent of all cores together).
const COMPUTING_CPU_PERCENT: f64 = 50.0;
/// A GPU that is busy for half of the time is what computes, however busy the processor is, in per cent.
const COMPUTING_GPU_PERCENT: f64 = 50.0;
/// A memory filled to this share is full: the rest is too small for another layer of a model.
const FULL_SHARE: f64 = 0.95;
/// Reading a prompt touches the power limit for a moment on every GPU. What is held back for longer is slowed down.
const LONG_AT_POWER_CAP: f64 = 0.5;
/// How much of a graphics processor's memory was in use, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryUse {
    pub(crate) used: u64,
    pub(crate) total: u64,
}

impl MemoryUse {
    fn share(self) -> f64 {
        self.used as f64 / self.total as f64
    }

    pub(crate) fn is_full(self) -> bool {
        self.share() >= FULL_SHARE
    }

    /// “7.80 GiB of 8.00 GiB”.
    pub(crate) fn in_words(self) -> String {
        format!("{} of {}", format::bytes_gib(self.used), format::bytes_gib(self.total))
    }
}

/// The fullest reading of the memory that holds the model; `None` where no use or no size is known, or what the model has
/// there. A graphics processor with less than an equal share of the model is another: beside a card of its own, a
/// processor's own one has a small memory that is always full.
pub(crate) fn fullest(during: &[&HardwareSample], machine: &Machine, load: &LoadRecord) -> Option<MemoryUse> {
    let sized = machine.gpus.iter().filter(|gpu| gpu.memory_bytes.is_some()).count() as u64;
    let share = load.vram_bytes.filter(|bytes| *bytes > 0)?.checked_div(sized)?;
    let readings = during.iter().flat_map(|sample| &sample.gpus).filter_map(|gpu| {
        let total = machine.gpus.get(usize::from(gpu.index))?.memory_bytes.filter(|bytes| *bytes > 0)?;
        Some(MemoryUse { used: gpu.memory_used_bytes.filter(|used| *used >= share)?, total })
    });
    readings.max_by(|a, b| a.share().total_cmp(&b.share()))
}

/// Why the graphics processors were slowed down, and in how many readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slowed {
    pub(crate) why: Throttle,
    pub(crate) readings: usize,
    /// Readings in which a working GPU told whether it is slowed down.
    pub(crate) of: usize,
}

/// What slowed the working graphics processors down most often, settings apart; `readings` is 0 where nothing did, and
/// `None` says that no driver tells.
pub(crate) fn slowed(during: &[&HardwareSample]) -> Option<Slowed> {
    let told = told(during);
    // The last of equals is taken, so heat comes before the limits.
    let all = [Throttle::PowerCap, Throttle::PowerBrake, Throttle::Thermal].map(|why| slowed_by(&told, why));
    all.into_iter().max_by_key(|slowed| slowed.readings).filter(|slowed| slowed.of > 0)
}

fn slowed_by(told: &[Vec<Throttle>], why: Throttle) -> Slowed {
    Slowed { why, readings: told.iter().filter(|reasons| reasons.contains(&why)).count(), of: told.len() }
}

/// The reasons of each sample in which a working GPU told them.
fn told(during: &[&HardwareSample]) -> Vec<Vec<Throttle>> {
    during.iter().filter_map(|sample| reasons_in(sample)).collect()
}

/// The reasons of all working GPUs of one sample; `None` where none of them tells.
fn reasons_in(sample: &HardwareSample) -> Option<Vec<Throttle>> {
    let mut told = sample.working_gpus().filter_map(|gpu| gpu.throttles.as_ref()).peekable();
    told.peek()?;
    Some(told.flatten().copied().collect())
}

/// Every reason that the graphics processors give. An engine elsewhere has others than this machine's.
pub(super) fn reasons(rung: &RungRecord, setting: &Setting<'_>) -> Vec<Reason> {
    if !setting.engine.runs_here() {
        return Vec::new();
    }
    let during = samples_during(rung, setting.samples);
    let found = [
        throttling(rung, &during),
        spilled(rung, &during, setting.machine),
        computes_elsewhere(rung, &during),
        fell_silent(rung, &during, setting.samples),
    ];
    found.into_iter().flatten().collect()
}

/// A GPU that the model does not use may slow down as it likes. Heat and a power brake count from the first reading.
fn throttling(rung: &RungRecord, during: &[&HardwareSample]) -> Option<Reason> {
    let told = told(during);
    let counts = |slowed: &Slowed| {
        let share = slowed.readings as f64 / slowed.of as f64;
        slowed.readings > 0 && (slowed.why != Throttle::PowerCap || share > LONG_AT_POWER_CAP)
    };
    let by_urgency = [Throttle::Thermal, Throttle::PowerBrake, Throttle::PowerCap].into_iter();
    let slowed = by_urgency.map(|why| slowed_by(&told, why)).find(|slowed| rung.load.vram_bytes != Some(0) && counts(slowed))?;
    Some((Grade::B, format!("the GPU slowed down {} in {} of {} readings", slowed.why.reason()?, slowed.readings, slowed.of)))
}

fn on_gpu(rung: &RungRecord) -> Option<f64> {
    Some(rung.load.vram_bytes? as f64 / rung.load.peak_memory_bytes.filter(|bytes| *bytes > 0)? as f64)
}

/// What does not fit into the GPU's memory is computed by the processor, many times slower.
fn spilled(rung: &RungRecord, during: &[&HardwareSample], machine: &Machine) -> Option<Reason> {
    let share = on_gpu(rung).filter(|share| *share > 0.0 && *share < WHOLLY_ON_GPU)?;
    let memory = fullest(during, machine, &rung.load).filter(|memory| memory.is_full())?;
    let words = format!("it spilled: {} of it sits in GPU memory, which was full at {}", format::percent(share), memory.in_words());
    Some((Grade::B, words))
}

/// “100 % GPU” is an engine's reckoning; where it computes shows in the load of the GPU, or else of the processor.
fn computes_elsewhere(rung: &RungRecord, during: &[&HardwareSample]) -> Option<Reason> {
    on_gpu(rung).filter(|share| *share >= WHOLLY_ON_GPU)?;
    let median = |loads: Vec<f64>| stats::median(&loads);
    let gpu = median(during.iter().filter_map(|sample| busiest(sample)).collect());
    let cpu = median(during.iter().filter_map(|sample| sample.cpu_percent.map(f64::from)).collect());
    let words = match (gpu, cpu) {
        (Some(gpu), _) if gpu >= COMPUTING_GPU_PERCENT => return None,
        (Some(gpu), Some(cpu)) if cpu >= COMPUTING_CPU_PERCENT => {
            format!("the GPU was busy at {gpu:.0} % and the processor at {cpu:.0} %")
        }
        (Some(gpu), _) if gpu < f64::from(IDLE_GPU_PERCENT) => format!("the GPU was busy at {gpu:.0} % only"),
        (None, Some(cpu)) if cpu >= COMPUTING_CPU_PERCENT => format!("the processor was busy at {cpu:.0} %"),
        _ => return None,
    };
    Some((Grade::B, format!("the engine says that it is on the GPU, but {words}")))
}

/// A graphics processor that the run has read at some time and that is missing here, under a model that uses one.
fn fell_silent(rung: &RungRecord, during: &[&HardwareSample], samples: &[HardwareSample]) -> Option<Reason> {
    rung.load.vram_bytes.filter(|bytes| *bytes > 0)?;
    let is_in = |sample: &HardwareSample, index: u8| sample.gpus.iter().any(|gpu| gpu.index == index);
    let seen: BTreeSet<u8> = samples.iter().flat_map(|sample| &sample.gpus).map(|gpu| gpu.index).collect();
    let missing = seen.into_iter().map(|index| during.iter().filter(|sample| !is_in(sample, index)).count()).max();
    let missing = missing.filter(|missing| *missing >= LOST_READINGS)?;
    Some((Grade::B, format!("the GPU could not be read in {missing} of {} readings, so it may have slowed down", during.len())))
}

/// How busy the busiest graphics processor was, in per cent.
fn busiest(sample: &HardwareSample) -> Option<f64> {
    sample.gpus.iter().filter_map(|gpu| gpu.busy_percent.map(f64::from)).max_by(f64::total_cmp)
}

#[cfg(test)]
mod tests;
