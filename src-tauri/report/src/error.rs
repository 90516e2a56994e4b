//! Why a report could not be made or saved.

use std::path::PathBuf;

/// Why a report could not be made or saved. An existing file is intact after each of these.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("“{path}” does not say which format is wanted: its name must end in .md, .pdf or .json.", path = .0.display())]
    UnknownFormat(PathBuf),
    #[error("“{path}” could not be written: {source}. Nothing was changed there; choose another folder or free some space.", path = .path.display())]
    NotWritten { path: PathBuf, source: std::io::Error },
    #[error("The PDF could not be set: {0}. Save the report as Markdown instead.")]
    NotSet(String),
}
