//! How a program ended, from what its last call was and what the harness says.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use toprung_protocol::sandbox::Outcome;

/// Why the program's last call did not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Exit(i32),
    Flooded,
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

impl std::error::Error for Stop {}

/// A number that the harness alone is told. It ends the interpreter with this number, with its verdict in the lowest bits, so
/// that no other way to end looks like a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Secret(i32);

/// The bits of the exit status that hold the verdict. `harness.py` has the same numbers.
const VERDICT_BITS: u32 = 3;
const PASSED: i32 = 1;
const FAILED: i32 = 2;
const OUT_OF_MEMORY: i32 = 3;
const FORBIDDEN: i32 = 4;
const UNSUPPORTED: i32 = 5;

impl Secret {
    /// A new number; the standard library's hash maps are seeded by the system's randomness.
    pub(crate) fn draw() -> Self {
        let random = RandomState::new().hash_one(0);
        // 30 bits: a status is a positive number of 31 bits, and the upper half keeps 0 and small numbers out.
        Self(((random as i32 & 0x3fff_ffff) | 0x4000_0000) & !((1 << VERDICT_BITS) - 1))
    }

    pub(crate) fn number(self) -> i32 {
        self.0
    }

    /// The verdict that an exit status holds; `None` when somebody else than the harness ended the interpreter.
    fn verdict(self, status: i32) -> Option<i32> {
        let verdict = status.wrapping_sub(self.0);
        (0..1 << VERDICT_BITS).contains(&verdict).then_some(verdict)
    }
}

/// What is known of a program that has ended.
pub(crate) struct End {
    /// `None`: a trap, as after the end of the stack.
    pub(crate) stop: Option<Stop>,
    /// What the trap was, where there was one.
    pub(crate) trap: String,
    pub(crate) memory_refused: bool,
    pub(crate) last_words: String,
}

impl End {
    pub(crate) fn outcome(self, secret: Secret) -> Outcome {
        match self.stop {
            Some(Stop::Flooded) => Outcome::Flooded,
            Some(Stop::Exit(status)) => match secret.verdict(status) {
                Some(verdict) => self.by_harness(verdict),
                None if self.memory_refused => Outcome::OutOfMemory,
                None => self.failed(&format!("it ended the interpreter with status {status} before its last line")),
            },
            None if self.memory_refused => Outcome::OutOfMemory,
            None => {
                let trap = format!("the interpreter broke off: {}", self.trap);
                self.failed(&trap)
            }
        }
    }

    fn by_harness(self, verdict: i32) -> Outcome {
        let what = || self.last_words.lines().next_back().unwrap_or_default().to_owned();
        match verdict {
            PASSED => Outcome::Passed,
            OUT_OF_MEMORY => Outcome::OutOfMemory,
            FORBIDDEN => Outcome::Forbidden { what: what() },
            UNSUPPORTED => Outcome::Unsupported { what: what() },
            FAILED => Outcome::Failed { detail: self.last_words },
            _ => self.failed("the harness gave a verdict that there is not"),
        }
    }

    fn failed(self, how: &str) -> Outcome {
        let detail = if self.last_words.is_empty() { how.to_owned() } else { format!("{}\n{how}", self.last_words) };
        Outcome::Failed { detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(stop: Option<Stop>, memory_refused: bool, secret: Secret) -> Outcome {
        End { stop, trap: "out of bounds".to_owned(), memory_refused, last_words: "Traceback\nthe file 'x'".to_owned() }.outcome(secret)
    }

    #[test]
    fn only_the_secret_number_makes_a_verdict() {
        let secret = Secret::draw();
        let said = |verdict| outcome(Some(Stop::Exit(secret.number() + verdict)), false, secret);
        assert_eq!(said(PASSED), Outcome::Passed);
        assert_eq!(said(OUT_OF_MEMORY), Outcome::OutOfMemory);
        assert_eq!(said(FORBIDDEN), Outcome::Forbidden { what: "the file 'x'".to_owned() });
        assert_eq!(said(UNSUPPORTED), Outcome::Unsupported { what: "the file 'x'".to_owned() });
        for status in [0, 1, 2, 120, 255, -1, i32::MIN, i32::MAX, secret.number() - 1, secret.number() + 8] {
            let ended = outcome(Some(Stop::Exit(status)), false, secret);
            assert!(matches!(ended, Outcome::Failed { .. }), "status {status} is no verdict: {ended:?}");
        }
    }

    #[test]
    fn a_secret_is_a_status_with_room_for_a_verdict_and_another_each_time() {
        let draws: Vec<i32> = (0..100).map(|_| Secret::draw().number()).collect();
        assert!(draws.iter().all(|number| *number >= 0x4000_0000 && number & 7 == 0), "{draws:?}");
        assert!(draws.windows(2).any(|pair| pair[0] != pair[1]), "it can't be guessed from another run");
    }

    #[test]
    fn an_end_after_refused_memory_is_out_of_memory_unless_the_harness_knows_better() {
        let secret = Secret::draw();
        assert_eq!(outcome(None, true, secret), Outcome::OutOfMemory, "a trap");
        assert_eq!(outcome(Some(Stop::Exit(1)), true, secret), Outcome::OutOfMemory, "the harness itself found no memory");
        let failed = outcome(Some(Stop::Exit(secret.number() + FAILED)), true, secret);
        assert!(matches!(failed, Outcome::Failed { .. }), "the program caught the refusal and failed later");
        assert_eq!(outcome(Some(Stop::Flooded), true, secret), Outcome::Flooded);
    }
}
