//! The whole ladder, rung by rung, with its stop rules.

use std::sync::Arc;
use std::time::{Duration, Instant};

use toprung_core::plan::{Mode, Protocol, protocol};
use toprung_core::run::{RunRecord, RungRecord, RungStatus};
use toprung_core::stop_rules::ladder_ends;
use toprung_core::summary::decode_values;
use toprung_engines::Engine;
use toprung_hardware::{Probe, Sampler};

use crate::checks::Checks;
use crate::control::Control;
use crate::event::{ClimbEnd, ClimbEvent, EventSink};
use crate::rung::RungClimb;
use crate::tasks::{self, TaskWork};
use crate::voice::{Stopped, Voice};

/// Gauges need no more, and a timed window wants quiet.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(1);

/// Reads a figure of the machine; `None` where it can't be told.
pub type Read<T> = Option<Box<dyn Fn() -> Option<T> + Send + Sync>>;

/// What a climb reads of the machine beside its samples.
#[derive(Default)]
pub struct Readers {
    /// Bytes that a program can have now without swapping.
    pub memory_available: Read<u64>,
    /// Seconds for which the machine has slept so far.
    pub slept_s: Read<f64>,
    /// The wall clock less a clock that can't be set, in seconds.
    pub wall_offset_s: Read<f64>,
    /// Memory bandwidth in bytes per second, several readings; blocks for two seconds.
    pub bandwidth: Option<Arc<dyn Fn() -> Vec<f64> + Send + Sync>>,
    /// How long the machine is left alone before the first rung, so that the samples show what it draws when it is quiet.
    /// Zero where no power can be read.
    pub idle_pause: Duration,
}

/// What a climb works with.
pub struct Setting {
    /// One for each rung of the ladder; the same one again and again where a ladder does not mix engines.
    pub engines: Vec<Arc<dyn Engine>>,
    /// Leads every synthetic prompt of this run.
    pub seed: u64,
    pub readers: Readers,
    pub memory_total: Option<u64>,
    /// Also try models that are predicted not to fit.
    pub try_anyway: bool,
    /// Tasks that each model is put to; `None` where none are asked.
    pub tasks: Option<TaskWork>,
}

impl Setting {
    /// The engine of a rung. A run has at least one rung, and each has its engine: see `engines`.
    pub(crate) fn engine(&self, rung: u32) -> &dyn Engine {
        self.engines[rung as usize].as_ref()
    }
}

/// Climbs from the first unfinished trial of `run` to the end of its ladder, or until stopped.
///
/// `run` comes back with everything that was measured; the sink has heard the same, event by event.
pub async fn climb(
    run: &mut RunRecord,
    setting: Setting,
    probes: Vec<Box<dyn Probe>>,
    control: Control,
    sink: Arc<dyn EventSink>,
) -> ClimbEnd {
    let voice = Voice::new(sink, control);
    let offset_ms = clock_so_far(run);
    let epoch = Instant::now();
    let sampler = sample(probes, &voice, offset_ms);
    let end = session(run, &setting, &voice, offset_ms, epoch).await;
    drop(sampler);
    match end {
        Ok(()) => ClimbEnd::Finished,
        Err(Stopped) => ClimbEnd::Stopped,
    }
}

/// The ladder between its checks: whether the machine and the engines were at the end what they were at the start.
async fn session(run: &mut RunRecord, setting: &Setting, voice: &Voice, offset_ms: f64, epoch: Instant) -> Result<(), Stopped> {
    if run.mode != Mode::Quick {
        voice.or_stop(tokio::time::sleep(setting.readers.idle_pause)).await?;
    }
    let checks = Checks::begin(run, setting, voice).await?;
    let mut end = rungs(run, setting, voice, offset_ms, epoch).await;
    if end.is_ok() {
        check_drift(run, setting, voice, offset_ms, epoch).await?;
        end = tasks::extend(run, setting, voice, offset_ms, epoch).await;
    }
    checks.end(run, setting, voice, end.is_ok()).await?;
    end
}

/// Measures the first rung that gave a speed once more. One rung has nothing before or after it to drift from.
async fn check_drift(run: &mut RunRecord, setting: &Setting, voice: &Voice, offset_ms: f64, epoch: Instant) -> Result<(), Stopped> {
    let protocol = protocol(run.mode);
    let measured = |rung: &&mut RungRecord| rung.status == RungStatus::Measured && !decode_values(rung).is_empty();
    if protocol.sentinel_trials == 0 || run.rungs.iter_mut().filter(measured).count() < 2 {
        return Ok(());
    }
    match run.rungs.iter_mut().find(measured) {
        Some(rung) => RungClimb { setting, protocol: &protocol, voice, rung, below: &[], offset_ms, epoch }.check_drift().await,
        None => Ok(()),
    }
}

/// Says what the probes read, on the run's clock, until it is dropped.
pub(crate) fn sample(probes: Vec<Box<dyn Probe>>, voice: &Voice, offset_ms: f64) -> Sampler {
    let voice = voice.clone();
    Sampler::start(
        probes,
        SAMPLE_INTERVAL,
        Box::new(move |mut sample| {
            sample.at_ms += offset_ms;
            voice.say(&ClimbEvent::Sampled { sample });
        }),
    )
}

async fn rungs(run: &mut RunRecord, setting: &Setting, voice: &Voice, offset_ms: f64, epoch: Instant) -> Result<(), Stopped> {
    let protocol = protocol_of(run, setting);
    for position in 0..run.rungs.len() {
        if !matches!(run.rungs[position].status, RungStatus::Waiting | RungStatus::Running) {
            continue;
        }
        if let Some(reason) = ladder_ends(&run.rungs[..position]) {
            return leave_out(run, position, &reason, voice).await;
        }
        let (below, from_here) = run.rungs.split_at_mut(position);
        let Some(rung) = from_here.first_mut() else { continue };
        RungClimb { setting, protocol: &protocol, voice, rung, below, offset_ms, epoch }.climb().await?;
    }
    Ok(())
}

/// The mode's protocol, with room for the longest item where tasks are asked.
pub(crate) fn protocol_of(run: &RunRecord, setting: &Setting) -> Protocol {
    let protocol = protocol(run.mode);
    let needed = setting.tasks.as_ref().map_or(0, TaskWork::context_tokens);
    Protocol { context_tokens: protocol.context_tokens.max(needed), ..protocol }
}

/// What a stop rule leaves out is part of the result, with the rule in words.
async fn leave_out(run: &mut RunRecord, from: usize, reason: &str, voice: &Voice) -> Result<(), Stopped> {
    for rung in &mut run.rungs[from..] {
        if matches!(rung.status, RungStatus::Waiting | RungStatus::Running) {
            rung.status = RungStatus::LeftOut(reason.to_owned());
            let event = ClimbEvent::RungFinished { rung: rung.position, status: rung.status.clone(), load: rung.load.clone() };
            voice.keep(event).await?;
        }
    }
    Ok(())
}

/// Where the run's clock stands: a resumed run goes on after its last trial or sample.
pub(crate) fn clock_so_far(run: &RunRecord) -> f64 {
    let trials = run.rungs.iter().flat_map(|rung| &rung.trials).map(|t| t.started_ms + t.response_ms.unwrap_or(0.0));
    let samples = run.samples.iter().map(|sample| sample.at_ms);
    trials.chain(samples).fold(0.0, f64::max)
}
