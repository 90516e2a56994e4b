//! The process in which one model-written program runs.
//!
//! The wall is WebAssembly: the program runs in a Python interpreter that runs in wasmtime, and [`wasi`] is all that it can
//! call. The process is the second wall: it is ended from outside when the time is up, holds nothing worth stealing, and
//! gives up what it does not need before the program begins ([`limits`]).
//!
//! Architecture invariants: one process runs one program, so nothing of a run is left for the next. Standard output carries
//! replies alone. No function that the program can call opens a file, a socket or a process.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod failure;
mod guest;
mod interpreter;
mod limits;
mod memory;
mod output;
mod parent;
mod poll;
mod run;
mod verdict;
mod wasi;
mod widen;
mod wire;

use std::path::Path;

use toprung_protocol::sandbox::{Reply, Request};

use failure::Failure;

fn main() {
    parent::die_with_parent();
    let reply = answer().unwrap_or_else(Failure::into_reply);
    wire::send(&reply);
}

fn answer() -> Result<Reply, Failure> {
    let engine = interpreter::engine()?;
    wire::send(&Reply::Hello { compatibility: interpreter::compatibility(&engine) });
    match wire::read_request()? {
        Request::Compile { interpreter, output } => {
            interpreter::compile(&engine, Path::new(&interpreter), Path::new(&output))?;
            Ok(Reply::Compiled)
        }
        Request::Run { compiled, source, memory_bytes, output_bytes, processor_s } => {
            let limits = limits::Limits { memory_bytes, output_bytes, processor_s };
            let outcome = run::run(&engine, Path::new(&compiled), source, &limits)?;
            Ok(Reply::Ended { outcome })
        }
    }
}
