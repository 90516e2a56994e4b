//! The model that answers while others are downloaded: how much slower does it get?

use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_core::trial::{Outcome, Trial, TrialKind};
use toprung_engines::LoadOptions;

use super::{DownloadWork, Stage, Step, StressEvent};
use crate::rung::FAILED_TRIALS_IN_A_ROW;

/// Answers before the downloads: the fewest from which a median is one.
const ANSWERS_BEFORE: usize = 3;

/// A model that answers, its requests' shape, and its context.
pub(super) type Ready = (ModelRef, Shape, u32);

/// Loads the neighbour, warms it up, and measures it alone. `None` where there is none, or where it does not answer.
pub(super) async fn ready(stage: &Stage, work: &DownloadWork) -> Option<Ready> {
    let (model, shape, context_tokens) = work.neighbour.clone()?;
    let engine = work.engine.as_ref();
    stage.doing(Step::MeasuringAlone { model: model.clone() });
    if let Err(cause) = engine.load(&model, &LoadOptions { context_tokens }).await {
        let trial = Trial { outcome: Outcome::Failed(cause), ..Trial::new(TrialKind::Speed, 0, stage.at_ms()) };
        stage.say(&StressEvent::Answered { before: true, trial });
        return None;
    }
    stage.trial(engine, &stage.request(&model, shape, context_tokens)).await;
    for _ in 0..ANSWERS_BEFORE {
        let trial = stage.trial(engine, &stage.request(&model, shape, context_tokens)).await;
        stage.say(&StressEvent::Answered { before: true, trial });
    }
    Some((model, shape, context_tokens))
}

/// Asks again and again for as long as it is polled; an answer that the end of the downloads cuts off does not count.
pub(super) async fn answer(stage: &Stage, work: &DownloadWork, ready: Option<Ready>) {
    let mut failed = 0;
    if let Some((model, shape, context_tokens)) = ready {
        while failed < FAILED_TRIALS_IN_A_ROW {
            let trial = stage.trial(work.engine.as_ref(), &stage.request(&model, shape, context_tokens)).await;
            failed = if trial.is_success() { 0 } else { failed + 1 };
            stage.say(&StressEvent::Answered { before: false, trial });
        }
    }
    // The downloads decide when it is over.
    std::future::pending().await
}
