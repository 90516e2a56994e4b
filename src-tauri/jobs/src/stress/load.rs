//! The system's load average, where it keeps one.

/// Tasks that run or wait, over the last minute. Linux only.
pub(super) fn average() -> Option<f64> {
    of(&std::fs::read_to_string("/proc/loadavg").ok()?)
}

fn of(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok().filter(|load: &f64| load.is_finite() && *load >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_figure_is_that_of_a_minute() {
        assert_eq!(of("1.90 1.20 0.80 2/431 12345\n"), Some(1.9));
        assert_eq!((of(""), of("nan 1 1")), (None, None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_has_one() {
        assert!(average().is_some());
    }
}
