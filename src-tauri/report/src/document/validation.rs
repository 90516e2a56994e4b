//! What the run and the stress tests of its machine say of the machine's and the program's working: the checks of
//! [`toprung_core::validation`], set as facts.

use toprung_core::validation::{Check, CheckVerdict};

use super::{Fact, Source, Tone};

impl Source<'_> {
    pub(super) fn validation(&self, checks: &[Check]) -> Vec<Fact> {
        let fact = |check: &Check| {
            let tone = match check.verdict {
                CheckVerdict::Pass => Tone::Good,
                CheckVerdict::Fail => Tone::Bad,
                CheckVerdict::NotTested => Tone::Quiet,
            };
            let text = format!("{}: {}", check.verdict.word(), check.evidence.join(" "));
            Fact::new(check.title.clone(), self.clean(&text), tone)
        };
        checks.iter().map(fact).collect()
    }
}
