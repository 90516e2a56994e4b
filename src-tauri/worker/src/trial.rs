//! The performance trial: a fixed number of random tokens in, a fixed number decoded, as llama-bench does it.
//!
//! Random tokens cost what real ones cost, no cache knows them, and a model can't end them early: no token is
//! sampled, so end-of-sequence plays no part. Their text is not sent, only one empty fragment a token.

use llama_cpp_2::token::LlamaToken;
use toprung_protocol::Reply;

use crate::failure::Failure;
use crate::generation::{Choice, Emit, generate};
use crate::model::Session;

/// Runs one trial.
pub(crate) fn run(session: &mut Session, prompt_tokens: u32, output_tokens: u32, seed: u64, emit: Emit) -> Result<Reply, Failure> {
    if prompt_tokens == 0 || output_tokens == 0 {
        return Err(Failure::bad_command("a speed trial needs at least one token in and one out"));
    }
    session.check_room(prompt_tokens as usize + output_tokens as usize)?;
    let mut tokens = RandomTokens { state: seed, vocabulary: u64::try_from(session.model.n_vocab()).unwrap_or(1).max(1) };
    let mut prompt: Vec<LlamaToken> = (0..prompt_tokens).map(|_| tokens.draw()).collect();
    let vocab = session.model.vocab();
    if let Some(first) = prompt.first_mut().filter(|_| vocab.should_add_bos()) {
        *first = vocab.bos();
    }
    generate(session, &prompt, output_tokens, |_| Some(Choice { token: tokens.draw(), text: String::new() }), emit)
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same tokens in every build, which a general
/// purpose generator does not promise.
struct RandomTokens {
    state: u64,
    vocabulary: u64,
}

impl RandomTokens {
    fn draw(&mut self) -> LlamaToken {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        LlamaToken(i32::try_from(mixed % self.vocabulary).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn draw(seed: u64, count: usize) -> Vec<i32> {
        let mut tokens = RandomTokens { state: seed, vocabulary: 49_152 };
        (0..count).map(|_| tokens.draw().0).collect()
    }

    #[test]
    fn a_seed_names_its_tokens() {
        assert_eq!(draw(7, 600), draw(7, 600), "a trial can be repeated");
        assert_ne!(draw(7, 600), draw(8, 600), "two trials share no prompt");
    }

    #[test]
    fn tokens_are_in_the_vocabulary_and_rarely_repeat() {
        let drawn = draw(1, 600);
        assert!(drawn.iter().all(|token| (0..49_152).contains(token)), "llama.cpp refuses a token outside its vocabulary");
        assert!(drawn.iter().collect::<HashSet<_>>().len() > 580, "600 draws from 49,152 repeat about 4 times");
    }

    #[test]
    fn the_generator_is_splitmix64() {
        let mut tokens = RandomTokens { state: 1_234_567, vocabulary: 1 << 31 };
        assert_eq!(tokens.draw().0, (6_457_827_717_110_365_317_u64 % (1 << 31)) as i32, "first value of its reference for seed 1234567");
    }
}
