//! From a file to a worker that holds it.

use std::path::Path;
use std::time::Duration;

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::run::{LoadKind, LoadRecord};
use toprung_protocol::{Command, Reply};

use super::LlamaConfig;
use super::generation::refusal;
use super::worker::Worker;
use crate::{LoadOptions, Result};

/// A worker greets within milliseconds; a machine that swaps, or a GPU driver that wakes up, may take seconds.
const HELLO_LIMIT: Duration = Duration::from_secs(30);

/// A load is cold only when this share of the file came from the disk (measurement.md); what the page cache holds
/// makes it faster than any first load is.
const COLD_SHARE: f64 = 0.9;

/// Starts a worker and hears its version and settings.
pub(super) async fn greet(program: &Path) -> Result<(Worker, String, Vec<(String, String)>)> {
    let mut worker = Worker::start(program).await?;
    match worker.receive(HELLO_LIMIT, None).await? {
        Some((_, Reply::Hello { version, settings })) => Ok((worker, version, settings)),
        Some((_, Reply::Failed { code, message })) => Err(refusal(code, message)),
        Some(_) => Err(Cause::new(CauseKind::EngineError, "the worker did not say hello first")),
        None => Err(Cause::new(CauseKind::EngineError, format!("the worker said nothing for {} s after its start", HELLO_LIMIT.as_secs()))),
    }
}

/// Starts a worker and has it load a file.
pub(super) async fn load(config: &LlamaConfig, file: &Path, options: &LoadOptions) -> Result<(Worker, LoadRecord)> {
    let path = file.to_str().ok_or_else(|| Cause::new(CauseKind::EngineError, format!("{} is not a name in UTF-8", file.display())))?;
    let file_bytes = std::fs::metadata(file).map_err(|error| Cause::new(CauseKind::ModelNotFound, format!("{path}: {error}")))?.len();
    let (mut worker, ..) = greet(&config.worker).await?;
    let command = Command::Load {
        path: path.to_owned(),
        context_tokens: options.context_tokens,
        threads: config.threads,
        gpu_layers: config.gpu_layers,
    };
    worker.send(&command, HELLO_LIMIT).await?;
    let limit = config.limits.load(file_bytes);
    match worker.receive(limit, None).await? {
        Some((_, Reply::Loaded { load_ms, context_tokens, disk_read_bytes, vram_bytes, memory, .. })) => {
            let record = LoadRecord {
                load_ms: Some(load_ms),
                warm_up_ms: None,
                kind: disk_read_bytes.map(|read| load_kind(read, file_bytes)),
                context_tokens: Some(context_tokens),
                vram_bytes,
                peak_rss_anon_bytes: memory.rss_anon_bytes,
                peak_rss_file_bytes: memory.rss_file_bytes,
                peak_memory_bytes: memory.peak_rss_bytes,
            };
            Ok((worker, record))
        }
        Some((_, Reply::Failed { code, message })) => Err(refusal(code, message)),
        Some(_) => Err(Cause::new(CauseKind::EngineError, "the worker answered a load with something else")),
        None => Err(Cause::new(CauseKind::LoadTimedOut, format!("{file_bytes} bytes did not load within {} s", limit.as_secs()))),
    }
}

fn load_kind(read_bytes: u64, file_bytes: u64) -> LoadKind {
    if read_bytes as f64 >= COLD_SHARE * file_bytes as f64 { LoadKind::Cold } else { LoadKind::Warm }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_cold_only_when_nine_tenths_came_from_the_disk() {
        assert_eq!(load_kind(0, 1000), LoadKind::Warm, "everything was in the page cache");
        assert_eq!(load_kind(899, 1000), LoadKind::Warm, "a part in the cache makes it faster than a first load");
        assert_eq!(load_kind(900, 1000), LoadKind::Cold);
    }
}
