//! What a report is made from.

use std::path::{Path, PathBuf};

use toprung_core::analysis::Analysis;
use toprung_core::recommend::Settings;
use toprung_core::run::RunRecord;
use toprung_core::validation::{Check, validate_run};

use crate::advised::Advised;
use crate::{MarkdownReport, ReportError, json, markdown, pdf, write};

/// A stored run with what it means, and with the weights and floors that its advice goes by.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    pub(crate) run: &'a RunRecord,
    pub(crate) analysis: &'a Analysis,
    settings: Settings,
    checks: Vec<Check>,
}

impl<'a> Report<'a> {
    /// With the default weights and floors, and the checks that the run by itself can answer.
    pub fn new(run: &'a RunRecord, analysis: &'a Analysis) -> Self {
        Self { run, analysis, settings: Settings::default(), checks: validate_run(run, &[], None) }
    }

    /// With the checks of the machine as other stored runs and stress tests answer them too.
    pub fn with_checks(self, checks: Vec<Check>) -> Self {
        Self { checks, ..self }
    }

    /// With the user's own weights and floors.
    pub fn with_settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// As Markdown; its links name `assets_folder`, relative to the report.
    pub fn markdown(&self, assets_folder: &str) -> MarkdownReport {
        markdown::set(self, assets_folder)
    }

    /// As an accessible PDF (PDF/UA-1), A4, in the light theme. The same report gives the same bytes.
    ///
    /// # Errors
    /// [`ReportError::NotSet`] with typst's own words; a run's content cannot cause it.
    pub fn pdf(&self) -> Result<Vec<u8>, ReportError> {
        pdf::write(self)
    }

    /// As versioned JSON, see [`crate::export_json`].
    pub fn json(&self) -> String {
        json::export(self)
    }

    /// Saved as what the path's ending names, see [`crate::save`].
    ///
    /// # Errors
    /// Another ending, a PDF that could not be set, or a place that could not be written. An existing file is intact then.
    pub fn save(&self, path: &Path) -> Result<PathBuf, ReportError> {
        write::save_report(self, path)
    }

    pub(crate) fn checks(&self) -> &[Check] {
        &self.checks
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn advised(&self) -> Option<Advised> {
        Advised::of(self.run, &self.settings)
    }
}
