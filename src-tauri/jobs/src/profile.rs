//! The machine's profile now, and what became of it since it was last measured.

use toprung_core::machine::{Change, Machine, changes};

use crate::home::Home;

/// The machine beside what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub machine: Machine,
    /// When the newest stored run was started (RFC 3339, UTC); `None` where there is none, or it can't be read.
    pub since: Option<String>,
    /// What is not as it was then.
    pub changes: Vec<Change>,
}

/// Looks at the machine and at the newest stored run.
pub fn profile(home: &Home) -> Profile {
    let last = home.store().newest_machine().ok().flatten();
    beside(toprung_hardware::machine(), last)
}

fn beside(machine: Machine, last: Option<(String, Machine)>) -> Profile {
    let (since, before) = last.unzip();
    let changes = before.map(|before| changes(&before, &machine)).unwrap_or_default();
    Profile { machine, since, changes }
}

impl Profile {
    /// What changed, in one sentence for a person who is about to measure; `None` where nothing did.
    pub fn note(&self) -> Option<String> {
        let words: Vec<&str> = self.changes.iter().map(|change| change.words.as_str()).collect();
        (!words.is_empty()).then(|| format!("the machine is not as it was in the last run: {}", words.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(kernel: &str) -> Machine {
        Machine { kernel: Some(kernel.to_owned()), ..Machine::default() }
    }

    #[test]
    fn a_machine_that_changed_since_the_last_run_says_how() {
        let last = Some(("2026-01-01T00:00:00Z".to_owned(), machine("6.1.0")));
        let profile = beside(machine("6.2.1"), last);
        assert_eq!(profile.note().as_deref(), Some("the machine is not as it was in the last run: the kernel was 6.1.0, now 6.2.1"));
        assert_eq!(profile.since.as_deref(), Some("2026-01-01T00:00:00Z"));
    }

    #[test]
    fn without_a_run_there_is_nothing_to_change_from() {
        let folder = tempfile::tempdir().unwrap();
        let profile = profile(&Home::open_at(folder.path()).unwrap());
        assert_eq!((profile.since.clone(), profile.note()), (None, None));
        assert!(profile.machine.logical_cores.is_some_and(|cores| cores > 0), "{profile:?}");
    }
}
