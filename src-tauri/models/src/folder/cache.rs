//! What is known of each file, kept between two looks.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use toprung_core::cause::Cause;
use toprung_core::model::ModelFacts;

const FILE_NAME: &str = ".facts.json";
/// Raised when what is read from a header changes: older caches are then read anew.
const VERSION: u32 = 1;

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    bytes: u64,
    changed_ns: u64,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self { bytes: metadata.len(), changed_ns: u64::try_from(changed.as_nanos()).unwrap_or(u64::MAX) })
    }
}

/// What a look at a file told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) facts: ModelFacts,
    pub(super) problem: Option<Cause>,
    /// Its digest, where it was computed.
    pub(super) sha256: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Cache {
    version: u32,
    files: BTreeMap<String, (Stamp, Known)>,
    #[serde(skip)]
    is_changed: bool,
}

impl Cache {
    /// A cache that is missing, damaged or of another version is empty.
    pub(super) fn read(folder: &Path) -> Self {
        let stored = fs::read(folder.join(FILE_NAME)).ok().and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        stored.filter(|cache| cache.version == VERSION).unwrap_or(Self { version: VERSION, ..Self::default() })
    }

    /// What is known of a file in this state; `look` is called where nothing is.
    pub(super) fn get_or_read(&mut self, name: &str, stamp: Stamp, look: impl FnOnce() -> Known) -> Known {
        if let Some((_, known)) = self.files.get(name).filter(|(then, _)| *then == stamp) {
            return known.clone();
        }
        let known = look();
        self.files.insert(name.to_owned(), (stamp, known.clone()));
        self.is_changed = true;
        known
    }

    pub(super) fn verify(&mut self, name: &str, sha256: &str) {
        if let Some((_, known)) = self.files.get_mut(name) {
            known.sha256 = Some(sha256.to_ascii_lowercase());
            self.is_changed = true;
        }
    }

    pub(super) fn forget_all_but(&mut self, is_kept: impl Fn(&str) -> bool) {
        let before = self.files.len();
        self.files.retain(|name, _| is_kept(name));
        self.is_changed |= self.files.len() != before;
    }

    /// Writes it beside the models. In a folder that cannot be written the next look takes a little longer, no more.
    pub(super) fn save(&self, folder: &Path) {
        if !self.is_changed {
            return;
        }
        let beside = folder.join(format!("{FILE_NAME}.{}", std::process::id()));
        let written = serde_json::to_vec(self).map_err(io::Error::other).and_then(|bytes| fs::write(&beside, bytes));
        if written.and_then(|()| fs::rename(&beside, folder.join(FILE_NAME))).is_err() {
            let _ = fs::remove_file(&beside);
        }
    }
}
