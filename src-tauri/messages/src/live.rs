//! Live: a climb while it goes on. The Rust process holds the state; a page that reloads asks for it again.

use serde::Serialize;
use ts_rs::TS;

use crate::Problem;

/// What a climb says while it goes on.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum LiveEvent {
    /// The whole state, with the readings of the sensors since the last time.
    Changed { live: Box<LiveView> },
    /// The climb ended; its results can be opened.
    Ended { run: String, finished: bool },
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LiveView {
    pub run: String,
    pub ladder: String,
    pub mode: String,
    pub engine: String,
    /// `running`, `pausing` (after this trial), `paused`, `stopping`, `ended`.
    pub state: String,
    pub rungs: Vec<LiveRung>,
    /// Position of the rung under way.
    pub current: Option<u32>,
    /// All rungs are done, and the first is being measured once more.
    pub checking_drift: bool,
    /// Of the whole climb, 0–1.
    pub progress: f64,
    /// A range in seconds, once a rung is done.
    pub left_low_s: Option<f64>,
    pub left_high_s: Option<f64>,
    pub problem: Option<Problem>,
    /// The last two minutes of readings; in an event those since the last one.
    pub samples: Vec<SampleView>,
    pub output: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LiveRung {
    pub model: String,
    pub title: String,
    #[ts(type = "number | null")]
    pub file_bytes: Option<u64>,
    pub quantization: Option<String>,
    /// `waiting`, `pulling`, `loading`, `warming_up`, `measuring`, `measured`, `failed`, `left_out`.
    pub state: String,
    /// The trial under way, counted from 1, and how many there may be.
    pub trial: Option<u32>,
    pub trials_at_least: Option<u32>,
    pub trials_at_most: Option<u32>,
    /// `speed` or `answer`.
    pub trial_kind: Option<String>,
    /// The item of a task under way.
    pub item: Option<LiveItem>,
    /// Right answers and answers that count, over all tasks so far.
    pub items_right: u32,
    pub items_asked: u32,
    #[ts(type = "number | null")]
    pub pulled_bytes: Option<u64>,
    #[ts(type = "number | null")]
    pub pull_total_bytes: Option<u64>,
    pub pull_bytes_per_s: Option<f64>,
    pub pull_left_s: Option<f64>,
    /// Median so far, with the half width of its interval while it is measured.
    pub decode_tps: Option<f64>,
    pub decode_half_width: Option<f64>,
    pub ttft_ms: Option<f64>,
    pub response_ms: Option<f64>,
    pub answered: u32,
    pub asked: u32,
    /// Relative to the rung below.
    pub throughput_change: Option<f64>,
    pub grade: Option<String>,
    pub problem: Option<Problem>,
}

/// The item of a task that is being asked.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LiveItem {
    /// The task's stable name.
    pub task: String,
    pub title: String,
    /// Counted from 1 within the task.
    pub number: u32,
    pub of: u32,
}

/// One reading of the sensors. Unknown is `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SampleView {
    pub at_ms: f64,
    pub cpu_percent: Option<f32>,
    /// Of each core, 0–100; empty where it is not known.
    pub cores_percent: Vec<f32>,
    /// Mean of the cores.
    pub clock_mhz: Option<f32>,
    /// Whether the processor slowed down to stay cool.
    pub throttled: Option<bool>,
    /// Of the processor time that was wanted, the share that a CPU quota withheld, 0–100.
    pub quota_held_percent: Option<f32>,
    #[ts(type = "number | null")]
    pub memory_used_bytes: Option<u64>,
    #[ts(type = "number | null")]
    pub memory_total_bytes: Option<u64>,
    #[ts(type = "number | null")]
    pub swap_used_bytes: Option<u64>,
    /// The hottest sensor.
    pub temperature_c: Option<f32>,
    /// The fastest fan, in turns per minute; 0 is a fan that stands.
    pub fan_rpm: Option<f32>,
    /// What the processor draws, in watts.
    pub package_power_w: Option<f32>,
    /// What the battery gives, in watts.
    pub battery_power_w: Option<f32>,
    pub battery_percent: Option<f32>,
    /// `false` on battery.
    pub on_mains: Option<bool>,
    #[ts(type = "number | null")]
    pub disk_free_bytes: Option<u64>,
    pub disk_read_bytes_per_s: Option<f64>,
    pub disk_write_bytes_per_s: Option<f64>,
    pub network_in_bytes_per_s: Option<f64>,
    pub network_out_bytes_per_s: Option<f64>,
    /// One for each graphics processor that gave a reading.
    pub gpus: Vec<GpuSampleView>,
}

/// What one graphics processor read.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct GpuSampleView {
    /// Its place among the machine's graphics processors.
    pub index: u8,
    pub busy_percent: Option<f32>,
    #[ts(type = "number | null")]
    pub memory_used_bytes: Option<u64>,
    #[ts(type = "number | null")]
    pub memory_total_bytes: Option<u64>,
    pub temperature_c: Option<f32>,
    pub power_w: Option<f32>,
    pub clock_mhz: Option<f32>,
    /// Whether it runs slower than it could, for heat or for power.
    pub slowed: Option<bool>,
}
