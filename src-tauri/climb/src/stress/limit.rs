//! Larger and larger models, then longer and longer contexts, watched so closely that the machine never suffers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{ModelFacts, ModelRef};
use toprung_core::plan::Shape;
use toprung_core::stress::limit::{Attempt, Danger, MemoryReading, Tried, danger, needed_bytes, too_large};
use toprung_core::trial::Outcome;
use toprung_engines::{Engine, LoadOptions};

use super::stage::Stage;
use super::{Step, StressEvent};
use crate::voice::Stopped;

/// How often the memory is looked at while something is tried: a disk fills memory by some hundred megabytes meanwhile.
const WATCH_EVERY: Duration = Duration::from_millis(100);
/// How long freed memory may take to be seen as free.
const SETTLE_LIMIT: Duration = Duration::from_secs(10);
/// Memory counts as given back once this share of what was available before is available again.
const SETTLED_SHARE: f64 = 0.97;

/// What is tried.
pub struct LimitWork {
    pub engine: Arc<dyn Engine>,
    /// Smallest first.
    pub models: Vec<(ModelRef, ModelFacts)>,
    /// Every model is tried at this context, in tokens.
    pub first_context: u32,
    /// No context beyond this is tried, whatever the model was trained for.
    pub most_context: u32,
    /// Of the request that proves that it answers.
    pub shape: Shape,
    /// Also try what is predicted not to fit.
    pub try_anyway: bool,
}

pub(super) async fn run(stage: &Stage, work: LimitWork) -> Result<(), Stopped> {
    let mut largest: Option<&(ModelRef, ModelFacts)> = None;
    for model in &work.models {
        let tried = attempt(stage, &work, model, work.first_context).await?;
        match &tried {
            Tried::Held { .. } => largest = Some(model),
            tried if is_the_machines(tried) => break,
            // A damaged file says nothing of the machine.
            _ => {}
        }
    }
    let Some(model) = largest else { return Ok(()) };
    let most = model.1.context_length.unwrap_or(u32::MAX).min(work.most_context);
    let mut context_tokens = work.first_context;
    while context_tokens < most {
        context_tokens = context_tokens.saturating_mul(2).min(most);
        if !matches!(attempt(stage, &work, model, context_tokens).await?, Tried::Held { .. }) {
            break;
        }
    }
    Ok(())
}

/// Whether larger models would come to the same end.
fn is_the_machines(tried: &Tried) -> bool {
    match tried {
        Tried::Held { .. } => false,
        Tried::Failed(cause) => cause.is_hard(),
        Tried::NotTried(_) | Tried::Stopped(_) | Tried::Shrunk { .. } => true,
    }
}

async fn attempt(stage: &Stage, work: &LimitWork, (model, facts): &(ModelRef, ModelFacts), context_tokens: u32) -> Result<Tried, Stopped> {
    stage.doing(Step::Trying { model: model.clone(), context_tokens });
    let before = stage.memory();
    let lowest = Mutex::new(before.available_bytes);
    let refusal = too_large(facts, context_tokens, before.available_bytes, stage.memory_total).filter(|_| !work.try_anyway);
    let mut took_bytes = None;
    let tried = match refusal {
        Some(words) => Tried::NotTried(words),
        None => {
            let work_on = async {
                tokio::select! {
                    biased;
                    danger = watch(stage, &before, &lowest) => Tried::Stopped(danger),
                    tried = load_and_ask(stage, work, model, context_tokens) => tried,
                }
            };
            let end = stage.or_stop(work_on).await;
            took_bytes = work.engine.memory(model).await.peak_bytes;
            stage.unload(work.engine.as_ref(), model).await;
            end?
        }
    };
    let lowest_available_bytes = *lowest.lock().unwrap_or_else(PoisonError::into_inner);
    let attempt = Attempt {
        at_ms: stage.at_ms(),
        model: model.clone(),
        context_tokens,
        needed_bytes: needed_bytes(facts, context_tokens),
        took_bytes,
        lowest_available_bytes,
        tried: tried.clone(),
    };
    stage.say(&StressEvent::Attempted { attempt });
    settle(stage, &before).await?;
    Ok(tried)
}

/// Ends when the machine is in danger, and never otherwise.
async fn watch(stage: &Stage, before: &MemoryReading, lowest: &Mutex<Option<u64>>) -> Danger {
    loop {
        let now = stage.memory();
        if let Some(available) = now.available_bytes {
            let mut lowest = lowest.lock().unwrap_or_else(PoisonError::into_inner);
            *lowest = Some(lowest.map_or(available, |least| least.min(available)));
        }
        if let Some(danger) = danger(before, &now, stage.memory_total) {
            return danger;
        }
        tokio::time::sleep(WATCH_EVERY).await;
    }
}

async fn load_and_ask(stage: &Stage, work: &LimitWork, model: &ModelRef, context_tokens: u32) -> Tried {
    match work.engine.load(model, &LoadOptions { context_tokens }).await {
        Err(cause) => return Tried::Failed(cause),
        Ok(record) => {
            if let Some(to_tokens) = record.context_tokens.filter(|set| *set < context_tokens) {
                return Tried::Shrunk { to_tokens };
            }
        }
    }
    let trial = stage.trial(work.engine.as_ref(), &stage.request(model, work.shape, context_tokens)).await;
    match trial.outcome {
        Outcome::Failed(cause) => Tried::Failed(cause),
        Outcome::Complete if trial.ttft_ms.is_none() => Tried::Failed(Cause::new(CauseKind::EmptyAnswer, "no token came")),
        Outcome::Complete => Tried::Held { decode_tps: trial.decode_tps },
    }
}

/// Waits until the memory is given back, so that the next try begins like this one.
async fn settle(stage: &Stage, before: &MemoryReading) -> Result<(), Stopped> {
    let Some(wanted) = before.available_bytes.map(|bytes| bytes as f64 * SETTLED_SHARE) else { return Ok(()) };
    let began = std::time::Instant::now();
    while began.elapsed() < SETTLE_LIMIT && stage.available().is_some_and(|now| (now as f64) < wanted) {
        stage.pause(WATCH_EVERY).await?;
    }
    Ok(())
}
