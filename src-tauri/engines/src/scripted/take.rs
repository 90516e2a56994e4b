//! One generation of the scripted engine, worked out before it is played: what comes when, and how it ends.

use toprung_core::cause::{Cause, CauseKind};

use super::script::{Fault, ScriptedModel};
use crate::synthetic::{SplitMix, words};
use crate::{DoneReason, FragmentKind, Prompt, Request};

/// A server stops a model after so many equal tokens (see the Ollama engine).
const REPEATS: u32 = 31;
/// Scripted milliseconds of silence after which a stall becomes a failure, as with a real engine's idle limit.
const STALL_MS: f64 = 120_000.0;
/// What a template that is missing or wrong leaves of an answer.
const SUSPECT_TOKENS: u32 = 2;
/// Tokens that a chat template puts round a message.
const TEMPLATE_TOKENS: u32 = 12;

/// A fragment and when it comes, in scripted milliseconds since the request. Each holds one token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cue {
    pub(super) at_ms: f64,
    pub(super) kind: FragmentKind,
    pub(super) text: String,
}

/// How a generation ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End {
    /// With a final record.
    Record {
        done: DoneReason,
        prompt_tokens: u32,
        prompt_ms: f64,
        output_tokens: u32,
        decode_ms: f64,
    },
    Failure(Cause),
}

/// A generation, worked out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Take {
    pub(super) cues: Vec<Cue>,
    pub(super) end_ms: f64,
    pub(super) end: End,
}

/// What the model would write, token by token, and whether it ends by itself.
struct Text {
    tokens: Vec<(FragmentKind, String)>,
    done: DoneReason,
}

/// Works a generation out. The same request on the same occasion gives the same take.
pub(super) fn take(model: &ScriptedModel, request: &Request, occasion: u32, fault: Option<&Fault>, mut noise: SplitMix) -> Take {
    let prompt_tokens = match &request.prompt {
        Prompt::Synthetic { tokens, .. } => *tokens,
        Prompt::Chat(message) => TEMPLATE_TOKENS + message.split_whitespace().count() as u32,
    };
    let prompt_tokens = match fault.map(|fault| fault.cause) {
        Some(CauseKind::PromptCut) => prompt_tokens / 2,
        _ => prompt_tokens.min(request.context_tokens).min(model.context_tokens.unwrap_or(u32::MAX)),
    };
    let varied = |speed: f64, noise: &mut SplitMix| speed * (1.0 + model.noise * noise.normal());
    let prompt_ms = f64::from(prompt_tokens) * 1000.0 / varied(model.prefill_tps, &mut noise);
    let gap_ms = 1000.0 / varied(model.decode_tps, &mut noise);
    let mut text = match fault {
        Some(fault) => faulty_text(model, request, occasion, fault),
        None => text(model, request, occasion),
    };
    let failure = fault.filter(|fault| !has_final_record(fault.cause));
    if let Some(fault) = failure.filter(|fault| fault.cause != CauseKind::RepetitionAborted) {
        let well = (text.tokens.len() as f64 * fault.after).floor() as usize;
        text.tokens.truncate(well);
    }
    let output_tokens = text.tokens.len() as u32;
    let cue = |(index, (kind, text)): (usize, (FragmentKind, String))| Cue { at_ms: prompt_ms + index as f64 * gap_ms, kind, text };
    let cues: Vec<Cue> = text.tokens.into_iter().enumerate().map(cue).collect();
    let last_ms = cues.last().map_or(prompt_ms, |cue| cue.at_ms);
    match failure {
        Some(fault) => {
            let silence = if fault.cause == CauseKind::Stalled { STALL_MS } else { 0.0 };
            Take { cues, end_ms: last_ms + silence, end: End::Failure(fault.to_cause()) }
        }
        None => {
            // A model that ends at once has spoken its end-of-sequence token, which engines count.
            let (output_tokens, decode_ms) = (output_tokens.max(1), last_ms - prompt_ms);
            Take { cues, end_ms: last_ms, end: End::Record { done: text.done, prompt_tokens, prompt_ms, output_tokens, decode_ms } }
        }
    }
}

/// Causes that are read from a complete stream; all others leave none.
fn has_final_record(cause: CauseKind) -> bool {
    Cause::new(cause, "").stream_was_complete()
}

fn text(model: &ScriptedModel, request: &Request, occasion: u32) -> Text {
    let most = request.max_output_tokens;
    let (wanted, own) = match &request.prompt {
        Prompt::Synthetic { seed, .. } => (vec![(FragmentKind::Answer, words(most, seed.wrapping_add(1)))], most),
        Prompt::Chat(_) => {
            let answer = match model.answers.as_slice() {
                [] => words(model.answer_tokens, u64::from(occasion)),
                answers => answers[occasion as usize % answers.len()].clone(),
            };
            let tokens = model.thinking_tokens.saturating_add(answer.split_inclusive(' ').count() as u32);
            (vec![(FragmentKind::Thinking, words(model.thinking_tokens, 0)), (FragmentKind::Answer, answer)], tokens)
        }
    };
    let tokens = wanted.iter().flat_map(|(kind, text)| text.split_inclusive(' ').map(|word| (*kind, word.to_owned())));
    let is_cut = own > most || matches!(request.prompt, Prompt::Synthetic { .. });
    Text { tokens: tokens.take(most as usize).collect(), done: if is_cut { DoneReason::Length } else { DoneReason::Stop } }
}

/// The text of a fault, with the signature by which the real one is known.
fn faulty_text(model: &ScriptedModel, request: &Request, occasion: u32, fault: &Fault) -> Text {
    let most = request.max_output_tokens;
    let same = |word: &str, times: u32| (0..times).map(|_| (FragmentKind::Answer, word.to_owned())).collect();
    match fault.cause {
        CauseKind::EmptyAnswer => Text { tokens: Vec::new(), done: DoneReason::Stop },
        CauseKind::TemplateSuspect => Text { tokens: same(".", SUSPECT_TOKENS.min(most)), done: DoneReason::Stop },
        CauseKind::DegenerateOutput => Text { tokens: same("again and ", most), done: DoneReason::Length },
        CauseKind::RepetitionAborted => Text { tokens: same("-", REPEATS), done: DoneReason::Stop },
        CauseKind::ThinkingSpentBudget => {
            let thoughts = words(most, 0);
            let tokens = thoughts.split_inclusive(' ').map(|word| (FragmentKind::Thinking, word.to_owned())).collect();
            Text { tokens, done: DoneReason::Length }
        }
        _ => text(model, request, occasion),
    }
}
