//! Several requests at once: waves of a fixed shape, level by level, until an engine does no more.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_core::saturation::{Decision, Level, ParallelRequest, Wave, decide, level};
use toprung_engines::{Engine, LoadOptions, Prompt, Request};

/// Waves of each level: the fewest from which an interval can be told.
const WAVES: u32 = 3;

/// What is sent, and to whom.
#[derive(Clone)]
pub struct Crowd {
    pub engine: Arc<dyn Engine>,
    pub model: ModelRef,
    /// Of each request.
    pub shape: Shape,
    pub context_tokens: u32,
    /// Leads every prompt, so that no cache can serve one.
    pub seed: u64,
    /// The most requests at once.
    pub up_to: u32,
}

/// Loads the model, warms it up with one request, and doubles the requests until their tokens no longer grow. `on_level` hears each level
/// as it ends. Fails where not even a single request works; a level that fails later is a result.
pub async fn crowd(crowd: &Crowd, mut on_level: impl FnMut(&Level) + Send) -> Result<(Vec<Level>, Decision), Cause> {
    crowd.engine.load(&crowd.model, &LoadOptions { context_tokens: crowd.context_tokens }).await?;
    if let Some(cause) = wave(crowd, 1, u32::MAX).await.into_iter().find_map(|request| request.cause) {
        return Err(cause);
    }
    let mut levels = Vec::new();
    loop {
        match decide(&levels, crowd.up_to) {
            Decision::More { parallel } => {
                let level = one_level(crowd, parallel).await;
                on_level(&level);
                levels.push(level);
            }
            end => return Ok((levels, end)),
        }
    }
}

async fn one_level(crowd: &Crowd, parallel: u32) -> Level {
    let mut waves = Vec::new();
    for number in 0..WAVES {
        let wave = wave(crowd, parallel, number).await;
        let is_dead = wave.iter().filter_map(|request| request.cause.as_ref()).any(Cause::is_hard);
        waves.push(wave);
        // An engine that died would fail every further wave as well.
        if is_dead {
            break;
        }
    }
    level(parallel, &waves)
}

/// Sends so many requests at once and waits for all of them.
async fn wave(crowd: &Crowd, parallel: u32, number: u32) -> Wave {
    let mut tasks = JoinSet::new();
    // They are all meant to be sent now: what the first ones take of this program's time is part of the others' wait.
    let intended = Instant::now();
    for index in 0..parallel {
        let seed = crowd.seed ^ (u64::from(parallel) << 48) ^ (u64::from(number) << 32) ^ u64::from(index);
        tasks.spawn(one(Arc::clone(&crowd.engine), request(crowd, seed), intended));
    }
    let mut wave = Vec::new();
    while let Some(done) = tasks.join_next().await {
        wave.push(done.unwrap_or_else(|error| broken(&error.to_string(), intended)));
    }
    wave
}

fn request(crowd: &Crowd, seed: u64) -> Request {
    Request {
        model: crowd.model.clone(),
        prompt: Prompt::Synthetic { tokens: crowd.shape.prompt_tokens, seed },
        max_output_tokens: crowd.shape.output_tokens,
        context_tokens: crowd.context_tokens,
    }
}

async fn one(engine: Arc<dyn Engine>, request: Request, intended: Instant) -> ParallelRequest {
    let since = |at: Instant| at.saturating_duration_since(intended).as_secs_f64() * 1e3;
    let mut first = None;
    let end = engine
        .generate(&request, &mut |fragment| {
            first.get_or_insert(fragment.at);
        })
        .await;
    let ttft_ms = first.map(since);
    match end {
        Ok(record) => ParallelRequest { ttft_ms, ended_ms: since(record.at), output_tokens: record.output_tokens, cause: None },
        Err(cause) => ParallelRequest { ttft_ms, ended_ms: since(Instant::now()), output_tokens: None, cause: Some(cause) },
    }
}

/// A task that did not come to its end.
fn broken(reason: &str, intended: Instant) -> ParallelRequest {
    let ended_ms = intended.elapsed().as_secs_f64() * 1e3;
    ParallelRequest { ttft_ms: None, ended_ms, output_tokens: None, cause: Some(Cause::new(CauseKind::Unknown, reason)) }
}
