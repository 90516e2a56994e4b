//! A real CPU quota of the kernel, seen by the probes. It needs root and is left out elsewhere.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use toprung_core::machine::HardwareSample;
use toprung_hardware::{Probe, probes};

/// A fifth of a core; the child wants a whole one.
const QUOTA_US: u32 = 20_000;
const PERIOD_US: u32 = 100_000;

/// A control group with the quota, by the kernel's newer or older interface. `None` where this user may not make one.
fn make_group() -> Option<PathBuf> {
    let v1 = Path::new("/sys/fs/cgroup/cpu");
    let name = format!("toprung-test-{}", std::process::id());
    if v1.exists() {
        let group = v1.join(name);
        fs::create_dir(&group).ok()?;
        fs::write(group.join("cpu.cfs_period_us"), PERIOD_US.to_string()).ok()?;
        fs::write(group.join("cpu.cfs_quota_us"), QUOTA_US.to_string()).ok()?;
        return Some(group);
    }
    let group = Path::new("/sys/fs/cgroup").join(name);
    fs::create_dir(&group).ok()?;
    fs::write(group.join("cpu.max"), format!("{QUOTA_US} {PERIOD_US}")).ok()?;
    Some(group)
}

struct Held {
    child: Child,
    group: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir(&self.group);
    }
}

fn read(probes: &mut [Box<dyn Probe>]) -> HardwareSample {
    let mut sample = HardwareSample::default();
    probes.iter_mut().for_each(|probe| probe.read(&mut sample));
    sample
}

#[test]
fn a_quota_on_the_engine_is_read_as_the_share_that_it_withholds() {
    let Some(group) = make_group() else {
        eprintln!("left out: this user may not make a control group");
        return;
    };
    let child = Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
    let held = Held { child, group };
    fs::write(held.group.join("cgroup.procs"), held.child.id().to_string()).unwrap();
    let mut probes = probes();
    read(&mut probes);
    thread::sleep(Duration::from_secs(2));
    let share = read(&mut probes).quota_held_percent.unwrap();
    eprintln!("{share:.1} % was withheld");
    // One thread that may run 20 ms of each 100 ms: 80 per cent.
    assert!((70.0..90.0).contains(&share), "{share}");
}
