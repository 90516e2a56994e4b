//! Stress tests as jobs: plan one, start it, watch it, stop it, look back at it.

mod file;
mod kept;
mod live;
mod models;
mod plan;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::task::JoinHandle;
use toprung_climb::{ClimbEnd, Control, StressReaders, StressSetting, stress};
use toprung_core::machine::Machine;
use toprung_core::stress::STRESS_VERSION;

use crate::engines::EngineChoice;
use crate::home::Home;
use crate::ladders::LadderChoice;
use crate::lock::ClimbLock;
use crate::problem::Problem;

pub use file::{check_target, json, save};
pub use kept::{delete, list, show};
pub use live::{StressLive, StressState};
pub use plan::{StressPlan, plan};
pub use toprung_climb::{Step, StressEvent};
pub use toprung_core::stress::{Judgement, StressKind, StressRecord, StressTest, Verdict, download, limit, sustain};
pub use toprung_store::StressHeader;

/// What a person wants to test.
#[derive(Debug, Clone, PartialEq)]
pub struct StressChoice {
    pub engine: EngineChoice,
    pub wish: Wish,
}

/// Each kind with what can be chosen of it. No model means that a sensible one is chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    Download {
        models: Vec<String>,
        /// A ladder whose missing models are downloaded, where no models are named.
        ladder: Option<LadderChoice>,
        /// A model that answers meanwhile.
        beside: Option<String>,
        /// Cut the first download once, to see that it goes on from what it had.
        cut: bool,
    },
    Sustain {
        model: Option<String>,
        seconds: f64,
        /// Length of a loop in seconds; `None`: 30, or a sixth of a short test.
        loop_s: Option<f64>,
        cool_down_s: f64,
    },
    Concurrent {
        models: Vec<String>,
        /// Requests at once; `None`: one for each model, or four of a single one.
        requests: Option<u32>,
    },
    Limit {
        models: Vec<String>,
        /// The longest context that is tried, in tokens.
        most_context: u32,
        /// Also try what is predicted not to fit.
        try_anyway: bool,
    },
}

/// Hears every event after it was folded into the state. It holds the state's lock: it returns quickly and asks the hand for nothing.
pub type OnStressLive = Box<dyn Fn(&StressLive, &StressEvent) + Send + Sync>;

/// A hand on a test that is going on; clones steer the same test.
#[derive(Clone)]
pub struct StressHand {
    pub id: String,
    control: Control,
    live: Arc<Mutex<StressLive>>,
}

impl StressHand {
    /// Stops at once and keeps what it has.
    pub fn stop(&self) {
        lock(&self.live).state = StressState::Stopping;
        self.control.stop();
    }

    pub fn live(&self) -> StressLive {
        lock(&self.live).clone()
    }
}

/// A test that is going on.
pub struct RunningStress {
    pub hand: StressHand,
    task: JoinHandle<Ended>,
}

/// A test that has ended.
pub struct Ended {
    pub test: StressTest,
    /// Why it could not be stored, if it could not.
    pub not_stored: Option<Problem>,
}

impl RunningStress {
    /// Waits for the end.
    pub async fn finished(self) -> Result<Ended, Problem> {
        self.task.await.map_err(|error| {
            Problem::world("stress_broke", "The test ended by an internal error.", "Start it again.").with_detail(error.to_string())
        })
    }
}

/// Starts a planned test. Fails while a climb or another test runs on the same data folder: they would measure each other.
pub fn start(home: &Arc<Home>, plan: StressPlan, on_live: OnStressLive) -> Result<RunningStress, Problem> {
    let lock = ClimbLock::take(home)?;
    let began = jiff::Timestamp::now();
    // Another machine's figures can't be read from here, and this one's say nothing of it.
    let machine = if plan.is_here { toprung_hardware::machine_at_work() } else { Machine::default() };
    let (probes, readers) =
        if plan.is_here { (toprung_hardware::probes_with_disk(home.folder()), readers()) } else { (Vec::new(), StressReaders::default()) };
    let test = StressTest {
        version: STRESS_VERSION,
        id: uuid::Uuid::now_v7().to_string(),
        started_at: began.to_string(),
        ended_at: None,
        machine,
        engine: plan.description,
        stopped: false,
        record: plan.record,
        samples: Vec::new(),
    };
    let (id, memory_total) = (test.id.clone(), test.machine.memory_bytes);
    let live = Arc::new(Mutex::new(StressLive::new(test)));
    let control = Control::default();
    let setting = StressSetting { work: plan.work, seed: began.as_nanosecond() as u64, readers, memory_total };
    let (home, state, steered) = (Arc::clone(home), Arc::clone(&live), control.clone());
    let task = tokio::spawn(async move {
        let end = stress(setting, probes, steered, listener(&state, on_live)).await;
        let ended = keep(&home, &state, end);
        drop(lock);
        ended
    });
    Ok(RunningStress { hand: StressHand { id, control, live }, task })
}

fn readers() -> StressReaders {
    StressReaders {
        memory_available: Some(Box::new(toprung_hardware::available_memory_bytes)),
        swap_used: Some(Box::new(toprung_hardware::swap_used_bytes)),
        load_average: Some(Box::new(toprung_hardware::load_average)),
    }
}

fn listener(live: &Arc<Mutex<StressLive>>, on_live: OnStressLive) -> toprung_climb::OnStress {
    let (live, began) = (Arc::clone(live), Instant::now());
    Arc::new(move |event| {
        let mut live = lock(&live);
        live.apply(event, began.elapsed().as_secs_f64() * 1e3);
        on_live(&live, event);
    })
}

/// Marks the end and stores the test with all that it has.
fn keep(home: &Home, state: &Mutex<StressLive>, end: ClimbEnd) -> Ended {
    let test = {
        let mut live = lock(state);
        live.state = StressState::Ended;
        live.test.stopped = end == ClimbEnd::Stopped;
        live.test.ended_at = Some(jiff::Timestamp::now().to_string());
        live.test.clone()
    };
    let stored = home.store().save_stress_test(&test);
    Ended { test, not_stored: stored.err().map(|error| error.to_cause().into()) }
}

fn lock(live: &Mutex<StressLive>) -> MutexGuard<'_, StressLive> {
    live.lock().unwrap_or_else(PoisonError::into_inner)
}
