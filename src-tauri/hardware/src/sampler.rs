//! Reads the probes at a fixed pace, on a thread of its own.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use toprung_core::machine::HardwareSample;

use crate::Probe;

/// Four readings a second at most: measuring must not disturb what is measured, and the kernel's load counters tick
/// a hundred times a second only.
pub const SHORTEST_INTERVAL: Duration = Duration::from_millis(250);

/// The nice value at which a thread takes what others leave.
#[cfg(target_os = "linux")]
const LOWEST_PRIORITY: i32 = 19;

/// Set and signalled when the sampler is to stop.
type Stop = Arc<(Mutex<bool>, Condvar)>;

/// Samples until it is dropped. Dropping waits for a reading that is under way, and no longer.
pub struct Sampler {
    stop: Stop,
    /// `None` where the system gave no thread: there are then no samples.
    thread: Option<JoinHandle<()>>,
}

impl Sampler {
    /// Begins to read `probes`, at once and then every `interval` (at least [`SHORTEST_INTERVAL`]). `on_sample` gets each
    /// reading on the sampler's thread, with monotonic milliseconds since this call; it should return quickly.
    pub fn start(mut probes: Vec<Box<dyn Probe>>, interval: Duration, mut on_sample: Box<dyn FnMut(HardwareSample) + Send>) -> Self {
        let (interval, started) = (interval.max(SHORTEST_INTERVAL), Instant::now());
        let stop = Stop::default();
        let stopped = Arc::clone(&stop);
        let work = move || {
            yield_to_others();
            let mut due = started;
            while !wait_until(&stopped, due) {
                let mut sample = HardwareSample { at_ms: started.elapsed().as_secs_f64() * 1000.0, ..HardwareSample::default() };
                probes.iter_mut().for_each(|probe| probe.read(&mut sample));
                on_sample(sample);
                due = next_due(started, interval, started.elapsed());
            }
        };
        Self { stop, thread: thread::Builder::new().name("hardware".to_owned()).spawn(work).ok() }
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        let (stopped, signal) = &*self.stop;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        signal.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A listener that panicked ended its thread; there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// Gives this thread the lowest usual priority: what it reads can wait, and the model that is measured can't. On Linux a priority is a
/// thread's own; elsewhere it would be the whole program's, and stays as it is.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    // SAFETY: it takes three numbers and touches no memory. Where it is refused, the priority stays as it was.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, LOWEST_PRIORITY);
    }
}

/// Waits until a moment, or less when told to stop; answers whether to stop.
fn wait_until(stop: &Stop, due: Instant) -> bool {
    let (stopped, signal) = &**stop;
    let guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
    let left = due.saturating_duration_since(Instant::now());
    let (guard, _) = signal.wait_timeout_while(guard, left, |stopped| !*stopped).unwrap_or_else(PoisonError::into_inner);
    *guard
}

/// The next whole interval since the start: the pace does not drift, and readings that were missed are not made up for.
fn next_due(started: Instant, interval: Duration, elapsed: Duration) -> Instant {
    let passed = elapsed.as_nanos() / interval.as_nanos();
    started + interval * u32::try_from(passed + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::Scripted;

    fn reading(celsius: f32) -> HardwareSample {
        HardwareSample { temperature_c: Some(celsius), at_ms: -1.0, ..HardwareSample::default() }
    }

    #[test]
    fn samples_come_at_their_pace_and_a_lost_sensor_leaves_a_gap() {
        let (sender, samples) = channel();
        let script: Vec<Box<dyn Probe>> = vec![Box::new(Scripted::new(vec![reading(50.0), reading(60.0)]))];
        let sampler = Sampler::start(script, Duration::ZERO, Box::new(move |sample| drop(sender.send(sample))));
        let got: Vec<HardwareSample> = samples.iter().take(3).collect();
        drop(sampler);
        assert_eq!(got.iter().map(|s| s.temperature_c).collect::<Vec<_>>(), [Some(50.0), Some(60.0), None]);
        assert!(got[0].at_ms >= 0.0 && got[1].at_ms >= 250.0 && got[2].at_ms >= 500.0, "no faster than four a second: {got:?}");
    }

    #[test]
    fn dropping_stops_at_once_and_for_good() {
        let (sender, samples) = channel();
        let sampler = Sampler::start(Vec::new(), Duration::from_secs(3600), Box::new(move |sample| drop(sender.send(sample))));
        samples.recv().unwrap();
        let asked = Instant::now();
        drop(sampler);
        assert!(asked.elapsed() < Duration::from_millis(500), "an hour's wait must not be waited out");
        assert!(samples.recv().is_err(), "the thread and its listener are gone");
    }

    #[test]
    fn a_slow_reading_is_not_made_up_for() {
        let (started, second) = (Instant::now(), Duration::from_secs(1));
        assert_eq!(next_due(started, second, Duration::from_millis(20)), started + second);
        assert_eq!(next_due(started, second, Duration::from_millis(3500)), started + 4 * second);
    }

    #[test]
    fn a_listener_that_panics_ends_sampling_alone() {
        let (sender, samples) = channel::<()>();
        let sampler = Sampler::start(
            Vec::new(),
            Duration::ZERO,
            Box::new(move |_| {
                let _held = &sender;
                panic!("a listener's fault")
            }),
        );
        assert!(samples.recv().is_err());
        drop(sampler);
    }
}
