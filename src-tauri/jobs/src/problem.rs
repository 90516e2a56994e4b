//! What went wrong, for a person: the one shape that both fronts show.

use std::fmt;

use toprung_core::cause::Cause;

/// Whose turn it is. The terminal's exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// What was typed or chosen can't be used.
    Input,
    /// An engine, a model, the network, the disk.
    World,
}

/// What happened, the number or words that explain it, and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable; fronts switch on this and never on the text.
    pub code: &'static str,
    pub what: String,
    pub detail: String,
    pub next_step: String,
    pub blame: Blame,
}

impl Problem {
    pub fn input(code: &'static str, what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { code, what: what.into(), detail: String::new(), next_step: next_step.into(), blame: Blame::Input }
    }

    pub fn world(code: &'static str, what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { blame: Blame::World, ..Self::input(code, what, next_step) }
    }

    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

impl From<Cause> for Problem {
    fn from(cause: Cause) -> Self {
        Self::world(cause.kind.code(), cause.kind.sentence(), cause.kind.next_step()).with_detail(cause.detail)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = self.what.strip_suffix('.').unwrap_or(&self.what);
        match self.detail.as_str() {
            "" => f.write_str(&self.what)?,
            detail => write!(f, "{sentence} ({detail}).")?,
        }
        write!(f, " {}", self.next_step)
    }
}

impl std::error::Error for Problem {}
