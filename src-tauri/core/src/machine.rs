//! The machine and what was seen of it while a run went on. Unknown is `None`, never 0.

mod changes;

use serde::{Deserialize, Serialize};

pub use changes::{Change, Part, changes};

/// The version of [`Machine`] that this program writes. It rises when a field changes its meaning; a new field does not
/// raise it.
pub const PROFILE_VERSION: u32 = 1;

/// What the machine is: its profile, kept with each run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// [`PROFILE_VERSION`] when it was written; 0 in runs that are older than versions.
    pub version: u32,
    pub cpu: Option<String>,
    pub physical_cores: Option<u32>,
    pub logical_cores: Option<u32>,
    /// Of the physical cores, those that are as fast as the fastest, and the slower ones that save energy; 0 where all are alike.
    pub performance_cores: Option<u32>,
    pub efficiency_cores: Option<u32>,
    /// All of the processor's caches of a level together.
    pub l2_bytes: Option<u64>,
    pub l3_bytes: Option<u64>,
    /// What sets the cores' clocks, as the kernel calls it: “powersave”, “schedutil”.
    pub governor: Option<String>,
    /// The firmware's profile, as the kernel calls it: “low-power”, “balanced”, “performance”.
    pub power_profile: Option<String>,
    pub memory_bytes: Option<u64>,
    pub swap_bytes: Option<u64>,
    pub gpus: Vec<Gpu>,
    /// Name and version of the operating system.
    pub os: Option<String>,
    pub kernel: Option<String>,
    /// `Some(true)` on mains, `Some(false)` on battery, `None` where it can't be told.
    pub on_mains: Option<bool>,
    /// Whether a hypervisor stands between this system and the hardware.
    pub virtual_machine: Option<bool>,
    pub container: Option<bool>,
}

/// A graphics processor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpu {
    pub name: String,
    /// Its own memory. An integrated one has none, or the part of the machine's memory that is set aside for it.
    pub memory_bytes: Option<u64>,
    /// The driver with its version: “NVIDIA 550.54.14”, “amdgpu of Linux 6.8.0”.
    pub driver: Option<String>,
}

/// Why a graphics processor runs slower than it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throttle {
    /// It, or its memory, is too hot.
    Thermal,
    /// It draws as much power as it may.
    PowerCap,
    /// Its hardware or the power supply asked it to slow down at once.
    PowerBrake,
    /// A setting of its clocks, or another graphics processor that it keeps step with.
    Other,
}

impl Throttle {
    /// What it slows down for: “it slowed down {…}”. `None` for a setting, which is nobody's fault.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Thermal => Some("to stay cool"),
            Self::PowerCap => Some("to stay within its power limit"),
            Self::PowerBrake => Some("because its hardware or its power supply asked for it"),
            Self::Other => None,
        }
    }
}

/// What one graphics processor read. A rate is over the time since the sample before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GpuSample {
    /// Its place in [`Machine::gpus`].
    pub index: u8,
    /// Share of the time in which something ran on it, 0–100.
    pub busy_percent: Option<f32>,
    /// All of its memory that is not free, the driver's own part included.
    pub memory_used_bytes: Option<u64>,
    pub temperature_c: Option<f32>,
    pub power_w: Option<f32>,
    pub clock_mhz: Option<f32>,
    pub memory_clock_mhz: Option<f32>,
    /// Empty at full speed; `None` where the driver does not tell.
    pub throttles: Option<Vec<Throttle>>,
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
    /// Of all cores together, 0–100: the engine's processes.
    pub engine_cpu_percent: Option<f32>,
    /// Memory of the engine's processes that is their own, and pages of files (the weights) that they hold.
    pub engine_rss_anon_bytes: Option<u64>,
    pub engine_rss_file_bytes: Option<u64>,
    /// What the engine's processes made the disks do.
    pub engine_read_bytes_per_s: Option<f64>,
    pub engine_write_bytes_per_s: Option<f64>,
    /// Of the processor time that was wanted, the share that a CPU quota of a control group withheld, 0–100: of Toprung's
    /// group, the engine's or one above them, whichever lost most.
    pub quota_held_percent: Option<f32>,
    /// Share of the time in which every task waited for memory, 0–100 (Linux PSI, memory “full”).
    pub memory_pressure_percent: Option<f32>,
    /// Share of the time in which at least one task waited for memory, 0–100 (Linux PSI, memory “some”).
    pub memory_some_pressure_percent: Option<f32>,
    pub memory_used_bytes: Option<u64>,
    pub memory_available_bytes: Option<u64>,
    pub swap_used_bytes: Option<u64>,
    /// Bytes brought back from swap.
    pub swap_in_bytes_per_s: Option<f64>,
    /// Pages that the engine had to wait for the disk to bring.
    pub major_faults_per_s: Option<f64>,
    /// Mean clock of the cores, in MHz, and that of the slowest and the fastest.
    pub clock_mhz: Option<f32>,
    pub slowest_clock_mhz: Option<f32>,
    pub fastest_clock_mhz: Option<f32>,
    /// How often the processor reported that it slowed down to stay cool.
    pub throttles_per_s: Option<f64>,
    /// `Some(false)` on battery.
    pub on_mains: Option<bool>,
    /// Charge of the batteries, 0–100.
    pub battery_percent: Option<f32>,
    /// Drawn from the batteries, in watts; `None` while they charge or rest.
    pub battery_power_w: Option<f32>,
    /// What the processor's packages drew since the last reading, in watts.
    pub package_power_w: Option<f32>,
    /// The hottest readable sensor, in degrees Celsius.
    pub temperature_c: Option<f32>,
    /// Which sensor that was.
    pub hottest_sensor: Option<String>,
    /// The processor's own sensor, in degrees Celsius.
    pub package_temperature_c: Option<f32>,
    /// Turns per minute of each fan; 0 is a fan that stands. Known of every fan or of none.
    pub fans_rpm: Vec<f32>,
    /// What this user can still write in the data folder.
    pub disk_free_bytes: Option<u64>,
    pub disk_read_bytes_per_s: Option<f64>,
    pub disk_write_bytes_per_s: Option<f64>,
    pub network_in_bytes_per_s: Option<f64>,
    pub network_out_bytes_per_s: Option<f64>,
    /// One reading for each graphics processor that gave any.
    pub gpus: Vec<GpuSample>,
}

/// A graphics processor that is busy for less of the time does not compute the model: a desktop alone takes this much, in
/// per cent.
pub(crate) const IDLE_GPU_PERCENT: f32 = 10.0;

impl HardwareSample {
    /// The graphics processors that compute: those that are busy, or all of them where none tells how busy it is.
    pub(crate) fn working_gpus(&self) -> impl Iterator<Item = &GpuSample> {
        let any_tells = self.gpus.iter().any(|gpu| gpu.busy_percent.is_some());
        self.gpus.iter().filter(move |gpu| !any_tells || gpu.busy_percent.is_some_and(|percent| percent >= IDLE_GPU_PERCENT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_busy_gpus_work_where_one_tells_how_busy_it_is() {
        let gpu = |index, busy_percent| GpuSample { index, busy_percent, ..GpuSample::default() };
        let working = |gpus| {
            let sample = HardwareSample { gpus, ..HardwareSample::default() };
            sample.working_gpus().map(|gpu| gpu.index).collect::<Vec<_>>()
        };
        assert_eq!(working(vec![gpu(0, Some(97.0)), gpu(1, None)]), [0], "the integrated one draws the desktop");
        assert_eq!(working(vec![gpu(0, Some(2.0))]), [] as [u8; 0]);
        assert_eq!(working(vec![gpu(0, None), gpu(1, None)]), [0, 1], "nothing is known");
    }

    #[test]
    fn a_record_without_the_newer_fields_is_still_read() {
        let gpu: Gpu = serde_json::from_str(r#"{"name":"RTX","memory_bytes":null}"#).unwrap();
        assert_eq!(gpu, Gpu { name: "RTX".to_owned(), ..Gpu::default() });
        let sample: HardwareSample = serde_json::from_str(r#"{"at_ms":5.0}"#).unwrap();
        assert!(sample.gpus.is_empty());
    }
}
