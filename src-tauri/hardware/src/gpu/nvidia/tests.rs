use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;

use super::*;

const MIB: u64 = 1 << 20;

/// Plays recorded answers one after the other; after the last the GPU is gone.
struct Recorded(RefCell<VecDeque<Answers>>);

impl Ask for Recorded {
    fn ask(&self) -> Answers {
        self.0.borrow_mut().pop_front().unwrap_or_else(|| Answers::all_refused(Refusal::Gone))
    }
}

fn facts(name: &str, memory_mib: u64) -> Facts {
    let (slot, driver) = (Some("0000:01:00.0".to_owned()), Some("560.35.03".to_owned()));
    Facts { name: name.to_owned(), slot, memory_bytes: Some(memory_mib * MIB), driver }
}

fn device(root: &Path, answers: impl IntoIterator<Item = Answers>) -> Nvidia<Recorded> {
    Nvidia::new(facts("NVIDIA GeForce RTX 4070 Laptop GPU", 8188), Recorded(RefCell::new(answers.into_iter().collect())), root)
}

/// A laptop's GPU in the middle of a model's answer.
fn busy() -> Answers {
    Answers {
        busy_percent: Ok(93),
        memory: Ok(Memory { total: 8188 * MIB, free: 1310 * MIB }),
        temperature_c: Ok(74),
        power_mw: Ok(79_850),
        energy_mj: Ok(1_204_551_933),
        graphics_mhz: Ok(2235),
        memory_mhz: Ok(8001),
        throttles: Ok(vec![Throttle::PowerCap]),
    }
}

/// A GeForce GTX 780 under the driver 450.66 tells its temperature and its memory, and nothing else.
fn kepler() -> Answers {
    let all = Answers::all_refused(Refusal::NotSupported);
    Answers { memory: Ok(Memory { total: 3018 * MIB, free: 2223 * MIB }), temperature_c: Ok(37), ..all }
}

#[test]
fn a_laptops_gpu_reads_everything() {
    let mut gpu = device(Path::new("/nowhere"), [busy()]);
    let expected = GpuSample {
        index: 0,
        busy_percent: Some(93.0),
        memory_used_bytes: Some(6878 * MIB),
        temperature_c: Some(74.0),
        power_w: Some(79.85),
        clock_mhz: Some(2235.0),
        memory_clock_mhz: Some(8001.0),
        throttles: Some(vec![Throttle::PowerCap]),
    };
    assert_eq!(gpu.read(), expected);
    assert_eq!(gpu.describe().driver.as_deref(), Some("NVIDIA 560.35.03"));
    assert_eq!(device(Path::new("/nowhere"), [busy()]).gaps(&expected), None);
}

#[test]
fn power_is_the_energy_used_over_the_time_that_passed() {
    let later = Answers { energy_mj: Ok(1_204_551_933 + 10_000), ..busy() };
    let mut gpu = device(Path::new("/nowhere"), [busy(), later]);
    gpu.read();
    let began = Instant::now();
    std::thread::sleep(std::time::Duration::from_millis(100));
    let watts = gpu.read().power_w.unwrap();
    let most = 10.0 / 0.1;
    let least = 10.0 / (began.elapsed().as_secs_f32() + 0.05);
    assert!((least..=most).contains(&watts), "10 J in a tenth of a second and a little more: {watts} W");
}

#[test]
fn a_counter_that_was_reset_leaves_the_drivers_own_figure() {
    let reset = Answers { energy_mj: Ok(5), ..busy() };
    let mut gpu = device(Path::new("/nowhere"), [busy(), reset]);
    gpu.read();
    assert_eq!(gpu.read().power_w, Some(79.85));
}

#[test]
fn what_an_old_gpu_does_not_support_is_unknown_and_named() {
    let mut gpu = device(Path::new("/nowhere"), [kepler(), kepler()]);
    let reading = gpu.read();
    let expected = GpuSample { memory_used_bytes: Some(795 * MIB), temperature_c: Some(37.0), ..GpuSample::default() };
    assert_eq!(reading, expected, "not supported is not 0");
    let why = "this GPU does not support it";
    let gaps = format!("not readable: use ({why}), power ({why}), clock ({why}), throttling ({why})");
    assert_eq!(gpu.gaps(&reading), Some(gaps));
}

#[test]
fn a_gpu_that_falls_off_the_bus_leaves_a_gap_and_a_reason() {
    let mut gpu = device(Path::new("/nowhere"), [busy()]);
    assert!(gpu.read().busy_percent.is_some());
    assert_eq!(gpu.read(), GpuSample::default());
    assert_eq!(gpu.problem().why, "the GPU no longer answers");
}

#[test]
fn answers_that_cannot_be_are_unknown() {
    let odd = Answers { busy_percent: Ok(4_000_000_000), temperature_c: Ok(0), memory: Ok(Memory { total: 1, free: 2 }), ..busy() };
    let reading = device(Path::new("/nowhere"), [odd]).read();
    assert_eq!((reading.busy_percent, reading.temperature_c, reading.memory_used_bytes), (None, None, None));
}

#[test]
fn a_gpu_that_sleeps_is_not_woken() {
    let root = tempfile::tempdir().unwrap();
    let power = root.path().join("sys/bus/pci/devices/0000:01:00.0/power");
    fs::create_dir_all(&power).unwrap();
    fs::write(power.join("runtime_status"), "suspended\n").unwrap();
    let mut gpu = device(root.path(), [busy()]);
    assert_eq!(gpu.read(), GpuSample { busy_percent: Some(0.0), ..GpuSample::default() });
    fs::write(power.join("runtime_status"), "active\n").unwrap();
    assert_eq!(gpu.read().busy_percent, Some(93.0), "the recorded answer was not asked for before");
}

#[test]
fn the_kernels_driver_tells_its_version() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("proc/driver/nvidia");
    fs::create_dir_all(&folder).unwrap();
    let version = |text: &str| {
        fs::write(folder.join("version"), text).unwrap();
        kernel_driver(root.path())
    };
    let closed =
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023\nGCC version:  gcc version 12.2.0\n";
    let open = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.82.07  Release Build  (dvs-builder@U22)\n";
    assert_eq!(version(closed).as_deref(), Some("535.129.03"));
    assert_eq!(version(open).as_deref(), Some("580.82.07"));
    assert_eq!(version("NVRM version: odd.\n"), None);
}
