//! Deletions that can be undone: a model is deleted only after its time of grace.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use toprung_jobs::engines::EngineChoice;
use toprung_jobs::home::Home;
use toprung_jobs::models;

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

    /// Deletes a model after its time of grace, unless it was taken back.
    pub(crate) async fn carry_out(self: Arc<Self>, id: u32, home: Arc<Home>) {
        tokio::time::sleep(GRACE).await;
        if let Some(Item::Model { engine, model }) = self.take_back(id) {
            // A model that could not be deleted shows again in the list, which says more than a message would.
            let _ = models::delete(&home, &engine, &model).await;
        }
    }
}
