//! A test of several models or requests at once, checked.

use std::sync::Arc;

use toprung_climb::{ConcurrentWork, Seat, StressWork};
use toprung_core::format;
use toprung_core::model::EngineKind;
use toprung_core::plan::Shape;
use toprung_core::stress::StressRecord;
use toprung_core::stress::concurrent::Concurrent;
use toprung_engines::InstalledModel;
use toprung_models::ladder_file::Sources;

use super::{CONTEXT_TOKENS, Host, Part};
use crate::concurrency::MOST;
use crate::engines::open_engine;
use crate::problem::Problem;
use crate::stress::models;

const CONCURRENT_SHAPE: Shape = Shape { prompt_tokens: 128, output_tokens: 64 };
/// Requests of a single model at once where nobody said how many.
const USUAL_REQUESTS: u32 = 4;
/// Models that are tried side by side where nobody named any.
const USUAL_MODELS: usize = 2;

impl Host<'_> {
    pub(super) fn concurrent(&self, names: &[String], requests: Option<u32>) -> Result<Part, Problem> {
        let mut chosen = models::all_installed(names, &self.here, self.kind)?;
        if names.is_empty() {
            chosen.truncate(USUAL_MODELS);
        }
        let requests = requests.unwrap_or(if chosen.len() == 1 { USUAL_REQUESTS } else { chosen.len() as u32 });
        if requests == 0 || requests > MOST {
            return Err(Problem::input(
                "bad_level",
                format!("{requests} requests at once can't be measured."),
                format!("Ask for 1 to {MOST}."),
            ));
        }
        let seats = chosen.iter().map(|model| self.seat(model)).collect::<Result<Vec<Seat>, Problem>>()?;
        let names: Vec<&str> = chosen.iter().map(|model| model.model.as_str()).collect();
        let one_by_one = "the embedded engine answers one request of a model at a time, so that more of them wait in a queue";
        let queues = self.kind == EngineKind::Llama && requests as usize > chosen.len();
        let at_once = format!("{} at once", format::count(requests, "request", "requests"));
        Ok(Part {
            headline: match names.as_slice() {
                [only] => format!("{at_once} of {only}."),
                names => format!("Switches between {}, then loads them side by side and makes {at_once}.", format::list(names)),
            },
            warnings: queues.then(|| one_by_one.to_owned()).into_iter().collect(),
            download_bytes: 0,
            seconds: None,
            record: StressRecord::Concurrent(empty(&chosen, requests)),
            work: StressWork::Concurrent(ConcurrentWork { seats, requests, shape: CONCURRENT_SHAPE, context_tokens: CONTEXT_TOKENS }),
        })
    }

    /// The embedded engine holds one model, so each gets an engine of its own.
    fn seat(&self, model: &InstalledModel) -> Result<Seat, Problem> {
        let engine = match self.kind {
            EngineKind::Llama => open_engine(self.home, &self.choice.engine, &Sources::new())?,
            _ => Arc::clone(&self.engine),
        };
        Ok(Seat { engine, model: model.model.clone() })
    }
}

/// The record before anything has happened.
fn empty(chosen: &[InstalledModel], requests: u32) -> Concurrent {
    Concurrent {
        models: chosen.iter().map(|model| model.model.clone()).collect(),
        requests,
        shape: CONCURRENT_SHAPE,
        context_tokens: CONTEXT_TOKENS,
        switches: Vec::new(),
        loaded: Vec::new(),
        together: Vec::new(),
        evicted_together: Vec::new(),
        memory_before_bytes: None,
    }
}
