//! Saving a report: everything is written beside its place first and renamed last, so that an existing file stays
//! intact until the new one is complete.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use toprung_core::analysis::Analysis;
use toprung_core::run::RunRecord;

use crate::{Report, ReportError};

/// Saves the run as what the path's ending names: `.md` (its charts in `<stem>-assets` beside it), `.pdf` or `.json`.
/// Gives the path that was written. Its advice goes by the default weights and floors; [`Report::save`] takes others.
///
/// # Errors
/// Another ending, a PDF that could not be set, or a place that could not be written. An existing file is intact then.
pub fn save(run: &RunRecord, analysis: &Analysis, path: &Path) -> Result<PathBuf, ReportError> {
    save_report(&Report::new(run, analysis), path)
}

pub(crate) fn save_report(report: &Report<'_>, path: &Path) -> Result<PathBuf, ReportError> {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    let written = match ending.as_deref() {
        Some("json") => write_all(&[(path.to_owned(), report.json().into_bytes())]),
        Some("pdf") => write_all(&[(path.to_owned(), report.pdf()?)]),
        Some("md") => write_markdown(report, path),
        _ => return Err(ReportError::UnknownFormat(path.to_owned())),
    };
    written.map(|()| path.to_owned()).map_err(|(path, source)| ReportError::NotWritten { path, source })
}

fn write_markdown(report: &Report<'_>, path: &Path) -> Result<(), (PathBuf, io::Error)> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = format!("{stem}-assets");
    let folder = path.with_file_name(&name);
    let report = report.markdown(&name);
    match fs::create_dir(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err((folder, error)),
        _ => {}
    }
    // The report comes last: it must never name charts that are not there.
    let charts = report.assets.into_iter().map(|(name, svg)| (folder.join(name), svg.into_bytes()));
    let files: Vec<_> = charts.chain([(path.to_owned(), report.text.into_bytes())]).collect();
    write_all(&files).inspect_err(|_| {
        // Only a folder that is still empty goes.
        let _ = fs::remove_dir(&folder);
    })
}

/// Writes every file beside its place, then renames them all: a full disk is met before anything is replaced.
fn write_all(files: &[(PathBuf, Vec<u8>)]) -> Result<(), (PathBuf, io::Error)> {
    let mut drafts = Drafts(Vec::new());
    for (path, bytes) in files {
        let draft = draft_of(path);
        drafts.0.push(draft.clone());
        write_draft(&draft, bytes).map_err(|error| (path.clone(), error))?;
    }
    for ((path, _), draft) in files.iter().zip(&drafts.0) {
        fs::rename(draft, path).map_err(|error| (path.clone(), error))?;
    }
    Ok(())
}

/// Drafts that were not renamed are removed, whatever stopped the saving.
struct Drafts(Vec<PathBuf>);

impl Drop for Drafts {
    fn drop(&mut self) {
        for draft in &self.0 {
            // Most are gone because they were renamed; what can't be removed is not worth failing for.
            let _ = fs::remove_file(draft);
        }
    }
}

/// A name in the same folder, because only a rename within one file system is atomic; of this process, so that two do not meet.
fn draft_of(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn write_draft(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(draft)?;
    file.write_all(bytes)?;
    // Without this a power cut after the rename could leave an empty file under the final name.
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_ending_names_the_format_and_nothing_else_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let (run, analysis) = fixture::of(&fixture::SEED);
        for name in ["Run.md", "run.JSON", "run.pdf"] {
            let path = folder.path().join(name);
            assert_eq!(save(&run, &analysis, &path).unwrap(), path);
        }
        assert_eq!(names(folder.path()), ["Run-assets", "Run.md", "run.JSON", "run.pdf"], "drafts are renamed or removed");
        assert_eq!(names(&folder.path().join("Run-assets")), ["escalation.svg", "memory.svg", "throughput.svg"]);
        assert!(fs::read_to_string(folder.path().join("Run.md")).unwrap().contains("](Run-assets/throughput.svg)"));
    }

    #[test]
    fn another_ending_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (run, analysis) = fixture::of(&fixture::SEED);
        for name in ["run.docx", "run"] {
            let refused = save(&run, &analysis, &folder.path().join(name));
            assert!(matches!(refused, Err(ReportError::UnknownFormat(_))), "{name}: {refused:?}");
        }
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_failed_save_leaves_the_old_report_and_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        let (run, analysis) = fixture::of(&fixture::SEED);
        let path = folder.path().join("run.md");
        fs::write(&path, "the old report").unwrap();
        // A file stands where the folder of the charts must be.
        fs::write(folder.path().join("run-assets"), "in the way").unwrap();
        let failed = save(&run, &analysis, &path);
        assert!(matches!(failed, Err(ReportError::NotWritten { .. })), "{failed:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "the old report", "an existing file is replaced only by a complete one");
        assert_eq!(names(folder.path()), ["run-assets", "run.md"], "no draft stays");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_in_the_error() {
        let (run, analysis) = fixture::of(&fixture::SEED);
        let error = save(&run, &analysis, Path::new("/nowhere/at/all/run.json")).unwrap_err().to_string();
        assert!(error.contains("/nowhere/at/all/run.json") && error.contains("choose another folder"), "{error}");
    }
}
