//! Runs programs, each in a process of its own.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use toprung_protocol::sandbox::{FailureCode, Outcome, Reply, Request};

use super::compiled::Compiled;
use super::process::{Death, Process};
use super::{HELLO_LIMIT, sentence, text};
use crate::code::{CodeRunner, Ended, Limits, Program};

/// The signal by which Linux ends a process that has used up its processor time.
const SIGXCPU: i32 = 24;

/// A sandbox that is ready: the interpreter is checked and compiled.
#[derive(Debug, Clone)]
pub struct Runner {
    program: PathBuf,
    compiled: Compiled,
}

impl Runner {
    pub(super) fn new(program: PathBuf, compiled: Compiled) -> Self {
        Self { program, compiled }
    }

    fn request(&self, program: &Program) -> Result<Request, String> {
        Ok(Request::Run {
            compiled: text(&self.compiled.path).map_err(|error| error.to_string())?,
            source: program.source.clone(),
            memory_bytes: program.limits.memory_bytes,
            output_bytes: program.limits.output_bytes,
            // Beyond the time on the clock, so that it decides only where the timer of this process does not.
            processor_s: program.limits.time.as_secs().saturating_add(2),
        })
    }
}

#[async_trait]
impl CodeRunner for Runner {
    async fn run(&self, program: &Program) -> Result<Ended, String> {
        if !self.compiled.is_unchanged() {
            return Err(format!("{} was changed after it was checked. Start Toprung again.", self.compiled.path.display()));
        }
        let request = self.request(program)?;
        let mut process = Process::start(&self.program).await.map_err(|why| format!("{why} Install Toprung again."))?;
        let ended = converse(&mut process, &request, program.limits).await;
        process.end().await;
        ended
    }
}

/// Hello, the request, the start, the end.
async fn converse(process: &mut Process, request: &Request, limits: Limits) -> Result<Ended, String> {
    process.send(request, HELLO_LIMIT).await.map_err(|death| failed(&death))?;
    loop {
        match process.receive(HELLO_LIMIT).await.map_err(|death| failed(&death))? {
            Some(Reply::Hello { .. }) => {}
            Some(Reply::Started) => return watch(process, limits.time).await,
            Some(reply) => return Err(unexpected(reply)),
            None => {
                return Err(format!("The sandbox did not start within {} s. Try again when the machine has time.", HELLO_LIMIT.as_secs()));
            }
        }
    }
}

/// Waits for the end of a program that has begun, and no longer than its time.
async fn watch(process: &mut Process, time: Duration) -> Result<Ended, String> {
    match process.receive(time).await {
        Ok(Some(Reply::Ended { outcome })) => Ok(ended(outcome)),
        Ok(Some(reply)) => Err(unexpected(reply)),
        Ok(None) => Ok(Ended::TimedOut),
        Err(death) if death.signal == Some(SIGXCPU) => Ok(Ended::TimedOut),
        Err(death) => Err(failed(&death)),
    }
}

fn ended(outcome: Outcome) -> Ended {
    match outcome {
        Outcome::Passed => Ended::Passed,
        Outcome::Failed { detail } => Ended::Failed(detail),
        Outcome::OutOfMemory => Ended::OutOfMemory,
        Outcome::Flooded => Ended::Flooded,
        Outcome::Forbidden { what } => Ended::Forbidden(what),
        Outcome::Unsupported { what } => Ended::Unsupported(what),
    }
}

fn failed(death: &Death) -> String {
    format!("{} Run it again.", death.sentence())
}

fn unexpected(reply: Reply) -> String {
    match reply {
        Reply::Failed { code: FailureCode::BadCompiled, message } => {
            format!("{} Start Toprung again: it compiles it anew.", sentence(&message))
        }
        Reply::Failed { message, .. } => format!("{} Run it again.", sentence(&message)),
        _ => "The sandbox answers something else than it was asked. Install Toprung again.".to_owned(),
    }
}
