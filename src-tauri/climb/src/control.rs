//! The hand on a running climb: pause between trials, resume, stop at any moment.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Shared by the climb and whoever steers it; clones steer the same climb.
#[derive(Debug, Clone)]
pub struct Control {
    stop: CancellationToken,
    paused: Arc<watch::Sender<bool>>,
}

impl Default for Control {
    fn default() -> Self {
        Self { stop: CancellationToken::new(), paused: Arc::new(watch::Sender::new(false)) }
    }
}

impl Control {
    /// The trial under way is finished first.
    pub fn pause(&self) {
        self.paused.send_replace(true);
    }

    pub fn resume(&self) {
        self.paused.send_replace(false);
    }

    /// Ends the climb at once; what is finished is kept.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    pub fn is_paused(&self) -> bool {
        *self.paused.borrow()
    }

    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Returns when the climb is stopped.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Returns at once when not paused, otherwise on resume.
    pub async fn resumed(&self) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.paused.subscribe().wait_for(|paused| !paused).await;
    }
}
