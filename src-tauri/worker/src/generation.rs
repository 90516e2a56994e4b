//! The one loop by which tokens are made and timed, for both kinds of trial.

use std::time::Instant;

use llama_cpp_2::token::LlamaToken;
use toprung_protocol::Reply;

use crate::failure::Failure;
use crate::memory;
use crate::model::Session;

/// A token that was chosen, with the text that it completes.
pub(crate) struct Choice {
    pub(crate) token: LlamaToken,
    pub(crate) text: String,
}

/// Receives each token's text as soon as the token is chosen.
pub(crate) type Emit<'a> = &'a mut dyn FnMut(String);

/// Decodes the prompt into an empty cache, then chooses and decodes token by token until `choose` has none left
/// or `limit` are made.
///
/// The first token is chosen from the prompt's logits and so stands at the prompt's end. Between the first and
/// the last of N tokens lie N−1 single-token decodes: (N−1) / `decode_ms` is llama-bench's "tg" at that depth.
pub(crate) fn generate(
    session: &mut Session,
    prompt: &[LlamaToken],
    limit: u32,
    mut choose: impl FnMut(&Session) -> Option<Choice>,
    emit: Emit,
) -> Result<Reply, Failure> {
    session.clear();
    let started = Instant::now();
    session.decode(prompt)?;
    let prompt_done = Instant::now();
    let (mut first, mut last) = (prompt_done, prompt_done);
    let mut made = 0;
    let mut reason = "length";
    while made < limit {
        let Some(choice) = choose(session) else {
            reason = "stop";
            break;
        };
        last = Instant::now();
        if made == 0 {
            first = last;
        }
        made += 1;
        emit(choice.text);
        if made < limit {
            session.decode(&[choice.token])?;
        }
    }
    Ok(Reply::Done {
        reason: reason.to_owned(),
        prompt_tokens: u32::try_from(prompt.len()).unwrap_or(u32::MAX),
        prompt_ms: (prompt_done - started).as_secs_f64() * 1000.0,
        output_tokens: made,
        decode_ms: (last - first).as_secs_f64() * 1000.0,
        memory: memory::peaks(),
    })
}
