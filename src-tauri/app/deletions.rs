//! Deletions that can be undone: a model or a stress test is deleted only after its time of grace.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use toprung_jobs::engines::EngineChoice;
use toprung_jobs::home::Home;
use toprung_jobs::{models, stress};

use crate::state::lock;

/// As long as the window offers the undo, and a little more. An app that is closed before then deletes nothing.
const GRACE: Duration = Duration::from_secs(11);

#[derive(Default)]
pub(crate) struct Deletions {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    last: u32,
    items: BTreeMap<u32, Item>,
}

/// What waits for its deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Model {
        engine: EngineChoice,
        model: String,
    },
    /// Already hidden in the store, where it can be brought back.
    Run(String),
    Stress(String),
}

impl Deletions {
    pub(crate) fn add(&self, item: Item) -> u32 {
        let mut waiting = lock(&self.waiting);
        waiting.last += 1;
        let id = waiting.last;
        waiting.items.insert(id, item);
        id
    }

    /// Takes an item back, if it is still there.
    pub(crate) fn take_back(&self, id: u32) -> Option<Item> {
        lock(&self.waiting).items.remove(&id)
    }

    /// Whether a model is on its way out, and so not to be listed.
    pub(crate) fn hides(&self, engine: &EngineChoice, model: &str) -> bool {
        lock(&self.waiting)
            .items
            .values()
            .any(|item| matches!(item, Item::Model { engine: e, model: m } if e.kind == engine.kind && m == model))
    }

    /// Whether a stress test is on its way out.
    pub(crate) fn hides_stress(&self, test: &str) -> bool {
        lock(&self.waiting).items.values().any(|item| matches!(item, Item::Stress(id) if id == test))
    }

    /// Deletes a model or a stress test after its time of grace, unless it was taken back.
    pub(crate) async fn carry_out(self: Arc<Self>, id: u32, home: Arc<Home>) {
        tokio::time::sleep(GRACE).await;
        // What could not be deleted shows again in the list, which says more than a message would.
        match self.take_back(id) {
            Some(Item::Model { engine, model }) => drop(models::delete(&home, &engine, &model).await),
            Some(Item::Stress(test)) => drop(stress::delete(&home, &test)),
            Some(Item::Run(_)) | None => {}
        }
    }
}
