//! A look at everything that a climb needs: each point is well, or says what is missing and how to mend it.

use toprung_core::format;
use toprung_core::machine::{Gpu, Machine};
use toprung_core::model::EngineKind;

use crate::engines::EngineChoice;
use crate::home::Home;
use crate::keys::KEY_VARIABLE;
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
    checks.extend(setup.engines.iter().map(engine));
    if let Some(server) = server {
        checks.push(engine(&ask(home, EngineChoice { kind: EngineKind::Openai, url: Some(server.to_owned()) }).await));
    }
    checks.push(keyring(home));
    checks.extend(toprung_hardware::sensors().into_iter().map(|sensor| Check {
        group: "Sensors",
        name: sensor.name.to_owned(),
        well: sensor.readable,
        detail: sensor.detail,
        mend: sensor.mend.map(str::to_owned),
    }));
    checks.push(data_folder(home));
    checks
}

fn machine(machine: &Machine) -> Vec<Check> {
    let row = |name: &str, value: Option<String>| Check {
        group: "Machine",
        name: name.to_owned(),
        well: value.is_some(),
        detail: value.unwrap_or_else(|| "not known".to_owned()),
        mend: None,
    };
    let cores = machine.physical_cores.zip(machine.logical_cores);
    let gpus: Vec<String> = machine.gpus.iter().map(gpu).collect();
    vec![
        row("Processor", machine.cpu.clone()),
        row("Cores", cores.map(|(physical, logical)| format!("{physical} physical, {logical} logical"))),
        row("Memory", machine.memory_bytes.map(format::bytes_gib)),
        Check { well: true, ..row("GPU", Some(if gpus.is_empty() { "none seen".to_owned() } else { gpus.join("; ") })) },
        row("System", machine.os.clone()),
    ]
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
