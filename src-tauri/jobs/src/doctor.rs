//! A look at everything that a climb needs: each point is well, or says what is missing and how to mend it.

use toprung_core::format;
use toprung_core::machine::{Gpu, Machine};
use toprung_core::model::EngineKind;

use crate::engines::EngineChoice;
use crate::home::Home;
use crate::keys::KEY_VARIABLE;
use crate::profile::{Profile, profile};
use crate::setup::{EngineState, ask, detect};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What part of the picture it belongs to: machine, engines, sensors, data folder.
    pub group: &'static str,
    pub name: String,
    pub well: bool,
    pub detail: String,
    /// What to do, where it is not well.
    pub mend: Option<String>,
}

/// Looks at the machine, the engines, the keyring, the sensors and the data folder; `server` is an OpenAI-compatible one to look at too.
pub async fn examine(home: &Home, ollama_url: Option<&str>, server: Option<&str>) -> Vec<Check> {
    let setup = detect(home, ollama_url).await;
    let mut checks = machine(&setup.machine);
    checks.push(since_last_run(&profile(home)));
    checks.extend(setup.engines.iter().map(engine));
    if let Some(server) = server {
        checks.push(engine(&ask(home, EngineChoice { kind: EngineKind::Openai, url: Some(server.to_owned()) }).await));
    }
    checks.push(keyring(home));
    checks.extend(toprung_hardware::sensors().into_iter().map(sensor));
    checks.push(data_folder(home));
    checks
}

/// The profile; what nothing tells is left out where it says little, and named where it matters.
fn machine(machine: &Machine) -> Vec<Check> {
    let cores = machine.physical_cores.zip(machine.logical_cores);
    let gpus: Vec<String> = machine.gpus.iter().map(gpu).collect();
    let cores = cores.map(|(physical, logical)| format!("{physical} physical{}, {logical} logical", kinds(machine)));
    let caches = machine.l2_bytes.zip(machine.l3_bytes);
    let memory = machine.memory_bytes.zip(machine.swap_bytes);
    let clocks = [("governor", &machine.governor), ("profile of the firmware", &machine.power_profile)];
    let clocks: Vec<String> = clocks.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?))).collect();
    vec![
        row("Processor", machine.cpu.clone()),
        row("Cores", cores),
        row("Caches", caches.map(|(l2, l3)| format!("L2 {}, L3 {}", format::bytes_gib(l2), format::bytes_gib(l3)))),
        row("Memory", memory.map(|(memory, swap)| format!("{}, swap {}", format::bytes_gib(memory), format::bytes_gib(swap)))),
        Check { well: true, ..row("GPU", Some(if gpus.is_empty() { "none seen".to_owned() } else { gpus.join("; ") })) },
        row("System", machine.os.clone()),
        row("Kernel", machine.kernel.clone()),
        row("Power source", machine.on_mains.map(|mains| if mains { "mains" } else { "battery" }.to_owned())),
        row("Clocks", (!clocks.is_empty()).then(|| clocks.join(", "))),
        row("Host", host(machine)),
    ]
}

fn row(name: &str, value: Option<String>) -> Check {
    Check {
        group: "Machine",
        name: name.to_owned(),
        well: value.is_some(),
        detail: value.unwrap_or_else(|| "not known".to_owned()),
        mend: None,
    }
}

/// “ (8 fast, 16 that save energy)”; empty where all cores are alike.
fn kinds(machine: &Machine) -> String {
    match machine.performance_cores.zip(machine.efficiency_cores) {
        Some((fast, slow)) if slow > 0 => format!(" ({fast} fast, {slow} that save energy)"),
        _ => String::new(),
    }
}

fn host(machine: &Machine) -> Option<String> {
    let words = match (machine.container, machine.virtual_machine) {
        (Some(true), Some(true)) => "a container in a virtual machine",
        (Some(true), _) => "a container",
        (_, Some(true)) => "a virtual machine",
        (_, Some(false)) => "the hardware itself",
        (_, None) => return None,
    };
    Some(words.to_owned())
}

fn since_last_run(profile: &Profile) -> Check {
    let name = "Since the last run".to_owned();
    let detail = match (&profile.since, profile.changes.as_slice()) {
        (None, _) => "there is no run yet".to_owned(),
        (Some(since), []) => format!("nothing changed since {since}"),
        (Some(since), changes) => {
            let words: Vec<&str> = changes.iter().map(|change| change.words.as_str()).collect();
            format!("{} (run of {since})", words.join("; "))
        }
    };
    let mend = (!profile.changes.is_empty()).then(|| "Measure again before you compare: figures from before may not hold.".to_owned());
    Check { group: "Machine", name, well: mend.is_none(), detail, mend }
}

fn sensor(sensor: toprung_hardware::SensorReport) -> Check {
    let unit = sensor.unit.map(|unit| format!(", in {unit}")).unwrap_or_default();
    let source = if sensor.source.is_empty() { String::new() } else { format!(" [{}{unit}]", sensor.source) };
    Check {
        group: "Sensors",
        name: sensor.name.to_owned(),
        well: sensor.readable,
        detail: format!("{}{source}", sensor.detail),
        mend: sensor.mend.map(str::to_owned),
    }
}

/// “NVIDIA GeForce RTX 4070, 8.00 GiB, NVIDIA 550.54.14”: what is known of name, memory and driver.
fn gpu(gpu: &Gpu) -> String {
    let known = [Some(gpu.name.clone()), gpu.memory_bytes.map(format::bytes_gib), gpu.driver.clone()];
    known.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn engine(engine: &EngineState) -> Check {
    let version = engine.version.as_deref().unwrap_or("version not known");
    Check {
        group: "Engines",
        name: engine.choice.kind.title().to_owned(),
        well: engine.problem.is_none(),
        detail: match &engine.problem {
            Some(problem) => [problem.what.as_str(), problem.detail.as_str()].join(" ").trim().to_owned(),
            None => format!("{version}, {}", format::count(engine.models, "model", "models")),
        },
        mend: engine.problem.as_ref().map(|problem| problem.next_step.clone()),
    }
}

fn keyring(home: &Home) -> Check {
    let state = home.keys().keyring_state();
    Check {
        group: "Engines",
        name: "Keyring".to_owned(),
        well: state.is_ok(),
        detail: state.as_ref().map_or_else(|reason| format!("can't be reached: {}", reason.0), |()| "keeps the keys of servers".to_owned()),
        mend: state.is_err().then(|| format!("Only a server that wants a key needs it; {KEY_VARIABLE} does as well.")),
    }
}

fn data_folder(home: &Home) -> Check {
    let free = toprung_hardware::disk_free_bytes(home.folder()).map(|free| format!(", {} free", format::bytes_gb(free)));
    Check {
        group: "Data folder",
        name: "Runs and models".to_owned(),
        well: home.keeps_runs(),
        detail: format!("{}{}", home.folder().display(), free.unwrap_or_default()),
        mend: home.notice().map(|notice| notice.next_step.clone()),
    }
}

#[cfg(test)]
mod tests {
    use toprung_core::machine::{Change, Part};

    use super::*;

    #[test]
    fn the_profile_names_cores_of_both_kinds_and_what_it_runs_in() {
        let laptop = Machine {
            physical_cores: Some(24),
            logical_cores: Some(32),
            performance_cores: Some(8),
            efficiency_cores: Some(16),
            governor: Some("powersave".to_owned()),
            container: Some(true),
            virtual_machine: Some(false),
            ..Machine::default()
        };
        let detail = |name: &str| machine(&laptop).into_iter().find(|check| check.name == name).unwrap().detail;
        assert_eq!(detail("Cores"), "24 physical (8 fast, 16 that save energy), 32 logical");
        assert_eq!((detail("Host").as_str(), detail("Clocks").as_str()), ("a container", "governor powersave"));
        assert_eq!(detail("Caches"), "not known");
    }

    #[test]
    fn a_change_since_the_last_run_is_not_well() {
        let mut seen = Profile { machine: Machine::default(), since: Some("2026-01-01T00:00:00Z".to_owned()), changes: Vec::new() };
        assert!(since_last_run(&seen).well);
        seen.changes.push(Change { part: Part::Power, words: "on battery, was on mains".to_owned() });
        let check = since_last_run(&seen);
        assert!(!check.well && check.mend.is_some());
        assert_eq!(check.detail, "on battery, was on mains (run of 2026-01-01T00:00:00Z)");
    }
}
