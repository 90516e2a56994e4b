//! The real terminal program, run on a data folder of the test's own.

// Each test file uses its own part of this.
#![allow(dead_code)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use toprung_core::run::RunRecord;
use toprung_store::Store;

/// The models of the seed's ladder in its order; the scripted engine plays them where it is given no script.
pub(crate) const SEED_MODELS: [&str; 5] = ["llama3.2:1b", "llama3.2:3b", "llama3:8b", "codellama:13b", "gpt-oss:20b"];
/// The smallest model of the lab.
pub(crate) const SMALL: &str = "smollm2-135m-instruct-q4_1";
/// How long a test waits for something that takes a second on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a run of the program ended.
pub(crate) struct Ended {
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Fails the test with everything the program said unless it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }

    /// Fails the test unless the program said this to the person.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        assert!(self.err.contains(words), "“{words}” is missing from standard error:\n{}", self.err);
    }
}

/// A folder of a test's own: the data folder, and beside it what the test needs.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.home()).unwrap();
        place
    }

    /// The program's data folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.file("home")
    }

    /// A file beside the data folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program with its arguments, separated by spaces. Nothing of this machine's settings reaches it.
    pub(crate) fn toprung(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toprung"));
        command.args(arguments.split_whitespace()).env("TOPRUNG_HOME", self.home()).current_dir(self.0.path()).stdin(Stdio::null());
        command.env_remove("OLLAMA_HOST").env_remove("TOPRUNG_SCRIPT").env_remove("TOPRUNG_API_KEY");
        // No test may read or fill the keyring of whoever runs it.
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
        command
    }

    /// The same on the scripted engine with a script.
    pub(crate) fn scripted(&self, script: &str, arguments: &str) -> Command {
        fs::write(self.file("script.toml"), script).unwrap();
        let mut command = self.toprung(&format!("{arguments} --engine scripted"));
        command.env("TOPRUNG_SCRIPT", self.file("script.toml"));
        command
    }

    /// Starts a program and comes back at once.
    pub(crate) fn start(&self, mut command: Command) -> Running {
        let log = self.file("log");
        let child = command.stdout(Stdio::null()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        Running { child, log }
    }

    /// A JSON file of results.
    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.file(name)).unwrap()).unwrap()
    }

    /// Every stored run, the oldest first.
    pub(crate) fn stored_runs(&self) -> Vec<RunRecord> {
        let path = self.home().join("toprung.db");
        if !path.is_file() {
            return Vec::new();
        }
        let opened = Store::open(&path, "test").unwrap();
        assert!(opened.notice.is_none(), "the database was damaged: {:?}", opened.notice);
        let headers = opened.store.runs().unwrap();
        headers.iter().rev().map(|header| opened.store.run(&header.id).unwrap().unwrap()).collect()
    }

    /// Puts one of the lab's models into the data folder.
    pub(crate) fn install(&self, lab: &Path, model: &str) {
        let file = format!("{model}.gguf");
        std::os::unix::fs::symlink(lab.join(&file), self.models().join(&file)).unwrap();
    }

    /// The folder of models.
    pub(crate) fn models(&self) -> PathBuf {
        let folder = self.home().join("models");
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}

/// Runs to the end.
pub(crate) fn run(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A program that is under way; what it says goes to a file.
pub(crate) struct Running {
    pub(crate) child: Child,
    log: PathBuf,
}

impl Running {
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until it has said these words.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, words: &str) {
        let met = eventually(|| self.said().contains(words) || self.child.try_wait().unwrap().is_some());
        assert!(met && self.said().contains(words), "it never said “{words}” but:\n{}", self.said());
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    pub(crate) fn end(mut self) -> Ended {
        let code = self.child.wait().unwrap().code();
        Ended { code, out: String::new(), err: self.said() }
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(sent.success(), "no signal could be sent to process {process}");
}

/// Whether something comes true within the test's patience.
pub(crate) fn eventually(mut is_true: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if is_true() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// The worker of a running program, once there is one.
pub(crate) fn worker_of(parent: u32) -> u32 {
    let mut found = None;
    eventually(|| {
        found = children(parent).into_iter().find(|(_, name)| name == "toprung-worker").map(|(id, _)| id);
        found.is_some()
    });
    found.expect("the program has no worker")
}

/// Ids and names of the processes that a process began.
fn children(parent: u32) -> Vec<(u32, String)> {
    let stats = fs::read_dir("/proc").unwrap().filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
    stats.filter_map(|stat| child(&stat, parent)).collect()
}

/// The line is `id (name) state parent …`; the kernel cuts the name after 15 characters.
fn child(stat: &str, parent: u32) -> Option<(u32, String)> {
    let (id, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let is_child = rest.split(' ').nth(1) == Some(parent.to_string().as_str());
    is_child.then(|| Some((id.parse().ok()?, name.to_owned())))?
}

/// Whether a process runs: it is there and not only waiting to be buried.
pub(crate) fn is_alive(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// The seed's ladder, played without any wait.
pub(crate) fn seed_script() -> String {
    include_str!("../../../engines/src/scripted/seed.toml").replace("time_scale = 1.0", "time_scale = 0.0")
}

/// A climb of the seed's ladder. Whatever this machine's memory: the scripted models take none.
pub(crate) fn seed_climb() -> String {
    format!("climb --model {} --mode classic --try-anyway --yes", SEED_MODELS.join(" "))
}

/// A ladder of `rungs` models in real time, each of which takes about half a second in the classic mode.
pub(crate) fn slow_script(rungs: u32) -> String {
    let model = |rung| {
        format!(
            "[[models]]\nmodel = \"rung-{rung}\"\ndecode_tps = 40\nprefill_tps = 1000\nnoise = 0.01\nload_ms = 50\n\
             answers = [\"Yes, that works.\"]\nfacts.file_bytes = {bytes}\nfacts.active_bytes = {bytes}\n",
            bytes = (rung + 1) * 1000
        )
    };
    (0..rungs).map(model).collect()
}

/// The lab's model files, or `None` with a printed line.
pub(crate) fn lab_models() -> Option<PathBuf> {
    lab("TOPRUNG_LAB_MODELS").map(PathBuf::from)
}

/// The address of the lab's Ollama server and the name of its library in its registry, or `None` with a printed line.
pub(crate) fn lab_ollama() -> Option<(String, String)> {
    Some((lab("TOPRUNG_LAB_OLLAMA")?, format!("{}/library", lab("TOPRUNG_LAB_REGISTRY")?)))
}

/// The address of the lab's llama-server, or `None` with a printed line.
pub(crate) fn lab_llama_server() -> Option<String> {
    lab("TOPRUNG_LAB_LLAMA_SERVER")
}

#[allow(clippy::print_stdout)]
fn lab(variable: &str) -> Option<String> {
    let value = std::env::var(variable).ok();
    if value.is_none() {
        println!("skipped: {variable} is not set (scripts/test sets it)");
    }
    value
}
