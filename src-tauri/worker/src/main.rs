//! The process that links llama.cpp: one model, one conversation of JSON lines over standard input and output.
//!
//! A crash, an out-of-memory kill or a hang of the model takes this process and never the app. Unloading a
//! model is the end of this process.
//!
//! Architecture invariants: standard output carries replies alone, standard error llama.cpp's log. The process
//! ends when its input ends, even in the middle of a generation, and it never outlives its parent.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod chat;
mod cpu;
mod failure;
mod generation;
mod log;
mod memory;
mod model;
mod parent;
mod settings;
mod trial;
mod wire;

use llama_cpp_2::llama_backend::LlamaBackend;
use toprung_protocol::{Command, Reply};

use failure::Failure;
use model::{LoadRequest, Session};
use wire::{Commands, Replies};

fn main() {
    parent::die_with_parent();
    let mut commands = wire::read_commands();
    let mut replies = Replies::new();
    if let Err(failure) = run(&mut commands, &mut replies) {
        replies.send(&failure.into_reply());
    }
    // Whoever waits for an answer has it by now. Ending here skips llama.cpp's destructors on purpose: the
    // kernel frees everything at once, and a model is unloaded by ending its process.
    parent::end_process();
}

/// Hello, then a model, then trials until the input ends. Only a failure that leaves nothing to do comes back.
fn run(commands: &mut Commands, replies: &mut Replies) -> Result<(), Failure> {
    cpu::check()?;
    log::capture();
    memory::track_peaks();
    let backend = LlamaBackend::init().map_err(|error| Failure::internal(format!("llama.cpp did not start: {error}")))?;
    replies.send(&Reply::Hello { version: settings::version(), settings: settings::of_build(&backend) });

    let request = wait_for_load(commands, replies);
    let loaded = model::load(&backend, &request)?;
    let mut session = Session::open(&backend, &loaded, &request)?;
    replies.send(&session.describe(&loaded));
    loop {
        let outcome = commands.next().and_then(|command| answer(command, &mut session, replies));
        replies.send(&outcome.unwrap_or_else(Failure::into_reply));
    }
}

/// Refuses everything but the command that loads a model, until that command comes.
fn wait_for_load(commands: &mut Commands, replies: &mut Replies) -> LoadRequest {
    loop {
        let request = commands.next().and_then(LoadRequest::from_command);
        match request {
            Ok(request) => return request,
            Err(failure) => replies.send(&failure.into_reply()),
        }
    }
}

/// One command on a loaded model. Its fragments go out as they come, its last reply is returned.
fn answer(command: Command, session: &mut Session, replies: &mut Replies) -> Result<Reply, Failure> {
    let emit = &mut |text: String| replies.send(&Reply::Fragment { text });
    match command {
        Command::Load { .. } => Err(Failure::bad_command("a model is loaded already; a worker holds one model in its life")),
        Command::Speed { prompt_tokens, output_tokens, seed } => trial::run(session, prompt_tokens, output_tokens, seed, emit),
        Command::Chat { message, max_output_tokens } => chat::run(session, &message, max_output_tokens, emit),
    }
}
