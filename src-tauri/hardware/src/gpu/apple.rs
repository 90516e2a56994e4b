//! The graphics processor of Apple's chips, through macmon, which reads IOReport and the SMC without special rights.
//!
//! Its memory is the machine's, and macOS does not tell whether it is slowed down: both stay unknown.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use macmon::{Metrics, Sampler};
use toprung_core::machine::{Gpu, GpuSample};

use super::{Device, Problem};

/// Macmon's figures are means over this time.
const INTERVAL_MS: u32 = 1000;
/// An older reading is a gap: macmon gave up.
const STALE: Duration = Duration::from_secs(3);

type Latest = Mutex<Option<(Instant, GpuSample)>>;

pub(super) struct Apple {
    gpu: Gpu,
    latest: Arc<Latest>,
    has_begun: bool,
}

impl Apple {
    pub(super) fn new() -> Self {
        let (chip, _, _) = crate::cpu::description();
        let name = chip.map_or_else(|| "Apple GPU".to_owned(), |chip| format!("{chip} GPU"));
        Self { gpu: Gpu { name, memory_bytes: None, driver: None }, latest: Arc::default(), has_begun: false }
    }

    /// Macmon waits out its interval, so it has a thread of its own, which ends with this.
    fn begin(&mut self) {
        let latest = Arc::downgrade(&self.latest);
        self.has_begun = thread::Builder::new().name("macmon".to_owned()).spawn(move || follow(&latest)).is_ok();
    }
}

/// Reads until nobody asks any more, or macmon fails.
fn follow(latest: &Weak<Latest>) {
    let Ok(mut sampler) = Sampler::new() else { return };
    // Without a table of clocks macmon gives 0 for the use; the first entry is the state “off”.
    let knows_use = sampler.get_soc_info().gpu_freqs.len() > 1;
    while let Ok(metrics) = sampler.get_metrics(INTERVAL_MS) {
        let Some(latest) = latest.upgrade() else { return };
        *latest.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), sample(&metrics, knows_use)));
    }
}

/// Macmon gives 0 for a clock or a power that it can't read.
fn sample(metrics: &Metrics, knows_use: bool) -> GpuSample {
    GpuSample {
        busy_percent: knows_use.then_some(metrics.gpu_active_ratio * 100.0),
        temperature_c: metrics.temp.gpu_temp_avg,
        power_w: Some(metrics.gpu_power).filter(|watts| *watts > 0.0),
        clock_mhz: Some(metrics.gpu_freq_mhz as f32).filter(|mhz| *mhz > 0.0),
        ..GpuSample::default()
    }
}

impl Device for Apple {
    fn describe(&self) -> Gpu {
        self.gpu.clone()
    }

    fn slot(&self) -> Option<String> {
        None
    }

    fn source(&self) -> String {
        "IOReport".to_owned()
    }

    fn read(&mut self) -> GpuSample {
        if !self.has_begun {
            self.begin();
        }
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.as_ref().filter(|(at, _)| at.elapsed() < STALE).map(|(_, sample)| sample.clone()).unwrap_or_default()
    }

    fn problem(&mut self) -> Problem {
        let why = "macOS shows no sensor of it; a virtual machine has none".to_owned();
        Problem { why, mend: "Nothing: the run is judged by speed alone." }
    }

    /// Macmon first looks at the whole machine, then waits out its interval.
    fn first_rate_after(&self) -> Duration {
        STALE
    }
}
