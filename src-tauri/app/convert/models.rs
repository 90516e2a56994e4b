//! Models: rows and pulls.

use std::collections::HashMap;

use toprung_jobs::EngineKind;
use toprung_jobs::model::{ModelFacts, ModelRef};
use toprung_jobs::models::{InstalledModel, Offered, PullProgress};
use toprung_messages::{ModelRow, PullView};

pub(crate) fn installed(
    models: &[InstalledModel],
    offered: &[Offered],
    engine: EngineKind,
    speeds: &HashMap<ModelRef, f64>,
) -> Vec<ModelRow> {
    models
        .iter()
        .map(|installed| {
            let known = offered.iter().find(|offer| offer.model == installed.model);
            let title = known.map_or_else(|| installed.model.short().to_owned(), |offer| offer.title.clone());
            let ladders = known.map(|offer| offer.ladders.clone()).unwrap_or_default();
            ModelRow { last_tps: speeds.get(&installed.model).copied(), ..row(&installed.model, title, &installed.facts, engine, ladders) }
        })
        .collect()
}

/// What can be pulled and is not installed.
pub(crate) fn catalogue(offered: &[Offered], installed: &[InstalledModel], engine: EngineKind) -> Vec<ModelRow> {
    offered
        .iter()
        .filter(|offer| !installed.iter().any(|have| have.model == offer.model))
        .map(|offer| row(&offer.model, offer.title.clone(), &offer.facts, engine, offer.ladders.clone()))
        .collect()
}

fn row(model: &ModelRef, title: String, facts: &ModelFacts, engine: EngineKind, ladders: Vec<String>) -> ModelRow {
    ModelRow {
        model: model.to_string(),
        title,
        engine: engine.name().to_owned(),
        file_bytes: facts.file_bytes,
        parameters: facts.parameters,
        quantization: facts.quantization.clone(),
        architecture: facts.architecture.clone(),
        digest: facts.digest.clone(),
        ladders,
        last_tps: None,
    }
}

pub(crate) fn new_pull(job: u32, model: &str, engine: EngineKind) -> PullView {
    PullView {
        job,
        model: model.to_owned(),
        engine: engine.name().to_owned(),
        status: "starting".to_owned(),
        done_bytes: 0,
        total_bytes: None,
        bytes_per_s: None,
        left_s: None,
    }
}

pub(crate) fn update_pull(view: &mut PullView, progress: &PullProgress, bytes_per_s: Option<f64>) {
    view.status.clone_from(&progress.status);
    view.done_bytes = progress.done_bytes;
    view.total_bytes = progress.total_bytes;
    view.bytes_per_s = bytes_per_s;
    view.left_s = progress
        .total_bytes
        .zip(bytes_per_s)
        .filter(|(_, speed)| *speed > 0.0)
        .map(|(total, speed)| total.saturating_sub(progress.done_bytes) as f64 / speed);
}
