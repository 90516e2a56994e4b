//! How a person names what is to be compared: `RUN` or `RUN:MODEL`.

use toprung_core::model::{EngineKind, ModelRef};
use toprung_core::run::{RunRecord, RungRecord};

use crate::ab::{Setup, kept_setup};
use crate::history;
use crate::home::Home;
use crate::names;
use crate::problem::Problem;

/// A run, and perhaps one of its models. Ids hold no colon, so that the first one ends the run; models hold some.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    run: &'a str,
    model: Option<&'a str>,
}

/// What a reference names, read from the store.
pub(super) struct Loaded {
    pub(super) run: RunRecord,
    /// Where it was measured as A against B.
    pub(super) setup: Option<Setup>,
    model: Option<String>,
}

impl<'a> Reference<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        match text.split_once(':') {
            Some((run, model)) => Self { run, model: Some(model) },
            None => Self { run: text, model: None },
        }
    }

    pub(super) fn load(&self, home: &Home) -> Result<Loaded, Problem> {
        let run = history::record(home, self.run)?;
        let setup = kept_setup(home, &run.id)?;
        Ok(Loaded { run, setup, model: self.model.map(str::to_owned) })
    }
}

impl Loaded {
    /// The rung that was named; `None` where none was.
    pub(super) fn named(&self) -> Result<Option<&RungRecord>, Problem> {
        self.model.as_deref().map(|name| one(self.run.engine.kind, &self.run.rungs, name)).transpose()
    }
}

/// The rung of this name, or of this number from 1.
fn one<'a>(engine: EngineKind, rungs: &'a [RungRecord], name: &str) -> Result<&'a RungRecord, Problem> {
    let is_it = |rung: &&RungRecord| {
        let same = ModelRef::new(name).is_ok_and(|model| names::same(&model, &rung.model, engine));
        same || rung.title.eq_ignore_ascii_case(name) || rung.model.short() == name
    };
    let found: Vec<&RungRecord> = rungs.iter().filter(is_it).collect();
    let by_number = || name.parse::<usize>().ok().and_then(|number| rungs.get(number.checked_sub(1)?));
    let known: Vec<String> = rungs.iter().map(|rung| format!("{} {}", rung.position + 1, rung.model)).collect();
    let name = name.escape_debug();
    match found.as_slice() {
        [only] => Ok(only),
        [] => by_number().ok_or_else(|| {
            Problem::input("no_such_rung", format!("The run has no model “{name}”."), format!("It has: {}.", known.join(", ")))
        }),
        [_, ..] => Err(Problem::input(
            "which_rung",
            format!("The run has more than one “{name}”."),
            format!("Give the number in its place: {}.", known.join(", ")),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_colon_ends_the_run() {
        let table = [
            ("0192", "0192", None),
            ("last~1", "last~1", None),
            ("last:llama3.2:1b", "last", Some("llama3.2:1b")),
            ("0192:2", "0192", Some("2")),
        ];
        for (text, run, model) in table {
            assert_eq!(Reference::parse(text), Reference { run, model }, "{text}");
        }
    }
}
