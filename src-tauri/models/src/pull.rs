//! From a model's name to a usable file: what the embedded engine needs of everything else in this crate.

use std::path::PathBuf;

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;

use crate::catalogue::catalogue;
use crate::download::{Limits, OnProgress, Request, download};
use crate::folder::{ModelFile, ModelFolder};
use crate::ladder_file::{Source, Sources};
use crate::{digest, gguf};

/// Where a model can be loaded from: a file that a ladder names, or one of the folder. `ModelNotFound` where there is none yet.
pub fn locate(folder: &ModelFolder, model: &ModelRef, sources: &Sources) -> Result<PathBuf, Cause> {
    if let Some(Source::File(path)) = sources.get(model) {
        return match path.is_file() {
            true => Ok(path.clone()),
            false => Err(Cause::new(CauseKind::ModelNotFound, format!("there is no file {}", path.display()))),
        };
    }
    folder.path_of(model).ok_or_else(|| Cause::new(CauseKind::ModelNotFound, format!("“{model}” is not in {}", folder.path().display())))
}

/// Brings a model into the folder unless a sound file of it is there. Dropping the future pauses the download.
/// A model that a ladder names by its path is only looked at.
pub async fn pull(
    folder: &ModelFolder,
    model: &ModelRef,
    sources: &Sources,
    limits: &Limits,
    progress: OnProgress<'_>,
) -> Result<(), Cause> {
    if let Some(Source::File(_)) = sources.get(model) {
        let path = locate(folder, model, sources)?;
        return gguf::read(&path).map(|_| ()).map_err(Cause::from);
    }
    let request = request(folder, model, sources)?;
    if find(folder, model).await?.is_some_and(|file| is_wanted(&file, &request)) {
        return Ok(());
    }
    let done = download(&request, limits, progress).await?;
    folder.mark_verified(&done.path, &done.sha256);
    Ok(())
}

/// Computes a file's digest, notes it, and answers the file with what that showed. Seconds for a large file.
pub async fn verify(folder: &ModelFolder, model: &ModelRef) -> Result<ModelFile, Cause> {
    let (folder, model) = (folder.clone(), model.clone());
    let work = move || {
        let path = locate(&folder, &model, &Sources::new())?;
        let sha256 = digest::of_file(&path, &mut |_| true)
            .map_err(|error| Cause::new(CauseKind::DamagedFile, format!("it cannot be read: {error}")))?;
        folder.mark_verified(&path, &sha256);
        folder.find(&model).ok_or_else(|| Cause::new(CauseKind::ModelNotFound, format!("“{model}” went away while it was read")))
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Cause::new(CauseKind::Unknown, error.to_string()))?
}

async fn find(folder: &ModelFolder, model: &ModelRef) -> Result<Option<ModelFile>, Cause> {
    let (folder, model) = (folder.clone(), model.clone());
    let found = tokio::task::spawn_blocking(move || folder.find(&model)).await;
    found.map_err(|error| Cause::new(CauseKind::Unknown, error.to_string()))
}

/// A file that lies there already will do unless something speaks against it: it is broken, of another size, or of another digest.
fn is_wanted(file: &ModelFile, request: &Request) -> bool {
    let other_size = request.bytes.is_some_and(|bytes| file.facts.file_bytes != Some(bytes));
    let other_digest =
        request.sha256.as_ref().zip(file.facts.digest.as_ref()).is_some_and(|(wanted, is)| *is != format!("sha256:{wanted}"));
    file.problem.is_none() && !other_size && !other_digest
}

fn request(folder: &ModelFolder, model: &ModelRef, sources: &Sources) -> Result<Request, Cause> {
    let target = folder.target_of(model)?;
    if let Some(Source::Url { url, sha256 }) = sources.get(model) {
        return Ok(Request { urls: vec![url.clone()], sha256: Some(sha256.clone()), bytes: None, target });
    }
    match catalogue().model(model.as_str()) {
        Some(listed) if !listed.urls.is_empty() => {
            Ok(Request { urls: listed.urls.clone(), sha256: listed.sha256.clone(), bytes: listed.facts.file_bytes, target })
        }
        // A file that a person put there has no source, and needs none.
        _ if target.is_file() => Ok(Request { urls: Vec::new(), sha256: None, bytes: None, target }),
        _ => Err(Cause::new(
            CauseKind::ModelNotFound,
            format!(
                "the catalogue has no file of “{model}”: put one into {}, or name its url or file in a ladder file",
                folder.path().display()
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::model_file;

    fn name(text: &str) -> ModelRef {
        ModelRef::new(text).expect("a valid name")
    }

    async fn pull_quietly(folder: &ModelFolder, model: &str, sources: &Sources) -> Result<(), Cause> {
        pull(folder, &name(model), sources, &Limits::default(), &mut |_| {}).await
    }

    #[tokio::test]
    async fn a_file_that_is_there_is_not_fetched_again() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = ModelFolder::new(place.path());
        std::fs::write(place.path().join("mine.gguf"), model_file(8)).expect("it is writable");
        pull_quietly(&folder, "mine", &Sources::new()).await.expect("it is there");
        assert!(locate(&folder, &name("mine"), &Sources::new()).is_ok_and(|path| path.ends_with("mine.gguf")));
        let cause = pull_quietly(&folder, "other", &Sources::new()).await.expect_err("nobody knows it");
        assert_eq!(cause.kind, CauseKind::ModelNotFound);
        assert!(cause.detail.contains("ladder file"), "it says what to do: {cause}");
    }

    #[tokio::test]
    async fn a_ladders_own_file_is_used_where_it_lies() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = ModelFolder::new(place.path().join("models"));
        let path = place.path().join("own.gguf");
        let sources = Sources::from([(name("own"), Source::File(path.clone()))]);
        assert_eq!(pull_quietly(&folder, "own", &sources).await.expect_err("it is not there").kind, CauseKind::ModelNotFound);
        std::fs::write(&path, &model_file(8)[..100]).expect("it is writable");
        assert_eq!(pull_quietly(&folder, "own", &sources).await.expect_err("it is cut").kind, CauseKind::DamagedFile);
        std::fs::write(&path, model_file(8)).expect("it is writable");
        pull_quietly(&folder, "own", &sources).await.expect("it is sound");
        assert_eq!(locate(&folder, &name("own"), &sources), Ok(path));
        assert!(!folder.path().exists(), "nothing was copied");
    }

    #[tokio::test]
    async fn verifying_finds_a_file_that_only_has_the_name() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = ModelFolder::new(place.path());
        std::fs::write(place.path().join("gemma-3-270m-q4_k_m.gguf"), model_file(8)).expect("it is writable");
        let file = verify(&folder, &name("gemma3:270m")).await.expect("it is readable");
        assert_eq!(file.problem.map(|cause| cause.kind), Some(CauseKind::DamagedFile));
        std::fs::write(place.path().join("mine.gguf"), model_file(8)).expect("it is writable");
        assert!(verify(&folder, &name("mine")).await.is_ok_and(|file| file.is_verified && file.facts.digest.is_some()));
    }
}
