//! A download test, checked.

use std::sync::Arc;

use toprung_climb::{DownloadWork, StressWork};
use toprung_core::format;
use toprung_core::model::EngineKind;
use toprung_core::plan::Shape;
use toprung_core::stress::StressRecord;
use toprung_core::stress::download::{Download, ModelDownload, Neighbour};

use super::{CONTEXT_TOKENS, Host, Part};
use crate::ladders::Resolved;
use crate::problem::Problem;
use crate::stress::models;

/// Short, so that a few are over before a small download is.
const BESIDE_SHAPE: Shape = Shape { prompt_tokens: 64, output_tokens: 64 };

impl Host<'_> {
    /// Of the models that are named, or of those that a ladder has and the engine has not.
    pub(super) fn download(&self, names: &[String], ladder: Option<&Resolved>, beside: Option<&str>, cut: bool) -> Result<Part, Problem> {
        if self.kind == EngineKind::Openai {
            let what = "An OpenAI-compatible server has its own models: none can be downloaded from here.";
            return Err(Problem::input("not_offered", what, "Choose Ollama or the embedded engine."));
        }
        let chosen = models::to_download(names, ladder, &self.here, self.kind)?;
        let beside = beside.map(|name| models::installed(name, &self.here, self.kind)).transpose()?;
        let download_bytes = chosen.iter().filter_map(|(_, facts)| facts.file_bytes).sum();
        self.refuse_full_disk(download_bytes)?;
        let names: Vec<&str> = chosen.iter().map(|(model, _)| model.as_str()).collect();
        let record = Download {
            models: chosen.iter().map(|(model, _)| ModelDownload::new(model.clone())).collect(),
            load_average: Vec::new(),
            neighbour: beside.as_ref().map(|beside| Neighbour {
                model: beside.model.clone(),
                before_tps: Vec::new(),
                during_tps: Vec::new(),
                cause: None,
            }),
        };
        let meanwhile = beside.as_ref().map(|beside| format!(", while {} answers", beside.model)).unwrap_or_default();
        Ok(Part {
            headline: format!("Downloads {} at the same time{meanwhile}.", format::list(&names)),
            warnings: cut
                .then(|| "the first download is cut once, to see that it goes on from what it had".to_owned())
                .into_iter()
                .collect(),
            download_bytes,
            seconds: None,
            record: StressRecord::Download(record),
            work: StressWork::Download(DownloadWork {
                engine: Arc::clone(&self.engine),
                models: chosen.into_iter().map(|(model, _)| model).collect(),
                cut,
                neighbour: beside.map(|beside| (beside.model, BESIDE_SHAPE, CONTEXT_TOKENS)),
            }),
        })
    }

    /// Where another program keeps its models is not known.
    fn refuse_full_disk(&self, bytes: u64) -> Result<(), Problem> {
        let free = (self.kind == EngineKind::Llama).then(|| toprung_hardware::disk_free_bytes(self.home.folder())).flatten();
        match free.filter(|free| *free < bytes) {
            Some(free) => {
                let detail = format!("{} needed, {} free", format::bytes_gb(bytes), format::bytes_gb(free));
                Err(Problem::world("disk_full", "The disk has no room for what would be downloaded.", "Free some space.")
                    .with_detail(detail))
            }
            None => Ok(()),
        }
    }
}
