//! What `toprung concurrency` takes.

use std::path::PathBuf;

use toprung_jobs::concurrency::CrowdChoice;

use super::{Engine, ModeArg};

#[derive(Debug, clap::Args)]
pub(crate) struct Concurrency {
    /// The model that answers.
    #[arg(long, value_name = "REF")]
    model: String,
    #[command(flatten)]
    engine: Engine,
    /// The most requests at once; levels double up to it.
    #[arg(long, value_name = "N", default_value_t = 16)]
    up_to: u32,
    /// Whose shape a request has.
    #[arg(long, value_enum, default_value_t = ModeArg::Standard)]
    mode: ModeArg,
    /// Write the figures as JSON (`-`: to standard output).
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl Concurrency {
    pub(crate) fn choice(&self) -> CrowdChoice {
        CrowdChoice { engine: self.engine.choice(), model: self.model.clone(), mode: self.mode.into(), up_to: self.up_to }
    }
}
