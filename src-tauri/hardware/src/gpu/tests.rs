#[cfg(target_os = "linux")]
mod library;

use toprung_core::machine::Throttle;

use super::*;

/// A folder that stands for `/`.
struct Fake(tempfile::TempDir);

impl Fake {
    fn new(files: &[(&str, &str)]) -> Self {
        let fake = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|(path, text)| fake.write(path, text));
        fake
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.0.path().join(path)).unwrap();
    }

    fn places(&self, nvml: impl Into<OsString>, wakes: bool) -> Places {
        Places { root: self.0.path().to_owned(), nvml: Some(nvml.into()), wakes }
    }

    fn detect(&self) -> Vec<Box<dyn Device>> {
        self.detect_with("/nowhere/libnvidia-ml.so.1")
    }

    fn detect_with(&self, nvml: impl Into<OsString>) -> Vec<Box<dyn Device>> {
        detect(&self.places(nvml, true))
    }
}

fn described(devices: &[Box<dyn Device>]) -> Vec<Gpu> {
    devices.iter().map(|device| device.describe()).collect()
}

fn gpu(name: &str, memory_bytes: Option<u64>, driver: Option<&str>) -> Gpu {
    Gpu { name: name.to_owned(), memory_bytes, driver: driver.map(str::to_owned) }
}

/// A Radeon as the driver amdgpu shows it.
const RADEON: &[(&str, &str)] = &[
    ("sys/class/drm/card1/device/vendor", "0x1002\n"),
    ("sys/class/drm/card1/device/device", "0x744c\n"),
    ("sys/class/drm/card1/device/uevent", "DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_SLOT_NAME=0000:03:00.0\n"),
    ("sys/class/drm/card1/device/gpu_busy_percent", "97\n"),
    ("sys/class/drm/card1/device/mem_info_vram_total", "25753026560\n"),
    ("sys/class/drm/card1/device/mem_info_vram_used", "7516192768\n"),
    ("sys/class/drm/card1/device/hwmon/hwmon3/temp1_input", "61000\n"),
    ("sys/class/drm/card1/device/hwmon/hwmon3/power1_average", "231000000\n"),
    ("sys/class/drm/card1/device/hwmon/hwmon3/freq1_input", "2482000000\n"),
    ("sys/class/drm/card1/device/pp_dpm_mclk", "0: 96Mhz\n1: 1249Mhz *\n"),
    ("sys/class/drm/card1-HDMI-A-1/device/vendor", "0x1002\n"),
    ("proc/sys/kernel/osrelease", "6.8.0-45-generic\n"),
];

/// A processor's own GPU as the driver i915 shows it.
const I915: &[(&str, &str)] = &[
    ("sys/class/drm/card0/device/vendor", "0x8086\n"),
    ("sys/class/drm/card0/device/device", "0xa7a0\n"),
    ("sys/class/drm/card0/device/uevent", "DRIVER=i915\nPCI_SLOT_NAME=0000:00:02.0\n"),
    ("sys/class/drm/card0/gt_act_freq_mhz", "0\n"),
    ("sys/class/drm/card0/gt_cur_freq_mhz", "1300\n"),
    ("sys/class/drm/card0/gt/gt0/throttle_reason_status", "1\n"),
    ("sys/class/drm/card0/gt/gt0/throttle_reason_pl1", "1\n"),
    ("sys/class/drm/card0/gt/gt0/throttle_reason_prochot", "1\n"),
    ("sys/class/drm/card0/gt/gt0/throttle_reason_thermal", "1\n"),
    ("sys/class/drm/card0/gt/gt0/throttle_reason_vr_tdc", "0\n"),
];

/// A laptop's second GPU as NVIDIA's driver and the kernel's list show it.
const NVIDIA: &[(&str, &str)] = &[
    ("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  560.35.03  Fri Aug 16 21:39:15 UTC 2024\n"),
    ("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA GeForce RTX 4070 Laptop GPU\nIRQ:   \t\t 184\n"),
    ("sys/class/drm/card1/device/vendor", "0x10de\n"),
    ("sys/class/drm/card1/device/uevent", "DRIVER=nvidia\nPCI_SLOT_NAME=0000:01:00.0\n"),
];

#[test]
fn amdgpu_shows_everything_but_throttling() {
    let fake = Fake::new(RADEON);
    let mut devices = fake.detect();
    assert_eq!(described(&devices), [gpu("AMD GPU 0x744c", Some(25_753_026_560), Some("amdgpu of Linux 6.8.0-45-generic"))]);
    let expected = GpuSample {
        index: 0,
        busy_percent: Some(97.0),
        memory_used_bytes: Some(7 << 30),
        temperature_c: Some(61.0),
        power_w: Some(231.0),
        clock_mhz: Some(2482.0),
        memory_clock_mhz: Some(1249.0),
        throttles: None,
    };
    assert_eq!(read_all(&mut devices), [expected]);
    let report = reports_of(fake.detect()).remove(0);
    let detail = "AMD GPU 0x744c (sysfs amdgpu): 97 % busy, 7.00 GiB of 24.0 GiB in use, 61 °C, 231 W, 2482 MHz; its driver does not show: throttling";
    assert_eq!((report.readable, report.detail.as_str()), (true, detail));
}

#[test]
fn newer_names_and_a_driver_of_its_own_are_understood() {
    let fake = Fake::new(RADEON);
    fake.remove("sys/class/drm/card1/device/hwmon/hwmon3/power1_average");
    fake.write("sys/class/drm/card1/device/hwmon/hwmon3/power1_input", "12500000\n");
    fake.write("sys/class/drm/card1/device/product_name", "AMD Radeon PRO W7900\n");
    fake.write("sys/module/amdgpu/version", "6.7.0\n");
    let mut devices = fake.detect();
    assert_eq!(described(&devices), [gpu("AMD Radeon PRO W7900", Some(25_753_026_560), Some("amdgpu 6.7.0"))]);
    assert_eq!(devices[0].read().power_w, Some(12.5));
}

#[test]
fn a_card_has_the_name_that_the_systems_list_gives_it() {
    let fake = Fake::new(&[RADEON, I915].concat());
    fake.write("usr/share/misc/pci.ids", "1002  AMD\n\t744c  Navi 31 [Radeon RX 7900 XTX]\n8086  Intel Corporation\n");
    let names: Vec<String> = described(&fake.detect()).into_iter().map(|gpu| gpu.name).collect();
    assert_eq!(names, ["Intel GPU 0xa7a0", "AMD Radeon RX 7900 XTX"], "what is not listed keeps its number");
}

#[test]
fn files_that_are_absent_malformed_or_vanish_are_gaps_and_not_zero() {
    let fake = Fake::new(RADEON);
    let mut devices = fake.detect();
    let folder = "sys/class/drm/card1/device";
    for (file, text) in [("gpu_busy_percent", "many\n"), ("mem_info_vram_used", ""), ("hwmon/hwmon3/temp1_input", "-128000\n")] {
        fake.write(&format!("{folder}/{file}"), text);
    }
    fake.remove(&format!("{folder}/hwmon/hwmon3/freq1_input"));
    let expected = GpuSample { power_w: Some(231.0), memory_clock_mhz: Some(1249.0), ..GpuSample::default() };
    assert_eq!(read_all(&mut devices), [expected]);
    fake.write(&format!("{folder}/gpu_busy_percent"), "3000\n");
    assert_eq!(devices[0].read().busy_percent, None);
    fs::remove_dir_all(fake.0.path().join("sys")).unwrap();
    assert_eq!(read_all(&mut devices), [], "a card that is gone leaves a gap");
    assert!(fake.detect().is_empty());
}

#[test]
fn a_card_that_sleeps_is_not_read() {
    let fake = Fake::new(RADEON);
    fake.write("sys/class/drm/card1/device/power/runtime_status", "suspended\n");
    assert_eq!(fake.detect()[0].read(), asleep());
    let report = reports_of(fake.detect()).remove(0);
    assert_eq!((report.readable, report.detail.as_str()), (true, "AMD GPU 0x744c (sysfs amdgpu): asleep, and not woken to be read"));
}

#[test]
fn looking_at_a_machine_wakes_no_gpu_of_it() {
    let fake = Fake::new(&[I915, NVIDIA].concat());
    fake.write("sys/class/drm/card0/device/power/runtime_status", "suspended\n");
    fake.write("sys/bus/pci/devices/0000:01:00.0/power/runtime_status", "suspended\n");
    // A library that can't be opened says so, once somebody tries.
    let devices = detect(&fake.places("/nowhere/libnvidia-ml.so.1", false));
    let names = ["NVIDIA GeForce RTX 4070 Laptop GPU", "Intel GPU 0xa7a0"];
    assert_eq!(described(&devices).into_iter().map(|gpu| gpu.name).collect::<Vec<_>>(), names, "who they are is known all the same");
    for report in reports_of(devices) {
        assert!(report.readable && report.detail.ends_with("asleep, and not woken to be read"), "{report:?}");
    }
}

#[test]
fn i915_shows_its_clock_and_why_it_slows_down() {
    let fake = Fake::new(I915);
    let mut devices = fake.detect();
    let both = Some(vec![Throttle::Thermal, Throttle::PowerCap]);
    let expected = GpuSample { clock_mhz: Some(1300.0), throttles: both, ..GpuSample::default() };
    assert_eq!(read_all(&mut devices), [expected], "it sleeps between two frames, so the clock that is asked for counts");
    assert_eq!(described(&devices), [gpu("Intel GPU 0xa7a0", None, Some("i915"))], "it has no memory of its own");
}

#[test]
fn xe_shows_the_power_of_a_card_by_its_energy() {
    let folder = "sys/class/drm/card0/device";
    let fake = Fake::new(&[("sys/class/drm/card0/device/vendor", "0x8086\n"), ("sys/class/drm/card0/device/uevent", "DRIVER=xe\n")]);
    let write = |file: &str, text: &str| fake.write(&format!("{folder}/{file}"), text);
    write("hwmon/hwmon5/energy2_input", "5000000\n");
    write("hwmon/hwmon5/temp2_input", "48000\n");
    write("tile0/gt0/freq0/act_freq", "2350\n");
    write("tile0/gt0/freq0/throttle/status", "0\n");
    write("tile0/gt0/freq0/throttle/reasons", "none\n");
    write("tile0/gt0/freq0/throttle/reason_soc_thermal", "0\n");
    write("tile0/gt0/freq0/throttle/reason_psys_pl1", "0\n");
    let mut device = fake.detect().remove(0);
    let first = device.read();
    assert_eq!(first, GpuSample { temperature_c: Some(48.0), clock_mhz: Some(2350.0), throttles: Some(vec![]), ..GpuSample::default() });
    thread::sleep(Duration::from_millis(50));
    write("hwmon/hwmon5/energy2_input", "6000000\n");
    write("tile0/gt0/freq0/throttle/reason_psys_pl1", "1\n");
    let second = device.read();
    assert!(second.power_w.is_some_and(|watts| (1.0..=20.0).contains(&watts)), "1 J in 50 ms or a little more: {second:?}");
    assert_eq!(second.throttles, Some(vec![Throttle::PowerCap]));
}

#[test]
fn a_card_under_nouveau_shows_what_the_kernel_knows_of_it() {
    let fake = Fake::new(&[
        ("sys/class/drm/card0/device/vendor", "0x10de\n"),
        ("sys/class/drm/card0/device/uevent", "DRIVER=nouveau\n"),
        ("sys/class/drm/card0/device/hwmon/hwmon1/temp1_input", "45000\n"),
        ("sys/class/drm/card2/device/vendor", "0x1af4\n"),
    ]);
    let mut devices = fake.detect();
    assert_eq!(described(&devices), [gpu("NVIDIA GPU", None, Some("nouveau"))], "a virtual card is none");
    assert_eq!(devices[0].read().temperature_c, Some(45.0));
    fake.remove("sys/class/drm/card0/device/hwmon/hwmon1/temp1_input");
    let report = reports_of(fake.detect()).remove(0);
    assert_eq!(report.detail, "NVIDIA GPU: the driver nouveau shows no sensor of it");
    assert!(report.mend.unwrap().starts_with("Install NVIDIA's own driver"));
}

#[test]
fn without_nvml_a_mixed_laptop_shows_each_gpu_once_and_says_why() {
    let fake = Fake::new(&[I915, NVIDIA].concat());
    let mut devices = fake.detect();
    let nvidia = gpu("NVIDIA GeForce RTX 4070 Laptop GPU", None, Some("NVIDIA 560.35.03"));
    assert_eq!(described(&devices), [nvidia, gpu("Intel GPU 0xa7a0", None, Some("i915"))]);
    let indices: Vec<u8> = read_all(&mut devices).iter().map(|sample| sample.index).collect();
    assert_eq!(indices, [1], "the silent one leaves a gap, and the other keeps its place");
    let report = reports_of(fake.detect()).remove(0);
    assert!(!report.readable);
    let why =
        "NVIDIA GeForce RTX 4070 Laptop GPU: NVIDIA's driver 560.35.03 runs, but its library NVML (libnvidia-ml.so.1) can't be loaded";
    assert_eq!(report.detail, why);
}

#[test]
fn where_there_is_no_driver_nothing_is_loaded_and_nothing_found() {
    let fake = Fake::new(&[]);
    assert!(fake.detect().is_empty());
    let report = reports_of(fake.detect()).remove(0);
    assert_eq!((report.name, report.readable), ("GPU", false));
    assert!(signs(fake.0.path()).is_empty());
}

#[test]
fn a_card_that_comes_or_a_driver_that_changes_is_a_new_sign() {
    let fake = Fake::new(NVIDIA);
    let before = signs(fake.0.path());
    assert_eq!(before, ["560.35.03", "0000:01:00.0", "card1"]);
    fake.write("sys/class/drm/card2/device/vendor", "0x8086\n");
    assert_ne!(signs(fake.0.path()), before);
}
