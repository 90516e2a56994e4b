//! A template that is suspected is put to the proof: does the model write when it is asked without one?

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::trial::{Outcome, Trial};
use toprung_engines::{Engine, Request};

/// Adds the proof to a trial that failed for its template, where the engine can ask without one: the bare question is answered, so
/// the template is to blame; or it is not, and the model is really empty. Without proof the suspicion stands.
pub(crate) async fn prove(engine: &dyn Engine, request: &Request, trial: &mut Trial) {
    let Outcome::Failed(cause) = &trial.outcome else { return };
    if cause.kind != CauseKind::TemplateSuspect {
        return;
    }
    let proof = match engine.writes_without_template(request).await {
        Some(true) => Cause::new(CauseKind::TemplateSuspect, format!("{}; without it the model writes", cause.detail)),
        Some(false) => Cause::new(CauseKind::EmptyAnswer, format!("{}, with its chat template and without", cause.detail)),
        None => return,
    };
    trial.outcome = Outcome::Failed(proof);
}
