//! Whether an engine read the whole prompt that it was sent.

use crate::cause::{Cause, CauseKind};

/// Tokenizers split at spaces, so a word is at least one token. Fewer tokens than this share of the words is a prompt that was
/// cut; the rest of the share is slack for vocabularies that hold a pair of words as one token.
const LEAST_TOKENS_PER_WORD: f64 = 0.9;
/// What an engine cuts, it cuts to its context, or to half of it, as llama.cpp's older servers did.
const LEAST_KEPT_OF_CONTEXT: f64 = 0.5;

/// A prompt that was cut: the engine evaluated fewer tokens than it was sent words, and about as many as its context holds
/// (engines.md, “prompt cut”). `None` for a whole prompt, and where the engine did not count.
///
/// `may_be_cached` says that a prompt cache could know the prompt. Some servers leave what a cache served out of their count, so
/// there a low count alone proves nothing; a prompt that no cache can know needs no such doubt.
pub fn cut(words: u32, evaluated: Option<u32>, context_tokens: u32, may_be_cached: bool) -> Option<Cause> {
    let evaluated = evaluated?;
    let is_short = f64::from(evaluated) < LEAST_TOKENS_PER_WORD * f64::from(words);
    let fills_context = f64::from(evaluated) >= LEAST_KEPT_OF_CONTEXT * f64::from(context_tokens);
    let detail = format!("{words} words were sent and {evaluated} tokens read, with a context of {context_tokens} tokens");
    (is_short && (fills_context || !may_be_cached)).then(|| Cause::new(CauseKind::PromptCut, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_cut_when_fewer_tokens_than_words_were_read() {
        let table = [
            (512, Some(512), 2048, false, false, "one token a word"),
            (512, Some(700), 2048, false, false, "most words are more than one token"),
            (512, Some(480), 2048, false, false, "a vocabulary may hold some pairs of words"),
            (512, None, 2048, false, false, "an engine that does not count says nothing"),
            (512, Some(256), 256, false, true, "the context shrank to half of the prompt"),
            (512, Some(256), 2048, false, true, "no cache can know a synthetic prompt, so half of it is missing"),
            (3000, Some(2048), 2048, true, true, "a long question filled the context"),
            (3000, Some(1200), 2048, true, true, "an older server keeps half of the context"),
            (3000, Some(40), 2048, true, false, "a cache served the rest and the server did not count it"),
            (14, Some(26), 2048, true, false, "a short question and its template"),
        ];
        for (words, evaluated, context, may_be_cached, is_cut, why) in table {
            let cause = cut(words, evaluated, context, may_be_cached);
            assert_eq!(cause.is_some(), is_cut, "{why}: {cause:?}");
        }
        let cause = cut(512, Some(256), 256, false).unwrap();
        assert!(["512", "256"].iter().all(|figure| cause.detail.contains(figure)), "requested and evaluated are both told: {cause}");
    }
}
