//! The worker never outlives the process that started it.

/// The argument by which the parent says who it is: `--parent PID`.
pub(crate) const PARENT_ARGUMENT: &str = "--parent";

/// Asks the kernel to kill this process when its parent dies, and ends at once if that has happened already.
///
/// The end of the input says the same, on every system; this also reaches a worker that is stopped, and one
/// whose pipe is held open by somebody else.
pub(crate) fn die_with_parent() {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: prctl with PR_SET_PDEATHSIG takes one integer and touches no memory of ours.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
        if announced_parent().is_some_and(|parent| parent != std::os::unix::process::parent_id()) {
            end_process();
        }
    }
}

/// The parent's process id as the parent gave it. `None` when a person starts the worker by hand.
#[cfg(target_os = "linux")]
fn announced_parent() -> Option<u32> {
    let mut arguments = std::env::args().skip_while(|argument| argument != PARENT_ARGUMENT);
    arguments.nth(1)?.parse().ok()
}

/// Ends the process now, whatever its other threads compute.
pub(crate) fn end_process() -> ! {
    // SAFETY: _exit does not return and runs no handlers. That is what is wanted: static destructors would free
    // tensors under the threads that are still computing with them.
    unsafe { libc::_exit(0) }
}
