//! One process of the sandbox: started with nothing, spoken to line by line, and ended when dropped.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;
use toprung_protocol::sandbox::{Reply, Request};

/// A reply holds some lines of a traceback at most.
const LONGEST_LINE_BYTES: u64 = 1 << 20;
/// A process that has closed its output is reaped in a moment; after this it is killed.
const REAP_LIMIT: Duration = Duration::from_secs(2);
/// How much of a process's last words a reason quotes.
const LAST_WORDS_BYTES: u64 = 2000;

/// A running process of the sandbox. Dropping it kills it.
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Keeps the thread that started the process alive; see [`spawn`].
    _parent: oneshot::Sender<()>,
}

/// How a process ended that should have answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Death {
    pub(super) signal: Option<i32>,
    pub(super) code: Option<i32>,
    pub(super) last_words: String,
}

impl Death {
    fn of(status: Option<ExitStatus>, last_words: String) -> Self {
        #[cfg(unix)]
        let signal = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
        #[cfg(not(unix))]
        let signal = None;
        Self { signal, code: status.and_then(|status| status.code()), last_words }
    }

    pub(super) fn sentence(&self) -> String {
        let how = match (self.signal, self.code) {
            (Some(signal), _) => format!("was ended by signal {signal}"),
            (None, Some(code)) => format!("ended with code {code}"),
            (None, None) => "ended, and the system does not say how".to_owned(),
        };
        let words = if self.last_words.is_empty() { String::new() } else { format!("; its last words: {}", self.last_words) };
        format!("The sandbox's process {how}{words}.")
    }
}

impl Process {
    /// # Errors
    /// A sentence.
    pub(super) async fn start(program: &Path) -> Result<Self, String> {
        let unstartable = |error: io::Error| format!("{} does not start: {error}.", program.display());
        let (mut child, parent) = spawn(program).await.map_err(unstartable)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(unstartable(io::Error::other("it has no pipes")));
        };
        Ok(Self { child, input, output: BufReader::new(output), _parent: parent })
    }

    pub(super) async fn send(&mut self, request: &Request, limit: Duration) -> Result<(), Death> {
        let Ok(mut line) = serde_json::to_vec(request) else { return Err(Death::default()) };
        line.push(b'\n');
        match timeout(limit, self.input.write_all(&line)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(self.death().await),
        }
    }

    /// The next reply; `None` when none came within the limit.
    pub(super) async fn receive(&mut self, limit: Duration) -> Result<Option<Reply>, Death> {
        let mut line = Vec::new();
        let mut capped = (&mut self.output).take(LONGEST_LINE_BYTES);
        match timeout(limit, capped.read_until(b'\n', &mut line)).await {
            Err(_) => Ok(None),
            Ok(Ok(_)) if line.ends_with(b"\n") => match serde_json::from_slice(&line) {
                Ok(reply) => Ok(Some(reply)),
                Err(error) => Err(Death { last_words: format!("a line that is no reply ({error})"), ..self.death().await }),
            },
            Ok(_) => Err(self.death().await),
        }
    }

    /// Ends the process and waits until it is gone.
    pub(super) async fn end(mut self) {
        // It fails only for a process that has ended already.
        let _ = self.child.kill().await;
    }

    async fn death(&mut self) -> Death {
        let status = match timeout(REAP_LIMIT, self.child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => {
                let _ = self.child.kill().await;
                None
            }
        };
        let mut words = Vec::new();
        if let Some(errors) = self.child.stderr.take() {
            let _ = timeout(REAP_LIMIT, errors.take(LAST_WORDS_BYTES).read_to_end(&mut words)).await;
        }
        Death::of(status, String::from_utf8_lossy(&words).trim().to_owned())
    }
}

/// Starts the process from a thread of its own, which lives as long as the process does.
///
/// Linux tells a child of its parent's death when the *thread* that started it ends. A runtime's threads may end
/// while the program goes on, and would take the process with them.
async fn spawn(program: &Path) -> io::Result<(Child, oneshot::Sender<()>)> {
    let mut command = prepare(program);
    let runtime = Handle::current();
    let (parent, until_dropped) = oneshot::channel();
    let (answer, started) = oneshot::channel();
    thread::Builder::new().name("sandbox-parent".to_owned()).spawn(move || {
        let _entered = runtime.enter();
        // A caller that has gone away by now drops the child, and that kills it.
        let _ = answer.send(command.spawn());
        let _ = until_dropped.blocking_recv();
    })?;
    let child = started.await.map_err(io::Error::other)??;
    Ok((child, parent))
}

/// The process sees nothing of our environment and works in no folder of ours: what it runs is hostile until proven otherwise.
fn prepare(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["--parent", &std::process::id().to_string()]);
    command.env_clear();
    #[cfg(windows)]
    command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
    #[cfg(unix)]
    command.current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_death_says_how_and_quotes_the_last_words() {
        let killed = Death { signal: Some(9), ..Death::default() };
        assert_eq!(killed.sentence(), "The sandbox's process was ended by signal 9.");
        let panicked = Death { code: Some(101), last_words: "no memory".to_owned(), ..Death::default() };
        assert_eq!(panicked.sentence(), "The sandbox's process ended with code 101; its last words: no memory.");
        assert!(Death::default().sentence().contains("does not say"), "unknown is said to be unknown");
    }
}
