//! The list of checks on this machine and this program, from what is stored and from what the engine has.

use std::path::Path;

use serde::Serialize;
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts};
use toprung_core::plan::{Mode, protocol};
use toprung_core::run::{RunRecord, RungStatus};
use toprung_core::stress::StressTest;
use toprung_core::validation::{CachedModel, Stored, validate as judge, validate_run as judge_run};
use toprung_engines::Engine;
use toprung_models::folder::{ModelFile, ModelFolder};
use toprung_models::ladder_file::Sources;
use toprung_models::pull::verify as compute_digest;

use crate::engines::{EngineChoice, open_engine};
use crate::export::{not_written, write_whole};
use crate::home::Home;
use crate::models::offered;
use crate::problem::Problem;

pub use crate::compare::check_target;
pub use toprung_core::validation::{Check, CheckVerdict};

/// Older runs say little of the machine as it is.
const RUNS: usize = 20;
/// The same for stress tests.
const STRESS_TESTS: usize = 40;

/// Counts up when a field changes its meaning or goes.
const JSON_SCHEMA: u32 = 1;

/// The checks, and whom they asked.
#[derive(Debug, Clone, Serialize)]
pub struct Validation {
    pub schema: u32,
    /// `None` where the engine does not answer.
    pub engine: Option<EngineDescription>,
    pub checks: Vec<Check>,
}

/// Makes the list. With `verify` the digests that were not computed yet are, which reads every such file once (embedded engine only).
pub async fn validate(home: &Home, choice: &EngineChoice, verify: bool) -> Result<Validation, Problem> {
    let engine = open_engine(home, choice, &Sources::new())?;
    let description = engine.describe().await.ok();
    let models = match &description {
        Some(_) => Some(models(home, choice.kind, engine.as_ref(), verify).await?),
        None => None,
    };
    let (runs, stress) = (runs(home)?, stress_tests(home)?);
    let next = next_rung(&runs, choice.kind);
    let is_here = description.as_ref().is_some_and(EngineDescription::runs_here);
    let stored = Stored {
        runs: &runs,
        stress: &stress,
        models: models.as_deref(),
        reclaimable_bytes: (choice.kind == EngineKind::Llama).then(|| reclaimable(&home.models_folder())),
        next_rung: next.as_ref().map(|(title, facts)| (title.as_str(), facts)),
        context_tokens: protocol(Mode::Standard).context_tokens,
        memory_available_bytes: toprung_hardware::available_memory_bytes().filter(|_| is_here),
        memory_total_bytes: toprung_hardware::machine().memory_bytes.filter(|_| is_here),
    };
    Ok(Validation { schema: JSON_SCHEMA, engine: description, checks: judge(&stored) })
}

/// The checks that a run's report makes: from the run and from the stress tests that are stored now, without an engine.
pub fn validate_run(home: &Home, run: &RunRecord) -> Result<Vec<Check>, Problem> {
    // What this machine held says nothing of another one.
    let stress = if run.engine.runs_here() { stress_tests(home)? } else { Vec::new() };
    let next = next_rung(std::slice::from_ref(run), run.engine.kind);
    Ok(judge_run(run, &stress, next.as_ref().map(|(title, facts)| (title.as_str(), facts))))
}

/// The list as JSON.
pub fn json(validation: &Validation) -> Result<String, Problem> {
    serde_json::to_string_pretty(validation).map_err(|error| not_written("The validation", &error.to_string()))
}

/// Writes the JSON. An existing file stays intact unless the new one is complete.
pub fn save(validation: &Validation, path: &Path) -> Result<(), Problem> {
    write_whole(path, &json(validation)?)
}

fn runs(home: &Home) -> Result<Vec<RunRecord>, Problem> {
    let store = home.store();
    let headers = store.runs().map_err(|error| error.to_cause())?;
    // A damaged run says nothing of the others.
    Ok(headers.iter().take(RUNS).filter_map(|header| store.run(&header.id).ok().flatten()).collect())
}

fn stress_tests(home: &Home) -> Result<Vec<StressTest>, Problem> {
    let store = home.store();
    let headers = store.stress_tests().map_err(|error| error.to_cause())?;
    let tests = headers.iter().take(STRESS_TESTS).filter_map(|header| store.stress_test(&header.id).ok().flatten());
    // What an engine on another machine held says nothing of this one.
    Ok(tests.filter(|test| test.engine.runs_here()).collect())
}

async fn models(home: &Home, kind: EngineKind, engine: &dyn Engine, verify: bool) -> Result<Vec<CachedModel>, Problem> {
    if kind != EngineKind::Llama {
        let listed = engine.list().await?.into_iter();
        return Ok(listed.map(|model| CachedModel { model: model.model, facts: model.facts, is_verified: None, problem: None }).collect());
    }
    let folder = ModelFolder::new(home.models_folder());
    let mut files = folder.list()?;
    if verify {
        for file in files.iter_mut().filter(|file| !file.is_verified && file.problem.is_none()) {
            *file = compute_digest(&folder, &file.model).await?;
        }
    }
    Ok(files.into_iter().map(cached).collect())
}

fn cached(file: ModelFile) -> CachedModel {
    CachedModel { model: file.model, facts: file.facts, is_verified: Some(file.is_verified), problem: file.problem }
}

/// Bytes of unfinished downloads and of deleted models that can still be brought back.
fn reclaimable(folder: &Path) -> u64 {
    let trashed: u64 = ModelFolder::new(folder).trashed().iter().map(|trashed| trashed.bytes).sum();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let unfinished = entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "part"));
    trashed + unfinished.filter_map(|entry| entry.metadata().ok()).map(|metadata| on_disk(&metadata)).sum::<u64>()
}

/// A download reserves its file's size; what counts is what lies on the disk.
fn on_disk(metadata: &std::fs::Metadata) -> u64 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        /// The unit of `st_blocks`, whatever the file system's own blocks are.
        const BLOCK: u64 = 512;
        metadata.blocks() * BLOCK
    }
    #[cfg(not(unix))]
    metadata.len()
}

/// The smallest model on offer that is larger than the largest that was measured.
fn next_rung(runs: &[RunRecord], kind: EngineKind) -> Option<(String, ModelFacts)> {
    let measured = runs.iter().flat_map(|run| &run.rungs).filter(|rung| rung.status == RungStatus::Measured);
    let largest = measured.filter_map(|rung| rung.facts.file_bytes).max()?;
    // What another engine offers is a size all the same.
    let offered = offered(kind).into_iter().chain(offered(EngineKind::Ollama));
    let larger = offered.filter(|offer| offer.facts.file_bytes.is_some_and(|bytes| bytes > largest));
    larger.min_by_key(|offer| offer.facts.file_bytes).map(|offer| (offer.title, offer.facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_downloads_can_be_freed_and_models_are_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(reclaimable(folder.path()), 0);
        std::fs::write(folder.path().join("a.gguf"), vec![1; 50_000]).unwrap();
        std::fs::write(folder.path().join("b.gguf.part"), vec![1; 20_000]).unwrap();
        let bytes = reclaimable(folder.path());
        assert!((20_000..50_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn the_next_rung_is_the_smallest_larger_one_on_offer() {
        assert_eq!(next_rung(&[], EngineKind::Ollama), None, "nothing was measured, so nothing comes next");
    }
}
