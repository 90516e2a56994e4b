//! What a stress test will do, checked before anything is done.

mod concurrent;
mod download;
mod limit;
mod sustain;

use std::sync::Arc;

use toprung_climb::StressWork;
use toprung_core::model::{EngineDescription, EngineKind};
use toprung_core::stress::{StressKind, StressRecord};
use toprung_engines::{Engine, InstalledModel};
use toprung_models::http::is_loopback;
use toprung_models::ladder_file::Sources;

use super::{StressChoice, Wish};
use crate::engines::open_engine;
use crate::home::Home;
use crate::ladders;
use crate::problem::Problem;
use crate::setup::warnings_of;

/// The context that models are given, in tokens, as in a standard climb.
const CONTEXT_TOKENS: u32 = 2048;

/// What a person should know of a server on another machine.
const ELSEWHERE: &str = "the engine runs on another machine, whose sensors and memory can't be read from here";

/// A test that is ready to start.
pub struct StressPlan {
    pub kind: StressKind,
    /// What will be done, in a sentence.
    pub headline: String,
    /// What a person should know before, each in a sentence.
    pub warnings: Vec<String>,
    pub download_bytes: u64,
    /// How long it takes; `None` where that is not known before.
    pub seconds: Option<f64>,
    pub description: EngineDescription,
    /// The engine runs on this machine, so that what the sensors and the memory say here says something of it.
    pub is_here: bool,
    /// The record before anything has happened.
    pub(super) record: StressRecord,
    pub(super) work: StressWork,
}

/// What was asked of the engine.
struct Host<'a> {
    home: &'a Home,
    choice: &'a StressChoice,
    engine: Arc<dyn Engine>,
    here: Vec<InstalledModel>,
    kind: EngineKind,
}

/// The kind's own part of a plan.
struct Part {
    headline: String,
    warnings: Vec<String>,
    download_bytes: u64,
    seconds: Option<f64>,
    record: StressRecord,
    work: StressWork,
}

/// Makes the plan. Fails on bad input, or where the engine does not answer or has no such model.
pub async fn plan(home: &Home, choice: &StressChoice) -> Result<StressPlan, Problem> {
    let ladder = match &choice.wish {
        Wish::Download { ladder: Some(ladder), .. } => Some(ladders::resolve(ladder, choice.engine.kind)?),
        _ => None,
    };
    let none = Sources::new();
    let engine = open_engine(home, &choice.engine, ladder.as_ref().map_or(&none, |ladder| &ladder.sources))?;
    let description = engine.describe().await?;
    let here = engine.list().await?;
    let host = Host { home, choice, engine, here, kind: choice.engine.kind };
    let part = match &choice.wish {
        Wish::Download { models, beside, cut, .. } => host.download(models, ladder.as_ref(), beside.as_deref(), *cut)?,
        Wish::Sustain { model, seconds, loop_s, cool_down_s } => host.sustain(model.as_deref(), *seconds, *loop_s, *cool_down_s)?,
        Wish::Concurrent { models, requests } => host.concurrent(models, *requests)?,
        Wish::Limit { models, most_context, try_anyway } => host.limit(models, *most_context, *try_anyway)?,
    };
    let told = warnings_of(&description).map(str::to_owned);
    let is_here = is_here(description.url.as_deref());
    Ok(StressPlan {
        is_here,
        kind: part.record.kind(),
        headline: part.headline,
        warnings: told.chain((!is_here).then(|| ELSEWHERE.to_owned())).chain(part.warnings).collect(),
        download_bytes: part.download_bytes,
        seconds: part.seconds,
        record: part.record,
        work: part.work,
        description,
    })
}

/// An engine without an address is embedded; one with an address is here where that is this machine's own.
fn is_here(url: Option<&str>) -> bool {
    url.is_none_or(|url| url::Url::parse(url).is_ok_and(|url| is_loopback(&url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_engine_of_this_machine_is_watched_by_its_sensors() {
        for (url, expected) in [
            (None, true),
            (Some("http://127.0.0.1:11434/"), true),
            (Some("http://localhost:8080/"), true),
            (Some("http://192.168.1.20:11434/"), false),
            (Some("https://box.lan:8080/"), false),
        ] {
            assert_eq!(is_here(url), expected, "{url:?}");
        }
    }
}
