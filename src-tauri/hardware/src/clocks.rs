//! The cores' clocks, and how often they were slowed down to stay cool. Linux only.

use std::path::PathBuf;
use std::time::Instant;

use toprung_core::format;
use toprung_core::machine::HardwareSample;

use crate::root::{Root, name, number, text};
use crate::throughput::{Counters, Throughput};
use crate::{Probe, SensorReport};

pub(crate) const CORES: &str = "sys/devices/system/cpu";

pub(crate) struct Clocks {
    cores: Vec<Core>,
    throttles: Throughput,
}

/// Files of one logical core that are there.
struct Core {
    name: String,
    clock: Option<PathBuf>,
    throttles: Option<PathBuf>,
    /// The package's own count and its number; each of its cores shows the same.
    package: Option<(String, PathBuf)>,
}

impl Clocks {
    /// Looks for the cores once; one that is switched off meanwhile is left out while it is off.
    pub(crate) fn new(root: &Root) -> Self {
        Self { cores: cores(root).into_iter().map(core).collect(), throttles: Throughput::default() }
    }

    /// The clock of each core that tells it.
    fn mhz(&self) -> Vec<f32> {
        let khz = self.cores.iter().filter_map(|core| number::<f32>(core.clock.as_deref()?));
        khz.map(|khz| khz / 1000.0).filter(|mhz| *mhz > 0.0).collect()
    }

    /// How often each core and each package was slowed down since the system started.
    fn counts(&self) -> Counters {
        let mut counts = Counters::new();
        for core in &self.cores {
            if let Some(count) = core.throttles.as_deref().and_then(number) {
                counts.insert(core.name.clone(), (count, 0));
            }
            if let Some((package, file)) = &core.package
                && !counts.contains_key(package)
                && let Some(count) = number(file)
            {
                counts.insert(package.clone(), (count, 0));
            }
        }
        counts
    }
}

impl Probe for Clocks {
    fn read(&mut self, sample: &mut HardwareSample) {
        let mhz = self.mhz();
        sample.clock_mhz = (!mhz.is_empty()).then(|| (mhz.iter().map(|mhz| f64::from(*mhz)).sum::<f64>() / mhz.len() as f64) as f32);
        sample.slowest_clock_mhz = mhz.iter().copied().reduce(f32::min);
        sample.fastest_clock_mhz = mhz.iter().copied().reduce(f32::max);
        sample.throttles_per_s = self.throttles.since_last(Instant::now(), self.counts()).map(|(per_s, _)| per_s);
    }
}

/// The folders of all logical cores.
pub(crate) fn cores(root: &Root) -> Vec<PathBuf> {
    let is_core = |folder: &PathBuf| name(folder).strip_prefix("cpu").is_some_and(|number| number.parse::<u32>().is_ok());
    root.entries(CORES).into_iter().filter(is_core).collect()
}

fn core(folder: PathBuf) -> Core {
    let existing = |file: &str| Some(folder.join(file)).filter(|path| path.exists());
    let package = text(&folder.join("topology/physical_package_id")).unwrap_or_default();
    Core {
        name: name(&folder).to_owned(),
        clock: existing("cpufreq/scaling_cur_freq"),
        throttles: existing("thermal_throttle/core_throttle_count"),
        package: existing("thermal_throttle/package_throttle_count").map(|file| (format!("package{package}"), file)),
    }
}

/// What sets the clocks; several where the cores differ, `None` where the system does not tell.
pub(crate) fn governor(root: &Root) -> Option<String> {
    let mut governors: Vec<String> = cores(root).iter().filter_map(|core| text(&core.join("cpufreq/scaling_governor"))).collect();
    governors.sort();
    governors.dedup();
    (!governors.is_empty()).then(|| governors.join(", "))
}

pub(crate) fn reports(root: &Root) -> [SensorReport; 2] {
    let clocks = Clocks::new(root);
    let mut sample = HardwareSample::default();
    Clocks::new(root).read(&mut sample);
    let set_by = governor(root).map(|governor| format!(", governor {governor}")).unwrap_or_default();
    let mhz = sample.clock_mhz.zip(sample.slowest_clock_mhz).zip(sample.fastest_clock_mhz);
    let clock = mhz.map(|((mean, slowest), fastest)| format!("{mean:.0} MHz on average ({slowest:.0}–{fastest:.0}){set_by}"));
    let counts = clocks.counts();
    let times = counts.values().map(|(count, _)| count).sum::<u64>();
    let throttles = (!counts.is_empty()).then(|| {
        format!("slowed down {} since the system started", format::count(u32::try_from(times).unwrap_or(u32::MAX), "time", "times"))
    });
    let no_clock = "the kernel shows no clocks of the cores; in a virtual machine only the host knows them";
    let no_count = "the processor does not count how often it slows down: Intel's do, others and virtual machines do not";
    [
        SensorReport::new("Clock", clock, no_clock, CLOCK_MEND).with_source("/sys/devices/system/cpu/cpu*/cpufreq", "MHz"),
        SensorReport::new("Throttle counters", throttles, no_count, "Nothing: throttling is then judged by clocks and speed.")
            .with_source("/sys/devices/system/cpu/cpu*/thermal_throttle", "counts/s"),
    ]
}

const CLOCK_MEND: &str = if cfg!(target_os = "linux") {
    "Nothing in a virtual machine. Otherwise switch the clocks' control on in the firmware (SpeedStep, Cool'n'Quiet, CPPC)."
} else {
    "Nothing: clocks are read on Linux only; speed is measured all the same."
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::write;

    fn put(root: &tempfile::TempDir, core: &str, file: &str, text: &str) {
        write(root.path(), &format!("{CORES}/{core}/{file}"), text);
    }

    fn machine() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        put(&folder, "cpufreq", "scaling_cur_freq", "9");
        for (core, khz) in [("cpu0", "2000000\n"), ("cpu1", "3000000\n")] {
            put(&folder, core, "cpufreq/scaling_cur_freq", khz);
            put(&folder, core, "cpufreq/scaling_governor", "powersave\n");
            put(&folder, core, "topology/physical_package_id", "0\n");
            put(&folder, core, "thermal_throttle/core_throttle_count", "5\n");
            put(&folder, core, "thermal_throttle/package_throttle_count", "70\n");
        }
        folder
    }

    fn read(clocks: &mut Clocks) -> HardwareSample {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let mut sample = HardwareSample::default();
        clocks.read(&mut sample);
        sample
    }

    #[test]
    fn clocks_are_averaged_and_throttling_is_a_rate() {
        let folder = machine();
        let mut clocks = Clocks::new(&Root::at(folder.path()));
        let first = read(&mut clocks);
        assert_eq!((first.clock_mhz, first.slowest_clock_mhz, first.fastest_clock_mhz), (Some(2500.0), Some(2000.0), Some(3000.0)));
        assert_eq!(first.throttles_per_s, None, "a rate begins with the second reading");
        assert_eq!(read(&mut clocks).throttles_per_s, Some(0.0));
        put(&folder, "cpu1", "thermal_throttle/core_throttle_count", "9\n");
        assert!(read(&mut clocks).throttles_per_s.is_some_and(|rate| rate > 0.0), "core 1 was slowed down");
        put(&folder, "cpu0", "thermal_throttle/package_throttle_count", "71\n");
        assert!(read(&mut clocks).throttles_per_s.is_some_and(|rate| rate > 0.0), "the package was slowed down");
    }

    #[test]
    fn counters_and_clocks_that_vanish_are_gaps() {
        let folder = machine();
        let mut clocks = Clocks::new(&Root::at(folder.path()));
        read(&mut clocks);
        put(&folder, "cpu0", "cpufreq/scaling_cur_freq", "<unknown>\n");
        assert_eq!(read(&mut clocks).clock_mhz, Some(3000.0), "a core that does not tell is left out");
        std::fs::remove_dir_all(folder.path().join("sys")).unwrap();
        let gone = read(&mut clocks);
        assert_eq!((gone.clock_mhz, gone.throttles_per_s), (None, None));
    }

    #[test]
    fn a_virtual_machine_shows_neither_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        assert_eq!(read(&mut Clocks::new(&root)), HardwareSample::default());
        assert!(reports(&root).iter().all(|report| !report.readable && report.mend.is_some()));
        let [clock, throttles] = reports(&Root::at(machine().path()));
        assert_eq!(clock.detail, "2500 MHz on average (2000–3000), governor powersave");
        assert_eq!(throttles.detail, "slowed down 80 times since the system started", "a package counts once");
    }
}
