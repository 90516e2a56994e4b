//! Results as files.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use toprung_report::Report;

use crate::history::Shown;
use crate::home::Home;
use crate::problem::Problem;
use crate::recommend;
use crate::validation::validate_run;

/// Which kind of file a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    Pdf,
    Markdown,
    Json,
}

impl ReportKind {
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "pdf" => Some(Self::Pdf),
            "md" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }
}

/// Finds out before a climb that its results could not be written: a bad ending, a folder that is not there.
pub fn check_target(path: &Path) -> Result<(), Problem> {
    if path == Path::new("-") {
        return Ok(());
    }
    let ending = path.extension().and_then(|ending| ending.to_str()).and_then(ReportKind::from_extension);
    if ending.is_none() {
        return Err(Problem::input(
            "bad_file_ending",
            format!("{} ends with none of .md, .pdf and .json.", path.display()),
            "Give the file such an ending.",
        ));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Problem::input("no_such_folder", format!("There is no folder {}.", folder.display()), "Create it, or choose another."));
    }
    tempfile::tempfile_in(folder).map(|_| ()).map_err(|error| {
        Problem::input("folder_not_writable", format!("{} can't be written.", folder.display()), "Choose another folder.")
            .with_detail(error.to_string())
    })
}

/// A run's report, with the checks of the machine as they stand now and the floors and weights in force.
fn report<'a>(home: &Home, shown: &'a Shown) -> Result<Report<'a>, Problem> {
    let checks = validate_run(home, &shown.run)?;
    Ok(Report::new(&shown.run, &shown.analysis).with_checks(checks).with_settings(recommend::settings(home)?))
}

/// Writes one file, by its ending. An existing file stays intact unless the new one is complete.
pub fn save(home: &Home, shown: &Shown, path: &Path) -> Result<PathBuf, Problem> {
    report(home, shown)?.save(path).map_err(|error| {
        Problem::world("export_failed", format!("{} was not written.", path.display()), "Choose another place, or free some space.")
            .with_detail(error.to_string())
    })
}

/// Writes what the command line asked for; `-` is standard output and the caller's to print.
pub fn save_all(home: &Home, shown: &Shown, json: Option<&Path>, report: Option<&Path>) -> Result<(), Problem> {
    for path in [json, report].into_iter().flatten().filter(|path| *path != Path::new("-")) {
        save(home, shown, path)?;
    }
    Ok(())
}

/// Writes a text. An existing file stays intact unless the new one is complete.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Problem> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        let mut draft = tempfile::NamedTempFile::new_in(folder)?;
        draft.write_all(text.as_bytes())?;
        draft.as_file().sync_all()?;
        draft.persist(path).map(drop).map_err(|error| error.error)
    };
    write().map_err(|error| not_written(&path.display().to_string(), &error.to_string()))
}

pub(crate) fn not_written(what: &str, detail: &str) -> Problem {
    Problem::world("export_failed", format!("{what} was not written."), "Choose another place, or free some space.").with_detail(detail)
}

/// The run as versioned JSON.
pub fn json(home: &Home, shown: &Shown) -> Result<String, Problem> {
    Ok(report(home, shown)?.json())
}
