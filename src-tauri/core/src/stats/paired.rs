//! Two models on the same items: which differences are more than chance, and how many may be looked for at once.

/// The two-sided mid-p value of McNemar's test, from the pairs in which only the first and only the second is right (Fagerland, Lydersen &
/// Laake 2013: the exact test is too cautious for few pairs, the asymptotic one too bold). 1 where no pair differs.
pub fn mid_p_mcnemar(only_first: u32, only_second: u32) -> f64 {
    let (fewer, n) = (only_first.min(only_second), only_first.saturating_add(only_second));
    if n == 0 {
        return 1.0;
    }
    // The binomial with p = 1/2, term by term as logarithms: 0.5^n itself vanishes beyond a thousand pairs.
    let mut log_term = f64::from(n) * 0.5f64.ln();
    let mut below = 0.0;
    for k in 0..fewer {
        below += log_term.exp();
        log_term += (f64::from(n - k) / f64::from(k + 1)).ln();
    }
    (2.0 * (below + log_term.exp() / 2.0)).min(1.0)
}

/// The p values adjusted after Holm (1979), in the order given: calling those at most α significant is wrong about any of them with
/// probability α at most. What is not finite counts as 1.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = p_values.iter().map(|p| if p.is_finite() { p.clamp(0.0, 1.0) } else { 1.0 }).enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least: f64 = 0.0;
    for (rank, (place, p)) in order.iter().enumerate() {
        least = least.max((p * (order.len() - rank) as f64).min(1.0));
        if let Some(slot) = adjusted.get_mut(*place) {
            *slot = least;
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn mid_p_is_what_the_binomial_gives_by_hand() {
        // 0 of 5: 2 · (1/32)/2. 1 of 7: 2 · (1/128 + 7/128/2). 2 of 4: the middle, which is never significant.
        for (first, second, p) in [(0, 5, 1.0 / 32.0), (1, 6, 9.0 / 128.0), (2, 2, 1.0), (0, 0, 1.0), (0, 1, 0.5)] {
            assert!(close(mid_p_mcnemar(first, second), p), "{first} and {second}: {}", mid_p_mcnemar(first, second));
            assert!(close(mid_p_mcnemar(second, first), p), "the order of the two plays no part");
        }
    }

    #[test]
    fn many_pairs_neither_overflow_nor_vanish() {
        let even = mid_p_mcnemar(5000, 5000);
        assert!((0.99..=1.0).contains(&even), "{even}");
        assert!(mid_p_mcnemar(4000, 6000) < 1e-12);
    }

    #[test]
    fn holm_holds_each_p_against_those_that_are_left() {
        let adjusted = holm(&[0.04, 0.01, 0.03, f64::NAN]);
        for (is, wanted) in adjusted.iter().zip([0.09, 0.04, 0.09, 1.0]) {
            assert!(close(*is, wanted), "{adjusted:?}");
        }
        assert!(holm(&[]).is_empty());
    }
}
