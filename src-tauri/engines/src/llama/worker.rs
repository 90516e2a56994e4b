//! A worker process: started with nothing but what it needs, spoken to line by line, and ended when dropped.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command as Program};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;
use toprung_core::cause::{Cause, CauseKind};
use toprung_protocol::{Command, Reply};

use super::death::{Death, memory_kills};
use super::log_tail::LogTail;
use crate::Result;

/// A reply is a token's text or some settings; a line far beyond that is a worker gone wrong.
const LONGEST_LINE_BYTES: u64 = 1 << 20;
/// A process that has closed its output is reaped in a moment; after this it is killed.
const REAP_LIMIT: Duration = Duration::from_secs(2);

/// What a worker may see of our environment: where libraries lie and which graphics devices to use. Everything else
/// stays here, because a model file is hostile until proven otherwise and secrets often lie in variables.
const PASSED_ON: [&str; 7] = [
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "GGML_VK_VISIBLE_DEVICES",
    "VK_DRIVER_FILES",
    "VK_ICD_FILENAMES",
    "SystemRoot",
];

/// How often a thread of the worker looks whether the others are done before it sleeps (libgomp's GOMP_SPINCOUNT).
/// By default it looks 300,000 times, and a thread that waits for one which another program has displaced keeps that
/// program's core busy: with two other programs at work, a 135M model on two cores was seen to fall from 110 tokens/s
/// to 4. At 1,000 it falls to 20, and on a quiet machine nothing is lost.
const SPIN_COUNT: &str = "1000";

/// A running worker. Dropping it kills it.
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    log: LogTail,
    memory_kills_before: Option<u64>,
    /// Keeps the thread that started the worker alive; see [`spawn`].
    _parent: oneshot::Sender<()>,
}

impl Worker {
    pub(super) async fn start(program: &Path) -> Result<Self> {
        let memory_kills_before = memory_kills();
        let unstartable = |error: io::Error| {
            Cause::new(CauseKind::EngineError, format!("{} does not start: {error}; install Toprung again", program.display()))
        };
        let (mut child, parent) = spawn(program).await.map_err(unstartable)?;
        let (Some(input), Some(output), Some(log_pipe)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
            return Err(unstartable(io::Error::other("it has no pipes")));
        };
        let log = LogTail::default();
        tokio::spawn(log.clone().follow(log_pipe));
        Ok(Self { child, input, output: BufReader::new(output), log, memory_kills_before, _parent: parent })
    }

    /// Sends a command. A worker always reads, so one that does not within the limit is stalled or dead.
    pub(super) async fn send(&mut self, command: &Command, limit: Duration) -> Result<()> {
        let mut line = serde_json::to_vec(command).map_err(|error| Cause::new(CauseKind::EngineError, error.to_string()))?;
        line.push(b'\n');
        match timeout(limit, self.input.write_all(&line)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.died(None).await),
            Err(_) => Err(Cause::new(CauseKind::Stalled, format!("the worker took no command for {} s", limit.as_secs()))),
        }
    }

    /// The next reply with the moment at which its line was read; `None` when none came within the limit.
    pub(super) async fn receive(&mut self, limit: Duration, peak_bytes: Option<u64>) -> Result<Option<(Instant, Reply)>> {
        let mut line = Vec::new();
        let mut capped = (&mut self.output).take(LONGEST_LINE_BYTES);
        let read = timeout(limit, capped.read_until(b'\n', &mut line)).await;
        let at = Instant::now();
        match read {
            Err(_) => Ok(None),
            Ok(Ok(_)) if line.ends_with(b"\n") => match serde_json::from_slice(&line) {
                Ok(reply) => Ok(Some((at, reply))),
                Err(error) => Err(Cause::new(CauseKind::EngineError, format!("the worker wrote a line that is no reply: {error}"))),
            },
            Ok(Ok(_)) if line.len() as u64 >= LONGEST_LINE_BYTES => {
                Err(Cause::new(CauseKind::EngineError, format!("the worker wrote a line of over {LONGEST_LINE_BYTES} bytes")))
            }
            Ok(_) => Err(self.died(peak_bytes).await),
        }
    }

    /// Ends the worker and waits until its memory is free again.
    pub(super) async fn end(mut self) {
        // It fails only for a process that has ended already.
        let _ = self.child.kill().await;
    }

    /// The process id, for tests and for reading its memory; `None` once it has been reaped.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Why the worker is gone. It has closed its pipes, so it is dead or about to be.
    async fn died(&mut self, peak_bytes: Option<u64>) -> Cause {
        let status = match timeout(REAP_LIMIT, self.child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => {
                let _ = self.child.kill().await;
                None
            }
        };
        let killed_for_memory = memory_kills().zip(self.memory_kills_before).is_some_and(|(now, before)| now > before);
        Death { kernel_killed_for_memory: killed_for_memory, peak_bytes, last_words: self.log.last_words(), ..Death::read_status(status) }
            .cause()
    }
}

/// Starts the process from a thread of its own, which lives as long as the worker does.
///
/// Linux tells a child of its parent's death when the *thread* that started it ends. A runtime's threads may end
/// while the program goes on, and would take the worker with them.
async fn spawn(program: &Path) -> io::Result<(Child, oneshot::Sender<()>)> {
    let mut program = prepare(program);
    let runtime = Handle::current();
    let (parent, until_dropped) = oneshot::channel();
    let (answer, started) = oneshot::channel();
    thread::Builder::new().name("worker-parent".to_owned()).spawn(move || {
        let _entered = runtime.enter();
        // A caller that has gone away by now drops the child, and that kills it.
        let _ = answer.send(program.spawn());
        let _ = until_dropped.blocking_recv();
    })?;
    let child = started.await.map_err(io::Error::other)??;
    Ok((child, parent))
}

fn prepare(path: &Path) -> Program {
    let mut program = Program::new(path);
    program.args(["--parent", &std::process::id().to_string()]);
    program.env_clear();
    program.envs(PASSED_ON.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))));
    // Without this an abort of ggml starts a debugger on itself, if one is installed.
    program.env("GGML_NO_BACKTRACE", "1");
    program.env("GOMP_SPINCOUNT", SPIN_COUNT);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program.kill_on_drop(true);
    program
}
