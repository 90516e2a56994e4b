//! From a fault of the machine to what a person reads: files of a made-up laptop change, the real probes read them, and the
//! analysis lowers the grade and names the cause of the cliff.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use toprung_core::analysis::{Analysis, Floors, Grade, analyse};
use toprung_core::machine::HardwareSample;
use toprung_core::run::RunRecord;
use toprung_core::seed::seed_run;
use toprung_hardware::{Probe, probes_under};

/// Time between readings; what the samples say of it is a second.
const TICK: Duration = Duration::from_millis(15);
const READINGS: u32 = 5;

/// A laptop on mains that nothing disturbs, in files.
struct Laptop {
    folder: tempfile::TempDir,
    probes: Vec<Box<dyn Probe>>,
    /// Ticks that passed, all of them idle.
    ticks: u32,
}

impl Laptop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (put, own) = (|path: &str, text: &str| write(folder.path(), path, text), std::process::id());
        put(&format!("proc/{own}/stat"), &stat(own, 1, 0));
        put(&format!("proc/{own}/cgroup"), "0::/box\n");
        put("proc/9999999/stat", &stat(9_999_999, own, 0));
        put("proc/pressure/memory", "some avg10=0.00 total=0\nfull avg10=0.00 total=0\n");
        put("proc/vmstat", "pswpin 0\n");
        put("sys/fs/cgroup/box/cpu.stat", "usage_usec 0\nthrottled_usec 0\n");
        put("sys/class/power_supply/AC/type", "Mains\n");
        put("sys/class/power_supply/AC/online", "1\n");
        put("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "4000000\n");
        put("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "0\n");
        let probes = probes_under(folder.path());
        Self { folder, probes, ticks: 0 }
    }

    /// Readings from a moment on, each after `fault` was done to the files for the so-and-so-manieth time.
    fn readings(&mut self, from_ms: f64, fault: impl Fn(&Path, u64)) -> Vec<HardwareSample> {
        let mut samples = Vec::new();
        for reading in 0..READINGS {
            std::thread::sleep(TICK);
            self.ticks += 100;
            write(self.folder.path(), "proc/stat", &format!("cpu  1000 0 0 {} 0 0 0 0 0 0\n", self.ticks));
            fault(self.folder.path(), u64::from(reading) + 1);
            let mut sample = HardwareSample { at_ms: from_ms + 1000.0 * f64::from(reading), ..HardwareSample::default() };
            self.probes.iter_mut().for_each(|probe| probe.read(&mut sample));
            samples.push(sample);
        }
        samples
    }
}

fn stat(pid: u32, parent: u32, major_faults: u64) -> String {
    format!("{pid} (some name) R {parent} 7 7 0 -1 4194304 900 0 {major_faults} 0 0 0 0 0 20 0 3 0 100 1000000 200")
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A rung at 60 tokens/s and one with weights of twice the size at 5, a minute later, while the fault went on.
fn climb(fault: impl Fn(&Path, u64)) -> Analysis {
    let mut laptop = Laptop::new();
    let mut run: RunRecord = seed_run();
    run.rungs.truncate(2);
    for (rung, (from_ms, tps, bytes)) in run.rungs.iter_mut().zip([(0.0, 60.0, 1_000_000_000), (60_000.0, 5.0, 2_000_000_000)]) {
        rung.facts.file_bytes = Some(bytes);
        rung.facts.active_bytes = None;
        for trial in &mut rung.trials {
            trial.started_ms = from_ms + 1000.0 * f64::from(trial.index);
            (trial.decode_tps, trial.client_decode_tps, trial.response_ms) = (Some(tps), None, Some(900.0));
        }
    }
    // The first reading has no rates.
    laptop.readings(-60_000.0, |_, _| {});
    run.samples = laptop.readings(0.0, |_, _| {});
    run.samples.extend(laptop.readings(60_000.0, fault));
    analyse(&run, &Floors::default())
}

/// Grade and reasons of the upper rung, and what the step to it says.
fn shown(fault: impl Fn(&Path, u64)) -> (Grade, Vec<String>, String) {
    let mut analysis = climb(fault);
    let upper = analysis.rungs.remove(1);
    (upper.grade.unwrap(), upper.reasons, analysis.steps.remove(0).note.unwrap())
}

fn assert_shown(fault: impl Fn(&Path, u64), grade: Grade, reason: &str, cause: &str) {
    let calm = shown(|_, _| {});
    let (found, reasons, note) = shown(fault);
    assert!(calm.0 < found && found == grade, "the fault lowers the grade from {:?} to {found:?}: {reasons:?}", calm.0);
    assert!(reasons.iter().any(|words| words.contains(reason)), "“{reason}” is not among {reasons:?}");
    assert!(note.starts_with("A cliff") && note.contains(cause), "“{cause}” is not in “{note}”");
    assert!(calm.2.ends_with("What was read does not say why."), "{}", calm.2);
}

#[test]
fn throttling_is_seen_and_named() {
    let fault = |root: &Path, n: u64| {
        write(root, "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", &n.to_string());
        write(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1800000");
    };
    let cause = "The processor slowed down to stay cool in 100 % of the readings. Its clock was 1800 MHz, on the rung below 4000.";
    assert_shown(fault, Grade::B, "the processor slowed down to stay cool in 5 of 5 readings", cause);
}

#[test]
fn a_pulled_plug_is_seen_and_named() {
    let fault = |root: &Path, _: u64| {
        write(root, "sys/class/power_supply/AC/online", "0");
        write(root, "sys/class/power_supply/BAT0/type", "Battery");
        write(root, "sys/class/power_supply/BAT0/status", "Discharging");
    };
    assert_shown(fault, Grade::B, "the machine ran on battery", "The machine ran on battery, on the rung below on mains.");
}

#[test]
fn swap_is_seen_and_named() {
    let fault = |root: &Path, n: u64| write(root, "proc/vmstat", &format!("pswpin {}\n", n * 2000));
    assert_shown(fault, Grade::C, "came back from swap while it ran", "came back from swap.");
}

#[test]
fn swap_that_grows_is_seen() {
    let fault = |root: &Path, n: u64| {
        let free_kib = (2 << 20) - n * (100 << 10);
        write(
            root,
            "proc/meminfo",
            &format!("MemTotal: 16000000 kB\nMemAvailable: 9000000 kB\nSwapTotal: 2097152 kB\nSwapFree: {free_kib} kB\n"),
        );
    };
    let (grade, reasons, _) = shown(fault);
    assert!(grade > Grade::A && reasons.iter().any(|words| words.contains("swap grew by")), "{grade:?} {reasons:?}");
}

#[test]
fn waiting_for_memory_is_seen_and_named() {
    let fault = |root: &Path, n: u64| write(root, "proc/pressure/memory", &format!("full avg10=0.00 total={}\n", n * 1_000_000));
    let cause = "Everything waited for memory during 100 % of the time.";
    assert_shown(fault, Grade::C, "everything waited for memory during 100 % of the time", cause);
}

#[test]
fn a_spill_to_the_disk_is_seen_and_named() {
    let fault = |root: &Path, n: u64| write(root, "proc/9999999/stat", &stat(9_999_999, std::process::id(), n * 1000));
    assert_shown(fault, Grade::B, "memory did not hold the model", "its memory does not hold the model.");
}

#[test]
fn a_cpu_quota_is_seen_and_named() {
    let fault = |root: &Path, n: u64| {
        let stat = format!("usage_usec {}\nthrottled_usec {}\n", n * 6000, n * 4000);
        write(root, "sys/fs/cgroup/box/cpu.stat", &stat);
    };
    assert_shown(
        fault,
        Grade::B,
        "a CPU quota held the processor back 40 % of the time",
        "A CPU quota held the processor back 40 % of the time.",
    );
}

#[test]
fn lost_sensors_are_said_and_leave_their_cause_open() {
    let throttles = |root: &Path, _: u64| drop(fs::remove_dir_all(root.join("sys/devices/system/cpu/cpu0/thermal_throttle")));
    assert_shown(throttles, Grade::B, "the throttle counters could not be read in 5 of 5 readings", "throttling is not ruled out.");
    let mains = |root: &Path, _: u64| drop(fs::remove_dir_all(root.join("sys/class/power_supply")));
    assert_shown(mains, Grade::B, "the power source could not be read in 5 of 5 readings", "a battery is not ruled out.");
}
