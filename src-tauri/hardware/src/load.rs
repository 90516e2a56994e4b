//! The system's load average, where it keeps one.

use crate::root::Root;

/// Tasks that run or wait, over the last minute. Linux only; `None` where it can't be told.
pub fn load_average() -> Option<f64> {
    average(&Root::real())
}

fn average(root: &Root) -> Option<f64> {
    let text = root.text("proc/loadavg")?;
    text.split_whitespace().next()?.parse().ok().filter(|load: &f64| load.is_finite() && *load >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::write;

    #[test]
    fn the_first_figure_is_that_of_a_minute() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        assert_eq!(average(&root), None, "a system without load averages");
        for (text, load) in [("1.90 1.20 0.80 2/431 12345\n", Some(1.9)), ("nan 1 1\n", None), ("\n", None)] {
            write(folder.path(), "proc/loadavg", text);
            assert_eq!(average(&root), load, "{text}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_has_one() {
        assert!(load_average().is_some());
    }
}
