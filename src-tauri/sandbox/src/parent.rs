//! The sandbox never outlives the process that started it.

use std::io::Read;
use std::process;
use std::thread;

/// The argument by which the parent says who it is: `--parent PID`.
#[cfg(target_os = "linux")]
const PARENT_ARGUMENT: &str = "--parent";

/// Asks the kernel to kill this process when its parent dies, and ends at once if that has happened already.
///
/// The end of the input says the same, on every system; see [`end_with_input`].
pub(crate) fn die_with_parent() {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: prctl with PR_SET_PDEATHSIG takes one integer and touches no memory of ours.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
        if announced_parent().is_some_and(|parent| parent != std::os::unix::process::parent_id()) {
            process::exit(0);
        }
    }
}

/// The parent's process id as the parent gave it. `None` when a person starts the sandbox by hand.
#[cfg(target_os = "linux")]
fn announced_parent() -> Option<u32> {
    let mut arguments = std::env::args().skip_while(|argument| argument != PARENT_ARGUMENT);
    arguments.nth(1)?.parse().ok()
}

/// Ends this process when its input ends, which is when its parent dies or has lost interest.
pub(crate) fn end_with_input() {
    thread::spawn(|| {
        let mut byte = [0];
        // Nobody sends anything after the request; whatever comes is not for us.
        while std::io::stdin().read(&mut byte).is_ok_and(|count| count > 0) {}
        process::exit(0);
    });
}
