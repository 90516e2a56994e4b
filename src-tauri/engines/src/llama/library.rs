//! The embedded engine's models as files: which there are, what is known of them, how they come and go.

use std::path::PathBuf;

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{ModelFacts, ModelRef};
use toprung_models::catalogue::catalogue;
use toprung_models::download::{self, Stage};
use toprung_models::folder::{ModelFile, ModelFolder};
use toprung_models::ladder_file::{Source, Sources};
use toprung_models::{gguf, pull as models};

use crate::{InstalledModel, OnProgress, PullProgress, Result};

/// A download that has brought nothing for this long says so: shorter pauses are usual.
const NOTICEABLE_PAUSE_S: f64 = 3.0;

/// The models of a folder and of a ladder's own files.
#[derive(Debug, Clone)]
pub(super) struct Library {
    folder: ModelFolder,
    sources: Sources,
}

impl Library {
    pub(super) fn new(folder: PathBuf, sources: Sources) -> Self {
        Self { folder: ModelFolder::new(folder), sources }
    }

    pub(super) async fn list(&self) -> Result<Vec<InstalledModel>> {
        let folder = self.folder.clone();
        let files = in_background(move || folder.list()).await?;
        Ok(files.into_iter().map(|ModelFile { model, facts, .. }| InstalledModel { model, facts }).collect())
    }

    pub(super) async fn facts(&self, model: &ModelRef) -> Result<ModelFacts> {
        let (library, wanted) = (self.clone(), model.clone());
        let facts = in_background(move || library.facts_now(&wanted)).await?;
        let is_listed = catalogue().model(model.as_str()).is_some_and(|listed| listed.sha256.is_some());
        if facts.digest.is_some() || !is_listed || self.sources.contains_key(model) {
            return Ok(facts);
        }
        // A file that somebody put there under the catalogue's name is looked at once: a figure needs a known file.
        let file = models::verify(&self.folder, model).await?;
        file.problem.map_or(Ok(file.facts), Err)
    }

    fn facts_now(&self, model: &ModelRef) -> Result<ModelFacts> {
        let path = models::locate(&self.folder, model, &self.sources)?;
        if let Some(file) = self.folder.find(model).filter(|file| file.path == path) {
            return Ok(file.facts);
        }
        let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        Ok(gguf::facts(&gguf::read(&path)?, bytes))
    }

    /// The file to be loaded, once its header has been found sound: llama.cpp aborts on some damaged ones.
    pub(super) async fn sound_file(&self, model: &ModelRef) -> Result<PathBuf> {
        let (library, model) = (self.clone(), model.clone());
        in_background(move || {
            let path = models::locate(&library.folder, &model, &library.sources)?;
            gguf::read(&path)?;
            Ok(path)
        })
        .await
    }

    pub(super) async fn pull(&self, model: &ModelRef, progress: OnProgress<'_>) -> Result<()> {
        let mut most = 0;
        let limits = download::Limits::default();
        models::pull(&self.folder, model, &self.sources, &limits, &mut |step| progress(told(&step, &mut most))).await
    }

    /// A ladder's own file is its owner's: only the folder's files are deleted.
    pub(super) async fn delete(&self, model: &ModelRef) -> Result<()> {
        if let Some(Source::File(path)) = self.sources.get(model) {
            let whose = format!("{} is named by a ladder file and is not Toprung's to delete", path.display());
            return Err(Cause::new(CauseKind::EngineError, whose));
        }
        let (folder, model) = (self.folder.clone(), model.clone());
        in_background(move || folder.delete(&model).map(|_| ())).await
    }
}

/// A step of a download in the words that every engine uses. `most` are the bytes that have been told so far: a bar
/// never goes back, not even while the digest of what came is computed from the first byte on.
fn told(step: &download::Progress, most: &mut u64) -> PullProgress {
    let status = match step.stage {
        Stage::Connecting => "connecting".to_owned(),
        Stage::Verifying => "verifying".to_owned(),
        Stage::Downloading if step.idle_s >= NOTICEABLE_PAUSE_S => format!("no bytes for {:.0} s", step.idle_s),
        Stage::Downloading => "downloading".to_owned(),
    };
    let mut behind_bytes = 0;
    if step.stage != Stage::Verifying {
        *most = step.done_bytes.max(*most);
        behind_bytes = *most - step.done_bytes;
    }
    PullProgress { status, done_bytes: *most, total_bytes: step.total_bytes, behind_bytes }
}

/// Files are read on a thread that may wait for a disk.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Cause::new(CauseKind::Unknown, error.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(stage: Stage, done_bytes: u64, idle_s: f64) -> download::Progress {
        download::Progress { stage, done_bytes, total_bytes: Some(100), bytes_per_s: None, left_s: None, idle_s }
    }

    #[test]
    fn told_bytes_never_go_back() {
        let mut most = 0;
        let steps = [(Stage::Downloading, 60), (Stage::Downloading, 10), (Stage::Downloading, 100), (Stage::Verifying, 5)];
        let told = steps.map(|(stage, done)| told(&step(stage, done, 0.0), &mut most));
        let bytes = told.each_ref().map(|told| told.done_bytes);
        assert_eq!(bytes, [60, 60, 100, 100], "neither a download begun anew nor the digest moves the bar back");
        assert_eq!(told.map(|told| told.behind_bytes), [0, 50, 0, 0], "what is fetched again is told beside it");
    }

    #[test]
    fn a_download_that_brings_nothing_says_for_how_long() {
        assert_eq!(told(&step(Stage::Downloading, 5, 12.0), &mut 0).status, "no bytes for 12 s");
        assert_eq!(told(&step(Stage::Downloading, 5, 1.0), &mut 0).status, "downloading");
    }

    #[tokio::test]
    async fn a_ladders_own_file_is_never_deleted() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("own.gguf");
        std::fs::write(&path, "mine").unwrap();
        let own = ModelRef::new("own").unwrap();
        let library = Library::new(place.path().to_owned(), Sources::from([(own.clone(), Source::File(path.clone()))]));
        assert!(library.delete(&own).await.is_err() && path.is_file(), "Toprung did not bring it");
    }

    #[tokio::test]
    async fn a_model_that_is_not_there_is_not_found() {
        let library = Library::new(PathBuf::from("/nowhere"), Sources::new());
        let absent = ModelRef::new("absent").unwrap();
        assert_eq!(library.sound_file(&absent).await.unwrap_err().kind, CauseKind::ModelNotFound);
        assert_eq!(library.facts(&absent).await.unwrap_err().kind, CauseKind::ModelNotFound);
        assert_eq!(library.list().await, Ok(Vec::new()), "a folder that does not exist yet is empty");
    }
}
