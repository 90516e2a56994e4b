//! Models in turn, then side by side, then all asked at the same moment.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_core::stress::concurrent::{Loaded, Switch, Together};
use toprung_core::trial::Outcome;
use toprung_engines::{Engine, LoadOptions};

use super::stage::Stage;
use super::{Step, StressEvent, is_same};
use crate::voice::Stopped;

/// A model and the engine that runs it. An engine that holds one model only comes once for each.
#[derive(Clone)]
pub struct Seat {
    pub engine: Arc<dyn Engine>,
    pub model: ModelRef,
}

/// What runs at once.
pub struct ConcurrentWork {
    pub seats: Vec<Seat>,
    /// At the same moment, shared out over the seats in turn.
    pub requests: u32,
    /// Of each request.
    pub shape: Shape,
    pub context_tokens: u32,
}

pub(super) async fn run(stage: &Arc<Stage>, work: ConcurrentWork) -> Result<(), Stopped> {
    let end = stage.or_stop(go(stage, &work)).await;
    for seat in &work.seats {
        stage.unload(seat.engine.as_ref(), &seat.model).await;
    }
    end
}

async fn go(stage: &Arc<Stage>, work: &ConcurrentWork) {
    if work.seats.len() > 1 {
        switching(stage, work).await;
    }
    stage.say(&StressEvent::MemoryBefore { bytes: stage.available() });
    let loaded = side_by_side(stage, work).await;
    if !loaded.is_empty() {
        together(stage, work, &loaded).await;
    }
}

/// Each model in place of the one before, and the first once more in place of the last.
async fn switching(stage: &Stage, work: &ConcurrentWork) {
    let mut from: Option<&Seat> = None;
    for seat in work.seats.iter().chain(work.seats.first()) {
        stage.doing(Step::Switching { to: seat.model.clone() });
        let switch = switch(stage, work, from, seat).await;
        let is_there = switch.cause.is_none();
        stage.say(&StressEvent::Switched { switch });
        from = is_there.then_some(seat);
    }
    if let Some(last) = from {
        stage.unload(last.engine.as_ref(), &last.model).await;
    }
}

async fn switch(stage: &Stage, work: &ConcurrentWork, from: Option<&Seat>, to: &Seat) -> Switch {
    let mut switch = Switch {
        at_ms: stage.at_ms(),
        from: from.map(|from| from.model.clone()),
        to: to.model.clone(),
        unload_ms: None,
        load_ms: None,
        first_token_ms: None,
        cause: None,
    };
    if let Some(from) = from {
        let began = Instant::now();
        match from.engine.unload(&from.model).await {
            Ok(()) => switch.unload_ms = Some(ms_since(began)),
            Err(cause) => return Switch { cause: Some(cause), ..switch },
        }
    }
    let began = Instant::now();
    match to.engine.load(&to.model, &LoadOptions { context_tokens: work.context_tokens }).await {
        Ok(_) => switch.load_ms = Some(ms_since(began)),
        Err(cause) => return Switch { cause: Some(cause), ..switch },
    }
    let trial = stage.trial(to.engine.as_ref(), &stage.request(&to.model, work.shape, work.context_tokens)).await;
    switch.first_token_ms = trial.ttft_ms;
    if let Outcome::Failed(cause) = trial.outcome {
        switch.cause = Some(cause);
    }
    switch
}

fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// Loads all of them without unloading any; answers those that loaded.
async fn side_by_side(stage: &Stage, work: &ConcurrentWork) -> Vec<Seat> {
    let mut there = Vec::new();
    let mut before = held(&work.seats).await;
    for seat in &work.seats {
        stage.doing(Step::LoadingBeside { model: seat.model.clone() });
        let end = seat.engine.load(&seat.model, &LoadOptions { context_tokens: work.context_tokens }).await;
        let now = held(&work.seats).await;
        let loaded = Loaded {
            at_ms: stage.at_ms(),
            model: seat.model.clone(),
            evicted: gone(before.as_deref(), now.as_deref()),
            held: now.clone(),
            memory_available_bytes: stage.available(),
            takes_bytes: seat.engine.memory(&seat.model).await.peak_bytes,
            cause: end.err(),
        };
        if loaded.cause.is_none() {
            there.push(seat.clone());
        }
        stage.say(&StressEvent::LoadedBeside { loaded });
        before = now;
    }
    there
}

/// What all engines together hold; `None` where one does not say.
async fn held(seats: &[Seat]) -> Option<Vec<ModelRef>> {
    let mut asked: Vec<&Arc<dyn Engine>> = Vec::new();
    let mut held = Vec::new();
    for seat in seats {
        if !asked.iter().any(|engine| is_same(engine, &seat.engine)) {
            asked.push(&seat.engine);
            held.extend(seat.engine.loaded().await?);
        }
    }
    Some(held)
}

fn gone(before: Option<&[ModelRef]>, now: Option<&[ModelRef]>) -> Vec<ModelRef> {
    let (Some(before), Some(now)) = (before, now) else { return Vec::new() };
    before.iter().filter(|model| !now.contains(model)).cloned().collect()
}

/// Sends all requests at the same moment and waits for all of them.
async fn together(stage: &Arc<Stage>, work: &ConcurrentWork, seats: &[Seat]) {
    stage.doing(Step::AnsweringTogether);
    let before = held(seats).await;
    let mut tasks = JoinSet::new();
    let intended = Instant::now();
    for (number, seat) in (0..work.requests).zip(seats.iter().cycle()) {
        let (stage, seat) = (Arc::clone(stage), seat.clone());
        let request = stage.request(&seat.model, work.shape, work.context_tokens);
        tasks.spawn(async move { (number, one(seat, request, intended).await) });
    }
    let mut requests = Vec::new();
    while let Some(done) = tasks.join_next().await {
        requests.extend(done.ok());
    }
    requests.sort_by_key(|(number, _)| *number);
    let evicted = gone(before.as_deref(), held(seats).await.as_deref());
    stage.say(&StressEvent::AnsweredTogether { requests: requests.into_iter().map(|(_, one)| one).collect(), evicted });
}

/// Times count from the moment at which all were meant to be sent: a request that waits for a slot has waited all the same.
async fn one(seat: Seat, request: toprung_engines::Request, intended: Instant) -> Together {
    let since = |at: Instant| at.saturating_duration_since(intended).as_secs_f64() * 1e3;
    let mut first = None;
    let end = seat
        .engine
        .generate(&request, &mut |fragment| {
            first.get_or_insert(fragment.at);
        })
        .await;
    let silent = || Cause::new(CauseKind::EmptyAnswer, "no token came");
    let (ended_ms, output_tokens, cause) = match end {
        Ok(record) => (since(record.at), record.output_tokens, first.is_none().then(silent)),
        Err(cause) => (since(Instant::now()), None, Some(cause)),
    };
    Together { model: seat.model, first_token_ms: first.map(since), ended_ms, output_tokens, cause }
}
