//! Commands in, replies out: one JSON object a line.

use std::io::{self, BufRead, StdoutLock, Write};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use toprung_protocol::{Command, Reply};

use crate::failure::Failure;
use crate::parent;

/// The commands that have been read and not yet answered.
pub(crate) struct Commands(Receiver<Vec<u8>>);

/// Starts the thread that reads the input. When the input ends it ends the process, so that a parent's death
/// or a closed pipe stops even a generation that runs.
pub(crate) fn read_commands() -> Commands {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let mut line = Vec::new();
            let ended = !matches!(input.read_until(b'\n', &mut line), Ok(count) if count > 0);
            if ended || sender.send(line).is_err() {
                parent::end_process();
            }
        }
    });
    Commands(receiver)
}

impl Commands {
    /// Waits for the next command; a line that is none is a failure, and the one after it may be good again.
    pub(crate) fn next(&mut self) -> Result<Command, Failure> {
        match self.0.recv() {
            Ok(line) => parse(&line),
            Err(_) => parent::end_process(),
        }
    }
}

fn parse(line: &[u8]) -> Result<Command, Failure> {
    serde_json::from_slice(line).map_err(|error| Failure::bad_command(format!("this line is no command: {error}")))
}

/// Standard output, held for the life of the process so that nothing else writes between two replies.
pub(crate) struct Replies(StdoutLock<'static>);

impl Replies {
    pub(crate) fn new() -> Self {
        Self(io::stdout().lock())
    }

    /// Writes one line in one piece. A parent that no longer reads is a parent that is gone.
    pub(crate) fn send(&mut self, reply: &Reply) {
        let Ok(mut line) = serde_json::to_vec(reply) else { parent::end_process() };
        line.push(b'\n');
        if self.0.write_all(&line).and_then(|()| self.0.flush()).is_err() {
            parent::end_process();
        }
    }
}

#[cfg(test)]
mod tests {
    use toprung_protocol::FailureCode;

    use super::*;

    #[test]
    fn a_line_that_is_no_command_is_a_bad_command() {
        for line in [&b"\n"[..], b"hello\n", b"{\"op\":\"dance\"}\n", b"{\"op\":\"speed\"}\n", b"\xff\xfe\n"] {
            let failure = parse(line).unwrap_err();
            assert_eq!(failure.code, FailureCode::BadCommand, "{:?} asks for nothing we know", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn a_load_without_gpu_layers_is_accepted() {
        let command = parse(br#"{"op":"load","path":"/m.gguf","context_tokens":2048,"threads":null}"#).unwrap();
        assert!(matches!(command, Command::Load { gpu_layers: None, .. }), "an older parent does not name GPU layers");
    }
}
