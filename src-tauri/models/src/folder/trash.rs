//! Deleting that can be undone: a file waits in `.trash` until it is purged.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;

use super::{ModelFolder, model_of, not_here, refused};

/// Beside the models, so that moving is a rename and never a copy.
const FOLDER_NAME: &str = ".trash";

/// A deleted model that can be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// Names it to [`ModelFolder::restore`].
    pub id: String,
    pub model: ModelRef,
    pub file_name: String,
    pub bytes: u64,
    /// Milliseconds since 1970 at which it was deleted, by the wall clock.
    pub deleted_ms: u64,
}

impl ModelFolder {
    /// Moves a model into the trash.
    pub fn trash(&self, model: &ModelRef) -> Result<Trashed, Cause> {
        let path = self.path_of(model).ok_or_else(|| not_here(model))?;
        let file_name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| not_here(model))?.to_owned();
        let folder = self.trash_folder();
        fs::create_dir_all(&folder).map_err(|error| refused(&folder, &error))?;
        let deleted_ms = now_ms();
        let id = format!("{deleted_ms}-{file_name}");
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        fs::rename(&path, folder.join(&id)).map_err(|error| refused(&path, &error))?;
        Ok(Trashed { id, model: model.clone(), file_name, bytes, deleted_ms })
    }

    /// What can be restored, the newest first.
    pub fn trashed(&self) -> Vec<Trashed> {
        let Ok(entries) = fs::read_dir(self.trash_folder()) else { return Vec::new() };
        let mut trashed: Vec<_> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let id = entry.file_name().into_string().ok()?;
                let (deleted_ms, file_name) = id.split_once('-')?;
                let (deleted_ms, file_name) = (deleted_ms.parse().ok()?, file_name.to_owned());
                Some(Trashed { model: model_of(&file_name)?, bytes: entry.metadata().ok()?.len(), id, file_name, deleted_ms })
            })
            .collect();
        trashed.sort_by(|a, b| b.deleted_ms.cmp(&a.deleted_ms).then(a.id.cmp(&b.id)));
        trashed
    }

    /// Puts a deleted model back; refused where another file has taken its name.
    pub fn restore(&self, id: &str) -> Result<ModelRef, Cause> {
        let missing = || Cause::new(CauseKind::ModelNotFound, "it is no longer in the trash");
        // Only what is listed can be named, so that an id never leads out of the folder.
        let entry = self.trashed().into_iter().find(|entry| entry.id == id).ok_or_else(missing)?;
        let target = self.path().join(&entry.file_name);
        if target.exists() {
            return Err(Cause::new(CauseKind::Unknown, format!("there is another file named {} by now", entry.file_name)));
        }
        fs::rename(self.trash_folder().join(id), &target).map_err(|error| refused(&target, &error))?;
        Ok(entry.model)
    }

    /// Deletes for good what has been in the trash for longer than `age`. Answers the bytes that were freed.
    pub fn purge(&self, age: Duration) -> u64 {
        let limit = now_ms().saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        let old = self.trashed().into_iter().filter(|entry| entry.deleted_ms <= limit);
        old.filter(|entry| fs::remove_file(self.trash_folder().join(&entry.id)).is_ok()).map(|entry| entry.bytes).sum()
    }

    fn trash_folder(&self) -> PathBuf {
        self.path().join(FOLDER_NAME)
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
