//! The compiled interpreter in its folder: found by what it was compiled from and by, believed by its SHA-256.
//!
//! The file becomes machine code of the process that runs programs, so a damaged one must not be loaded: beside it lies its
//! sum, written after it. Whoever can write both could replace Toprung itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tempfile::TempPath;

use super::files::{blocking, hexadecimal, sha256};
use super::{INTERPRETER, Unavailable};

/// What names in the folder begin with.
const PREFIX: &str = "python-";
const COMPILED: &str = "compiled";
const SUM: &str = "sha256";
const UNFINISHED: &str = "part";
/// An unfinished file that is older than this belongs to a program that was ended.
const ABANDONED_AFTER: Duration = Duration::from_secs(60 * 60);

/// A compiled interpreter that was sound when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compiled {
    pub(super) path: PathBuf,
    state: State,
}

/// By which a change of a file is noticed without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Compiled {
    /// Whether the file is still the one that was looked at.
    pub(super) fn is_unchanged(&self) -> bool {
        state(&self.path).is_ok_and(|state| state == self.state)
    }
}

/// Where compiled interpreters are kept, and the name of the one that is wanted.
pub(super) struct Folder {
    folder: PathBuf,
    name: String,
}

impl Folder {
    /// `compatibility` is what the sandbox's process says of itself.
    pub(super) fn new(folder: &Path, compatibility: &str) -> Self {
        let key = Sha256::digest(format!("{} {compatibility}", INTERPRETER.sha256));
        // 64 bits tell any two apart.
        Self { folder: folder.to_owned(), name: format!("{PREFIX}{}", &hexadecimal(&key)[..16]) }
    }

    /// The compiled interpreter, if it is there and as it was when it was written.
    pub(super) async fn sound(&self) -> Option<Compiled> {
        let (path, sum) = (self.path(COMPILED), self.path(SUM));
        blocking(move || {
            let state = state(&path).ok()?;
            let expected = fs::read_to_string(sum).ok()?;
            (sha256(&path).ok()? == expected.trim()).then_some(Compiled { path, state })
        })
        .await
        .ok()?
    }

    /// A new file for a compiled interpreter. It goes when it is dropped.
    pub(super) fn begin(&self) -> Result<TempPath, Unavailable> {
        let create = || {
            fs::create_dir_all(&self.folder)?;
            tempfile::Builder::new().prefix(PREFIX).suffix(&format!(".{UNFINISHED}")).tempfile_in(&self.folder)
        };
        Ok(create().map_err(|error| self.unwritable(&error))?.into_temp_path())
    }

    /// Gives a finished file its name, and removes what earlier builds left.
    pub(super) async fn keep(&self, finished: TempPath) -> Result<Compiled, Unavailable> {
        let (folder, name) = (self.folder.clone(), self.name.clone());
        let (path, sum_path) = (self.path(COMPILED), self.path(SUM));
        let keep = move || {
            let sum = sha256(&finished)?;
            let state = state(&finished)?;
            finished.persist(&path).map_err(|error| error.error)?;
            // A crash between the two leaves a sum that is missing or of another file: then the interpreter is compiled again.
            let unfinished = tempfile::Builder::new().prefix(PREFIX).suffix(&format!(".{UNFINISHED}")).tempfile_in(&folder)?;
            fs::write(&unfinished, sum)?;
            unfinished.persist(&sum_path).map_err(|error| error.error)?;
            remove_others(&folder, &name);
            Ok(Compiled { path, state })
        };
        blocking(keep).await?.map_err(|error: io::Error| self.unwritable(&error))
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.name))
    }

    fn unwritable(&self, error: &io::Error) -> Unavailable {
        Unavailable::new(
            format!("The compiled Python interpreter can't be kept in {}: {error}.", self.folder.display()),
            "Make the folder writable and have 60 MB free, or set TOPRUNG_HOME to another data folder.",
        )
    }
}

fn state(path: &Path) -> io::Result<State> {
    let facts = fs::metadata(path)?;
    Ok(State { bytes: facts.len(), modified: facts.modified().ok() })
}

/// Removes what other builds compiled and what was left unfinished. What can't be removed only takes room.
fn remove_others(folder: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let of_ours = path.file_name().and_then(|file| file.to_str()).is_some_and(|file| file.starts_with(PREFIX));
        let is_wanted = path.file_stem().and_then(|stem| stem.to_str()) == Some(name);
        let is_stale = match path.extension().and_then(|extension| extension.to_str()) {
            Some(COMPILED | SUM) => !is_wanted,
            Some(UNFINISHED) => is_abandoned(&path),
            _ => false,
        };
        if of_ours && is_stale {
            let _ = fs::remove_file(path);
        }
    }
}

fn is_abandoned(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|facts| facts.modified()).ok();
    modified.and_then(|then| then.elapsed().ok()).is_some_and(|age| age > ABANDONED_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn keep(folder: &Folder, content: &str) -> Compiled {
        let unfinished = folder.begin().unwrap();
        fs::write(&unfinished, content).unwrap();
        folder.keep(unfinished).await.unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn what_was_kept_is_found_again_by_the_same_build_only() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path(), "1");
        let kept = keep(&folder, "code").await;
        assert_eq!(folder.sound().await.as_ref(), Some(&kept));
        assert!(Folder::new(home.path(), "2").sound().await.is_none(), "another build's code must not be run");
        assert!(kept.is_unchanged());
    }

    #[tokio::test]
    async fn damage_is_noticed() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path(), "1");
        let kept = keep(&folder, "code").await;
        fs::write(&kept.path, "c0de").unwrap();
        assert!(folder.sound().await.is_none(), "one byte is enough");
        let kept = keep(&folder, "code").await;
        fs::remove_file(home.path().join(format!("{}.sha256", folder.name))).unwrap();
        assert!(folder.sound().await.is_none(), "without its sum nothing vouches for it");
        fs::write(&kept.path, "longer code").unwrap();
        assert!(!kept.is_unchanged(), "a change while the program runs is noticed too");
    }

    #[tokio::test]
    async fn an_abandoned_compilation_and_an_older_build_leave_nothing() {
        let home = tempfile::tempdir().unwrap();
        keep(&Folder::new(home.path(), "1"), "old").await;
        drop(Folder::new(home.path(), "2").begin().unwrap());
        fs::write(home.path().join("python.wasm"), "interpreter").unwrap();
        let new = Folder::new(home.path(), "2");
        keep(&new, "new").await;
        let expected = [format!("{}.compiled", new.name), format!("{}.sha256", new.name), "python.wasm".to_owned()];
        assert_eq!(names(home.path()), expected, "the interpreter itself stays");
    }

    #[test]
    fn a_folder_that_can_not_be_made_says_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        let refused = Folder::new(&file.join("below"), "1").begin().unwrap_err();
        assert!(refused.next_step.contains("TOPRUNG_HOME"), "{refused}");
    }
}
