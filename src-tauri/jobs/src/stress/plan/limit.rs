//! A test of the limit, checked.

use std::sync::Arc;

use toprung_climb::{LimitWork, StressWork};
use toprung_core::format;
use toprung_core::plan::Shape;
use toprung_core::stress::StressRecord;
use toprung_core::stress::limit::Limit;

use super::{CONTEXT_TOKENS, Host, Part};
use crate::problem::Problem;
use crate::stress::models;

/// It only proves that the model answers.
const LIMIT_SHAPE: Shape = Shape { prompt_tokens: 64, output_tokens: 16 };

impl Host<'_> {
    pub(super) fn limit(&self, names: &[String], most_context: u32, try_anyway: bool) -> Result<Part, Problem> {
        if !self.engine.takes_memory_here() {
            let what = "The server's memory is its own, so that its limit can't be approached safely from here.";
            return Err(Problem::input("memory_elsewhere", what, "Choose an engine on this machine."));
        }
        if most_context < CONTEXT_TOKENS {
            let what = format!("The longest context is {most_context} tokens, and every model is first tried with {CONTEXT_TOKENS}.");
            return Err(Problem::input("bad_context", what, format!("Give {CONTEXT_TOKENS} or more.")));
        }
        let chosen = models::all_installed(names, &self.here, self.kind)?;
        let names: Vec<&str> = chosen.iter().map(|model| model.model.as_str()).collect();
        let record = Limit { models: chosen.iter().map(|model| model.model.clone()).collect(), attempts: Vec::new() };
        let warning = "models that are predicted not to fit are tried too: the machine may become slow for a while";
        Ok(Part {
            headline: format!("Tries {}, and longer contexts of the largest that holds.", format::list(&names)),
            warnings: try_anyway.then(|| warning.to_owned()).into_iter().collect(),
            download_bytes: 0,
            seconds: None,
            record: StressRecord::Limit(record),
            work: StressWork::Limit(LimitWork {
                engine: Arc::clone(&self.engine),
                models: chosen.into_iter().map(|model| (model.model, model.facts)).collect(),
                first_context: CONTEXT_TOKENS,
                most_context,
                shape: LIMIT_SHAPE,
                try_anyway,
            }),
        })
    }
}
