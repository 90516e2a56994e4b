//! The draws that make an item: a pure function of the seed and the item's place in the suite.

use sha2::{Digest, Sha256};
use toprung_core::stats::SplitMix64;

/// A stream of draws.
#[derive(Debug, Clone)]
pub(crate) struct Random(SplitMix64);

impl Random {
    /// The stream of one place, as `coding/hard/3`. Each place has its own, so that a new template moves no other item.
    pub(crate) fn new(seed: u64, place: &str) -> Self {
        let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(place.as_bytes()).finalize();
        let first = digest.iter().take(8).fold(0, |state: u64, byte| state << 8 | u64::from(*byte));
        Self(SplitMix64(first))
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(0);
        low.saturating_add(i64::try_from(self.0.below(width)).unwrap_or(0))
    }

    /// One of the pool, which is a constant of a template and never empty.
    pub(crate) fn pick<T: Clone>(&mut self, pool: &[T]) -> T {
        pool[self.0.below(pool.len())].clone()
    }

    /// `n` different ones of the pool, or all of them in a random order where it has fewer.
    pub(crate) fn some<T: Clone>(&mut self, pool: &[T], n: usize) -> Vec<T> {
        let mut shuffled = self.shuffled(pool);
        shuffled.truncate(n);
        shuffled
    }

    /// As many different ones as the place that takes them apart has, which is no more than the pool has.
    pub(crate) fn distinct<T: Clone, const N: usize>(&mut self, pool: &[T]) -> [T; N] {
        let shuffled = self.shuffled(pool);
        std::array::from_fn(|i| shuffled[i % shuffled.len()].clone())
    }

    /// The pool in a random order (Fisher and Yates 1938).
    pub(crate) fn shuffled<T: Clone>(&mut self, pool: &[T]) -> Vec<T> {
        let mut shuffled = pool.to_vec();
        for last in (1..shuffled.len()).rev() {
            shuffled.swap(last, self.0.below(last + 1));
        }
        shuffled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_and_seed_give_the_same_draws_and_others_give_others() {
        let draws = |seed, place: &str| {
            let mut random = Random::new(seed, place);
            (0..8).map(|_| random.between(0, 1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(draws(1, "coding/easy/1"), draws(1, "coding/easy/1"));
        assert_ne!(draws(1, "coding/easy/1"), draws(1, "coding/easy/2"));
        assert_ne!(draws(1, "coding/easy/1"), draws(2, "coding/easy/1"));
    }

    #[test]
    fn draws_stay_within_their_bounds_and_reach_them() {
        let mut random = Random::new(7, "bounds");
        let drawn: Vec<i64> = (0..500).map(|_| random.between(-2, 3)).collect();
        assert!((-2..=3).all(|n| drawn.contains(&n)) && drawn.iter().all(|n| (-2..=3).contains(n)));
        let mut some = random.some(&[1, 2, 3, 4, 5], 5);
        some.sort_unstable();
        assert_eq!(some, [1, 2, 3, 4, 5], "nothing is drawn twice and nothing is lost");
    }
}
