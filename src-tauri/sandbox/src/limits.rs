//! What a program may take, and what the process gives up before it begins.

/// What one program may take.
pub(crate) struct Limits {
    pub(crate) memory_bytes: u64,
    pub(crate) output_bytes: u64,
    pub(crate) processor_s: u64,
}

/// The stack of compiled WebAssembly, beside the interpreter's own in its linear memory. The deepest recursion that the
/// interpreter allows was seen to fit; wasmtime's settings allow no more.
pub(crate) const GUEST_STACK_BYTES: usize = 2 << 20;

/// The thread that the program runs on needs room for the host's functions behind the guest's stack.
pub(crate) const THREAD_STACK_BYTES: usize = GUEST_STACK_BYTES + (2 << 20);

/// What this process takes beside the interpreter's memory: its own heap, the program's source on its way in, stacks.
#[cfg(unix)]
const OWN_DATA_BYTES: u64 = 256 << 20;

/// Gives up what a program needs nothing of. All of it is behind WebAssembly's wall, so a system that refuses takes nothing
/// from what holds the program; that is why failures are passed over.
#[cfg(unix)]
pub(crate) fn apply(limits: &Limits) {
    let writable = limits.memory_bytes.saturating_add(OWN_DATA_BYTES);
    // Private writable memory, which the interpreter's is. The address space can't be the measure: wasmtime reserves
    // gigabytes of it, because a whole 32-bit space needs no check of bounds at each access.
    set(libc::RLIMIT_DATA, writable);
    // The kernel sends a signal of its own at the first number and kills at the second.
    set_both(libc::RLIMIT_CPU, limits.processor_s, limits.processor_s.saturating_add(1));
    // No file grows, and none is opened: a new descriptor would have to have a number below zero.
    set(libc::RLIMIT_FSIZE, 0);
    set(libc::RLIMIT_NOFILE, 0);
    set(libc::RLIMIT_CORE, 0);
}

#[cfg(not(unix))]
pub(crate) fn apply(_limits: &Limits) {}

#[cfg(all(unix, target_env = "gnu"))]
type Resource = libc::__rlimit_resource_t;
#[cfg(all(unix, not(target_env = "gnu")))]
type Resource = libc::c_int;

#[cfg(unix)]
fn set(resource: Resource, most: u64) {
    set_both(resource, most, most);
}

#[cfg(unix)]
fn set_both(resource: Resource, soft: u64, hard: u64) {
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: setrlimit reads the struct that it is given and keeps no reference.
    unsafe { libc::setrlimit(resource, &raw const limit) };
}
