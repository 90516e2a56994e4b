//! What the server has: its models, their facts, what is loaded, and unloading and deleting.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{ModelFacts, ModelRef};
use toprung_core::run::{LoadKind, LoadRecord};

use super::KEEP_ALIVE;
use super::facts::facts;
use super::wire::{Chunk, Running, RunningModel, Show, Tag, Tags};
use crate::http::causes;
use crate::http::figures::{Unit, duration};
use crate::http::limits::Wait;
use crate::http::transport::Transport;
use crate::{InstalledModel, LoadOptions};

/// Questions about models that are asked at the same time.
const PARALLEL_SHOWS: usize = 4;
/// How often the server is asked whether an unloaded model is gone.
const UNLOAD_POLL: Duration = Duration::from_millis(100);

/// What a model lets one say about its thinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// It can't think, or the server does not say so: then the request must not mention it.
    Unable,
    /// It can be switched off.
    Switch,
    /// It knows levels and can't be switched off (gpt-oss).
    Levels,
}

impl Thinking {
    /// What is sent: as little thinking as the model allows, so that the token budget goes into the answer.
    pub(super) fn value(self) -> Option<Value> {
        match self {
            Self::Unable => None,
            Self::Switch => Some(json!(false)),
            Self::Levels => Some(json!("low")),
        }
    }
}

/// What the server has, without models that run elsewhere or that write no text.
pub(super) async fn list(transport: &Transport) -> Result<Vec<InstalledModel>, Cause> {
    let local = tags(transport).await?.into_iter().filter(|tag| tag.remote_host.is_none());
    // The server's own names pass the check; one that does not could not be asked for either.
    let named: Vec<(ModelRef, Tag)> = local.filter_map(|tag| Some((ModelRef::new(&tag.name).ok()?, tag))).collect();
    let shown = stream::iter(named).map(|(model, tag)| async move {
        // A model whose details can't be had is still there.
        let show = show(transport, &model).await.unwrap_or_default();
        writes_text(&show).then(|| InstalledModel { facts: facts(&model, Some(&tag), &show), model })
    });
    Ok(shown.buffered(PARALLEL_SHOWS).filter_map(|model| async { model }).collect().await)
}

/// What is known of one model, and how it thinks.
pub(super) async fn describe(transport: &Transport, model: &ModelRef) -> Result<(ModelFacts, Thinking), Cause> {
    let show = show(transport, model).await?;
    if let Some(host) = show.remote_host.as_deref().filter(|host| !host.is_empty()) {
        return Err(Cause::new(CauseKind::EngineError, format!("{model} runs at {}, not here: choose a local model", causes::clean(host))));
    }
    let tag = tags(transport).await?.into_iter().find(|tag| same_name(&tag.name, model.as_str()));
    Ok((facts(model, tag.as_ref(), &show), thinking(&show)))
}

/// Loads a model with an empty prompt and reads back what the server set up.
pub(super) async fn load(transport: &Transport, model: &ModelRef, options: &LoadOptions) -> Result<LoadRecord, Cause> {
    let was_loaded = running(transport, model).await?.is_some();
    let body = json!({
        "model": model.as_str(),
        "stream": false,
        "keep_alive": KEEP_ALIVE,
        "options": {"num_ctx": options.context_tokens},
    });
    let sent = Instant::now();
    let reply: Chunk = transport.json(Method::POST, "api/generate", Some(&body), Wait::load(&transport.limits)).await?;
    let waited = sent.elapsed().as_secs_f64() * 1000.0;
    if let Some(error) = &reply.error {
        return Err(causes::from_words(error, causes::During::Use));
    }
    // Up to 0.5.4 the reply to an empty prompt has no duration: then the wait for it is the load.
    let load_ms =
        duration("load_duration", reply.figures.load_duration.as_ref(), Unit::Nanoseconds)?.filter(|ms| *ms > 0.0).unwrap_or(waited);
    let seen = running(transport, model).await?.unwrap_or_default();
    Ok(LoadRecord {
        load_ms: Some(load_ms),
        // Whether a first load came from disk can't be seen from here.
        kind: was_loaded.then_some(LoadKind::Warm),
        context_tokens: seen.context_length.filter(|tokens| *tokens > 0),
        vram_bytes: seen.size_vram,
        peak_memory_bytes: seen.size.filter(|bytes| *bytes > 0),
        ..LoadRecord::default()
    })
}

/// Unloads a model and waits until it is gone.
pub(super) async fn unload(transport: &Transport, model: &ModelRef) -> Result<(), Cause> {
    let body = json!({"model": model.as_str(), "stream": false, "keep_alive": 0});
    let _: Chunk = transport.json(Method::POST, "api/generate", Some(&body), Wait::answer(&transport.limits)).await?;
    let asked = Instant::now();
    while running(transport, model).await?.is_some() {
        if asked.elapsed() > transport.limits.unload {
            let seconds = transport.limits.unload.as_secs_f64();
            return Err(Cause::new(CauseKind::EngineError, format!("{model} is still in memory {seconds:.0} s after it was unloaded")));
        }
        sleep(UNLOAD_POLL).await;
    }
    Ok(())
}

pub(super) async fn delete(transport: &Transport, model: &ModelRef) -> Result<(), Cause> {
    let body = json!({"model": model.as_str(), "name": model.as_str()});
    transport.send(Method::DELETE, "api/delete", Some(&body), Wait::answer(&transport.limits)).await?;
    Ok(())
}

/// What the server says of a loaded model; `None` when it is not loaded.
pub(super) async fn running(transport: &Transport, model: &ModelRef) -> Result<Option<RunningModel>, Cause> {
    Ok(all_running(transport).await?.into_iter().find(|loaded| same_name(&loaded.name, model.as_str())))
}

/// The models that the server holds in memory, its own names.
pub(super) async fn loaded(transport: &Transport) -> Result<Vec<ModelRef>, Cause> {
    Ok(all_running(transport).await?.into_iter().filter_map(|loaded| ModelRef::new(&loaded.name).ok()).collect())
}

async fn all_running(transport: &Transport) -> Result<Vec<RunningModel>, Cause> {
    let running: Running = transport.json(Method::GET, "api/ps", None, Wait::answer(&transport.limits)).await?;
    Ok(running.models.unwrap_or_default())
}

async fn tags(transport: &Transport) -> Result<Vec<Tag>, Cause> {
    let tags: Tags = transport.json(Method::GET, "api/tags", None, Wait::answer(&transport.limits)).await?;
    Ok(tags.models.unwrap_or_default())
}

async fn show(transport: &Transport, model: &ModelRef) -> Result<Show, Cause> {
    let body = json!({"model": model.as_str(), "name": model.as_str()});
    transport.json(Method::POST, "api/show", Some(&body), Wait::answer(&transport.limits)).await
}

/// Old servers name no capabilities; what they have is taken to write text.
fn writes_text(show: &Show) -> bool {
    show.capabilities.as_ref().is_none_or(|capabilities| capabilities.iter().any(|capability| capability == "completion"))
}

fn thinking(show: &Show) -> Thinking {
    let family = show.details.as_ref().and_then(|details| details.family.as_deref()).unwrap_or_default();
    match &show.capabilities {
        Some(capabilities) if capabilities.iter().any(|capability| capability == "thinking") => match family {
            "gptoss" | "gpt-oss" => Thinking::Levels,
            _ => Thinking::Switch,
        },
        _ => Thinking::Unable,
    }
}

/// A missing tag is `latest`, and the folder `library` goes without saying.
fn same_name(one: &str, other: &str) -> bool {
    full_name(one).eq_ignore_ascii_case(&full_name(other))
}

fn full_name(name: &str) -> String {
    let name = name.strip_prefix("library/").unwrap_or(name);
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains(':') { name.to_owned() } else { format!("{name}:latest") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tag_is_latest() {
        assert!(same_name("llama3", "llama3:latest"));
        assert!(same_name("library/llama3:8b", "llama3:8b"));
        assert!(same_name("localhost:5055/library/a", "localhost:5055/library/a:latest"), "a port is no tag");
        assert!(!same_name("llama3:8b", "llama3"));
    }

    #[test]
    fn a_model_thinks_only_where_the_server_says_so() {
        let show = |capabilities: &str, family: &str| -> Show {
            serde_json::from_str(&format!(r#"{{"capabilities":{capabilities},"details":{{"family":"{family}"}}}}"#)).unwrap()
        };
        assert_eq!(thinking(&show("null", "qwen3")), Thinking::Unable);
        assert_eq!(thinking(&show(r#"["completion"]"#, "llama")), Thinking::Unable);
        assert_eq!(thinking(&show(r#"["completion","thinking"]"#, "qwen3")), Thinking::Switch);
        assert_eq!(thinking(&show(r#"["completion","thinking"]"#, "gptoss")), Thinking::Levels);
    }
}
