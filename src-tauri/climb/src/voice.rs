//! How a climb speaks: events that must be kept wait until they are, all others are said once.

use std::sync::Arc;

use crate::control::Control;
use crate::event::{ClimbEvent, EventSink};

/// A person stopped the climb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped;

/// The way out for events, together with the hand that may pause or stop.
#[derive(Clone)]
pub(crate) struct Voice {
    sink: Arc<dyn EventSink>,
    pub(crate) control: Control,
}

impl Voice {
    pub(crate) fn new(sink: Arc<dyn EventSink>, control: Control) -> Self {
        Self { sink, control }
    }

    /// Says something that may be missed, such as progress.
    pub(crate) fn say(&self, event: &ClimbEvent) {
        // What is only shown is not worth pausing for.
        let _ = self.sink.emit(event);
    }

    /// Says that a trial begins, and waits until it has been shown: the processors are the model's while it is timed.
    pub(crate) async fn announce(&self, event: &ClimbEvent) -> Result<(), Stopped> {
        match self.sink.emit(event) {
            Ok(shown_in) if !shown_in.is_zero() => self.or_stop(tokio::time::sleep(shown_in)).await,
            _ => Ok(()),
        }
    }

    /// Says something that must be kept. If it can't be, the climb pauses, tells, and tries again on resume.
    pub(crate) async fn keep(&self, event: ClimbEvent) -> Result<(), Stopped> {
        while let Err(cause) = self.sink.emit(&event) {
            self.control.pause();
            self.say(&ClimbEvent::SaveFailed { cause });
            self.wait_out_pause().await?;
        }
        Ok(())
    }

    /// Between trials: waits while paused.
    pub(crate) async fn gate(&self) -> Result<(), Stopped> {
        if self.control.is_stopped() {
            return Err(Stopped);
        }
        if self.control.is_paused() {
            self.say(&ClimbEvent::Paused);
            self.wait_out_pause().await?;
        }
        Ok(())
    }

    async fn wait_out_pause(&self) -> Result<(), Stopped> {
        self.or_stop(self.control.resumed()).await?;
        self.say(&ClimbEvent::Resumed);
        Ok(())
    }

    /// Runs something to its end unless the climb is stopped first; then it is dropped where it stands.
    pub(crate) async fn or_stop<T>(&self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = self.control.stopped() => Err(Stopped),
            done = work => Ok(done),
        }
    }
}
