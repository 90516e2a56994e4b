//! What every kind of stress test works on: its clock, its voice, the hand that stops it, and requests.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use toprung_core::machine::HardwareSample;
use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_core::stress::limit::MemoryReading;
use toprung_core::stress::sustain::TimedRequest;
use toprung_core::trial::{Outcome, Trial, TrialKind};
use toprung_engines::{Engine, Prompt, Request};

use super::{OnStress, Step, StressEvent, StressReaders};
use crate::control::Control;
use crate::measure::{self, Label};
use crate::rung::UNLOAD_LIMIT;
use crate::voice::Stopped;

/// One test's surroundings.
pub(super) struct Stage {
    seed: u64,
    readers: StressReaders,
    pub(super) memory_total: Option<u64>,
    control: Control,
    on_event: OnStress,
    epoch: Instant,
    latest: Mutex<HardwareSample>,
    requests: AtomicU32,
}

impl Stage {
    pub(super) fn new(seed: u64, readers: StressReaders, memory_total: Option<u64>, control: Control, on_event: OnStress) -> Self {
        Self {
            seed,
            readers,
            memory_total,
            control,
            on_event,
            epoch: Instant::now(),
            latest: Mutex::default(),
            requests: AtomicU32::new(0),
        }
    }

    /// Milliseconds since the test began.
    pub(super) fn at_ms(&self) -> f64 {
        self.epoch.elapsed().as_secs_f64() * 1e3
    }

    pub(super) fn say(&self, event: &StressEvent) {
        (self.on_event)(event);
    }

    pub(super) fn doing(&self, step: Step) {
        self.say(&StressEvent::Doing { step });
    }

    pub(super) fn sampled(&self, sample: HardwareSample) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = sample.clone();
        self.say(&StressEvent::Sampled { sample });
    }

    /// The memory as it is now, also before the sensors were first read; the pressure, which is a rate, as the last reading had it.
    pub(super) fn memory(&self) -> MemoryReading {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        MemoryReading {
            available_bytes: self.available().or(latest.memory_available_bytes),
            swap_used_bytes: self.readers.swap_used.as_ref().and_then(|read| read()).or(latest.swap_used_bytes),
            pressure_percent: latest.memory_pressure_percent,
        }
    }

    pub(super) fn available(&self) -> Option<u64> {
        self.readers.memory_available.as_ref().and_then(|read| read())
    }

    pub(super) fn load_average(&self) -> Option<f64> {
        self.readers.load_average.as_ref().and_then(|read| read())
    }

    /// Runs something to its end unless the test is stopped first; then it is dropped where it stands.
    pub(super) async fn or_stop<T>(&self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = self.control.stopped() => Err(Stopped),
            done = work => Ok(done),
        }
    }

    pub(super) async fn pause(&self, pause: Duration) -> Result<(), Stopped> {
        self.or_stop(tokio::time::sleep(pause)).await
    }

    /// A request that no cache can serve.
    pub(super) fn request(&self, model: &ModelRef, shape: Shape, context_tokens: u32) -> Request {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let prompt = Prompt::Synthetic { tokens: shape.prompt_tokens, seed: self.seed ^ u64::from(number) };
        Request { model: model.clone(), prompt, max_output_tokens: shape.output_tokens, context_tokens }
    }

    /// One request, measured. It is given up when the engine falls silent.
    pub(super) async fn trial(&self, engine: &dyn Engine, request: &Request) -> Trial {
        let plain = Label::plain(TrialKind::Speed, 0);
        let label = Label { started_ms: self.at_ms(), context_tokens: request.context_tokens, ..plain };
        measure::trial(engine, request, label, |_| {}).await
    }

    /// Leaves the engine as it was found, also after a stop. A model that will not unload is no failure of the test.
    pub(super) async fn unload(&self, engine: &dyn Engine, model: &ModelRef) {
        let _ = tokio::time::timeout(UNLOAD_LIMIT, engine.unload(model)).await;
    }
}

/// A trial as one of many requests.
pub(super) fn timed(trial: &Trial) -> TimedRequest {
    let at = |ms: Option<f64>| ms.map(|ms| trial.started_ms + ms);
    let last = trial.response_ms.or(trial.fragments_ms.last().map(|ms| f64::from(*ms)));
    TimedRequest {
        sent_ms: trial.started_ms,
        first_ms: at(trial.ttft_ms),
        ended_ms: at(last).unwrap_or(trial.started_ms),
        decode_tps: trial.decode_tps,
        output_tokens: trial.output_tokens,
        cause: match &trial.outcome {
            Outcome::Failed(cause) => Some(cause.clone()),
            Outcome::Complete => None,
        },
    }
}
