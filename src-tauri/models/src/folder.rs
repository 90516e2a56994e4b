//! The embedded engine's model folder: GGUF files, what is known of them, and a trash that gives back.
//!
//! A model's name is its file's name without `.gguf`. Facts are read from headers once and kept in a small file beside
//! the models, by size and time of change; that file is a cache, and losing it costs time only.

mod cache;
mod trash;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{MAX_NAME_CHARS, ModelFacts, ModelRef};

use crate::catalogue::catalogue;
use crate::gguf;
use cache::{Cache, Known, Stamp};

pub use trash::Trashed;

const EXTENSION: &str = "gguf";

/// A folder of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFolder {
    path: PathBuf,
}

/// One file of the folder. A broken one is listed with its problem, not hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFile {
    pub model: ModelRef,
    /// The catalogue's title, or the name.
    pub title: String,
    pub path: PathBuf,
    /// With the digest where it has been verified.
    pub facts: ModelFacts,
    /// Why it cannot be used.
    pub problem: Option<Cause>,
    /// Whether its SHA-256 was computed since the file last changed and, for a model of the catalogue, found right.
    pub is_verified: bool,
}

impl ModelFolder {
    /// Touches nothing: the folder is made when the first model comes.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every model file, by name. A folder that does not exist yet is empty. Reads each new or changed file's header.
    pub fn list(&self) -> Result<Vec<ModelFile>, Cause> {
        let mut cache = Cache::read(&self.path);
        let mut files = Vec::new();
        for (file_name, model) in self.files()? {
            let path = self.path.join(&file_name);
            // A file that went away meanwhile is not listed.
            let Ok(stamp) = Stamp::of(&path) else { continue };
            let known = cache.get_or_read(&file_name, stamp, || known(&path));
            files.push(describe(model, path, &file_name, known));
        }
        let trashed = self.trashed();
        cache.forget_all_but(|name| self.path.join(name).exists() || trashed.iter().any(|entry| entry.file_name == name));
        cache.save(&self.path);
        files.sort_by(|a, b| a.model.cmp(&b.model));
        Ok(files)
    }

    /// One model's file as [`list`](Self::list) has it.
    pub fn find(&self, model: &ModelRef) -> Option<ModelFile> {
        let path = self.path_of(model)?;
        self.list().ok()?.into_iter().find(|file| file.path == path)
    }

    /// Where a model lies; `None` where it is not here. Takes every name that the catalogue knows it by.
    pub fn path_of(&self, model: &ModelRef) -> Option<PathBuf> {
        let wanted = own_name(model);
        let (file_name, _) = self.files().ok()?.into_iter().find(|(_, name)| name.as_str() == wanted)?;
        Some(self.path.join(file_name))
    }

    /// Where a pull puts a model. Refuses names that are no plain file names.
    pub fn target_of(&self, model: &ModelRef) -> Result<PathBuf, Cause> {
        let name = own_name(model);
        if name.contains(['/', ':']) || name.starts_with('.') {
            let detail = format!("“{model}” cannot be the name of a file in the model folder");
            return Err(Cause::new(CauseKind::ModelNotFound, detail));
        }
        Ok(self.path.join(format!("{name}.{EXTENSION}")))
    }

    /// Notes that a file's digest was computed and is this.
    pub fn mark_verified(&self, path: &Path, sha256: &str) {
        let (Some(name), Ok(stamp)) = (path.file_name().and_then(|name| name.to_str()), Stamp::of(path)) else { return };
        let mut cache = Cache::read(&self.path);
        cache.get_or_read(name, stamp, || known(path));
        cache.verify(name, sha256);
        cache.save(&self.path);
    }

    /// Deletes a model and what is left of an unfinished download of it, for good. Answers the bytes that were freed.
    pub fn delete(&self, model: &ModelRef) -> Result<u64, Cause> {
        let path = self.path_of(model).ok_or_else(|| not_here(model))?;
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        fs::remove_file(&path).map_err(|error| refused(&path, &error))?;
        // An unfinished download of a model that is here is left over from another time, and small trouble if it stays.
        let _ = crate::download::discard(&path);
        Ok(bytes)
    }

    /// File names with their models' names.
    fn files(&self) -> Result<Vec<(String, ModelRef)>, Cause> {
        let entries = match fs::read_dir(&self.path) {
            // Where no folder is, or can be, there are no models; that it can't be written is said elsewhere.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Vec::new()),
            entries => entries.map_err(|error| refused(&self.path, &error))?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter_map(|name| model_of(&name).map(|model| (name, model))).filter(|(name, _)| self.path.join(name).is_file()).collect())
    }
}

/// What a file's header tells.
fn known(path: &Path) -> Known {
    let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
    match gguf::read(path) {
        Ok(header) => Known { facts: gguf::facts(&header, bytes), problem: None, sha256: None },
        Err(error) => {
            let facts = ModelFacts { file_bytes: Some(bytes), ..ModelFacts::default() };
            Known { facts, problem: Some(error.into()), sha256: None }
        }
    }
}

fn describe(model: ModelRef, path: PathBuf, file_name: &str, known: Known) -> ModelFile {
    let listed = catalogue().model(file_name);
    let title = listed.map_or_else(|| model.to_string(), |listed| listed.title.clone());
    let expected = listed.and_then(|listed| listed.sha256.as_deref());
    let differs = known.sha256.as_deref().zip(expected).filter(|(is, wanted)| is != wanted);
    let wrong =
        differs.map(|(is, wanted)| Cause::new(CauseKind::DamagedFile, format!("its SHA-256 is {is} where this model's is {wanted}")));
    let mut facts = known.facts;
    facts.digest = known.sha256.as_ref().map(|sha256| format!("sha256:{sha256}"));
    let problem = known.problem.or(wrong);
    ModelFile { is_verified: known.sha256.is_some() && problem.is_none(), model, title, path, facts, problem }
}

/// The name that a model has in this folder.
fn own_name(model: &ModelRef) -> String {
    let listed = catalogue().model(model.as_str()).and_then(|listed| listed.file_name.as_deref());
    let name = listed.unwrap_or(model.as_str());
    let stem = name.len().checked_sub(EXTENSION.len() + 1).and_then(|end| name.split_at_checked(end));
    match stem {
        Some((stem, extension)) if extension.eq_ignore_ascii_case(".gguf") => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// The model's name for a file of this name, with what a name may not hold replaced; `None` for what is no model file.
fn model_of(file_name: &str) -> Option<ModelRef> {
    let path = Path::new(file_name);
    if file_name.starts_with('.') || !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION)) {
        return None;
    }
    let stem = path.file_stem()?.to_str()?;
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || "-_.@+".contains(*c);
    let name: String = stem.chars().take(MAX_NAME_CHARS).map(|c| if is_allowed(&c) { c } else { '_' }).collect();
    ModelRef::new(&name).ok()
}

fn not_here(model: &ModelRef) -> Cause {
    Cause::new(CauseKind::ModelNotFound, format!("“{model}” is not in the model folder"))
}

fn refused(path: &Path, error: &io::Error) -> Cause {
    let kind = if error.kind() == io::ErrorKind::StorageFull { CauseKind::DiskFull } else { CauseKind::Unknown };
    Cause::new(kind, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
