//! The interpreter: compiled once, loaded from the compiled file for each program.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::Path;

use toprung_protocol::sandbox::FailureCode;
use wasmtime::{Config, Engine, Module};

use crate::failure::Failure;
use crate::limits::GUEST_STACK_BYTES;
use crate::widen;

/// The compiler and runtime with the settings that every compiled interpreter depends on.
pub(crate) fn engine() -> Result<Engine, Failure> {
    let mut config = Config::new();
    config.max_wasm_stack(GUEST_STACK_BYTES);
    // What they are for (names of functions in a trap's backtrace) nobody reads, and the compiled file is smaller without.
    config.generate_address_map(false);
    config.native_unwind_info(false);
    Engine::new(&config).map_err(|error| Failure::internal("WebAssembly can't be run on this machine", &error))
}

/// Equal for builds that can run what the other compiled. The standard hasher may differ from one Rust to the next, which
/// costs one more compilation.
pub(crate) fn compatibility(engine: &Engine) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    widen::recipe().hash(&mut hasher);
    format!("{}-{:016x}", env!("CARGO_PKG_VERSION"), hasher.finish())
}

/// Compiles the interpreter into a file that [`load`] takes, in tens of seconds on all cores.
pub(crate) fn compile(engine: &Engine, interpreter: &Path, output: &Path) -> Result<(), Failure> {
    let bad = |error: String| Failure::new(FailureCode::BadInterpreter, format!("{}: {error}", interpreter.display()));
    let module = fs::read(interpreter).map_err(|error| bad(error.to_string()))?;
    let module = widen::widen(&module).map_err(|what| bad(what.to_owned()))?;
    let compiled = engine.precompile_module(&module).map_err(|error| bad(format!("{error:#}")))?;
    let write = || {
        let mut file = fs::File::create(output)?;
        file.write_all(&compiled)?;
        // Whoever renames this file afterwards must not be left with a name and no content.
        file.sync_all()
    };
    write().map_err(|error: std::io::Error| Failure::new(FailureCode::CannotWrite, format!("{}: {error}", output.display())))
}

/// Maps a compiled interpreter into memory.
pub(crate) fn load(engine: &Engine, compiled: &Path) -> Result<Module, Failure> {
    // SAFETY: the file becomes machine code. The parent has compared its SHA-256 with the one that it noted when this
    // program compiled it, and wasmtime refuses a file of another version, setting or processor.
    let module = unsafe { Module::deserialize_file(engine, compiled) };
    module.map_err(|error| Failure::new(FailureCode::BadCompiled, format!("{}: {error:#}", compiled.display())))
}
