//! Where the kernel's files are looked for: on the real system, or in a folder that a test made.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder in which `proc`, `sys` and the others lie.
#[derive(Debug, Clone)]
pub(crate) struct Root(PathBuf);

impl Root {
    pub(crate) fn real() -> Self {
        Self(PathBuf::from("/"))
    }

    pub(crate) fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The place of `proc/stat`, or of any path that is given without its leading slash.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }

    pub(crate) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        text(&self.path(path))
    }

    pub(crate) fn entries(&self, path: impl AsRef<Path>) -> Vec<PathBuf> {
        entries(&self.path(path))
    }
}

/// A file's text without the line break at its end. `None` where it is missing, can't be read or is empty.
pub(crate) fn text(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A file's number. `None` where the file is missing or holds none.
pub(crate) fn number<T: std::str::FromStr>(path: &Path) -> Option<T> {
    text(path)?.parse().ok()
}

/// Paths in a folder, by name; none where it can't be read.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The last part of a path, where it is plain text.
pub(crate) fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Puts files into a folder, as the kernel would.
#[cfg(test)]
pub(crate) fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(path, text).unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_empty_or_no_number_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        write(folder.path(), "sys/a", "42\n");
        write(folder.path(), "sys/empty", "\n");
        write(folder.path(), "sys/words", "not a number\n");
        assert_eq!(number::<u64>(&root.path("sys/a")), Some(42));
        assert_eq!(number::<u64>(&root.path("sys/words")), None);
        assert_eq!((root.text("sys/empty"), root.text("sys/gone")), (None, None));
        assert_eq!(root.entries("sys").iter().map(|path| name(path)).collect::<Vec<_>>(), ["a", "empty", "words"]);
        assert!(root.entries("nowhere").is_empty());
    }
}
