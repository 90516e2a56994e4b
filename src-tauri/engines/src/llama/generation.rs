//! One generation on a loaded worker, and how long it may be silent.

use std::time::{Duration, Instant};

use toprung_core::cause::{Cause, CauseKind};
use toprung_protocol::{Command, FailureCode, Memory, Reply};

use super::worker::Worker;
use crate::{DoneReason, FinalRecord, Fragment, FragmentKind, OnFragment, Prompt, Request};

/// A stream is stalled when it is silent for this many of its own median gaps: measurement.md's stop rule.
const GAPS_UNTIL_STALLED: u32 = 20;

/// How long a worker may be silent.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// `None`: by the file's size; see [`Limits::load`].
    pub load: Option<Duration>,
    /// From the request to the first fragment: the prompt is computed in one go.
    pub first_fragment: Duration,
    /// Between fragments, or 20 median gaps of this stream where that is longer.
    pub idle: Duration,
}

/// The slowest disk that is worth waiting for: an SD card reads some 20 MB/s.
const SLOWEST_DISK_BYTES_PER_S: f64 = 20e6;
/// Loading takes time even where nothing is read: weights are rearranged and buffers set up.
const LEAST_LOAD_S: f64 = 60.0;

impl Default for Limits {
    /// Ten minutes of prompt are 512 tokens at less than one a second: slower is of no use, and a person can cancel before.
    fn default() -> Self {
        Self { load: None, first_fragment: Duration::from_secs(600), idle: Duration::from_secs(10) }
    }
}

impl Limits {
    pub(super) fn load(&self, file_bytes: u64) -> Duration {
        self.load.unwrap_or_else(|| Duration::from_secs_f64(LEAST_LOAD_S + file_bytes as f64 / SLOWEST_DISK_BYTES_PER_S))
    }
}

/// What a generation ended with. In the failing cases, whether the worker can go on.
pub(super) enum End {
    Done(FinalRecord, Memory),
    /// The worker said no and waits for the next command.
    Refused(Cause),
    /// The worker is dead, silent or out of step: it must be ended.
    Lost(Cause),
}

/// Asks and follows the stream to its end.
pub(super) async fn run(
    worker: &mut Worker,
    request: &Request,
    limits: &Limits,
    peak_bytes: Option<u64>,
    on_fragment: OnFragment<'_>,
) -> End {
    if let Err(cause) = worker.send(&command(request), limits.idle).await {
        return End::Lost(cause);
    }
    let mut patience = Patience::new(limits);
    loop {
        let limit = patience.limit();
        let (at, reply) = match worker.receive(limit, peak_bytes).await {
            Ok(Some(heard)) => heard,
            Ok(None) => return End::Lost(patience.stalled(limit)),
            Err(cause) => return End::Lost(cause),
        };
        match reply {
            Reply::Fragment { text } => {
                patience.heard(at);
                on_fragment(Fragment { at, kind: FragmentKind::Answer, text, tokens: Some(1) });
            }
            Reply::Done { reason, prompt_tokens, prompt_ms, output_tokens, decode_ms, memory } => {
                let record = FinalRecord {
                    at,
                    done: done_reason(reason),
                    prompt_tokens: Some(prompt_tokens),
                    cached_prompt_tokens: Some(0),
                    prompt_ms: Some(prompt_ms),
                    output_tokens: Some(output_tokens),
                    decode_ms: Some(decode_ms),
                };
                return End::Done(record, memory);
            }
            Reply::Failed { code, message } => return End::Refused(refusal(code, message)),
            Reply::Hello { .. } | Reply::Loaded { .. } => {
                return End::Lost(Cause::new(CauseKind::EngineError, "the worker answered a generation with something else"));
            }
        }
    }
}

fn command(request: &Request) -> Command {
    match &request.prompt {
        Prompt::Synthetic { tokens, seed } => {
            Command::Speed { prompt_tokens: *tokens, output_tokens: request.max_output_tokens, seed: *seed }
        }
        Prompt::Chat(message) => Command::Chat { message: message.clone(), max_output_tokens: request.max_output_tokens },
    }
}

fn done_reason(reason: String) -> DoneReason {
    match reason.as_str() {
        "stop" => DoneReason::Stop,
        "length" => DoneReason::Length,
        _ => DoneReason::Other(reason),
    }
}

/// A worker's refusal as a cause.
pub(super) fn refusal(code: FailureCode, message: String) -> Cause {
    let kind = match code {
        FailureCode::DamagedFile => CauseKind::DamagedFile,
        FailureCode::UnsupportedModel => CauseKind::UnsupportedModel,
        FailureCode::OutOfMemory => CauseKind::OutOfMemory,
        FailureCode::ContextOverflow => CauseKind::ContextOverflow,
        FailureCode::NoChatTemplate => CauseKind::TemplateSuspect,
        FailureCode::UnsupportedCpu | FailureCode::BadCommand | FailureCode::Internal => CauseKind::EngineError,
    };
    Cause::new(kind, message)
}

/// How long this stream may stay silent, from how it has flowed so far.
struct Patience {
    first_fragment: Duration,
    idle: Duration,
    last: Option<Instant>,
    gaps: Vec<Duration>,
}

impl Patience {
    fn new(limits: &Limits) -> Self {
        Self { first_fragment: limits.first_fragment, idle: limits.idle, last: None, gaps: Vec::new() }
    }

    fn heard(&mut self, at: Instant) {
        if let Some(last) = self.last.replace(at) {
            let gap = at.saturating_duration_since(last);
            let place = self.gaps.partition_point(|known| *known < gap);
            self.gaps.insert(place, gap);
        }
    }

    fn limit(&self) -> Duration {
        if self.last.is_none() {
            return self.first_fragment;
        }
        let median = self.gaps.get(self.gaps.len() / 2).copied().unwrap_or_default();
        self.idle.max(median * GAPS_UNTIL_STALLED)
    }

    fn stalled(&self, limit: Duration) -> Cause {
        let after = if self.last.is_some() { format!("after {} tokens", self.gaps.len() + 1) } else { "before its first token".to_owned() };
        Cause::new(CauseKind::Stalled, format!("silent for {:.1} s {after}", limit.as_secs_f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_gaps(gaps_ms: &[u64]) -> Patience {
        let mut patience = Patience::new(&Limits::default());
        let mut at = Instant::now();
        patience.heard(at);
        for gap in gaps_ms {
            at += Duration::from_millis(*gap);
            patience.heard(at);
        }
        patience
    }

    #[test]
    fn a_prompt_may_take_longer_than_a_gap() {
        let limits = Limits::default();
        assert_eq!(Patience::new(&limits).limit(), limits.first_fragment, "the prompt is computed before the first fragment");
        assert_eq!(after_gaps(&[]).limit(), limits.idle, "after it a token at a time is computed");
    }

    #[test]
    fn a_slow_stream_gets_twenty_of_its_own_gaps() {
        assert_eq!(after_gaps(&[2000, 1000, 3000]).limit(), Duration::from_secs(40), "its median gap is 2 s");
        assert_eq!(after_gaps(&[20, 10, 30]).limit(), Duration::from_secs(10), "a fast stream keeps the least limit");
        assert_eq!(after_gaps(&[10, 10, 10, 9000, 10]).limit(), Duration::from_secs(10), "one long gap is no reason to wait longer");
    }

    #[test]
    fn a_load_limit_grows_with_the_file() {
        let limits = Limits::default();
        assert_eq!(limits.load(0), Duration::from_secs(60));
        assert_eq!(limits.load(20_000_000_000), Duration::from_secs(1060), "20 GB at 20 MB/s take 1,000 s");
        let set = Limits { load: Some(Duration::from_secs(5)), ..limits };
        assert_eq!(set.load(20_000_000_000), Duration::from_secs(5), "a set limit is taken as it is");
    }
}
