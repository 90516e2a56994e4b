//! The real library, loaded when it is first asked for.

use std::ffi::OsStr;
use std::sync::Arc;

use nvml_wrapper::Nvml;
use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureSensor};
use nvml_wrapper::error::NvmlError;
use toprung_core::machine::Throttle;

use super::{Answer, Answers, Ask, Facts, Memory, Refusal};
use crate::gpu::Problem;

/// One GPU of the opened library. The library is closed with the last of them.
pub(super) struct Handle {
    nvml: Arc<Nvml>,
    index: u32,
}

/// Opens the library and names every GPU that answers; fails where there are GPUs and none does.
pub(super) fn open(library: Option<&OsStr>) -> Result<Vec<(Facts, Handle)>, NvmlError> {
    let mut builder = Nvml::builder();
    if let Some(library) = library {
        builder.lib_path(library);
    }
    let nvml = Arc::new(builder.init()?);
    let driver = nvml.sys_driver_version().ok();
    let (mut found, mut refused) = (Vec::new(), None);
    for index in 0..nvml.device_count()? {
        match facts(&nvml, index, driver.clone()) {
            Ok(facts) => found.push((facts, Handle { nvml: Arc::clone(&nvml), index })),
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

fn facts(nvml: &Nvml, index: u32, driver: Option<String>) -> Result<Facts, NvmlError> {
    let device = nvml.device_by_index(index)?;
    let name = device.name()?;
    // Older drivers leave the maker's name out.
    let name = if name.starts_with("NVIDIA") { name } else { format!("NVIDIA {name}") };
    let slot = device.pci_info().ok().map(|pci| kernel_slot(&pci.bus_id));
    Ok(Facts { name, slot, memory_bytes: device.memory_info().ok().map(|memory| memory.total), driver })
}

/// NVML writes a bus address with eight digits first, in capitals; the kernel with four, in small letters.
fn kernel_slot(bus_id: &str) -> String {
    let lower = bus_id.to_ascii_lowercase();
    match lower.split_once(':') {
        Some((domain, rest)) => format!("{:0>4}:{rest}", domain.trim_start_matches('0')),
        None => lower,
    }
}

impl Ask for Handle {
    fn ask(&self) -> Answers {
        fn answer<T>(result: Result<T, NvmlError>) -> Answer<T> {
            result.map_err(|error| refusal(&error))
        }
        let device = match self.nvml.device_by_index(self.index) {
            Ok(device) => device,
            Err(error) => return Answers::all_refused(refusal(&error)),
        };
        Answers {
            busy_percent: answer(device.utilization_rates()).map(|rates| rates.gpu),
            memory: answer(device.memory_info()).map(|memory| Memory { total: memory.total, free: memory.free }),
            temperature_c: answer(device.temperature(TemperatureSensor::Gpu)),
            power_mw: answer(device.power_usage()),
            energy_mj: answer(device.total_energy_consumption()),
            graphics_mhz: answer(device.clock_info(Clock::Graphics)),
            memory_mhz: answer(device.clock_info(Clock::Memory)),
            throttles: answer(device.current_throttle_reasons()).map(throttles),
        }
    }
}

/// Being idle is no throttling. A hardware slowdown that gives neither heat nor a brake as its reason is one for power.
fn throttles(bits: ThrottleReasons) -> Vec<Throttle> {
    let thermal = ThrottleReasons::SW_THERMAL_SLOWDOWN | ThrottleReasons::HW_THERMAL_SLOWDOWN;
    let settings = ThrottleReasons::APPLICATIONS_CLOCKS_SETTING | ThrottleReasons::DISPLAY_CLOCK_SETTING | ThrottleReasons::SYNC_BOOST;
    let braked = bits.contains(ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN)
        || (bits.contains(ThrottleReasons::HW_SLOWDOWN) && !bits.contains(ThrottleReasons::HW_THERMAL_SLOWDOWN));
    let seen = [
        (Throttle::Thermal, bits.intersects(thermal)),
        (Throttle::PowerCap, bits.contains(ThrottleReasons::SW_POWER_CAP)),
        (Throttle::PowerBrake, braked),
        (Throttle::Other, bits.intersects(settings)),
    ];
    seen.into_iter().filter(|(_, is_set)| *is_set).map(|(throttle, _)| throttle).collect()
}

fn refusal(error: &NvmlError) -> Refusal {
    match error {
        NvmlError::NotSupported => Refusal::NotSupported,
        NvmlError::NoPermission | NvmlError::OperatingSystem => Refusal::NotPermitted,
        NvmlError::GpuLost | NvmlError::ResetRequired | NvmlError::NotFound => Refusal::Gone,
        NvmlError::FunctionNotFound | NvmlError::FailedToLoadSymbol(_) => Refusal::OldDriver,
        _ => Refusal::Failed,
    }
}

/// Why the library can't be asked, for a driver of this version in the kernel.
pub(super) fn problem(error: &NvmlError, kernel: Option<&str>) -> Problem {
    let version = kernel.map(|version| format!(" {version}")).unwrap_or_default();
    let (why, mend) = match error {
        NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound => (
            format!("NVIDIA's driver{version} runs, but its library NVML (libnvidia-ml.so.1) can't be loaded"),
            "Install the part of your driver that holds it: libnvidia-ml1 on Debian, nvidia-utils on Ubuntu and Arch.",
        ),
        NvmlError::LibRmVersionMismatch => (
            format!("the driver in the kernel{version} and its library NVML have different versions"),
            "Restart the machine: the driver was updated, and the old one still runs.",
        ),
        NvmlError::DriverNotLoaded => {
            ("NVIDIA's driver is not loaded".to_owned(), "Restart the machine, so that the kernel loads the driver.")
        }
        NvmlError::NoPermission | NvmlError::OperatingSystem => (
            "this user may not use the GPU".to_owned(),
            "Join the group that owns /dev/nvidia0, usually video; in a container, let it see the GPU.",
        ),
        NvmlError::GpuLost | NvmlError::ResetRequired => {
            ("the GPU no longer answers".to_owned(), "Restart the machine, and look at the kernel's log.")
        }
        NvmlError::FailedToLoadSymbol(_) | NvmlError::FunctionNotFound => {
            (format!("NVIDIA's driver{version} is too old: its library NVML lacks a function"), "Update NVIDIA's driver.")
        }
        other => (format!("NVIDIA's library NVML failed: {other}"), "Look at what nvidia-smi says, and restart the machine."),
    };
    Problem { why, mend }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nvmls_addresses_are_written_as_the_kernels() {
        assert_eq!(kernel_slot("00000000:01:00.0"), "0000:01:00.0");
        assert_eq!(kernel_slot("00010000:3B:00.0"), "10000:3b:00.0", "a domain above four digits keeps them");
        assert_eq!(kernel_slot("odd"), "odd");
    }

    #[test]
    fn each_bit_becomes_one_of_the_closed_set() {
        use ThrottleReasons as Bits;
        let table: [(Bits, &[Throttle]); 9] = [
            (Bits::empty(), &[]),
            (Bits::GPU_IDLE, &[]),
            (Bits::SW_POWER_CAP, &[Throttle::PowerCap]),
            (Bits::SW_THERMAL_SLOWDOWN, &[Throttle::Thermal]),
            (Bits::HW_SLOWDOWN | Bits::HW_THERMAL_SLOWDOWN, &[Throttle::Thermal]),
            (Bits::HW_SLOWDOWN | Bits::HW_POWER_BRAKE_SLOWDOWN, &[Throttle::PowerBrake]),
            (Bits::HW_SLOWDOWN, &[Throttle::PowerBrake]),
            (Bits::APPLICATIONS_CLOCKS_SETTING | Bits::SYNC_BOOST, &[Throttle::Other]),
            (Bits::SW_POWER_CAP | Bits::HW_THERMAL_SLOWDOWN, &[Throttle::Thermal, Throttle::PowerCap]),
        ];
        for (bits, expected) in table {
            assert_eq!(throttles(bits), expected, "{bits:?}");
        }
    }

    #[test]
    fn a_missing_library_is_a_problem_with_its_mend_and_costs_little() {
        let began = std::time::Instant::now();
        let error = open(Some(OsStr::new("/nowhere/libnvidia-ml.so.1"))).err().unwrap();
        assert!(began.elapsed().as_millis() < 50, "{:?}", began.elapsed());
        let problem = problem(&error, Some("550.54.14"));
        assert_eq!(problem.why, "NVIDIA's driver 550.54.14 runs, but its library NVML (libnvidia-ml.so.1) can't be loaded");
    }
}
