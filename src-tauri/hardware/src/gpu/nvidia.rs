//! NVIDIA's graphics processors, through the driver's library NVML.
//!
//! What NVML answers is a plain [`Answers`], so that recorded answers can stand in for a device.

mod nvml;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use toprung_core::machine::{Gpu, GpuSample, Throttle};

use super::silent::Silent;
use super::{Device, PLAUSIBLE_C, Places, Problem, asleep, entries, is_asleep, text};
use crate::throughput::Throughput;

/// Why NVML gave no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NotSupported,
    NotPermitted,
    Gone,
    OldDriver,
    Failed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSupported => "this GPU does not support it",
            Self::NotPermitted => "this user may not read it",
            Self::Gone => "the GPU no longer answers",
            Self::OldDriver => "the driver is too old for it",
            Self::Failed => "the driver failed",
        })
    }
}

type Answer<T> = Result<T, Refusal>;

/// Bytes of a GPU's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Memory {
    total: u64,
    free: u64,
}

/// What NVML answers of one GPU, in its own units.
#[derive(Debug, Clone, PartialEq)]
struct Answers {
    busy_percent: Answer<u32>,
    memory: Answer<Memory>,
    temperature_c: Answer<u32>,
    power_mw: Answer<u32>,
    /// Since the driver was loaded.
    energy_mj: Answer<u64>,
    graphics_mhz: Answer<u32>,
    memory_mhz: Answer<u32>,
    throttles: Answer<Vec<Throttle>>,
}

impl Answers {
    fn all_refused(refusal: Refusal) -> Self {
        Self {
            busy_percent: Err(refusal),
            memory: Err(refusal),
            temperature_c: Err(refusal),
            power_mw: Err(refusal),
            energy_mj: Err(refusal),
            graphics_mhz: Err(refusal),
            memory_mhz: Err(refusal),
            throttles: Err(refusal),
        }
    }

    /// What was refused, and why. Either of power and energy gives the power.
    fn refusals(&self) -> Vec<(&'static str, Refusal)> {
        let power = self.power_mw.err().filter(|_| self.energy_mj.is_err());
        let all = [
            ("use", self.busy_percent.err()),
            ("memory in use", self.memory.err()),
            ("temperature", self.temperature_c.err()),
            ("power", power),
            ("clock", self.graphics_mhz.err()),
            ("throttling", self.throttles.as_ref().err().copied()),
        ];
        all.into_iter().filter_map(|(name, refusal)| Some((name, refusal?))).collect()
    }
}

/// One GPU that can be asked. Asking takes NVML about a millisecond.
trait Ask: Send {
    fn ask(&self) -> Answers;
}

/// What a GPU is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    name: String,
    slot: Option<String>,
    memory_bytes: Option<u64>,
    /// The driver's version.
    driver: Option<String>,
}

/// A GPU that NVML shows.
struct Nvidia<A> {
    facts: Facts,
    asked: A,
    energy: Throughput,
    /// The kernel's folder of the device, which tells whether it sleeps.
    folder: Option<PathBuf>,
}

impl<A: Ask> Nvidia<A> {
    fn new(facts: Facts, asked: A, root: &Path) -> Self {
        let folder = facts.slot.as_ref().map(|slot| kernel_folder(root, slot));
        Self { facts, asked, energy: Throughput::default(), folder }
    }

    /// Watts since the last reading, by the energy used; NVML's own figure where there is no counter or no basis yet.
    fn power_w(&mut self, answers: &Answers) -> Option<f32> {
        let counters = answers.energy_mj.iter().map(|millijoules| ("energy".to_owned(), (*millijoules, 0))).collect();
        let milliwatts = self.energy.since_last(Instant::now(), counters).map(|(per_s, _)| per_s);
        milliwatts.or_else(|| answers.power_mw.ok().map(f64::from)).map(|milliwatts| (milliwatts / 1000.0) as f32)
    }
}

impl<A: Ask> Device for Nvidia<A> {
    fn describe(&self) -> Gpu {
        let driver = self.facts.driver.as_ref().map(|version| format!("NVIDIA {version}"));
        Gpu { name: self.facts.name.clone(), memory_bytes: self.facts.memory_bytes, driver }
    }

    fn slot(&self) -> Option<String> {
        self.facts.slot.clone()
    }

    fn source(&self) -> String {
        "NVML".to_owned()
    }

    fn is_asleep(&self) -> bool {
        self.folder.as_deref().is_some_and(is_asleep)
    }

    fn read(&mut self) -> GpuSample {
        if self.is_asleep() {
            return asleep();
        }
        let answers = self.asked.ask();
        let plain = |answer: Answer<u32>| answer.ok().map(|value| value as f32);
        GpuSample {
            index: 0,
            busy_percent: plain(answers.busy_percent).filter(|percent| *percent <= 100.0),
            memory_used_bytes: answers.memory.ok().and_then(|memory| memory.total.checked_sub(memory.free)),
            temperature_c: plain(answers.temperature_c).filter(|celsius| PLAUSIBLE_C.contains(celsius)),
            power_w: self.power_w(&answers),
            clock_mhz: plain(answers.graphics_mhz),
            memory_clock_mhz: plain(answers.memory_mhz),
            throttles: answers.throttles.ok(),
        }
    }

    fn gaps(&mut self, _: &GpuSample) -> Option<String> {
        let refusals = self.asked.ask().refusals();
        let words: Vec<String> = refusals.iter().map(|(name, refusal)| format!("{name} ({refusal})")).collect();
        (!words.is_empty()).then(|| format!("not readable: {}", words.join(", ")))
    }

    fn problem(&mut self) -> Problem {
        let refusals = self.asked.ask().refusals();
        let why = refusals.first().map_or_else(|| "it reads nothing".to_owned(), |(_, refusal)| refusal.to_string());
        Problem { why, mend: "Restart the machine. If that does not help, look at what nvidia-smi and the kernel's log say." }
    }
}

/// Every GPU that NVIDIA's driver shows: with its sensors, or with the reason why it can't be asked.
pub(super) fn devices(places: &Places) -> Vec<Box<dyn Device>> {
    let root = &places.root;
    // Asking NVML where the driver is not loaded would make it load the driver.
    if !is_loaded(root) {
        return Vec::new();
    }
    let sleeping = sleeping(root);
    if !places.wakes && !sleeping.is_empty() && !sleeping.iter().any(Sleeping::has_woken) {
        return sleeping.into_iter().map(|device| Box::new(device) as Box<dyn Device>).collect();
    }
    let (found, problem) = match nvml::open(places.nvml.as_deref()) {
        Ok(found) => (found, None),
        Err(error) => (Vec::new(), Some(nvml::problem(&error, kernel_driver(root).as_deref()))),
    };
    let known: Vec<String> = found.iter().filter_map(|(facts, _)| facts.slot.clone()).collect();
    let asked = found.into_iter().map(|(facts, handle)| Box::new(Nvidia::new(facts, handle, root)) as Box<dyn Device>);
    let silent = silent(root, problem).into_iter().filter(|device| !known.contains(&device.slot));
    asked.chain(silent.map(|device| Box::new(device) as Box<dyn Device>)).collect()
}

/// By the driver's own files on Linux; in Windows' own Linux the device `dxg` stands for it.
fn is_loaded(root: &Path) -> bool {
    cfg!(windows) || ["proc/driver/nvidia/version", "dev/nvidiactl", "dev/dxg"].iter().any(|file| root.join(file).exists())
}

/// The version of the driver in the kernel: `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb …`.
pub(super) fn kernel_driver(root: &Path) -> Option<String> {
    let version = text(&root.join("proc/driver/nvidia/version"))?;
    let words = version.lines().next()?.split_whitespace();
    let is_version = |word: &&str| word.contains('.') && word.split('.').all(|part| part.parse::<u32>().is_ok());
    words.into_iter().find(is_version).map(str::to_owned)
}

/// A GPU that the kernel has switched off. Opening NVML would wake it.
struct Sleeping {
    gpu: Gpu,
    slot: String,
    folder: PathBuf,
}

impl Device for Sleeping {
    fn describe(&self) -> Gpu {
        self.gpu.clone()
    }

    fn slot(&self) -> Option<String> {
        Some(self.slot.clone())
    }

    fn source(&self) -> String {
        "sysfs nvidia".to_owned()
    }

    fn read(&mut self) -> GpuSample {
        asleep()
    }

    fn is_asleep(&self) -> bool {
        is_asleep(&self.folder)
    }

    fn has_woken(&self) -> bool {
        !self.is_asleep()
    }

    fn problem(&mut self) -> Problem {
        Problem { why: "it sleeps".to_owned(), mend: "Nothing: it wakes when an engine uses it." }
    }
}

fn sleeping(root: &Path) -> Vec<Sleeping> {
    let device = |(gpu, slot): (Gpu, String)| Sleeping { gpu, folder: kernel_folder(root, &slot), slot };
    named(root).into_iter().map(device).collect()
}

/// The kernel's folder of the device in a slot.
fn kernel_folder(root: &Path, slot: &str) -> PathBuf {
    root.join("sys/bus/pci/devices").join(slot)
}

/// The GPUs that NVML does not show.
fn silent(root: &Path, problem: Option<Problem>) -> Vec<Silent> {
    let problem = problem.unwrap_or_else(|| Problem {
        why: "the driver's library NVML does not show it".to_owned(),
        mend: "In a container, let it see this GPU. Otherwise restart the machine, and look at the kernel's log.",
    });
    named(root).into_iter().map(|(gpu, slot)| Silent { gpu, slot, problem: problem.clone() }).collect()
}

/// The GPUs that the kernel's driver names, with their slots, in the order of these, which is NVML's too.
fn named(root: &Path) -> Vec<(Gpu, String)> {
    let driver = kernel_driver(root).map(|version| format!("NVIDIA {version}"));
    let device = |folder: PathBuf| {
        let information = text(&folder.join("information"))?;
        let name = information.lines().find_map(|line| line.strip_prefix("Model:"))?.trim().to_owned();
        let slot = folder.file_name()?.to_str()?.to_owned();
        (!name.is_empty()).then(|| (Gpu { name, memory_bytes: None, driver: driver.clone() }, slot))
    };
    entries(&root.join("proc/driver/nvidia/gpus")).into_iter().filter_map(device).collect()
}
