//! What became of a machine between two runs, in words.

use serde::{Deserialize, Serialize};

use super::{Gpu, Machine};
use crate::format;

/// A part of the machine's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Processor,
    Memory,
    Gpu,
    Driver,
    System,
    Kernel,
    Clocks,
    Power,
    Host,
}

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub part: Part,
    /// With both values: “the kernel was 6.1.0, now 6.2.1”.
    pub words: String,
}

/// What differs between two profiles of a machine. What is unknown on either side is no change.
pub fn changes(before: &Machine, after: &Machine) -> Vec<Change> {
    let text =
        |part, what: &str, before: &Option<String>, after: &Option<String>| was(part, what, before.as_ref(), after.as_ref(), Clone::clone);
    let cores = |cores: &u32| cores.to_string();
    // As they are shown: the kernel keeps some megabytes more or less for itself from start to start.
    let bytes = |bytes: Option<u64>| bytes.map(format::bytes_gib);
    let single = [
        text(Part::Processor, "the processor", &before.cpu, &after.cpu),
        was(Part::Processor, "the number of physical cores", before.physical_cores.as_ref(), after.physical_cores.as_ref(), cores),
        was(Part::Processor, "the number of logical cores", before.logical_cores.as_ref(), after.logical_cores.as_ref(), cores),
        text(Part::Memory, "the memory", &bytes(before.memory_bytes), &bytes(after.memory_bytes)),
        text(Part::Memory, "the swap", &bytes(before.swap_bytes), &bytes(after.swap_bytes)),
        text(Part::System, "the system", &before.os, &after.os),
        text(Part::Kernel, "the kernel", &before.kernel, &after.kernel),
        text(Part::Clocks, "the governor of the clocks", &before.governor, &after.governor),
        text(Part::Power, "the power profile", &before.power_profile, &after.power_profile),
        turned(Part::Power, before.on_mains, after.on_mains, ["on mains", "on battery"]),
        turned(Part::Host, before.virtual_machine, after.virtual_machine, ["in a virtual machine", "on the hardware itself"]),
        turned(Part::Host, before.container, after.container, ["in a container", "outside any container"]),
    ];
    single.into_iter().flatten().chain(gpus(&before.gpus, &after.gpus)).collect()
}

fn was<T: PartialEq>(part: Part, what: &str, before: Option<&T>, after: Option<&T>, text: impl Fn(&T) -> String) -> Option<Change> {
    let (before, after) = (before?, after?);
    (before != after).then(|| Change { part, words: format!("{what} was {}, now {}", text(before), text(after)) })
}

/// A state that is one of two, told by what it is when it holds and when it does not.
fn turned(part: Part, before: Option<bool>, after: Option<bool>, [yes, no]: [&str; 2]) -> Option<Change> {
    let name = |holds| if holds { yes } else { no };
    let (before, after) = (before?, after?);
    (before != after).then(|| Change { part, words: format!("{}, was {}", name(after), name(before)) })
}

/// GPUs by name: one that came, one that is gone, one with another driver. Two of the same name count as two.
fn gpus(before: &[Gpu], after: &[Gpu]) -> Vec<Change> {
    let mut new: Vec<&Gpu> = after.iter().collect();
    let mut changes = Vec::new();
    for gpu in before {
        match new.iter().position(|other| other.name == gpu.name) {
            Some(at) => {
                let driver = format!("the driver of the GPU {}", gpu.name);
                changes.extend(was(Part::Driver, &driver, gpu.driver.as_ref(), new.remove(at).driver.as_ref(), Clone::clone));
            }
            None => changes.push(Change { part: Part::Gpu, words: format!("the GPU {} is gone", gpu.name) }),
        }
    }
    changes.extend(new.iter().map(|gpu| Change { part: Part::Gpu, words: format!("the GPU {} is new", gpu.name) }));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gpu(name: &str) -> Gpu {
        Gpu { name: name.to_owned(), driver: Some("NVIDIA 550.54".to_owned()), ..Gpu::default() }
    }

    fn laptop() -> Machine {
        Machine {
            cpu: Some("Some CPU".to_owned()),
            physical_cores: Some(8),
            memory_bytes: Some(16 << 30),
            swap_bytes: Some(2 << 30),
            gpus: vec![gpu("A"), gpu("A")],
            kernel: Some("6.1.0".to_owned()),
            governor: Some("schedutil".to_owned()),
            on_mains: Some(true),
            virtual_machine: Some(false),
            ..Machine::default()
        }
    }

    #[test]
    fn each_change_is_named_with_both_values() {
        type Edit = fn(&mut Machine);
        let table: [(Edit, &[&str]); 10] = [
            (|_| {}, &[]),
            (|m| m.kernel = Some("6.2.1".to_owned()), &["the kernel was 6.1.0, now 6.2.1"]),
            (|m| m.on_mains = Some(false), &["on battery, was on mains"]),
            (|m| m.memory_bytes = Some(32 << 30), &["the memory was 16.0 GiB, now 32.0 GiB"]),
            (|m| m.memory_bytes = Some((16 << 30) + (3 << 20)), &[]),
            (|m| m.governor = Some("powersave".to_owned()), &["the governor of the clocks was schedutil, now powersave"]),
            (|m| m.virtual_machine = Some(true), &["in a virtual machine, was on the hardware itself"]),
            (|m| m.gpus = vec![gpu("A"), gpu("B")], &["the GPU A is gone", "the GPU B is new"]),
            (|m| m.gpus[1].driver = Some("NVIDIA 560.10".to_owned()), &["the driver of the GPU A was NVIDIA 550.54, now NVIDIA 560.10"]),
            (|m| m.physical_cores = Some(4), &["the number of physical cores was 8, now 4"]),
        ];
        for (edit, expected) in table {
            let mut after = laptop();
            edit(&mut after);
            let words: Vec<String> = changes(&laptop(), &after).into_iter().map(|change| change.words).collect();
            assert_eq!(words, expected);
        }
    }

    #[test]
    fn what_is_unknown_on_one_side_is_no_change() {
        let unknown = Machine { gpus: laptop().gpus, ..Machine::default() };
        assert!(changes(&laptop(), &unknown).is_empty() && changes(&unknown, &laptop()).is_empty());
    }

    #[test]
    fn a_profile_of_an_older_program_still_reads() {
        let old = r#"{"cpu":"Some CPU","physical_cores":8,"logical_cores":16,"memory_bytes":1,"swap_bytes":null,"gpus":[],"os":null,"kernel":"6.1.0","on_mains":true}"#;
        let machine: Machine = serde_json::from_str(old).unwrap();
        assert_eq!((machine.version, machine.kernel.as_deref(), machine.governor), (0, Some("6.1.0"), None));
    }
}
