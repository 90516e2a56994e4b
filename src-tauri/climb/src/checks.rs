//! What is looked at before and after a ladder, to see whether the machine or an engine changed meanwhile.

use std::time::Duration;

use toprung_core::plan::protocol;
use toprung_core::run::{RunRecord, SessionChecks};

use crate::event::ClimbEvent;
use crate::ladder::{Read, Setting};
use crate::voice::{Stopped, Voice};

/// An engine that does not say who it is within this time is asked no longer: its version is then unknown.
const DESCRIBE_LIMIT: Duration = Duration::from_secs(3);

/// The clocks at the start of this part of the run.
pub(crate) struct Checks {
    slept_s: Option<f64>,
    wall_offset_s: Option<f64>,
}

fn read<T>(reader: &Read<T>) -> Option<T> {
    reader.as_ref().and_then(|read| read())
}

impl Checks {
    /// Before the first rung. A resumed run keeps the bandwidth that it began with.
    pub(crate) async fn begin(run: &mut RunRecord, setting: &Setting, voice: &Voice) -> Result<Self, Stopped> {
        if run.checks.bandwidth_before.is_empty() && protocol(run.mode).speed.is_some() {
            run.checks.bandwidth_before = voice.or_stop(bandwidth(setting)).await?;
        }
        Ok(Self { slept_s: read(&setting.readers.slept_s), wall_offset_s: read(&setting.readers.wall_offset_s) })
    }

    /// After the last rung, or where the climb was stopped: then only what costs no time is read.
    pub(crate) async fn end(self, run: &mut RunRecord, setting: &Setting, voice: &Voice, finished: bool) -> Result<(), Stopped> {
        let passed = |before: Option<f64>, now: Option<f64>, earlier: Option<f64>| Some(now? - before? + earlier.unwrap_or(0.0));
        let earlier = std::mem::take(&mut run.checks);
        let mut checks = SessionChecks {
            slept_s: passed(self.slept_s, read(&setting.readers.slept_s), earlier.slept_s),
            clock_set_s: passed(self.wall_offset_s, read(&setting.readers.wall_offset_s), earlier.clock_set_s),
            ..earlier
        };
        if finished {
            if protocol(run.mode).speed.is_some() {
                checks.bandwidth_after = voice.or_stop(bandwidth(setting)).await?;
            }
            checks.versions_changed = voice.or_stop(versions_changed(run, setting)).await?;
        }
        run.checks = checks;
        voice.keep(ClimbEvent::Checked { checks: run.checks.clone() }).await
    }
}

/// On a thread where blocking is allowed.
async fn bandwidth(setting: &Setting) -> Vec<f64> {
    match setting.readers.bandwidth.clone() {
        // A reader that panicked has read nothing.
        Some(read) => tokio::task::spawn_blocking(move || read()).await.unwrap_or_default(),
        None => Vec::new(),
    }
}

/// Each engine that now says another version than at the start.
async fn versions_changed(run: &RunRecord, setting: &Setting) -> Vec<String> {
    let mut changed: Vec<String> = Vec::new();
    let mut asked: Vec<Option<&str>> = Vec::new();
    for (rung, engine) in run.rungs.iter().zip(&setting.engines) {
        let description = rung.engine.as_ref().unwrap_or(&run.engine);
        if asked.contains(&description.url.as_deref()) {
            continue;
        }
        asked.push(description.url.as_deref());
        let now = tokio::time::timeout(DESCRIBE_LIMIT, engine.describe()).await;
        let now = now.ok().and_then(Result::ok).and_then(|description| description.version);
        if let (Some(then), Some(now)) = (&description.version, now)
            && *then != now
        {
            changed.push(format!("{then}, then {now}"));
        }
    }
    changed
}
