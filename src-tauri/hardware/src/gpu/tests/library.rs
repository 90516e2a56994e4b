//! NVIDIA's library as it is loaded, with a stand-in that answers in its memory layout.

use std::process::Command;

use toprung_core::machine::Throttle;

use super::*;

/// The stand-in for NVIDIA's library, built by the compiler that llama.cpp is built with.
fn nvml(fake: &Fake, flag: &str) -> PathBuf {
    let library = fake.0.path().join("libnvidia-ml.so.1");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake_nvml.c");
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let status = Command::new(compiler).args(["-shared", "-fPIC", "-w", flag, "-o"]).arg(&library).arg(source).status().unwrap();
    assert!(status.success());
    library
}

#[test]
fn a_library_that_answers_gives_everything_and_each_gpu_once() {
    let fake = Fake::new(&[I915, NVIDIA].concat());
    let mut devices = fake.detect_with(nvml(&fake, "-DNEW"));
    let nvidia = gpu("NVIDIA GeForce RTX 4070 Laptop GPU", Some(8188 << 20), Some("NVIDIA 560.35.03"));
    assert_eq!(described(&devices), [nvidia, gpu("Intel GPU 0xa7a0", None, Some("i915"))]);
    let expected = GpuSample {
        index: 0,
        busy_percent: Some(93.0),
        memory_used_bytes: Some(6878 << 20),
        temperature_c: Some(74.0),
        power_w: Some(79.85),
        clock_mhz: Some(2235.0),
        memory_clock_mhz: Some(8001.0),
        throttles: Some(vec![Throttle::Thermal, Throttle::PowerCap]),
    };
    assert_eq!(read_all(&mut devices)[0], expected);
    let report = report(devices[0].as_mut());
    let detail = "NVIDIA GeForce RTX 4070 Laptop GPU (NVML): 93 % busy, 6.72 GiB of 8.00 GiB in use, 74 °C, ";
    assert!(report.detail.starts_with(detail) && report.detail.ends_with(", 2235 MHz, slowed down to stay cool"), "{report:?}");
}

#[test]
fn sampling_wakes_no_gpu_and_reads_one_that_has_woken() {
    let fake = Fake::new(&[I915, NVIDIA].concat());
    let status = "sys/bus/pci/devices/0000:01:00.0/power/runtime_status";
    fake.write(status, "suspended\n");
    let mut probe = Gpus { places: fake.places("/nowhere/libnvidia-ml.so.1", false), devices: None };
    let mut read = |nvml: Option<PathBuf>| {
        if let Some(nvml) = nvml {
            probe.places.nvml = Some(nvml.into());
        }
        let mut sample = HardwareSample::default();
        probe.read(&mut sample);
        sample.gpus
    };
    let sleeping = read(None);
    assert_eq!(sleeping[0], asleep(), "it is known to do nothing");
    assert_eq!(sleeping[1].index, 1, "the other one is read as ever");
    fake.write(status, "active\n");
    let woken = read(Some(nvml(&fake, "-DNEW")));
    assert_eq!((woken[0].index, woken[0].busy_percent), (0, Some(93.0)));
    let gpus = described(&fake.detect_with(nvml(&fake, "-DNEW")));
    assert_eq!(gpus[0].memory_bytes, Some(8188 << 20), "a machine that is about to work has it woken, to learn its size");
}

#[test]
fn an_old_gpu_and_an_old_library_leave_gaps_with_their_reasons() {
    let fake = Fake::new(NVIDIA);
    let mut devices = fake.detect_with(nvml(&fake, "-DOLD"));
    assert_eq!(described(&devices), [gpu("NVIDIA GeForce GTX 780", None, Some("NVIDIA 560.35.03"))]);
    assert_eq!(read_all(&mut devices), [GpuSample { temperature_c: Some(74.0), ..GpuSample::default() }]);
    let report = report(devices[0].as_mut());
    let detail = "NVIDIA GeForce GTX 780 (NVML): 74 °C; not readable: use (this GPU does not support it), \
        memory in use (the driver is too old for it), power (this GPU does not support it), clock (this GPU does not support it), \
        throttling (the driver is too old for it)";
    assert_eq!((report.readable, report.detail.as_str()), (true, detail));
}

#[test]
fn a_library_of_another_version_than_the_driver_is_named_as_such() {
    let said = |flag| {
        let fake = Fake::new(NVIDIA);
        let report = reports_of(fake.detect_with(nvml(&fake, flag))).remove(0);
        assert!(!report.readable, "{report:?}");
        (report.detail.split_once(": ").unwrap().1.to_owned(), report.mend.unwrap())
    };
    let (why, mend) = said("-DINIT=18");
    assert_eq!(why, "the driver in the kernel 560.35.03 and its library NVML have different versions");
    assert_eq!(mend, "Restart the machine: the driver was updated, and the old one still runs.");
    assert_eq!(said("-DINIT=9").0, "NVIDIA's driver is not loaded");
    assert_eq!(said("-DINIT=4").0, "this user may not use the GPU");
    assert_eq!(said("-DINIT=999").0, "NVIDIA's library NVML failed: an internal driver error occurred");
    assert_eq!(said("-DLOST").0, "the GPU no longer answers");
}
