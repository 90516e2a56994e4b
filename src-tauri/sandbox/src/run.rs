//! One program, from its source to its verdict.

use std::io::Cursor;
use std::path::Path;
use std::thread;
use std::time::Instant;

use toprung_protocol::sandbox::{Outcome, Reply};
use wasmtime::{Engine, Linker, Module, Store};

use crate::failure::Failure;
use crate::guest::{Guest, MemoryLimit, Random};
use crate::limits::{self, Limits, THREAD_STACK_BYTES};
use crate::output::Output;
use crate::verdict::{End, Secret, Stop};
use crate::{interpreter, parent, wasi, wire};

/// Runs the program and gives the verdict on it.
const HARNESS: &str = include_str!("harness.py");

/// Loads the interpreter and runs one program in it, on a thread with a stack of its own.
pub(crate) fn run(engine: &Engine, compiled: &Path, source: String, limits: &Limits) -> Result<Outcome, Failure> {
    let module = interpreter::load(engine, compiled)?;
    parent::end_with_input();
    let body = || run_in(engine, &module, source, limits);
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("program".to_owned()).stack_size(THREAD_STACK_BYTES).spawn_scoped(scope, body);
        let thread = thread.map_err(|error| Failure::internal("no thread can be started", &error))?;
        thread.join().unwrap_or_else(|_| Err(Failure::internal("the sandbox panicked", &"see its standard error")))
    })
}

fn run_in(engine: &Engine, module: &Module, source: String, limits: &Limits) -> Result<Outcome, Failure> {
    let broken = |error: wasmtime::Error| Failure::internal("the interpreter does not start", &error);
    let secret = Secret::draw();
    let mut store = Store::new(engine, guest(secret, source, limits));
    store.limiter(|guest| &mut guest.memory);
    let mut linker = Linker::new(engine);
    wasi::link(&mut linker, module).map_err(broken)?;
    let instance = linker.instantiate(&mut store, module).map_err(broken)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start").map_err(broken)?;
    limits::apply(limits);
    wire::send(&Reply::Started);
    let ended = start.call(&mut store, ());
    let (stop, trap) = match ended {
        Ok(()) => (Some(Stop::Exit(0)), String::new()),
        Err(error) => (error.downcast_ref::<Stop>().copied(), error.root_cause().to_string()),
    };
    let guest = store.data();
    let end = End { stop, trap, memory_refused: guest.memory.refused, last_words: guest.output.last_words() };
    Ok(end.outcome(secret))
}

fn guest(secret: Secret, source: String, limits: &Limits) -> Guest {
    // -I: isolated from the environment and the user's folders; -B: writes no compiled files.
    let arguments = ["python", "-I", "-B", "-c", HARNESS];
    let mut input = format!("{}\n", secret.number()).into_bytes();
    input.extend_from_slice(source.as_bytes());
    Guest {
        arguments: arguments.iter().map(|argument| argument.as_bytes().to_vec()).collect(),
        input: Cursor::new(input),
        output: Output::new(limits.output_bytes),
        memory: MemoryLimit::new(limits.memory_bytes),
        random: Random::new(),
        started: Instant::now(),
    }
}
