//! How long each kind of wait may last, and what it means when it lasts longer.

use std::time::Duration;

use toprung_core::cause::{Cause, CauseKind};

use super::causes::During;

/// How long each kind of wait may last. A slow link or a slow machine must not look like a dead one, so these are far above what is usual;
/// a climb has its own, tighter stop rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A question about models, versions or what is loaded.
    pub answer: Duration,
    /// A generation's request to its first byte; the server reads the whole prompt first.
    pub first_byte: Duration,
    /// Between two fragments of a generation.
    pub idle: Duration,
    /// Loading a model; Ollama's own limit is 5 minutes without progress.
    pub load: Duration,
    /// A pull's silence: the server says nothing while it checks a large file's digest.
    pub pull_silence: Duration,
    /// Until an unloaded model is gone from memory.
    pub unload: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            first_byte: Duration::from_secs(600),
            idle: Duration::from_secs(120),
            load: Duration::from_secs(900),
            pull_silence: Duration::from_secs(900),
            unload: Duration::from_secs(30),
        }
    }
}

/// How long a reply may take, and what it means when there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    pub(super) limit: Duration,
    /// The limit passed.
    missed: CauseKind,
    /// The connection was taken and then broke.
    pub(super) cut: CauseKind,
    pub(super) during: During,
}

impl Wait {
    pub(crate) fn answer(limits: &Limits) -> Self {
        Self { limit: limits.answer, missed: CauseKind::EngineUnreachable, cut: CauseKind::EngineUnreachable, during: During::Use }
    }

    pub(crate) fn generation(limits: &Limits) -> Self {
        Self { limit: limits.first_byte, missed: CauseKind::Stalled, cut: CauseKind::StreamEndedEarly, during: During::Use }
    }

    pub(crate) fn load(limits: &Limits) -> Self {
        Self { limit: limits.load, missed: CauseKind::LoadTimedOut, cut: CauseKind::EngineCrashed, during: During::Use }
    }

    pub(crate) fn pull(limits: &Limits) -> Self {
        Self { limit: limits.pull_silence, missed: CauseKind::DownloadFailed, cut: CauseKind::DownloadFailed, during: During::Pull }
    }

    pub(super) fn expired(self) -> Cause {
        Cause::new(self.missed, format!("no answer within {:.0} s", self.limit.as_secs_f64()))
    }
}
