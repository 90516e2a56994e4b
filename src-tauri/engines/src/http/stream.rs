//! Reading a generation's stream to its end. What its lines mean is for the engine's judge to say, which reads no socket itself, so
//! that any stream can be played to it.

use std::time::{Duration, Instant};

use reqwest::Response;
use toprung_core::cause::{Cause, CauseKind};

use super::flow::Flow;
use super::limits::Wait;
use super::reader::{Broken, LineReader};
use super::transport::Transport;
use crate::{FinalRecord, Fragment, OnFragment};

/// After the final record nothing but the end of the reply is due.
const DRAIN: Duration = Duration::from_millis(200);
/// What follows the last text (counts, and a mark of the end) is ready when that text is; a slow link may still need a moment.
const CLOSING: Duration = Duration::from_secs(5);

/// Says what the lines of a stream mean.
pub(crate) trait Judge: Send {
    /// Judges one line that was read at `at`: passes its fragments on, and gives the final record when it is whole.
    fn accept(&mut self, line: &[u8], at: Instant, on_fragment: &mut dyn FnMut(Fragment)) -> Result<Option<FinalRecord>, Cause>;

    /// What the stream has brought so far.
    fn flow(&self) -> &Flow;

    /// Whether the model has said that it is done, and only the engine's account may follow.
    fn is_closing(&self) -> bool {
        false
    }

    /// The final record of a stream that ends here; `None` for one that is incomplete.
    fn close(&mut self) -> Result<Option<FinalRecord>, Cause> {
        Ok(None)
    }
}

/// Reads a stream to its final record. `wait` limits the silence before the first text. Only text counts as a sign of life: a server's pings say nothing of its model.
pub(crate) async fn read(
    transport: &Transport,
    response: Response,
    wait: Wait,
    judge: &mut impl Judge,
    on_fragment: OnFragment<'_>,
) -> Result<FinalRecord, Cause> {
    let mut reader = LineReader::new(response);
    let mut heard = Instant::now();
    loop {
        let (fragments, was_closing) = (judge.flow().fragments(), judge.is_closing());
        let limit = match fragments {
            _ if was_closing => CLOSING,
            // The first text follows the whole prompt's reading, whether or not the headers came before.
            0 => wait.limit,
            _ => transport.limits.idle,
        };
        let left = limit.saturating_sub(heard.elapsed());
        let line = if left.is_zero() { Err(Broken::Silent(limit)) } else { reader.next(left).await };
        match line {
            Ok(Some((at, line))) => {
                if let Some(record) = judge.accept(&line, at, on_fragment)? {
                    reader.drain(DRAIN).await;
                    return Ok(record);
                }
                if judge.flow().fragments() > fragments || judge.is_closing() != was_closing {
                    heard = at;
                }
            }
            end => return judge.close()?.ok_or_else(|| broken(end.err(), limit, wait, judge.flow())),
        }
    }
}

/// Why a stream has no final record; nothing broke where it simply ended.
fn broken(how: Option<Broken>, limit: Duration, wait: Wait, flow: &Flow) -> Cause {
    match how {
        None => flow.cut("the stream ended without its final record"),
        Some(Broken::Cut(reason)) => flow.cut(&reason),
        Some(Broken::Silent(_)) if flow.fragments() == 0 => wait.expired(),
        Some(Broken::Silent(_)) => flow.stalled(limit),
        Some(Broken::LineTooLong(limit)) => Cause::new(CauseKind::EngineError, format!("a line of the stream has more than {limit} bytes")),
    }
}

/// A stream that broke off tells of a crash where nothing answers any more.
pub(crate) async fn told_apart(transport: &Transport, outcome: Result<FinalRecord, Cause>) -> Result<FinalRecord, Cause> {
    match outcome {
        Err(cause) if cause.kind == CauseKind::StreamEndedEarly && transport.is_gone().await => {
            Err(Cause::new(CauseKind::EngineCrashed, format!("{}, and nothing answers at {} any more", cause.detail, transport.base)))
        }
        outcome => outcome,
    }
}
