//! What the machine is.

use sysinfo::System;
use toprung_core::machine::{Machine, PROFILE_VERSION};

use crate::root::Root;
use crate::{clocks, cpu, gpu, host, memory, power, topology};

/// Describes this machine; what can't be told stays `None`. A graphics processor that sleeps is left asleep: then its memory
/// may not be known.
pub fn machine() -> Machine {
    describe(false)
}

/// The same of a machine that is about to work: a graphics processor that sleeps is woken, to learn all that it is.
pub fn machine_at_work() -> Machine {
    describe(true)
}

fn describe(wakes_gpus: bool) -> Machine {
    let (cpu, physical_cores, logical_cores) = cpu::description();
    let root = Root::real();
    let memory = memory::sizes(&root);
    let kinds = topology::kinds(&root);
    Machine {
        version: PROFILE_VERSION,
        cpu,
        physical_cores,
        logical_cores,
        performance_cores: kinds.map(|kinds| kinds.performance),
        efficiency_cores: kinds.map(|kinds| kinds.efficiency),
        l2_bytes: topology::cache_bytes(&root, 2),
        l3_bytes: topology::cache_bytes(&root, 3),
        governor: clocks::governor(&root),
        power_profile: root.text("sys/firmware/acpi/platform_profile"),
        memory_bytes: memory.map(|sizes| sizes.total),
        swap_bytes: memory.and_then(|sizes| sizes.swap),
        gpus: gpu::gpus(wakes_gpus),
        os: os(System::name().ok(), System::os_version().ok()),
        kernel: System::kernel_version().ok(),
        on_mains: power::on_mains(),
        virtual_machine: host::virtual_machine(&root),
        container: host::container(&root),
    }
}

/// Name and version in one; a rolling release has no version.
fn os(name: Option<String>, version: Option<String>) -> Option<String> {
    let name = name?;
    Some(version.map_or_else(|| name.clone(), |version| format!("{name} {version}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rolling_release_is_named_without_version() {
        let text = |s: &str| Some(s.to_owned());
        assert_eq!(os(text("Debian GNU/Linux"), text("12")), text("Debian GNU/Linux 12"));
        assert_eq!(os(text("Arch Linux"), None), text("Arch Linux"));
        assert_eq!(os(None, text("12")), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_description_agrees_with_the_kernel() {
        let machine = machine();
        let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap();
        let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
        assert_eq!(machine.logical_cores, Some(cores as u32));
        assert!(machine.physical_cores.unwrap() <= machine.logical_cores.unwrap(), "{machine:?}");
        assert!(machine.cpu.is_none_or(|name| cpuinfo.contains(&name)), "the name is the kernel's");
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        assert_eq!(machine.kernel.as_deref(), Some(release.trim()));
        assert_eq!(machine.virtual_machine, Some(cpuinfo.contains(" hypervisor")).filter(|_| cpuinfo.contains("flags")));
        let kinds = machine.performance_cores.zip(machine.efficiency_cores).map(|(fast, slow)| fast + slow);
        assert!(kinds.is_none_or(|cores| Some(cores) == machine.physical_cores), "{kinds:?}");
    }
}
