//! What a token costs in energy.
//!
//! Gross: P · t / N, with P the mean power while the rung's timing trials ran, weighted by the time that each reading
//! covers, t the time of these trials from request to final record, and N the tokens that they made. The prompts' share
//! is in it: that is what a request costs. Idle-subtracted: (P − P₀) · t / N, with P₀ the median of the quiet readings of
//! the run: before the first trial or between rungs, at a processor load of at most [`QUIET_CPU_PERCENT`]. Power counts for
//! what its source sees and no more; the source is part of the figure.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::grade::disturbance::samples_during;
use crate::machine::{GpuSample, HardwareSample, IDLE_GPU_PERCENT};
use crate::run::RungRecord;
use crate::stats;
use crate::summary::{Setting, timing_trials};

/// A shorter window says more of the moment than of the model (measurement.md).
pub const LEAST_WINDOW_S: f64 = 10.0;
/// A machine that does no more than this does nothing for anybody: its desktop and services (per cent of all cores).
pub const QUIET_CPU_PERCENT: f32 = 5.0;
/// Fewer quiet readings are a moment and no baseline.
const LEAST_QUIET_READINGS: usize = 3;
/// Readings come once a second; after a longer gap the one before says nothing of the time between.
const LONGEST_INTERVAL_MS: f64 = 5000.0;

/// What a power reading covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerSource {
    /// The processor's packages, by their own counters.
    Package,
    /// The packages and all graphics processors.
    PackageAndGpu,
    /// The graphics processors alone, where the packages' counters can't be read.
    Gpu,
    /// The whole machine, by what its batteries give.
    Battery,
}

impl PowerSource {
    /// What it is called in a table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Package => "processor (RAPL)",
            Self::PackageAndGpu => "processor (RAPL) and GPU",
            Self::Gpu => "GPU alone",
            Self::Battery => "whole machine (battery)",
        }
    }

    fn watts(self, sample: &HardwareSample) -> Option<f64> {
        let watts = match self {
            Self::Package => sample.package_power_w,
            Self::PackageAndGpu => sample.package_power_w.zip(gpu_power_w(sample)).map(|(package, gpu)| package + gpu),
            Self::Gpu => gpu_power_w(sample),
            Self::Battery => sample.battery_power_w,
        };
        watts.map(f64::from).filter(|watts| watts.is_finite() && *watts >= 0.0)
    }
}

/// All graphics processors that tell their power, together: whichever computes, the others draw too.
fn gpu_power_w(sample: &HardwareSample) -> Option<f32> {
    let watts: Vec<f32> = sample.gpus.iter().filter_map(|gpu| gpu.power_w).collect();
    (!watts.is_empty()).then(|| watts.iter().sum())
}

/// Energy of a rung.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Joules per token that was made.
    pub gross_j_per_token: f64,
    /// The same less what the machine draws when it is quiet; `None` where it was never seen quiet.
    pub net_j_per_token: Option<f64>,
    /// Watts while the trials ran.
    pub mean_w: f64,
    /// Watts in quiet moments of the run.
    pub idle_w: Option<f64>,
    /// Seconds of trials that readings cover.
    pub window_s: f64,
    pub source: PowerSource,
}

/// Why there is no energy per token. It reads as a clause: “no power was readable …”.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum NoEnergy {
    NoTokens,
    NoPower,
    /// The engine runs on another machine, whose power can't be read from here.
    Elsewhere,
    TooShort {
        window_s: f64,
    },
}

impl fmt::Display for NoEnergy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTokens => f.write_str("no trial with a known number of tokens came through"),
            Self::NoPower => f.write_str("no power was readable while it ran; the list of sensors says why and how to mend it"),
            Self::Elsewhere => f.write_str("the engine runs on another machine, whose power can't be read from here"),
            Self::TooShort { window_s } => {
                write!(f, "power was read over {window_s:.1} s of trials, and fewer than {LEAST_WINDOW_S} s say too little")
            }
        }
    }
}

/// Energy per token of a rung, from the samples of its run.
pub fn energy(rung: &RungRecord, setting: &Setting<'_>) -> Result<Energy, NoEnergy> {
    let samples = setting.samples;
    if !setting.engine.runs_here() {
        return Err(NoEnergy::Elsewhere);
    }
    let trials: Vec<(Window, f64)> = timing_trials(rung)
        .into_iter()
        // A trial that only wrote lacks the prompt's share, which all figures are to hold alike.
        .filter(|trial| trial.ttft_ms.is_some())
        .filter_map(|trial| Some((Window::new(trial.started_ms, trial.response_ms?)?, f64::from(trial.output_tokens?))))
        .collect();
    let tokens: f64 = trials.iter().map(|(_, tokens)| tokens).sum();
    if tokens <= 0.0 {
        return Err(NoEnergy::NoTokens);
    }
    let windows: Vec<Window> = trials.iter().map(|(window, _)| *window).collect();
    let trial_s: f64 = windows.iter().map(|window| window.length_s()).sum();
    let covered = |source| (source, covered(samples, &windows, source));
    // Counters are exact and read each second; a battery's gauge is slow.
    let sources: &[PowerSource] = match uses_gpu(rung, samples) {
        true => &[PowerSource::PackageAndGpu, PowerSource::Gpu, PowerSource::Battery],
        false => &[PowerSource::Package, PowerSource::Battery],
    };
    let found: Vec<(PowerSource, Covered)> = sources.iter().copied().map(covered).collect();
    let Some((source, Covered { seconds, joules })) = found.iter().copied().find(|(_, covered)| covered.seconds >= LEAST_WINDOW_S) else {
        let window_s = found.iter().map(|(_, covered)| covered.seconds).fold(0.0, f64::max);
        return Err(if window_s > 0.0 { NoEnergy::TooShort { window_s } } else { NoEnergy::NoPower });
    };
    let mean_w = joules / seconds;
    let idle_w = idle_w(setting.rungs, samples, source);
    let per_token = |watts: f64| watts * trial_s / tokens;
    let gross_j_per_token = Some(per_token(mean_w)).filter(|joules| joules.is_finite()).ok_or(NoEnergy::NoTokens)?;
    let net_j_per_token = idle_w.map(|idle| mean_w - idle).filter(|watts| *watts > 0.0).map(per_token);
    Ok(Energy { gross_j_per_token, net_j_per_token, mean_w, idle_w, window_s: seconds, source })
}

/// Whether the model computes on a GPU: by what the engine says, else by whether one is busy.
fn uses_gpu(rung: &RungRecord, samples: &[HardwareSample]) -> bool {
    let is_busy = |gpu: &GpuSample| gpu.busy_percent.is_some_and(|percent| percent >= IDLE_GPU_PERCENT);
    let any_busy = || samples_during(rung, samples).iter().any(|sample| sample.gpus.iter().any(is_busy));
    rung.load.vram_bytes.map_or_else(any_busy, |bytes| bytes > 0)
}

/// A time on the run's clock, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: f64,
    to: f64,
}

impl Window {
    /// `None` where either end is no number or the time is not above zero.
    fn new(from: f64, length: f64) -> Option<Self> {
        (from.is_finite() && length.is_finite() && length > 0.0).then_some(Self { from, to: from + length })
    }

    fn length_s(self) -> f64 {
        (self.to - self.from) / 1000.0
    }

    fn overlap_s(self, other: Self) -> f64 {
        (self.to.min(other.to) - self.from.max(other.from)).max(0.0) / 1000.0
    }
}

/// What readings cover of some windows.
#[derive(Debug, Clone, Copy)]
struct Covered {
    seconds: f64,
    joules: f64,
}

/// A reading stands for the time since the one before it.
fn covered(samples: &[HardwareSample], windows: &[Window], source: PowerSource) -> Covered {
    let none = Covered { seconds: 0.0, joules: 0.0 };
    samples.windows(2).fold(none, |sum, pair| {
        let [before, now] = pair else { return sum };
        let since = Window::new(before.at_ms, now.at_ms - before.at_ms).filter(|since| since.to - since.from <= LONGEST_INTERVAL_MS);
        let Some((since, watts)) = since.zip(source.watts(now)) else { return sum };
        let seconds: f64 = windows.iter().map(|window| window.overlap_s(since)).sum();
        Covered { seconds: sum.seconds + seconds, joules: sum.joules + seconds * watts }
    })
}

/// Median power of the quiet readings outside every trial.
fn idle_w(rungs: &[RungRecord], samples: &[HardwareSample], source: PowerSource) -> Option<f64> {
    let trials = rungs.iter().flat_map(|rung| &rung.trials);
    let busy: Vec<Window> = trials.filter_map(|trial| Window::new(trial.started_ms, trial.response_ms?)).collect();
    let is_quiet = |pair: &&[HardwareSample]| {
        let [before, now] = pair else { return false };
        let load = now.cpu_percent.is_some_and(|percent| percent <= QUIET_CPU_PERCENT);
        let since = Window::new(before.at_ms, now.at_ms - before.at_ms);
        load && since.is_some_and(|since| busy.iter().all(|trial| trial.overlap_s(since) <= 0.0))
    };
    let quiet: Vec<f64> = samples.windows(2).filter(is_quiet).filter_map(|pair| source.watts(pair.get(1)?)).collect();
    if quiet.len() < LEAST_QUIET_READINGS { None } else { stats::median(&quiet) }
}

#[cfg(test)]
mod tests;
