//! What the host keeps of one running program.

use std::time::Instant;

use wasmtime::{ResourceLimiter, Result};

use crate::output::Output;

/// All that the program's calls can reach.
pub(crate) struct Guest {
    /// The command line of the interpreter.
    pub(crate) arguments: Vec<Vec<u8>>,
    /// Standard input: what is left of it.
    pub(crate) input: std::io::Cursor<Vec<u8>>,
    pub(crate) output: Output,
    pub(crate) memory: MemoryLimit,
    pub(crate) random: Random,
    pub(crate) started: Instant,
}

/// Grants memory up to a limit and remembers whether it had to refuse.
pub(crate) struct MemoryLimit {
    limit: usize,
    pub(crate) refused: bool,
}

impl MemoryLimit {
    pub(crate) fn new(bytes: u64) -> Self {
        Self { limit: usize::try_from(bytes).unwrap_or(usize::MAX), refused: false }
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let granted = desired <= self.limit;
        self.refused |= !granted;
        Ok(granted)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        // The kernel's own limit was nearer than ours: to the program that is the same.
        self.refused = true;
        Ok(())
    }

    fn table_growing(&mut self, current: usize, _desired: usize, _maximum: Option<usize>) -> Result<bool> {
        // The interpreter's table of functions is complete from the start; only a loader of more code would let it grow.
        Ok(current == 0)
    }
}

/// Random numbers that are the same in each run, so that a program that passes by luck does so every time: a measurement has
/// to be repeatable. `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(0)
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self.next().to_le_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_are_the_same_in_each_run_and_differ_within_one() {
        let draw = |random: &mut Random| {
            let mut bytes = [0; 11];
            random.fill(&mut bytes);
            bytes
        };
        let (mut one, mut other) = (Random::new(), Random::new());
        let first = draw(&mut one);
        assert_eq!(first, draw(&mut other), "a run must be repeatable");
        assert_ne!(first, draw(&mut one), "the generator moves on");
        // The first value of SplitMix64 with the seed 0 by its reference implementation.
        assert_eq!(first[..8], 0xe220_a839_7b1d_cdaf_u64.to_le_bytes());
    }

    #[test]
    fn memory_is_granted_up_to_the_limit_and_a_refusal_is_remembered() {
        let mut memory = MemoryLimit::new(100);
        assert!(memory.memory_growing(0, 100, None).unwrap() && !memory.refused);
        assert!(!memory.memory_growing(100, 101, None).unwrap() && memory.refused);
    }
}
