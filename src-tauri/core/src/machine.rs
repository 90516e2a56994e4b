//! The machine and what was seen of it while a run went on. Unknown is `None`, never 0.

use serde::{Deserialize, Serialize};

/// What the machine is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    pub cpu: Option<String>,
    pub physical_cores: Option<u32>,
    pub logical_cores: Option<u32>,
    pub memory_bytes: Option<u64>,
    pub swap_bytes: Option<u64>,
    pub gpus: Vec<Gpu>,
    /// Name and version of the operating system.
    pub os: Option<String>,
    pub kernel: Option<String>,
    /// `Some(true)` on mains, `Some(false)` on battery, `None` where it can't be told.
    pub on_mains: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gpu {
    pub name: String,
    pub memory_bytes: Option<u64>,
}

/// One reading of the sensors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HardwareSample {
    /// Monotonic milliseconds since the run began.
    pub at_ms: f64,
    /// Of all cores together, 0–100.
    pub cpu_percent: Option<f32>,
    /// Of each core, 0–100.
    pub per_core_percent: Vec<f32>,
    /// Of all cores together, 0–100: what neither the engine nor Toprung used, the hypervisor's share included.
    pub foreign_cpu_percent: Option<f32>,
    /// Of all cores together, 0–100: Toprung itself, without the engine.
    pub own_cpu_percent: Option<f32>,
    /// Share of the time in which every task waited for memory, 0–100 (Linux PSI, memory “full”).
    pub memory_pressure_percent: Option<f32>,
    pub memory_used_bytes: Option<u64>,
    pub memory_available_bytes: Option<u64>,
    pub swap_used_bytes: Option<u64>,
    /// Bytes brought back from swap.
    pub swap_in_bytes_per_s: Option<f64>,
    /// Pages that the engine had to wait for the disk to bring.
    pub major_faults_per_s: Option<f64>,
    /// Mean clock of the cores, in MHz.
    pub clock_mhz: Option<f32>,
    /// How often the processor reported that it slowed down to stay cool.
    pub throttles_per_s: Option<f64>,
    /// `Some(false)` on battery.
    pub on_mains: Option<bool>,
    /// The hottest readable sensor, in degrees Celsius.
    pub temperature_c: Option<f32>,
    pub disk_read_bytes_per_s: Option<f64>,
    pub disk_write_bytes_per_s: Option<f64>,
    pub network_in_bytes_per_s: Option<f64>,
    pub network_out_bytes_per_s: Option<f64>,
}
