//! A climb as a job: start it, watch it, steer it, resume it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use toprung_climb::{ClimbEnd, ClimbEvent, Control, EventSink, Readers, Setting, climb};
use toprung_core::machine::Machine;
use toprung_core::model::EngineDescription;
use toprung_core::plan::Mode;
use toprung_core::run::{RunRecord, RunStatus, RungRecord, SessionChecks};
use toprung_engines::Engine;

use crate::ab;
use crate::engines::{EngineChoice, shared_engine};
use crate::home::Home;
use crate::keys::NamedBy;
use crate::ladders::{is_of_file, keep_sources, kept_sources};
use crate::live::{Live, LiveState};
use crate::lock::ClimbLock;
use crate::plan::{Plan, planned_ladder};
use crate::problem::Problem;
use crate::recorder::Recorder;
use crate::tasks::{self, TaskSet};

/// Hears every event after it was saved and folded into the state, and answers how long this machine's processors will be busy with
/// showing it: no trial is timed meanwhile.
pub type OnLive = Box<dyn Fn(&Live, &ClimbEvent) -> Duration + Send + Sync>;

/// A hand on a climb that is going on; clones steer the same climb.
#[derive(Clone)]
pub struct ClimbHand {
    pub run: String,
    control: Control,
    live: Arc<Mutex<Live>>,
}

impl ClimbHand {
    /// Pauses after the trial under way.
    pub fn pause(&self) {
        self.control.pause();
        let mut live = lock(&self.live);
        if live.state == LiveState::Running {
            live.state = LiveState::Pausing;
        }
    }

    pub fn resume(&self) {
        self.control.resume();
        let mut live = lock(&self.live);
        if matches!(live.state, LiveState::Pausing | LiveState::Paused) {
            live.state = LiveState::Running;
        }
    }

    /// Tries again to save what could not be saved, if that is why the climb waits.
    pub fn save_again(&self) {
        if lock(&self.live).problem.is_some() {
            self.control.resume();
        }
    }

    /// Stops at once and keeps everything finished.
    pub fn stop(&self) {
        lock(&self.live).state = LiveState::Stopping;
        self.control.stop();
    }

    pub fn live(&self) -> Live {
        lock(&self.live).clone()
    }
}

/// A climb that is going on.
pub struct RunningClimb {
    pub hand: ClimbHand,
    task: JoinHandle<Result<ClimbEnd, Problem>>,
}

impl RunningClimb {
    /// Waits for the end.
    pub async fn finished(self) -> Result<ClimbEnd, Problem> {
        self.task.await.unwrap_or_else(|error| {
            Err(Problem::world("climb_broke", "The climb ended by an internal error; what it had finished is kept.", "Resume the run.")
                .with_detail(error.to_string()))
        })
    }
}

/// Starts a planned climb.
pub fn start(home: &Arc<Home>, plan: Plan, on_live: OnLive) -> Result<RunningClimb, Problem> {
    if let Some(problem) = plan.problem {
        return Err(problem);
    }
    let lock = ClimbLock::take(home)?;
    let run = new_run(&plan);
    let tasks = plan.tasks;
    home.store().begin_run(&run).map_err(|error| error.to_cause())?;
    keep_sources(home, &run.id, &plan.sources);
    Ok(go_on(home, run, Going { engines: plan.engines, try_anyway: plan.try_anyway, sampling: plan.sampling, tasks, lock, on_live }))
}

/// Goes on with a stored run at its first unfinished trial.
pub async fn resume(home: &Arc<Home>, run: &str, on_live: OnLive) -> Result<RunningClimb, Problem> {
    let lock = ClimbLock::take(home)?;
    let record = home.store().run(run).map_err(|error| error.to_cause())?;
    let record =
        record.ok_or_else(|| Problem::input("no_such_run", format!("There is no run “{run}”."), "List the runs and choose one."))?;
    if record.status == RunStatus::Finished {
        return Err(Problem::input("run_finished", "This run is finished; there is nothing left to measure.", "Start a new climb."));
    }
    if let Some(setup) = ab::kept_setup(home, &record.id)? {
        return ab::resume(home, record, setup, lock, on_live).await;
    }
    let engines = engines_of(home, &record)?;
    // An engine that is gone shows here, before anything is written.
    for engine in engines.iter().take(1) {
        engine.describe().await?;
    }
    let tasks = record.tasks.as_ref().map(|tasks| tasks::resumed(home, tasks)).transpose()?;
    home.store().resume_run(run).map_err(|error| error.to_cause())?;
    Ok(go_on(home, record, Going { engines, try_anyway: false, sampling: true, tasks, lock, on_live }))
}

/// What a climb takes along.
struct Going {
    /// One a rung.
    engines: Vec<Arc<dyn Engine>>,
    try_anyway: bool,
    sampling: bool,
    tasks: Option<TaskSet>,
    lock: ClimbLock,
    on_live: OnLive,
}

fn go_on(home: &Arc<Home>, run: RunRecord, going: Going) -> RunningClimb {
    let (sandbox, tasks) = going.tasks.map_or((None, None), |set| (set.sandbox, Some(set.work)));
    let setting = Setting { tasks, ..setting(&run, going.engines, going.try_anyway) };
    let probes = if going.sampling { toprung_hardware::probes_with_disk(home.folder()) } else { Vec::new() };
    go(home, run, going.lock, going.on_live, |mut run, control, sink| async move {
        if let Some(sandbox) = sandbox {
            // Before the first model's time begins. What fails here is told with every item that needs it.
            tokio::select! {
                _ = sandbox.prepare() => {}
                () = control.stopped() => {}
            }
        }
        climb(&mut run, setting, probes, control, sink).await
    })
}

/// What a climb of this run works with; an engine for each rung.
pub(crate) fn setting(run: &RunRecord, engines: Vec<Arc<dyn Engine>>, try_anyway: bool) -> Setting {
    Setting {
        engines,
        seed: seed_of(&run.id),
        readers: readers(&run.machine),
        memory_total: run.machine.memory_bytes,
        try_anyway,
        tasks: None,
    }
}

/// Starts the work on a run that is stored already, with a recorder between it and its listener.
pub(crate) fn go<F>(
    home: &Arc<Home>,
    run: RunRecord,
    lock: ClimbLock,
    on_live: OnLive,
    work: impl FnOnce(RunRecord, Control, Arc<dyn EventSink>) -> F,
) -> RunningClimb
where
    F: Future<Output = ClimbEnd> + Send + 'static,
{
    let live = Arc::new(Mutex::new(Live::new(&run)));
    let control = Control::default();
    let id = run.id.clone();
    let recorder = Arc::new(Recorder::new(Arc::clone(home), id.clone(), listener(&live, on_live)));
    let work = work(run, control.clone(), Arc::clone(&recorder) as _);
    let (home, state, run) = (Arc::clone(home), Arc::clone(&live), id.clone());
    let task = tokio::spawn(async move {
        let end = work.await;
        recorder.flush_samples();
        let status = match end {
            ClimbEnd::Finished => RunStatus::Finished,
            ClimbEnd::Stopped => RunStatus::Stopped,
        };
        let now = jiff::Timestamp::now().to_string();
        let saved = home.store().end_run(&run, status, &now).map_err(|error| error.to_cause());
        self::lock(&state).state = LiveState::Ended;
        drop(lock);
        // A stopped run that could not be marked so (a full disk) can be resumed all the same.
        if end == ClimbEnd::Finished {
            saved?;
        }
        Ok(end)
    });
    RunningClimb { hand: ClimbHand { run: id, control, live }, task }
}

/// The engines of a stored run, one a rung; rungs of the same kind and address share theirs.
fn engines_of(home: &Home, run: &RunRecord) -> Result<Vec<Arc<dyn Engine>>, Problem> {
    let sources = kept_sources(home, &run.id);
    let mut opened: Vec<(EngineChoice, Arc<dyn Engine>)> = Vec::new();
    let mut engines = Vec::new();
    let by = if is_of_file(&run.ladder) { NamedBy::File } else { NamedBy::Person };
    for rung in &run.rungs {
        let description = rung.engine.as_ref().unwrap_or(&run.engine);
        let choice = EngineChoice { kind: description.kind, url: description.url.clone() };
        engines.push(shared_engine(home, choice, &sources, by, &mut opened)?);
    }
    Ok(engines)
}

/// Readings come once a second and the first has no basis: this gives four of a quiet machine.
const IDLE_PAUSE: Duration = Duration::from_millis(4500);

/// What a climb reads of this machine.
fn readers(machine: &Machine) -> Readers {
    let threads = machine.physical_cores.unwrap_or(1) as usize;
    Readers {
        memory_available: Some(Box::new(toprung_hardware::available_memory_bytes)),
        slept_s: Some(Box::new(toprung_hardware::slept_s)),
        wall_offset_s: Some(Box::new(toprung_hardware::wall_offset_s)),
        bandwidth: Some(Arc::new(move || toprung_hardware::copy_bandwidth(threads))),
        idle_pause: if toprung_hardware::reads_power() { IDLE_PAUSE } else { Duration::ZERO },
    }
}

fn listener(live: &Arc<Mutex<Live>>, on_live: OnLive) -> crate::recorder::Listener {
    let (live, began) = (Arc::clone(live), Instant::now());
    Box::new(move |event| {
        let snapshot = {
            let mut live = lock(&live);
            live.apply(event, began.elapsed().as_secs_f64());
            live.clone()
        };
        on_live(&snapshot, event)
    })
}

fn lock(live: &Mutex<Live>) -> MutexGuard<'_, Live> {
    live.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every run has prompts of its own, and a resumed run goes on with the same.
fn seed_of(id: &str) -> u64 {
    // FNV-1a: small, and it spreads every character.
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn new_run(plan: &Plan) -> RunRecord {
    let ladder = planned_ladder(plan);
    let rungs = ladder.rungs.into_iter().zip(0..).map(|(rung, position)| {
        let engine = plan.rung_engines.get(position as usize).cloned().flatten();
        RungRecord::waiting(position, rung.model, rung.title, rung.facts, engine)
    });
    let tasks = plan.tasks.as_ref().map(|tasks| tasks.plan.clone());
    RunRecord { tasks, ..begun_run(ladder.name, plan.mode, plan.description.clone(), rungs.collect()) }
}

/// A run that begins now, on this machine, with nothing measured yet.
pub(crate) fn begun_run(ladder: String, mode: Mode, engine: EngineDescription, rungs: Vec<RungRecord>) -> RunRecord {
    RunRecord {
        id: uuid::Uuid::now_v7().to_string(),
        started_at: jiff::Timestamp::now().to_string(),
        ended_at: None,
        status: RunStatus::Running,
        ladder,
        mode,
        engine,
        machine: toprung_hardware::machine_at_work(),
        rungs,
        samples: Vec::new(),
        checks: SessionChecks::default(),
        tasks: None,
    }
}
