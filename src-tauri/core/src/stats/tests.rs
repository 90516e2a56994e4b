use super::*;

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance
}

#[test]
fn median_drops_what_is_not_finite() {
    let table: [(&[f64], Option<f64>); 6] = [
        (&[], None),
        (&[f64::NAN, f64::INFINITY], None),
        (&[3.0], Some(3.0)),
        (&[4.0, 1.0], Some(2.5)),
        (&[9.0, 1.0, f64::NAN, 5.0], Some(5.0)),
        (&[f64::MAX, f64::MAX], Some(f64::MAX)),
    ];
    for (values, expected) in table {
        assert_eq!(median(values), expected, "median of {values:?}");
    }
}

#[test]
fn a_percentile_is_a_value_that_was_measured() {
    let values = [40.0, 10.0, f64::NAN, 20.0, 30.0];
    for (share, value) in [(0.0, 10.0), (0.25, 10.0), (0.5, 20.0), (0.51, 30.0), (0.95, 40.0), (1.0, 40.0), (7.0, 40.0)] {
        assert_eq!(percentile(&values, share), Some(value), "{share}");
    }
    assert_eq!(percentile(&[f64::NAN], 0.5), None);
}

#[test]
fn the_interval_holds_the_median_and_stays_inside_the_values() {
    let values = [31.0, 32.5, 30.2, 31.4, 33.0, 29.9, 31.1];
    let estimate = bootstrap_median(&values, SEED).unwrap();
    assert_eq!(estimate.median, 31.1);
    assert_eq!(estimate.n, 7);
    assert!(29.9 <= estimate.low && estimate.low <= 31.1 && 31.1 <= estimate.high && estimate.high <= 33.0, "{estimate:?}");
    assert_eq!(Some(estimate), bootstrap_median(&values, SEED), "the same seed gives the same interval");
}

#[test]
fn more_trials_of_the_same_spread_narrow_the_interval() {
    let width = |copies: usize| {
        let values: Vec<f64> = (0..copies).flat_map(|_| [98.0, 99.0, 100.0, 101.0, 102.0]).collect();
        half_width(&bootstrap_median(&values, SEED).unwrap()).unwrap()
    };
    assert!(width(6) < width(1), "{} against {}", width(6), width(1));
}

#[test]
fn the_interval_covers_the_true_median_as_often_as_documented() {
    let mut random = SplitMix64(7);
    let mut uniform = || random.next() as f64 / u64::MAX as f64;
    for (trials, at_least, at_most) in [(5, 0.90, 0.97), (7, 0.83, 0.92), (15, 0.93, 0.99), (20, 0.90, 0.99)] {
        let covers = |values: Vec<f64>| bootstrap_median(&values, SEED).is_some_and(|e| e.low <= 100.0 && 100.0 <= e.high);
        let covered = (0..200).filter(|_| covers((0..trials).map(|_| 90.0 + 20.0 * uniform()).collect())).count() as f64 / 200.0;
        assert!((at_least..=at_most).contains(&covered), "{trials} trials: covered in {covered} of the cases");
    }
}

#[test]
fn one_or_two_values_have_a_range_and_no_half_width() {
    let one = bootstrap_median(&[5.0], SEED).unwrap();
    assert_eq!((one.low, one.high, one.n), (5.0, 5.0, 1));
    assert_eq!(half_width(&one), None, "a single value says nothing of its own precision");
    let two = bootstrap_median(&[5.0, 7.0], SEED).unwrap();
    assert_eq!((two.median, two.low, two.high), (6.0, 5.0, 7.0));
    assert_eq!(half_width(&two), None);
    assert_eq!(half_width(&Estimate { median: 0.0, low: 0.0, high: 0.0, n: 9 }), None, "relative to zero is undefined");
}

#[test]
fn wilson_matches_published_intervals() {
    // Newcombe 1998 (Statistics in Medicine 17, 857–872), table I, method 3.
    for (ok, n, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)] {
        let success = wilson(ok, n).unwrap();
        assert!(close(success.low, low, 5e-5) && close(success.high, high, 5e-5), "{ok} of {n}: {success:?}");
    }
    assert_eq!(wilson(0, 0), None, "none of none is no share");
    assert_eq!(wilson(3, 2), None, "more successes than trials cannot be");
    assert_eq!(wilson(5, 5).map(|s| s.high), Some(1.0));
}

#[test]
fn a_change_from_nothing_is_undefined() {
    assert!(close(ratio_change(83.01, 54.67).unwrap(), -0.341_404, 1e-6));
    for (from, to) in [(0.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY), (1e-308, 1e308)] {
        assert_eq!(ratio_change(from, to), None, "{from} -> {to}");
    }
}

#[test]
fn probability_of_reaching_a_floor_goes_from_one_to_zero() {
    let values = [8.0, 9.0, 10.0, 11.0, 12.0];
    assert_eq!(probability_at_least(&values, 7.0, SEED), Some(1.0));
    assert_eq!(probability_at_least(&values, 13.0, SEED), Some(0.0));
    let middle = probability_at_least(&values, 10.0, SEED).unwrap();
    assert!((0.5..0.9).contains(&middle), "{middle}");
    assert_eq!(probability_at_least(&[f64::NAN], 7.0, SEED), None);
}

#[test]
fn the_line_through_exact_points_has_no_residual() {
    let line = fit_line(&[(1.0, 5.0), (2.0, 7.0), (3.0, 9.0), (f64::NAN, 1.0)]).unwrap();
    assert!(close(line.slope, 2.0, 1e-12) && close(line.intercept, 3.0, 1e-12) && close(line.at(10.0), 23.0, 1e-9));
    assert!(line.residual.unwrap() < 1e-9);
    assert_eq!(fit_line(&[(1.0, 5.0), (2.0, 7.0)]).unwrap().residual, None, "two points leave no residual");
    assert_eq!(fit_line(&[(1.0, 5.0), (1.0, 7.0)]), None, "one x has no slope");
    assert_eq!(fit_line(&[(0.0, f64::MAX), (f64::MAX, -f64::MAX)]), None, "an overflow is no line");
}
