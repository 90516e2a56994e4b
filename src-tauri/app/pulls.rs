//! Pulls from the Models screen: several at once, each with progress and cancel.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tauri::ipc::Channel;
use toprung_jobs::engines::EngineChoice;
use toprung_jobs::home::Home;
use toprung_jobs::models;
use toprung_jobs::pace::Speed;
use toprung_messages::{PullEvent, PullView};

use crate::convert;
use crate::state::lock;

/// A screen needs no more.
const REPORT_INTERVAL: Duration = Duration::from_millis(300);

/// The pulls under way, by job.
#[derive(Default)]
pub(crate) struct Pulls {
    jobs: Mutex<Jobs>,
}

#[derive(Default)]
struct Jobs {
    last: u32,
    running: BTreeMap<u32, Job>,
}

struct Job {
    view: PullView,
    abort: Option<tokio::task::AbortHandle>,
    channel: Channel<PullEvent>,
}

impl Pulls {
    /// Begins a pull and answers with its job's id; the same model twice is one pull.
    pub(crate) fn start(self: &Arc<Self>, home: Arc<Home>, model: String, engine: EngineChoice, channel: Channel<PullEvent>) -> u32 {
        let id = {
            let mut jobs = lock(&self.jobs);
            if let Some((id, _)) = jobs.running.iter().find(|(_, job)| job.view.model == model && job.view.engine == engine.kind.name()) {
                return *id;
            }
            jobs.last += 1;
            let id = jobs.last;
            let view = convert::models::new_pull(id, &model, engine.kind);
            jobs.running.insert(id, Job { view, abort: None, channel: channel.clone() });
            id
        };
        let pulls = Arc::clone(self);
        let task = tokio::spawn(async move { pulls.run(id, &home, &model, &engine, &channel).await });
        if let Some(job) = lock(&self.jobs).running.get_mut(&id) {
            job.abort = Some(task.abort_handle());
        }
        id
    }

    async fn run(&self, id: u32, home: &Home, model: &str, engine: &EngineChoice, channel: &Channel<PullEvent>) {
        let mut speed = Speed::default();
        let (began, mut said) = (Instant::now(), None::<Instant>);
        let outcome = models::pull(home, engine, model, |progress| {
            let bytes_per_s = speed.at(progress.done_bytes, began.elapsed().as_secs_f64());
            if said.is_some_and(|at| at.elapsed() < REPORT_INTERVAL) {
                return;
            }
            said = Some(Instant::now());
            if let Some(job) = lock(&self.jobs).running.get_mut(&id) {
                convert::models::update_pull(&mut job.view, &progress, bytes_per_s);
                let _ = channel.send(PullEvent::Progress { pull: job.view.clone() });
            }
        })
        .await;
        lock(&self.jobs).running.remove(&id);
        let model = model.to_owned();
        let _ = channel.send(match outcome {
            Ok(()) => PullEvent::Done { model },
            Err(problem) => PullEvent::Failed { model, problem: convert::problem(&problem) },
        });
    }

    /// Cancels a pull; what was downloaded is kept for the next try.
    pub(crate) fn cancel(&self, id: u32) {
        if let Some(job) = lock(&self.jobs).running.remove(&id) {
            job.cancel();
        }
    }

    pub(crate) fn cancel_all(&self) {
        for job in std::mem::take(&mut lock(&self.jobs).running).into_values() {
            job.cancel();
        }
    }

    pub(crate) fn views(&self) -> Vec<PullView> {
        lock(&self.jobs).running.values().map(|job| job.view.clone()).collect()
    }
}

impl Job {
    fn cancel(self) {
        if let Some(abort) = self.abort {
            abort.abort();
        }
        let _ = self.channel.send(PullEvent::Cancelled { model: self.view.model });
    }
}
