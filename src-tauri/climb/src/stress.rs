//! Stress tests: the doing. Each kind works its part through and says everything that is worth keeping as an event; whoever listens has
//! the whole record at any moment, so that a test that is stopped keeps what it has.

mod concurrent;
mod download;
mod event;
mod limit;
mod stage;
mod sustain;

use std::sync::Arc;
use std::time::Duration;

use toprung_engines::Engine;
use toprung_hardware::{Probe, SHORTEST_INTERVAL, Sampler};

use crate::control::Control;
use crate::event::ClimbEnd;
use crate::ladder::Read;
use stage::Stage;

pub use concurrent::{ConcurrentWork, Seat};
pub use download::DownloadWork;
pub use event::{OnStress, Step, StressEvent};
pub use limit::LimitWork;
pub use sustain::SustainWork;

/// Gauges need no more, and a measured loop wants quiet.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(1);

/// What is to be done.
pub enum StressWork {
    Download(DownloadWork),
    Sustain(SustainWork),
    Concurrent(ConcurrentWork),
    Limit(LimitWork),
}

/// What a test reads of the machine beside its samples.
#[derive(Default)]
pub struct StressReaders {
    /// Bytes that a program can have now without swapping.
    pub memory_available: Read<u64>,
    /// Bytes that lie in swap now.
    pub swap_used: Read<u64>,
    /// Tasks that run or wait, over the last minute.
    pub load_average: Read<f64>,
}

/// What a test works with.
pub struct StressSetting {
    pub work: StressWork,
    /// Leads every synthetic prompt, so that no cache can serve one.
    pub seed: u64,
    pub readers: StressReaders,
    pub memory_total: Option<u64>,
}

/// Works a test through, to its end or until it is stopped. A model that fails is a result; the listener has heard of it.
pub async fn stress(setting: StressSetting, probes: Vec<Box<dyn Probe>>, control: Control, on_event: OnStress) -> ClimbEnd {
    let interval = if matches!(setting.work, StressWork::Limit(_)) { SHORTEST_INTERVAL } else { SAMPLE_INTERVAL };
    let stage = Arc::new(Stage::new(setting.seed, setting.readers, setting.memory_total, control, on_event));
    let sampler = sample(probes, interval, &stage);
    let end = match setting.work {
        StressWork::Download(work) => download::run(&stage, work).await,
        StressWork::Sustain(work) => sustain::run(&stage, work).await,
        StressWork::Concurrent(work) => concurrent::run(&stage, work).await,
        StressWork::Limit(work) => limit::run(&stage, work).await,
    };
    drop(sampler);
    if end.is_ok() { ClimbEnd::Finished } else { ClimbEnd::Stopped }
}

fn sample(probes: Vec<Box<dyn Probe>>, interval: Duration, stage: &Arc<Stage>) -> Sampler {
    let stage = Arc::clone(stage);
    Sampler::start(probes, interval, Box::new(move |sample| stage.sampled(sample)))
}

/// Whether two hands hold the same engine.
fn is_same(one: &Arc<dyn Engine>, other: &Arc<dyn Engine>) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other))
}
