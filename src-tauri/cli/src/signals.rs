//! What ends the program from outside: Ctrl+C, and the signals that ask for an end.

use crate::{INTERRUPTED, tell};

/// Returns when a person stops the work; what is finished is kept. A second signal ends the program at once.
pub(crate) async fn stop() {
    interrupted().await;
    tell("\nStopping; what is finished is kept.");
    tokio::spawn(async {
        interrupted().await;
        std::process::exit(INTERRUPTED.into());
    });
}

/// Returns when the program is asked to end.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
