//! What stands between this system and the hardware: a hypervisor, a container.

use crate::root::{Root, text};

/// Files that container programs put into their containers.
const CONTAINER_MARKS: [&str; 3] = [".dockerenv", "run/.containerenv", "run/systemd/container"];
/// What the first process's control group is called in a container of an older kernel.
const CONTAINER_GROUPS: [&str; 4] = ["docker", "kubepods", "lxc", "containerd"];
/// The first process of a system of its own.
const INIT_PROGRAMS: [&str; 4] = ["systemd", "init", "runit", "openrc-init"];

/// Whether a hypervisor is below. The processor tells its guests so by a flag; without any flags (ARM) the firmware's names
/// may tell. `None` where nothing does.
pub(crate) fn virtual_machine(root: &Root) -> Option<bool> {
    let cpuinfo = root.text("proc/cpuinfo").unwrap_or_default();
    if let Some(flags) = cpuinfo.lines().find(|line| line.starts_with("flags")) {
        return Some(flags.split_whitespace().any(|flag| flag == "hypervisor"));
    }
    root.text("sys/hypervisor/type").map(|_| true).or_else(|| by_firmware(root))
}

fn by_firmware(root: &Root) -> Option<bool> {
    const HYPERVISORS: [&str; 7] = ["QEMU", "KVM", "VMware", "VirtualBox", "Xen", "Virtual Machine", "Parallels"];
    let names: Vec<String> =
        ["sys_vendor", "product_name"].iter().filter_map(|file| root.text(format!("sys/class/dmi/id/{file}"))).collect();
    (!names.is_empty()).then(|| names.iter().any(|name| HYPERVISORS.iter().any(|hypervisor| name.contains(hypervisor))))
}

/// Whether this is a container. `None` where no mark says so and the first process is none that starts systems.
pub(crate) fn container(root: &Root) -> Option<bool> {
    let marked = CONTAINER_MARKS.iter().any(|mark| root.path(mark).exists());
    let groups = root.text("proc/1/cgroup").unwrap_or_default();
    if marked || CONTAINER_GROUPS.iter().any(|name| groups.contains(name)) {
        return Some(true);
    }
    let first = text(&root.path("proc/1/comm"))?;
    INIT_PROGRAMS.contains(&first.as_str()).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::write;

    fn of(files: &[(&str, &str)]) -> (Option<bool>, Option<bool>) {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(path, text)| write(folder.path(), path, text));
        let root = Root::at(folder.path());
        (virtual_machine(&root), container(&root))
    }

    #[test]
    fn what_the_system_shows_decides_and_what_it_hides_is_unknown() {
        type Files = &'static [(&'static str, &'static str)];
        type Host = (Option<bool>, Option<bool>);
        let table: [(Files, Host); 7] = [
            (&[], (None, None)),
            (&[("proc/cpuinfo", "flags\t\t: fpu vme\n"), ("proc/1/comm", "systemd\n")], (Some(false), Some(false))),
            (&[("proc/cpuinfo", "flags\t\t: fpu hypervisor vme\n"), (".dockerenv", "")], (Some(true), Some(true))),
            (&[("proc/1/cgroup", "0::/kubepods/pod1\n"), ("proc/1/comm", "sh\n")], (None, Some(true))),
            (&[("proc/1/comm", "sh\n")], (None, None)),
            (&[("proc/cpuinfo", "Features\t: fp asimd\n"), ("sys/class/dmi/id/sys_vendor", "QEMU\n")], (Some(true), None)),
            (&[("proc/cpuinfo", "Features\t: fp asimd\n"), ("sys/class/dmi/id/sys_vendor", "LENOVO\n")], (Some(false), None)),
        ];
        for (files, expected) in table {
            assert_eq!(of(files), expected, "{files:?}");
        }
    }
}
