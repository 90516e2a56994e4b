//! What the processor's packages draw, from their own energy counters (RAPL) as Linux shows them.

use std::path::PathBuf;
use std::time::Instant;

use toprung_core::machine::HardwareSample;

use crate::gpu::Gpus;
use crate::power::Power;
use crate::root::{Root, name, number, text};
use crate::{Probe, SensorReport};

const ZONES: &str = "sys/class/powercap";
const SOURCE: &str = "/sys/class/powercap/intel-rapl*/energy_uj";

/// One package's counter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Package {
    folder: PathBuf,
    /// The counter begins again at 0 beyond this: after minutes under load.
    wraps_at_uj: u64,
}

/// Reads the power of all packages together, from the second reading on.
pub(crate) struct Rapl {
    packages: Vec<Package>,
    last: Option<(Instant, Vec<u64>)>,
}

impl Rapl {
    pub(crate) fn new(root: &Root) -> Self {
        Self { packages: packages(root), last: None }
    }

    /// All packages' counters, in microjoules; `None` where one can't be read: a sum with a hole is no sum.
    fn counters(&self) -> Option<Vec<u64>> {
        let counters: Option<Vec<u64>> = self.packages.iter().map(|package| number(&package.folder.join("energy_uj"))).collect();
        counters.filter(|counters| !counters.is_empty())
    }

    fn watts(&mut self, now: Instant) -> Option<f32> {
        let counters = self.counters();
        let last = self.last.take();
        self.last = counters.clone().map(|counters| (now, counters));
        let ((then, before), counters) = (last?, counters?);
        let seconds = now.saturating_duration_since(then).as_secs_f64();
        let pairs = self.packages.iter().zip(before.iter().zip(&counters));
        let used_uj: u64 = pairs.map(|(package, (before, now))| since(*before, *now, package.wraps_at_uj)).sum::<Option<_>>()?;
        (seconds > 0.0).then(|| (used_uj as f64 / 1e6 / seconds) as f32)
    }
}

impl Probe for Rapl {
    fn read(&mut self, sample: &mut HardwareSample) {
        sample.package_power_w = self.watts(Instant::now());
    }
}

/// What a counter has counted, once round at most. `None` where it went back and its end is not known.
fn since(before: u64, now: u64, wraps_at: u64) -> Option<u64> {
    now.checked_sub(before).or_else(|| wraps_at.checked_sub(before)?.checked_add(now))
}

/// Zones such as `intel-rapl:0` whose name begins with “package”; AMD's are there too. What lies within a package
/// (`intel-rapl:0:0`, its cores) is counted in it, and the mirrored `intel-rapl-mmio` would count it twice.
fn packages(root: &Root) -> Vec<Package> {
    let zones = root.entries(ZONES).into_iter().filter(|zone| name(zone).starts_with("intel-rapl:"));
    let package = |folder: PathBuf| {
        text(&folder.join("name"))?.strip_prefix("package")?;
        Some(Package { wraps_at_uj: number(&folder.join("max_energy_range_uj")).unwrap_or(0), folder })
    };
    zones.filter_map(package).collect()
}

/// Whether this machine's power can be read now: from the packages' counters, a battery that gives, or a GPU.
pub fn reads_power() -> bool {
    let root = Root::real();
    let mut sample = HardwareSample::default();
    Power::new(&root).read(&mut sample);
    if sample.battery_power_w.is_some() || Rapl::new(&root).counters().is_some() {
        return true;
    }
    Gpus::new().read(&mut sample);
    sample.gpus.iter().any(|gpu| gpu.power_w.is_some())
}

pub(crate) fn report(root: &Root) -> SensorReport {
    let rapl = Rapl::new(root);
    let count = rapl.packages.len();
    let reading =
        rapl.counters().map(|counters| format!("the energy of {}", if counters.len() == 1 { "one package" } else { "all packages" }));
    let (why, mend) = match count {
        0 => ("the system shows no energy counter of the processor; a virtual machine has none", NO_COUNTER),
        _ => ("only root may read the processor's energy counters", NOT_ALLOWED),
    };
    SensorReport::new("Processor power", reading, why, mend).with_source(SOURCE, "W")
}

const NO_COUNTER: &str = if cfg!(target_os = "linux") {
    "On a laptop or a desktop, load the kernel's module: sudo modprobe intel_rapl_msr. On battery the machine's own gauge is read instead."
} else {
    "Nothing: it is read on Linux only."
};
/// Programs could spy on each other by these counters (CVE-2020-8694), so it is a person's to decide.
const NOT_ALLOWED: &str =
    "If you trust all programs on this machine: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj (until the next start).";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::root::write;

    fn machine(packages: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (number, (name, counter)) in packages.iter().enumerate() {
            let zone = format!("{ZONES}/intel-rapl:{number}");
            write(folder.path(), &format!("{zone}/name"), name);
            write(folder.path(), &format!("{zone}/energy_uj"), counter);
            write(folder.path(), &format!("{zone}/max_energy_range_uj"), "1000000000");
        }
        folder
    }

    #[test]
    fn power_is_energy_over_the_time_that_really_passed() {
        let folder = machine(&[("package-0", "5000000"), ("package-1", "1000000"), ("psys", "77")]);
        write(folder.path(), "sys/class/powercap/intel-rapl:0:0/name", "core");
        let (mut rapl, start) = (Rapl::new(&Root::at(folder.path())), Instant::now());
        assert_eq!(rapl.watts(start), None, "power is a difference");
        write(folder.path(), &format!("{ZONES}/intel-rapl:0/energy_uj"), "35000000");
        assert_eq!(rapl.watts(start + Duration::from_secs(2)), Some(15.0));
    }

    #[test]
    fn a_counter_that_began_again_is_carried_on() {
        let folder = machine(&[("package-0", "990000000")]);
        let (mut rapl, start) = (Rapl::new(&Root::at(folder.path())), Instant::now());
        rapl.watts(start);
        write(folder.path(), &format!("{ZONES}/intel-rapl:0/energy_uj"), "20000000");
        assert_eq!(rapl.watts(start + Duration::from_secs(1)), Some(30.0));
        assert_eq!(since(9, 4, 0), None, "without its end nothing can be said");
    }

    #[test]
    fn a_counter_that_vanishes_is_a_gap_and_heals() {
        let folder = machine(&[("package-0", "1000000")]);
        let (mut rapl, start) = (Rapl::new(&Root::at(folder.path())), Instant::now());
        let counter = format!("{ZONES}/intel-rapl:0/energy_uj");
        let mut watts = |second, text: &str| {
            write(folder.path(), &counter, text);
            rapl.watts(start + Duration::from_secs(second))
        };
        assert_eq!((watts(0, "1000000"), watts(1, "what?"), watts(2, "3000000"), watts(3, "5000000")), (None, None, None, Some(2.0)));
    }

    #[test]
    fn reports_tell_no_counter_from_a_forbidden_one() {
        let report_of = |folder: &tempfile::TempDir| report(&Root::at(folder.path()));
        assert!(report_of(&machine(&[])).detail.contains("no energy counter"));
        let readable = report_of(&machine(&[("package-0", "1")]));
        assert!(readable.readable && readable.unit == Some("W"), "{readable:?}");
        // What root may read and others may not can't be made here; a counter without a number is treated alike.
        let forbidden = report_of(&machine(&[("package-0", "")]));
        assert!(!forbidden.readable && forbidden.mend.is_some_and(|mend| mend.contains("chmod")), "{forbidden:?}");
    }
}
