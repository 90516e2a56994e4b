use super::*;
use crate::root::write;

const MIB: u64 = 1 << 20;

/// A machine with 16 GiB of memory, 9 of them available, and 2 GiB of swap, half of it used.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        let kib = |gib: u64| gib * 1024 * 1024;
        let sizes = [("MemTotal", 16), ("MemFree", 3), ("MemAvailable", 9), ("SwapTotal", 2), ("SwapFree", 1)];
        machine.put("proc/meminfo", &sizes.map(|(key, gib)| format!("{key}:  {} kB\n", kib(gib))).concat());
        machine
    }

    fn put(&self, path: &str, text: &str) {
        write(self.0.path(), path, text);
    }

    /// Total and available, in MiB.
    fn mib(&self) -> (u64, u64) {
        let sizes = sizes(&Root::at(self.0.path())).unwrap();
        (sizes.total / MIB, sizes.available / MIB)
    }

    /// A group with its limit and what it holds, in MiB.
    fn group(&self, path: &str, max: &str, anon_mib: u64) {
        self.put(&format!("sys/fs/cgroup/{path}/memory.max"), max);
        self.put(&format!("sys/fs/cgroup/{path}/memory.stat"), &format!("anon {}\nfile 99999999999\n", anon_mib * MIB));
    }
}

#[test]
fn a_sample_holds_what_the_kernel_says() {
    let machine = Machine::new();
    let (mut sample, gib) = (HardwareSample::default(), 1024 * MIB);
    Memory::new(&Root::at(machine.0.path())).read(&mut sample);
    let expected = HardwareSample {
        memory_used_bytes: Some(7 * gib),
        memory_available_bytes: Some(9 * gib),
        swap_used_bytes: Some(gib),
        ..HardwareSample::default()
    };
    assert_eq!(sample, expected);
    for broken in ["", "MemTotal: many kB\nMemAvailable: 5 kB\n", "MemTotal: 16 kB\n", "MemTotal: 0 kB\nMemAvailable: 0 kB\n"] {
        machine.put("proc/meminfo", broken);
        assert_eq!(sizes(&Root::at(machine.0.path())), None, "{broken}");
    }
    machine.put("proc/meminfo", "MemTotal: 16 kB\nMemAvailable: 5 kB\n");
    assert_eq!(sizes(&Root::at(machine.0.path())).unwrap().swap_used, None, "no word of swap is not an empty swap");
}

#[test]
fn a_limit_of_a_group_above_holds_for_what_is_below() {
    let machine = Machine::new();
    machine.put("proc/self/cgroup", "0::/work.slice/model.scope\n");
    assert_eq!(machine.mib(), (16 * 1024, 9 * 1024), "no group says anything");
    machine.group("work.slice/model.scope", "max", 500);
    machine.group("work.slice", "max", 500);
    assert_eq!(machine.mib(), (16 * 1024, 9 * 1024), "no group has a limit");
    machine.group("work.slice", &(8 * 1024 * MIB).to_string(), 3 * 1024);
    assert_eq!(machine.mib(), (8 * 1024, 5 * 1024), "the files that it holds are given up when room is needed");
    machine.group("work.slice/model.scope", &(6 * 1024 * MIB).to_string(), 500);
    assert_eq!(machine.mib(), (6 * 1024, 5 * 1024), "the inner limit is the total, and the outer one has less left");
    machine.group("work.slice", &(8 * 1024 * MIB).to_string(), 9 * 1024);
    assert_eq!(machine.mib().1, 0, "a group above its limit has nothing left");
}

#[test]
fn the_machine_itself_has_no_more_than_it_has() {
    let machine = Machine::new();
    machine.put("proc/self/cgroup", "0::/box\n");
    machine.group("box", &(15 * 1024 * MIB).to_string(), 1024);
    assert_eq!(machine.mib(), (15 * 1024, 9 * 1024));
    machine.group("box", &(64 * 1024 * MIB).to_string(), 1024);
    assert_eq!(machine.mib(), (16 * 1024, 9 * 1024));
}

#[test]
fn version_1_says_it_in_other_files() {
    let machine = Machine::new();
    machine.put("proc/self/cgroup", "4:memory:/box/inner\n2:cpu:/\n0::/\n");
    let group = |path: &str, most: u64, inner_mib: u64| {
        machine.put(&format!("sys/fs/cgroup/memory/{path}memory.limit_in_bytes"), &most.to_string());
        machine.put(&format!("sys/fs/cgroup/memory/{path}memory.stat"), &format!("rss 1\ntotal_rss {}\n", inner_mib * MIB));
    };
    group("box/inner/", 9_223_372_036_854_771_712, 1024);
    group("box/", 4 * 1024 * MIB, 1024);
    group("", 9_223_372_036_854_771_712, 2048);
    assert_eq!(machine.mib(), (4 * 1024, 3 * 1024));
}

#[test]
fn readings_agree_with_the_kernel() {
    let meminfo = in_meminfo(&std::fs::read_to_string("/proc/meminfo").unwrap()).unwrap();
    let mut sample = HardwareSample::default();
    Memory::new(&Root::real()).read(&mut sample);
    let available = sample.memory_available_bytes.unwrap();
    // Other programs go on in between; a tenth of the memory is far more than they move. A limit here may leave less.
    assert!(available < meminfo.available + meminfo.total / 10, "{sample:?} against {meminfo:?}");
    assert!(sample.memory_used_bytes.unwrap() <= meminfo.total);
    assert!(available_bytes().unwrap() <= meminfo.total);
    let system = of_system().unwrap();
    assert!(system.total == meminfo.total && system.swap == meminfo.swap, "what other systems are asked says the same here");
}
