//! Which models a person means: a ladder by name, a file, or a list of models.

use std::path::{Path, PathBuf};

use toprung_core::model::{EngineKind, ModelRef};
use toprung_core::plan::{Ladder, PlannedRung};
use toprung_engines::InstalledModel;
use toprung_models::catalogue::catalogue;
use toprung_models::ladder_file::{self, Sources};

use crate::home::Home;
use crate::names;
use crate::problem::Problem;

/// What the engine itself has, as a ladder.
pub const INSTALLED: &str = "installed";
/// What a list of models is called.
const CUSTOM: &str = "custom";

/// A ladder as a person names it.
#[derive(Debug, Clone, PartialEq)]
pub enum LadderChoice {
    Named(String),
    File(PathBuf),
    Models(Vec<String>),
}

impl LadderChoice {
    /// A word is a ladder's name; what looks like a path is a file.
    pub fn parse(text: &str) -> Self {
        let looks_like_a_path = text.ends_with(".toml") || text.contains(['/', '\\']);
        if looks_like_a_path { Self::File(PathBuf::from(text)) } else { Self::Named(text.to_owned()) }
    }
}

/// A ladder that can be offered, with what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub name: String,
    pub title: String,
    pub about: String,
}

/// Every ladder that can be chosen by name.
pub fn offers() -> Vec<Offer> {
    let mut offers: Vec<Offer> = catalogue()
        .ladders()
        .iter()
        .map(|ladder| Offer { name: ladder.name.clone(), title: ladder.title.clone(), about: ladder.about.clone() })
        .collect();
    offers.push(Offer {
        name: INSTALLED.to_owned(),
        title: "Installed models".to_owned(),
        about: "What the engine already has, from the lightest to the heaviest. Nothing is downloaded.".to_owned(),
    });
    offers
}

/// A ladder with where its models come from.
pub(crate) struct Resolved {
    pub(crate) ladder: Ladder,
    pub(crate) title: String,
    /// Where the embedded engine finds models that the catalogue does not hold.
    pub(crate) sources: Sources,
    /// The rungs are what the engine has.
    pub(crate) from_engine: bool,
}

pub(crate) fn resolve(choice: &LadderChoice, engine: EngineKind) -> Result<Resolved, Problem> {
    match choice {
        LadderChoice::Named(name) if name == INSTALLED => Ok(Resolved {
            ladder: Ladder { name: INSTALLED.to_owned(), rungs: Vec::new() },
            title: "Installed models".to_owned(),
            sources: Sources::new(),
            from_engine: true,
        }),
        // A file needs no ending to be one; a ladder's own name comes first.
        LadderChoice::Named(name) if !is_offered(name) && Path::new(name).is_file() => from_file(Path::new(name)),
        LadderChoice::Named(name) => named(name, engine),
        LadderChoice::File(path) => from_file(path),
        LadderChoice::Models(models) => from_models(models),
    }
}

fn named(name: &str, engine: EngineKind) -> Result<Resolved, Problem> {
    let offer = offers().into_iter().find(|offer| offer.name == name).ok_or_else(|| {
        let names: Vec<String> = offers().into_iter().map(|offer| offer.name).collect();
        Problem::input(
            "no_such_ladder",
            format!("There is no ladder called “{name}”."),
            format!("Choose {}, or the path of a .toml file.", names.join(", ")),
        )
    })?;
    let unusable = || {
        Problem::input(
            "ladder_not_for_engine",
            format!("The ladder “{name}” has no models for {}.", engine.title()),
            match engine {
                EngineKind::Openai => "Choose the ladder installed: it is what the server serves.",
                _ => "Choose Ollama as the engine, or the starter ladder.",
            },
        )
    };
    let ladder = catalogue().ladder_for(name, engine).filter(|ladder| suits(ladder, engine)).ok_or_else(unusable)?;
    Ok(Resolved { ladder, title: offer.title, sources: Sources::new(), from_engine: false })
}

fn is_offered(name: &str) -> bool {
    offers().iter().any(|offer| offer.name == name)
}

/// Whether a stored run's ladder came from a file: no file may have the name of any other.
pub(crate) fn is_of_file(ladder: &str) -> bool {
    !is_offered(ladder) && ladder != CUSTOM && ladder != crate::ab::LADDER
}

/// Whether the engine can have at least one of the ladder's models.
fn suits(ladder: &Ladder, engine: EngineKind) -> bool {
    match engine {
        EngineKind::Llama => ladder.rungs.iter().any(|rung| names::has_file(&rung.model)),
        // It serves what it was started with, under names of its own.
        EngineKind::Openai => false,
        EngineKind::Ollama | EngineKind::Scripted => true,
    }
}

fn from_file(path: &Path) -> Result<Resolved, Problem> {
    let read = ladder_file::read(path).map_err(|error| {
        Problem::input("bad_ladder_file", format!("The ladder file {} can't be used.", path.display()), "Mend that line and start again.")
            .with_detail(error.to_string())
    })?;
    Ok(Resolved { title: read.ladder.name.clone(), ladder: read.ladder, sources: read.sources, from_engine: false })
}

fn from_models(models: &[String]) -> Result<Resolved, Problem> {
    let mut rungs: Vec<PlannedRung> = Vec::new();
    for name in models {
        let model = ModelRef::new(name).map_err(|error| {
            Problem::input("bad_model_name", format!("{error}."), "Give a name such as llama3.2:3b or smollm2-135m-instruct.")
        })?;
        if rungs.iter().any(|rung| rung.model == model) {
            return Err(Problem::input("model_twice", format!("The model “{model}” was named twice."), "Name each model once."));
        }
        rungs.push(catalogue().planned(&model));
    }
    let ladder = Ladder { name: CUSTOM.to_owned(), rungs };
    Ok(Resolved { ladder, title: "Chosen models".to_owned(), sources: Sources::new(), from_engine: false })
}

/// Keeps where a run's models come from, so that it can be resumed when its ladder file is gone or changed.
pub(crate) fn keep_sources(home: &Home, run: &str, sources: &Sources) {
    if sources.is_empty() {
        return;
    }
    let path = sources_path(home, run);
    // Without this file a resumed run still finds every model that was pulled already.
    let _ = path.parent().map(std::fs::create_dir_all);
    let _ = serde_json::to_vec(sources).map(|bytes| std::fs::write(path, bytes));
}

/// Where a stored run's models come from.
pub(crate) fn kept_sources(home: &Home, run: &str) -> Sources {
    std::fs::read(sources_path(home, run)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn sources_path(home: &Home, run: &str) -> PathBuf {
    home.folder().join("sources").join(format!("{run}.json"))
}

/// The engine's models, from the lightest to the heaviest by active bytes; those of unknown weight come last.
pub(crate) fn installed(models: &[InstalledModel]) -> Ladder {
    let mut rungs: Vec<PlannedRung> = models
        .iter()
        .map(|installed| PlannedRung {
            model: installed.model.clone(),
            title: installed.model.short().to_owned(),
            facts: installed.facts.clone(),
            engine: None,
        })
        .collect();
    rungs.sort_by_key(|rung| (rung.facts.active_bytes.or(rung.facts.file_bytes).unwrap_or(u64::MAX), rung.model.clone()));
    Ladder { name: INSTALLED.to_owned(), rungs }
}

#[cfg(test)]
mod tests {
    use toprung_core::model::ModelFacts;

    use super::*;

    fn model(name: &str, active_bytes: Option<u64>) -> InstalledModel {
        InstalledModel { model: ModelRef::new(name).unwrap(), facts: ModelFacts { active_bytes, ..ModelFacts::default() } }
    }

    #[test]
    fn installed_models_climb_by_active_bytes_and_unknown_ones_come_last() {
        let ladder = installed(&[model("unknown", None), model("heavy", Some(9)), model("light", Some(1))]);
        let names: Vec<&str> = ladder.rungs.iter().map(|rung| rung.model.as_str()).collect();
        assert_eq!(names, ["light", "heavy", "unknown"]);
    }

    #[test]
    fn a_word_is_a_name_and_a_path_is_a_file() {
        assert_eq!(LadderChoice::parse("starter"), LadderChoice::Named("starter".to_owned()));
        assert_eq!(LadderChoice::parse("mine.toml"), LadderChoice::File(PathBuf::from("mine.toml")));
        assert_eq!(LadderChoice::parse("./mine"), LadderChoice::File(PathBuf::from("./mine")));
    }

    #[test]
    fn an_unknown_ladder_names_those_there_are() {
        let problem = resolve(&LadderChoice::Named("nope".to_owned()), EngineKind::Llama).err().unwrap();
        assert!(problem.next_step.contains("starter"), "the next step lists what can be chosen: {}", problem.next_step);
    }

    #[test]
    fn a_model_named_twice_is_refused() {
        let twice = LadderChoice::Models(vec!["a:1b".to_owned(), "a:1b".to_owned()]);
        assert_eq!(resolve(&twice, EngineKind::Ollama).err().unwrap().code, "model_twice");
    }
}
