//! Graphics processors: which there are, and what their sensors read.
//!
//! NVIDIA's answer through their driver's library NVML, others through files of the kernel (Linux) or IOReport (macOS).
//! Nothing of a driver is linked: what is missing at run time is one more thing that can't be read.

mod amd;
#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
mod apple;
mod card;
mod intel;
mod names;
mod nvidia;
mod sensed;
mod silent;
#[cfg(test)]
mod tests;
mod words;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use toprung_core::machine::{Gpu, GpuSample, HardwareSample};

use crate::{Probe, SensorReport};

/// Degrees Celsius that a running chip can show: it switches off below 125, and an unconnected sensor shows 0 or less.
const PLAUSIBLE_C: std::ops::RangeInclusive<f32> = 1.0..=125.0;

/// One graphics processor and its sensors.
trait Device: Send {
    fn describe(&self) -> Gpu;

    /// Where on the PCI bus it sits, as “0000:01:00.0”: two drivers may show the same one.
    fn slot(&self) -> Option<String>;

    /// Where its readings come from, as “NVML” or “sysfs amdgpu”.
    fn source(&self) -> String;

    /// Reads every sensor; what can't be had stays `None`. The place in the machine's list is set by the caller.
    fn read(&mut self) -> GpuSample;

    /// What it does not read and why, in words; `None` where it reads everything.
    fn gaps(&mut self, reading: &GpuSample) -> Option<String> {
        words::missing(reading).map(|names| format!("its driver does not show: {names}"))
    }

    /// What to say where it reads nothing at all.
    fn problem(&mut self) -> Problem;

    /// Whether the kernel has switched it off: it is not woken to be read.
    fn is_asleep(&self) -> bool {
        false
    }

    /// Whether it slept when it was found, was therefore not asked, and has woken since.
    fn has_woken(&self) -> bool {
        false
    }

    /// Whether nothing is ever read of it.
    fn is_silent(&self) -> bool {
        false
    }

    /// After how long a second reading has what the first lacks, because it is a rate.
    fn first_rate_after(&self) -> Duration {
        Duration::from_millis(100)
    }
}

/// Why nothing can be read, and what a person can do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    why: String,
    mend: &'static str,
}

/// Where drivers are looked for: the real places, or a test's.
struct Places {
    /// Stands for `/`.
    root: PathBuf,
    /// NVIDIA's library; `None` for the one that the system finds.
    nvml: Option<OsString>,
    /// Whether a graphics processor that sleeps is woken, to learn all that it is.
    wakes: bool,
}

impl Places {
    fn real(wakes: bool) -> Self {
        Self { root: PathBuf::from("/"), nvml: None, wakes }
    }
}

/// Every graphics processor once, NVIDIA's first, each in the order of its driver.
fn detect(places: &Places) -> Vec<Box<dyn Device>> {
    let mut devices = nvidia::devices(places);
    let slots: Vec<String> = devices.iter().filter_map(|device| device.slot()).collect();
    let nvidia_is_there = !devices.is_empty();
    let others = card::cards(&places.root).into_iter().filter(|card| match card.slot() {
        Some(slot) => !slots.contains(&slot),
        None => !(nvidia_is_there && card.is_nvidia()),
    });
    devices.extend(others.map(|card| card.device(&places.root)));
    #[cfg(all(target_os = "macos", target_arch = "aarch64"))]
    devices.push(Box::new(apple::Apple::new()));
    devices
}

/// What was found last, and by which signs. Opening NVML takes tens of milliseconds, and a machine is described often.
static KNOWN: Mutex<Option<(Vec<String>, Vec<Gpu>)>> = Mutex::new(None);

/// Every graphics processor that a driver shows. One that sleeps is woken only where `wakes`, to learn all that it is: a
/// machine that is merely looked at goes on saving its power.
pub(crate) fn gpus(wakes: bool) -> Vec<Gpu> {
    let places = Places::real(wakes);
    let signs = signs(&places.root);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((then, gpus)) = &*known
        && *then == signs
    {
        return gpus.clone();
    }
    let devices = detect(&places);
    let gpus: Vec<Gpu> = devices.iter().map(|device| device.describe()).collect();
    // A person may be mending what is silent, what sleeps may wake and tell more, and where there are no signs nothing would
    // tell of a change.
    let is_settled = !signs.is_empty() && !devices.iter().any(|device| device.is_silent() || device.is_asleep());
    *known = is_settled.then(|| (signs, gpus.clone()));
    gpus
}

/// What changes when a card or NVIDIA's driver comes or goes. Reading it takes microseconds.
fn signs(root: &Path) -> Vec<String> {
    let names = |folder: &str| entries(&root.join(folder)).into_iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    nvidia::kernel_driver(root).into_iter().chain(names("proc/driver/nvidia/gpus")).chain(names("sys/class/drm")).collect()
}

/// Paths in a folder, by name; none where it can't be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The trimmed text of a file; `None` where there is none.
fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Whether the kernel has switched a device off to save power. Asking such a one anything else would wake it.
fn is_asleep(device: &Path) -> bool {
    text(&device.join("power/runtime_status")).as_deref() == Some("suspended")
}

/// What a graphics processor that is switched off reads.
fn asleep() -> GpuSample {
    GpuSample { busy_percent: Some(0.0), ..GpuSample::default() }
}

/// Reads every graphics processor.
pub(crate) struct Gpus {
    places: Places,
    /// Found at the first reading, which is on the sampler's own thread: opening a driver's library may take a while.
    devices: Option<Vec<Box<dyn Device>>>,
}

impl Gpus {
    pub(crate) fn new() -> Self {
        Self { places: Places::real(false), devices: None }
    }
}

impl Probe for Gpus {
    fn read(&mut self, sample: &mut HardwareSample) {
        let devices = self.devices.get_or_insert_with(|| detect(&self.places));
        if devices.iter().any(|device| device.has_woken()) {
            *devices = detect(&self.places);
        }
        sample.gpus = read_all(devices);
    }
}

/// One sample a device; one that reads nothing leaves a gap.
fn read_all(devices: &mut [Box<dyn Device>]) -> Vec<GpuSample> {
    let samples = (0..=u8::MAX).zip(devices).map(|(index, device)| GpuSample { index, ..device.read() });
    samples.filter(|sample| *sample != GpuSample { index: sample.index, ..GpuSample::default() }).collect()
}

/// A report for each graphics processor; one that says so where there is none.
pub(crate) fn reports() -> Vec<SensorReport> {
    reports_of(detect(&Places::real(false)))
}

fn reports_of(mut devices: Vec<Box<dyn Device>>) -> Vec<SensorReport> {
    if devices.is_empty() {
        let mend = "Nothing if there is none: the processor does the work. Otherwise install the driver of your GPU.";
        return vec![SensorReport::new("GPU", None, "no driver of an NVIDIA, AMD, Intel or Apple GPU shows one", mend)];
    }
    devices.iter_mut().map(|device| report(device.as_mut())).collect()
}

fn report(device: &mut dyn Device) -> SensorReport {
    let gpu = device.describe();
    if device.is_asleep() {
        let detail = format!("{} ({}): asleep, and not woken to be read", gpu.name, device.source());
        return SensorReport::new("GPU", Some(detail), "", "");
    }
    let mut reading = device.read();
    if reading.power_w.is_none() && !device.is_silent() {
        thread::sleep(device.first_rate_after());
        reading = device.read();
    }
    let figures = words::figures(&reading, gpu.memory_bytes);
    let detail = (!figures.is_empty()).then(|| {
        let gaps = device.gaps(&reading).map(|gaps| format!("; {gaps}")).unwrap_or_default();
        format!("{} ({}): {figures}{gaps}", gpu.name, device.source())
    });
    let problem = device.problem();
    SensorReport::new("GPU", detail, &format!("{}: {}", gpu.name, problem.why), problem.mend)
}
