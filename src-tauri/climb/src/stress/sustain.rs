//! One model works without a pause.

use std::sync::Arc;
use std::time::Duration;

use toprung_core::cause::Cause;
use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_core::stress::sustain::TimedRequest;
use toprung_engines::{Engine, LoadOptions};

use super::stage::{Stage, timed};
use super::{Step, StressEvent};
use crate::rung::FAILED_TRIALS_IN_A_ROW;
use crate::voice::Stopped;

/// What works, and for how long.
pub struct SustainWork {
    pub engine: Arc<dyn Engine>,
    pub model: ModelRef,
    /// Of each request.
    pub shape: Shape,
    pub context_tokens: u32,
    pub planned_s: f64,
    /// How long the machine is watched afterwards.
    pub cool_down_s: f64,
}

pub(super) async fn run(stage: &Stage, work: SustainWork) -> Result<(), Stopped> {
    let end = stage.or_stop(go(stage, &work)).await;
    stage.unload(work.engine.as_ref(), &work.model).await;
    if !end? {
        // What did not work has nothing to cool down from.
        return Ok(());
    }
    stage.say(&StressEvent::CoolingDown { at_ms: stage.at_ms() });
    stage.doing(Step::CoolingDown);
    stage.pause(Duration::from_secs_f64(work.cool_down_s)).await
}

/// Answers whether it came to any work.
async fn go(stage: &Stage, work: &SustainWork) -> bool {
    let engine = work.engine.as_ref();
    stage.doing(Step::Loading { model: work.model.clone() });
    if let Err(cause) = engine.load(&work.model, &LoadOptions { context_tokens: work.context_tokens }).await {
        stage.say(&StressEvent::Requested { request: never_sent(stage.at_ms(), cause) });
        return false;
    }
    stage.doing(Step::WarmingUp { model: work.model.clone() });
    stage.trial(engine, &stage.request(&work.model, work.shape, work.context_tokens)).await;
    let began = stage.at_ms();
    stage.say(&StressEvent::Began { at_ms: began });
    stage.doing(Step::Working);
    let mut failed = 0;
    while stage.at_ms() - began < work.planned_s * 1e3 && failed < FAILED_TRIALS_IN_A_ROW {
        let trial = stage.trial(engine, &stage.request(&work.model, work.shape, work.context_tokens)).await;
        let request = timed(&trial);
        failed = match &request.cause {
            Some(cause) if cause.is_hard() => FAILED_TRIALS_IN_A_ROW,
            Some(_) => failed + 1,
            None => 0,
        };
        stage.say(&StressEvent::Requested { request });
    }
    true
}

/// A model that did not load was asked nothing.
fn never_sent(at_ms: f64, cause: Cause) -> TimedRequest {
    TimedRequest { sent_ms: at_ms, first_ms: None, ended_ms: at_ms, decode_tps: None, output_tokens: None, cause: Some(cause) }
}
