//! The task trial: a user's message through the model's own chat template, answered greedily.

use llama_cpp_2::model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel};
use llama_cpp_2::sampling::LlamaSampler;
use toprung_protocol::{FailureCode, Reply};

use crate::failure::Failure;
use crate::generation::{Choice, Emit, generate};
use crate::model::Session;

/// The character that stands for bytes which never became one.
const REPLACEMENT: &str = "\u{fffd}";

/// How a base model is asked: it was never taught a chat format, it continues a text. This is a text that an
/// answer continues, and the answer ends where the model goes on to the next question.
const PLAIN_QUESTION: &str = "Question: ";
const PLAIN_ANSWER: &str = "\nAnswer:";
const PLAIN_END: &str = "\nQuestion:";

/// Answers one message with at most `limit` tokens, or until the model ends its answer.
pub(crate) fn run(session: &mut Session, message: &str, limit: u32, emit: Emit) -> Result<Reply, Failure> {
    let (text, end) = match session.model.chat_template(None) {
        Ok(template) => (in_own_format(session.model, &template, message)?, None),
        Err(_) => (format!("{PLAIN_QUESTION}{message}{PLAIN_ANSWER}"), Some(PLAIN_END)),
    };
    let vocab = session.model.vocab();
    let prompt = vocab.tokenize(text.as_bytes(), true, true);
    session.check_room(prompt.len() + 1)?;
    // The answer may take what the prompt leaves free: a model that wants more is stopped at the context's end.
    let room = session.context.n_ctx().saturating_sub(u32::try_from(prompt.len()).unwrap_or(u32::MAX));
    let mut sampler = LlamaSampler::greedy();
    let mut answer = AnswerText::until(end);
    let choose = |session: &Session| {
        let token = sampler.sample(&session.context, -1);
        if vocab.is_eog(token) {
            return None;
        }
        answer.push(&vocab.token_to_piece(token, false, None)).map(|text| Choice { token, text })
    };
    generate(session, &prompt, limit.min(room), choose, emit)
}

/// The message in the model's own chat format, up to where its answer begins.
fn in_own_format(model: &LlamaModel, template: &LlamaChatTemplate, message: &str) -> Result<String, Failure> {
    let message = LlamaChatMessage::new("user".to_owned(), message.to_owned())
        .map_err(|_| Failure::bad_command("a message can't hold a null byte"))?;
    model
        .apply_chat_template(template, &[message], true)
        .map_err(|error| Failure::new(FailureCode::NoChatTemplate, format!("llama.cpp does not know the file's chat template ({error})")))
}

/// An answer as it grows, cut where its end mark begins.
struct AnswerText {
    bytes: PartialText,
    end: Option<&'static str>,
    /// What may be the beginning of the end mark.
    held: String,
}

impl AnswerText {
    fn until(end: Option<&'static str>) -> Self {
        Self { bytes: PartialText::default(), end, held: String::new() }
    }

    /// The text that this piece completes. `None` when the end mark is reached.
    fn push(&mut self, piece: &[u8]) -> Option<String> {
        let text = self.bytes.push(piece);
        let Some(end) = self.end else { return Some(text) };
        self.held.push_str(&text);
        if self.held.contains(end) {
            return None;
        }
        let kept = (1..end.len()).rev().find(|length| self.held.ends_with(&end[..*length])).unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - kept);
        Some(std::mem::replace(&mut self.held, rest))
    }
}

/// Bytes that have arrived and may end inside a character. A token need not end where a character does.
#[derive(Default)]
struct PartialText {
    bytes: Vec<u8>,
}

impl PartialText {
    /// Adds a piece and takes out the characters that are complete. Bytes that can't become a character any more
    /// are replaced.
    fn push(&mut self, piece: &[u8]) -> String {
        self.bytes.extend_from_slice(piece);
        let mut whole = String::new();
        loop {
            let error = match std::str::from_utf8(&self.bytes) {
                Ok(text) => {
                    whole.push_str(text);
                    self.bytes.clear();
                    return whole;
                }
                Err(error) => error,
            };
            let valid = error.valid_up_to();
            whole.push_str(&String::from_utf8_lossy(&self.bytes[..valid]));
            let Some(broken) = error.error_len() else {
                self.bytes.drain(..valid);
                return whole;
            };
            whole.push_str(REPLACEMENT);
            self.bytes.drain(..valid + broken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(pieces: &[&[u8]]) -> Vec<String> {
        let mut text = PartialText::default();
        pieces.iter().map(|piece| text.push(piece)).collect()
    }

    #[test]
    fn a_plain_answer_ends_where_the_next_question_begins() {
        let mut answer = AnswerText::until(Some(PLAIN_END));
        let texts: Vec<_> = [&b" Paris"[..], b"\n", b"Quite", b".\n", b"Question", b":"].map(|piece| answer.push(piece)).into();
        let expected = [Some(" Paris"), Some(""), Some("\nQuite"), Some("."), Some(""), None];
        assert_eq!(texts, expected.map(|text| text.map(str::to_owned)), "a line break alone ends nothing, the mark is never shown");
    }

    #[test]
    fn an_answer_in_a_chat_format_has_no_end_mark() {
        let mut answer = AnswerText::until(None);
        assert_eq!(answer.push(b"\nQuestion: why?").as_deref(), Some("\nQuestion: why?"), "its model ends it with a token of its own");
    }

    #[test]
    fn a_character_split_over_tokens_comes_out_whole() {
        let euro = "€5".as_bytes();
        for cut in 0..=euro.len() {
            let joined = pushed(&[&euro[..cut], &euro[cut..]]).concat();
            assert_eq!(joined, "€5", "a cut at byte {cut} must not change the text");
        }
        assert_eq!(pushed(&[&euro[..2], &euro[2..]]), ["", "€5"], "an incomplete character is held back");
    }

    #[test]
    fn bytes_that_are_no_character_are_replaced_and_the_text_goes_on() {
        assert_eq!(
            pushed(&[b"a\xffb", b"\xe2\x82", b"c"]),
            ["a\u{fffd}b", "", "\u{fffd}c"],
            "a broken byte must not hold back what follows"
        );
    }
}
