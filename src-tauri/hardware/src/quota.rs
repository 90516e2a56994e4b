//! How much processor time a CPU quota withholds: the throttling of control groups (Linux, version 1 or 2).
//!
//! A group that has used up its quota stands still until the next period. The kernel adds up, over all cores, the time for
//! which the group's tasks were held so. The share that was withheld is held / (held + used), with both over the same
//! interval: two threads that each ran 25 ms and were held 75 ms of a period had 75 % withheld. Version 1 does not tell
//! what a group used; then the quota times the interval stands in, which a group that is held for a part of the interval
//! only does not use up, so that the share is a lower bound.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::SensorReport;
use crate::groups::{Controller, counter};
use crate::root::{Root, number, text};

const GROUPS: Controller =
    Controller { name: "cpu", v1_mounts: &["sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct", "sys/fs/cgroup/cpuacct,cpu"] };
/// The kernel's own uppermost group has no quota and no counters of one.
const COUNTERS: &str = "cpu.stat";
const SOURCE: &str = "cpu.stat of the control group (/proc/PID/cgroup)";

/// A group's counters, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Counted {
    held_us: f64,
    /// `None` in version 1.
    used_us: Option<f64>,
    /// Cores that the quota grants; `None` without a quota.
    cores: Option<f64>,
}

/// Watches the groups of some processes, and all groups above these: a quota holds for everything below it.
pub(crate) struct Quota {
    root: Root,
    groups: BTreeSet<PathBuf>,
    last: Option<(Instant, BTreeMap<PathBuf, Counted>)>,
}

impl Quota {
    pub(crate) fn new(root: &Root) -> Self {
        Self { root: root.clone(), groups: BTreeSet::new(), last: None }
    }

    /// From now on the groups of these processes count.
    pub(crate) fn watch(&mut self, pids: impl IntoIterator<Item = u32>) {
        self.groups = pids.into_iter().flat_map(|pid| GROUPS.groups(&self.root, &format!("proc/{pid}/cgroup"), COUNTERS)).collect();
    }

    /// Per cent of the wanted processor time that was withheld since the last call, of the group that lost most.
    pub(crate) fn held_percent(&mut self, now: Instant) -> Option<f32> {
        let counted: BTreeMap<PathBuf, Counted> = self.groups.iter().filter_map(|group| Some((group.clone(), counted(group)?))).collect();
        let last = self.last.replace((now, counted.clone()));
        let (then, before) = last?;
        let elapsed_us = now.saturating_duration_since(then).as_secs_f64() * 1e6;
        let both = counted.iter().filter_map(|(group, now)| Some((before.get(group)?, now)));
        both.filter_map(|(before, now)| withheld(before, now, elapsed_us)).max_by(f64::total_cmp).map(|share| (share * 100.0) as f32)
    }
}

/// The share (0–1) that was withheld between two readings. `None` where a counter ran backwards or no time passed.
fn withheld(before: &Counted, now: &Counted, elapsed_us: f64) -> Option<f64> {
    let held = now.held_us - before.held_us;
    let used = match now.used_us.zip(before.used_us) {
        Some((now, before)) => now - before,
        // Without a quota nothing is held; where it was lifted meanwhile, the interval stands for one core.
        None => now.cores.or(before.cores).unwrap_or(1.0) * elapsed_us,
    };
    if held < 0.0 || used < 0.0 || elapsed_us <= 0.0 {
        return None;
    }
    Some(if held > 0.0 { held / (held + used) } else { 0.0 })
}

/// `None` where the group has no such file.
fn counted(group: &Path) -> Option<Counted> {
    let stat = text(&group.join(COUNTERS))?;
    let value = |key: &str| counter::<f64>(&stat, key);
    let held_us = value("throttled_usec").or_else(|| value("throttled_time").map(|ns| ns / 1000.0)).unwrap_or(0.0);
    Some(Counted { held_us, used_us: value("usage_usec"), cores: quota_cores(group) })
}

fn quota_cores(group: &Path) -> Option<f64> {
    let (quota, period) = match text(&group.join("cpu.max")) {
        Some(max) => {
            let (quota, period) = max.split_once(' ')?;
            (quota.parse::<f64>().ok()?, period.trim().parse::<f64>().ok()?)
        }
        None => (number::<f64>(&group.join("cpu.cfs_quota_us"))?, number::<f64>(&group.join("cpu.cfs_period_us"))?),
    };
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

pub(crate) fn report(root: &Root) -> SensorReport {
    let groups = GROUPS.groups(root, "proc/self/cgroup", COUNTERS);
    let least = groups.iter().filter_map(|group| quota_cores(group)).min_by(f64::total_cmp);
    let reading = (!groups.is_empty()).then(|| match least {
        Some(cores) => format!("at most {cores:.2} cores for Toprung"),
        None => "no quota on Toprung's own control group".to_owned(),
    });
    let why = "the system shows no control groups with a cpu controller";
    SensorReport::new("CPU quota", reading, why, "Nothing outside of Linux and containers: there is then no quota.")
        .with_source(SOURCE, "%")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::root::write;

    #[test]
    fn the_share_is_what_was_withheld_of_what_was_wanted() {
        let of = |held_us, used_us| Counted { held_us, used_us, cores: Some(0.5) };
        assert_eq!(withheld(&of(0.0, Some(0.0)), &of(750_000.0, Some(250_000.0)), 1e6), Some(0.75));
        assert_eq!(withheld(&of(0.0, None), &of(500_000.0, None), 1e6), Some(0.5), "half a core was granted, half withheld");
        assert_eq!(withheld(&of(7.0, None), &of(7.0, None), 1e6), Some(0.0));
        assert_eq!(withheld(&of(7.0, None), &of(3.0, None), 1e6), None, "a counter that was reset");
    }

    #[test]
    fn version_2_finds_a_quota_above_the_own_group() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| write(folder.path(), path, text);
        put("proc/7/cgroup", "0::/user.slice/app.scope\n");
        put("sys/fs/cgroup/cpu.stat", "usage_usec 900\nuser_usec 800\n");
        put("sys/fs/cgroup/user.slice/cpu.max", "50000 100000\n");
        put("sys/fs/cgroup/user.slice/app.scope/cpu.stat", "usage_usec 100\nthrottled_usec 0\n");
        let slice = |used: u32, held: u32| {
            put("sys/fs/cgroup/user.slice/cpu.stat", &format!("usage_usec {used}\nnr_throttled 3\nthrottled_usec {held}\n"))
        };
        slice(1_000_000, 0);
        let (mut quota, start) = (Quota::new(&Root::at(folder.path())), Instant::now());
        quota.watch([7]);
        assert_eq!(quota.held_percent(start), None, "a share is a difference");
        slice(1_600_000, 400_000);
        assert_eq!(quota.held_percent(start + Duration::from_secs(1)), Some(40.0));
        assert_eq!(quota.held_percent(start + Duration::from_secs(2)), Some(0.0));
        std::fs::remove_dir_all(folder.path().join("sys")).unwrap();
        assert_eq!(quota.held_percent(start + Duration::from_secs(3)), None, "a group that vanished is a gap");
    }

    #[test]
    fn version_1_counts_in_nanoseconds_and_tells_no_use() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| write(folder.path(), path, text);
        put("proc/7/cgroup", "9:name=systemd:/\n2:cpuacct,cpu:/box\n0::/\n");
        put("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "150000");
        put("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000");
        let stat = |ns: u64| put("sys/fs/cgroup/cpu,cpuacct/box/cpu.stat", &format!("nr_periods 9\nnr_throttled 1\nthrottled_time {ns}\n"));
        stat(0);
        let (mut quota, start) = (Quota::new(&Root::at(folder.path())), Instant::now());
        quota.watch([7]);
        quota.held_percent(start);
        stat(500_000_000);
        assert_eq!(quota.held_percent(start + Duration::from_secs(1)), Some(25.0), "half a second held beside one and a half used");
    }

    #[test]
    fn what_is_missing_or_broken_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        assert!(!report(&root).readable);
        write(folder.path(), "proc/self/cgroup", "gibberish\n0::/a\n");
        write(folder.path(), "sys/fs/cgroup/a/cpu.stat", "throttled_usec many\n");
        write(folder.path(), "sys/fs/cgroup/a/cpu.max", "max 100000\n");
        assert_eq!(report(&root).detail, "no quota on Toprung's own control group");
        write(folder.path(), "sys/fs/cgroup/a/cpu.max", "50000 100000\n");
        assert_eq!(report(&root).detail, "at most 0.50 cores for Toprung");
    }
}
