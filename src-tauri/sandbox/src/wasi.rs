//! All that the interpreter can call: WASI preview 1, of which only reading the program, printing, clocks, sleep and numbers do
//! anything. Whatever has to do with files, sockets and the rest of the system is one function that refuses.
//!
//! Shapes and numbers are those of the `wasi_snapshot_preview1` interface.

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::{Caller, ExternType, Linker, Module, Result, Val};

use crate::guest::Guest;
use crate::memory::{View, part};
use crate::output::Stream;
use crate::poll;
use crate::verdict::Stop;

/// A WASI error number that is not "success".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

pub(crate) const BAD_DESCRIPTOR: Errno = Errno(8);
pub(crate) const FAULT: Errno = Errno(21);
pub(crate) const INVALID: Errno = Errno(28);
const NO_SEEK: Errno = Errno(70);
/// "Capabilities insufficient": the answer to everything that would reach outside.
const NOT_CAPABLE: Errno = Errno(76);

const WASI: &str = "wasi_snapshot_preview1";
const INPUT: i32 = 0;
const OUTPUT: i32 = 1;
const ERRORS: i32 = 2;

type Call<'a> = Caller<'a, Guest>;

/// Gives a module the functions that do something, and for each other import one that refuses.
pub(crate) fn link(linker: &mut Linker<Guest>, module: &Module) -> Result<()> {
    linker.func_wrap(WASI, "args_sizes_get", |mut c: Call, count: u32, size: u32| answer(arguments_sizes(&mut c, count, size)))?;
    linker.func_wrap(WASI, "args_get", |mut c: Call, list: u32, text: u32| answer(arguments(&mut c, list, text)))?;
    // There is no environment: no entries, and no bytes of them.
    linker.func_wrap(WASI, "environ_sizes_get", |mut c: Call, count: u32, size: u32| answer(zeros(&mut c, count, size)))?;
    linker.func_wrap(WASI, "environ_get", |_: u32, _: u32| 0)?;
    linker.func_wrap(WASI, "clock_res_get", |mut c: Call, _: i32, at: u32| answer(resolution(&mut c, at)))?;
    linker.func_wrap(WASI, "clock_time_get", |mut c: Call, clock: i32, _: u64, at: u32| answer(time(&mut c, clock, at)))?;
    linker.func_wrap(WASI, "random_get", |mut c: Call, at: u32, length: u32| answer(random(&mut c, at, length)))?;
    linker.func_wrap(WASI, "sched_yield", || 0)?;
    linker.func_wrap(WASI, "poll_oneoff", |mut c: Call, asked: u32, events: u32, count: u32, ready: u32| {
        answer(View::of(&mut c).and_then(|view| poll::poll(view, asked, events, count, ready)))
    })?;
    linker.func_wrap(WASI, "proc_exit", |code: i32| -> Result<()> { Err(Stop::Exit(code).into()) })?;
    link_streams(linker)?;
    link_refusals(linker, module)
}

fn link_streams(linker: &mut Linker<Guest>) -> Result<()> {
    linker.func_wrap(WASI, "fd_read", |mut c: Call, fd: i32, list: u32, count: u32, at: u32| answer(read(&mut c, fd, list, count, at)))?;
    linker.func_wrap(WASI, "fd_write", |mut c: Call, fd: i32, list: u32, count: u32, at: u32| write(&mut c, fd, list, count, at))?;
    linker.func_wrap(WASI, "fd_fdstat_get", |mut c: Call, fd: i32, at: u32| answer(describe(&mut c, fd, at)))?;
    linker.func_wrap(WASI, "fd_filestat_get", |mut c: Call, fd: i32, at: u32| answer(file_facts(&mut c, fd, at)))?;
    linker.func_wrap(WASI, "fd_seek", |fd: i32, _: i64, _: i32, _: u32| answer(no_seek(fd)))?;
    linker.func_wrap(WASI, "fd_tell", |fd: i32, _: u32| answer(no_seek(fd)))?;
    linker.func_wrap(WASI, "fd_close", |fd: i32| answer(open(fd)))?;
    // The C library asks for folders that are open from the start, until this says that there are none.
    linker.func_wrap(WASI, "fd_prestat_get", |_: i32, _: u32| BAD_DESCRIPTOR.0)?;
    Ok(())
}

fn link_refusals(linker: &mut Linker<Guest>, module: &Module) -> Result<()> {
    linker.allow_shadowing(false);
    for import in module.imports() {
        let ExternType::Func(kind) = import.ty() else { continue };
        // A name that is linked already keeps its function: this fails then, and only then.
        let _ = linker.func_new(import.module(), import.name(), kind, |_, _, results| {
            for result in results {
                *result = Val::I32(NOT_CAPABLE.0);
            }
            Ok(())
        });
    }
    Ok(())
}

fn answer(result: Result<(), Errno>) -> i32 {
    result.map_or_else(|error| error.0, |()| 0)
}

fn arguments_sizes(caller: &mut Call, count_at: u32, size_at: u32) -> Result<(), Errno> {
    let mut view = View::of(caller)?;
    let size: usize = view.guest.arguments.iter().map(|argument| argument.len() + 1).sum();
    let count = view.guest.arguments.len();
    view.write_u32(count_at, u32::try_from(count).map_err(|_| FAULT)?)?;
    view.write_u32(size_at, u32::try_from(size).map_err(|_| FAULT)?)
}

fn arguments(caller: &mut Call, list: u32, text: u32) -> Result<(), Errno> {
    let mut view = View::of(caller)?;
    let (mut entry, mut at) = (list, text);
    for argument in std::mem::take(&mut view.guest.arguments) {
        view.write_u32(entry, at)?;
        view.write(at, &argument)?;
        let end = u32::try_from(argument.len()).ok().and_then(|length| at.checked_add(length)).ok_or(FAULT)?;
        view.write(end, &[0])?;
        at = end.checked_add(1).ok_or(FAULT)?;
        entry = entry.checked_add(4).ok_or(FAULT)?;
    }
    Ok(())
}

fn zeros(caller: &mut Call, one: u32, other: u32) -> Result<(), Errno> {
    let mut view = View::of(caller)?;
    view.write_u32(one, 0)?;
    view.write_u32(other, 0)
}

fn resolution(caller: &mut Call, at: u32) -> Result<(), Errno> {
    View::of(caller)?.write_u64(at, 1_000)
}

fn time(caller: &mut Call, clock: i32, at: u32) -> Result<(), Errno> {
    let mut view = View::of(caller)?;
    let elapsed = match clock {
        0 => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        // The clock of this thread's processor time is answered by the time that has passed: the program runs alone.
        1..=3 => view.guest.started.elapsed(),
        _ => return Err(INVALID),
    };
    view.write_u64(at, u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX))
}

fn random(caller: &mut Call, at: u32, length: u32) -> Result<(), Errno> {
    let view = View::of(caller)?;
    view.guest.random.fill(part(view.bytes, at, length)?);
    Ok(())
}

/// Whether a descriptor is one of the three that there are.
pub(crate) fn open(fd: i32) -> Result<(), Errno> {
    if (INPUT..=ERRORS).contains(&fd) { Ok(()) } else { Err(BAD_DESCRIPTOR) }
}

fn no_seek(fd: i32) -> Result<(), Errno> {
    open(fd)?;
    Err(NO_SEEK)
}

fn read(caller: &mut Call, fd: i32, list: u32, count: u32, read_at: u32) -> Result<(), Errno> {
    if fd != INPUT {
        return Err(BAD_DESCRIPTOR);
    }
    let mut view = View::of(caller)?;
    let mut total = 0_u32;
    for number in 0..count {
        let slice = view.slice(list, number)?;
        let target = part(view.bytes, slice.at, slice.length)?;
        let read = view.guest.input.read(target).unwrap_or(0);
        // What was read fits into the slice, whose length is of this type.
        total = total.saturating_add(u32::try_from(read).unwrap_or(slice.length));
        if read < slice.length as usize {
            break;
        }
    }
    view.write_u32(read_at, total)
}

/// # Errors
/// Ends the program when it has printed more than it may.
fn write(caller: &mut Call, fd: i32, list: u32, count: u32, written_at: u32) -> Result<i32> {
    let stream = match fd {
        OUTPUT => Stream::Output,
        ERRORS => Stream::Errors,
        _ => return Ok(BAD_DESCRIPTOR.0),
    };
    let mut flooded = false;
    let result = View::of(caller).and_then(|mut view| {
        let mut total = 0_u32;
        for number in 0..count {
            let slice = view.slice(list, number)?;
            let printed = part(view.bytes, slice.at, slice.length)?;
            if view.guest.output.write(stream, printed).is_err() {
                flooded = true;
                return Ok(());
            }
            total = total.saturating_add(slice.length);
        }
        view.write_u32(written_at, total)
    });
    if flooded { Err(Stop::Flooded.into()) } else { Ok(answer(result)) }
}

/// Says of a stream that it is of no particular kind, which the interpreter takes for a pipe, and may be read and written.
fn describe(caller: &mut Call, fd: i32, at: u32) -> Result<(), Errno> {
    open(fd)?;
    let mut facts = [0; 24];
    facts[8..].fill(0xff);
    View::of(caller)?.write(at, &facts)
}

fn file_facts(caller: &mut Call, fd: i32, at: u32) -> Result<(), Errno> {
    open(fd)?;
    View::of(caller)?.write(at, &[0; 64])
}
