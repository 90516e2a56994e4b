//! The readings of the sensors as lines: which there are, on which scale, and what says most of each.

use toprung_core::format;
use toprung_core::machine::{HardwareSample, Machine};
use toprung_core::stats;

use super::{LinePanel, Scale};

/// Room for a line whose title has a second line beside it.
const PANEL_HEIGHT: i32 = 40;
/// Degrees between the marks that a scale of temperatures begins and ends at.
const DEGREES: f64 = 10.0;

/// A group of readings that makes a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chart) enum Sensor {
    Cpu,
    Gpu,
    Memory,
    Vram,
    Temperature,
    Clock,
    Power,
}

impl Sensor {
    pub(in crate::chart) const ALL: [Self; 7] =
        [Self::Cpu, Self::Gpu, Self::Memory, Self::Vram, Self::Temperature, Self::Clock, Self::Power];

    pub(in crate::chart) fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Gpu => "GPU",
            Self::Memory => "Memory",
            Self::Vram => "VRAM",
            Self::Temperature => "Temperature",
            Self::Clock => "Clock",
            Self::Power => "Power",
        }
    }

    /// The reading; of several graphics processors the highest.
    fn of(self, sample: &HardwareSample) -> Option<f64> {
        let gpus = |read: fn(&toprung_core::machine::GpuSample) -> Option<f64>| sample.gpus.iter().filter_map(read).reduce(f64::max);
        match self {
            Self::Cpu => sample.cpu_percent.map(f64::from),
            Self::Gpu => gpus(|gpu| gpu.busy_percent.map(f64::from)),
            Self::Memory => sample.memory_used_bytes.map(|bytes| bytes as f64),
            Self::Vram => gpus(|gpu| gpu.memory_used_bytes.map(|bytes| bytes as f64)),
            Self::Temperature => sample.temperature_c.map(f64::from),
            Self::Clock => sample.clock_mhz.map(f64::from),
            Self::Power => power_w(sample),
        }
    }

    /// A figure in words.
    fn text(self, value: f64) -> String {
        match self {
            Self::Cpu | Self::Gpu => format::percent(value / 100.0),
            Self::Memory | Self::Vram => format::bytes_gib(value as u64),
            Self::Temperature => format!("{value:.0} °C"),
            Self::Clock => format!("{value:.0} MHz"),
            Self::Power => format!("{} W", format::figures(value)),
        }
    }

    /// What says most of so many readings: the usual load, the most memory, the highest temperature. `None` without one.
    pub(in crate::chart) fn summary(self, samples: &[&HardwareSample]) -> Option<String> {
        let values: Vec<f64> = samples.iter().filter_map(|sample| self.of(sample)).collect();
        let value = if self.counts_at_most() { values.iter().copied().reduce(f64::max) } else { stats::median(&values) };
        value.map(|value| self.text(value))
    }

    fn counts_at_most(self) -> bool {
        matches!(self, Self::Memory | Self::Vram | Self::Temperature)
    }

    /// What the figure of [`Self::summary`] is.
    pub(in crate::chart) fn summary_word(self) -> &'static str {
        if self.counts_at_most() { "at most" } else { "median" }
    }

    /// The line over readings whose clock begins `origin_ms` late; `None` where nothing was read.
    pub(in crate::chart) fn panel(self, samples: &[HardwareSample], machine: &Machine, origin_ms: f64) -> Option<LinePanel> {
        let all: Vec<&HardwareSample> = samples.iter().collect();
        let figure = self.summary(&all)?;
        let values: Vec<f64> = all.iter().filter_map(|sample| self.of(sample)).collect();
        Some(LinePanel {
            title: self.title().to_owned(),
            aside: format!("{} {figure}", self.summary_word()),
            height: PANEL_HEIGHT,
            scale: self.scale(&values, machine),
            points: samples.iter().map(|sample| ((sample.at_ms - origin_ms) / 1e3, self.of(sample))).collect(),
            guide: None,
        })
    }

    fn scale(self, values: &[f64], machine: &Machine) -> Scale {
        let most = values.iter().copied().fold(0.0, f64::max);
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let whole = |bytes: Option<u64>| bytes.map_or(most, |bytes| (bytes as f64).max(most));
        let from_zero = |top: f64| Scale::from_zero(top, self.text(top));
        match self {
            Self::Cpu | Self::Gpu => from_zero(100.0),
            Self::Memory => from_zero(whole(machine.memory_bytes)),
            Self::Vram => from_zero(whole(machine.gpus.iter().filter_map(|gpu| gpu.memory_bytes).max())),
            Self::Temperature => {
                let (bottom, top) = ((least / DEGREES).floor() * DEGREES, (most / DEGREES).ceil() * DEGREES);
                Scale {
                    bottom,
                    top: top.max(bottom + DEGREES),
                    bottom_label: self.text(bottom),
                    top_label: self.text(top.max(bottom + DEGREES)),
                }
            }
            Self::Clock | Self::Power => from_zero(most),
        }
    }
}

/// What the processor and the graphics processors draw, or else what the battery gives, in watts.
fn power_w(sample: &HardwareSample) -> Option<f64> {
    let parts = sample.package_power_w.into_iter().chain(sample.gpus.iter().filter_map(|gpu| gpu.power_w));
    parts.map(f64::from).reduce(|a, b| a + b).or(sample.battery_power_w.map(f64::from))
}
