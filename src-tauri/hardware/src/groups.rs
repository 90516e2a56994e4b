//! The control groups of a process (Linux, version 1 or 2), and all groups above them: what is set for one holds for
//! everything below it.

use std::path::{Path, PathBuf};

use crate::root::Root;

const MOUNT: &str = "sys/fs/cgroup";

/// What a group controls: its name in `/proc/PID/cgroup`, and where version 1 mounts it, by distribution.
pub(crate) struct Controller {
    pub(crate) name: &'static str,
    pub(crate) v1_mounts: &'static [&'static str],
}

impl Controller {
    /// The folder of a process's group and of each one above it, those that hold `file`, the innermost first. `of` is the
    /// process's list, as “proc/self/cgroup”. In a container the path may be the host's; then only the uppermost folder is
    /// there, and it is the container's own.
    pub(crate) fn groups(&self, root: &Root, of: &str, file: &str) -> Vec<PathBuf> {
        let Some(text) = root.text(of) else { return Vec::new() };
        let Some((mount, path)) = self.group(root, &text) else { return Vec::new() };
        let inner = Path::new(path.trim_start_matches('/'));
        let folders = inner.ancestors().map(|part| mount.join(part));
        folders.filter(|folder| folder.join(file).exists()).collect()
    }

    /// Where the controller is mounted, and the group's path in it.
    fn group<'a>(&self, root: &Root, text: &'a str) -> Option<(PathBuf, &'a str)> {
        let lines = || text.lines().filter_map(|line| line.split_once(':')).filter_map(|(_, rest)| rest.split_once(':'));
        if let Some((_, path)) = lines().find(|(controllers, _)| controllers.split(',').any(|name| name == self.name)) {
            let mount = self.v1_mounts.iter().map(|mount| root.path(mount)).find(|mount| mount.exists())?;
            return Some((mount, path));
        }
        lines().find(|(controllers, _)| controllers.is_empty()).map(|(_, path)| (root.path(MOUNT), path))
    }
}

/// The number behind a key in a group's file of counters, as “usage_usec 900”.
pub(crate) fn counter<T: std::str::FromStr>(text: &str, key: &str) -> Option<T> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::write;

    const CPU: Controller = Controller { name: "cpu", v1_mounts: &["sys/fs/cgroup/cpu"] };

    #[test]
    fn a_container_that_sees_its_hosts_path_reads_its_own_group() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "proc/7/cgroup", "0::/docker/0123abc\n");
        write(folder.path(), "sys/fs/cgroup/cpu.stat", "usage_usec 1\nthrottled_usec 2\n");
        assert_eq!(CPU.groups(&Root::at(folder.path()), "proc/7/cgroup", "cpu.stat"), [folder.path().join(MOUNT)]);
        assert!(CPU.groups(&Root::at(folder.path()), "proc/8/cgroup", "cpu.stat").is_empty(), "there is no such process");
    }

    #[test]
    fn a_counter_is_found_by_its_whole_name() {
        assert_eq!(counter("anon_thp 7\nanon 9\n", "anon"), Some(9));
        assert_eq!(counter::<u64>("anon many\n", "anon"), None);
    }
}
