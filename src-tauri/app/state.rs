//! What lives as long as the app: the data folder, the climb under way, pulls and deletions.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use toprung_jobs::climb::ClimbHand;
use toprung_jobs::home::Home;
use toprung_jobs::recommend::Advised;
use toprung_messages::Problem;

use crate::deletions::Deletions;
use crate::live::Watchers;
use crate::pulls::Pulls;
use crate::sensors::Sensors;
use crate::stress::Stresses;

/// How long the end of the app waits for a test that was stopped to be stored.
const LONGEST_END: Duration = Duration::from_secs(5);

pub(crate) struct AppState {
    pub(crate) home: Arc<Home>,
    climb: Mutex<Option<ClimbHand>>,
    pub(crate) watchers: Arc<Watchers>,
    pub(crate) pulls: Arc<Pulls>,
    pub(crate) deletions: Arc<Deletions>,
    pub(crate) sensors: Arc<Sensors>,
    pub(crate) stress: Arc<Stresses>,
    /// The advice in view and the run that it was asked of, so that it can be ranked anew at once.
    pub(crate) advised: Mutex<Option<(Option<String>, Advised)>>,
}

/// What a command answers.
pub(crate) type Answer<T> = Result<T, Problem>;

impl AppState {
    pub(crate) fn new(home: Arc<Home>) -> Self {
        Self {
            home,
            climb: Mutex::default(),
            watchers: Arc::default(),
            pulls: Arc::default(),
            deletions: Arc::default(),
            sensors: Arc::default(),
            stress: Arc::default(),
            advised: Mutex::default(),
        }
    }

    pub(crate) fn climb(&self) -> MutexGuard<'_, Option<ClimbHand>> {
        lock(&self.climb)
    }

    pub(crate) fn stop_everything(&self) {
        if let Some(climb) = self.climb().as_ref() {
            climb.stop();
        }
        self.stress.stop();
        self.sensors.stop();
        self.pulls.cancel_all();
        self.stress.wait(LONGEST_END);
    }
}

/// A thread that panicked while it held one of these left nothing half done that a later reader could trip over.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
