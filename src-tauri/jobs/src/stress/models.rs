//! Which models a stress test works with: those that a person named, or a sensible choice among what there is.

use toprung_core::fit::{FitWord, memory_fit};
use toprung_core::model::{EngineKind, ModelFacts, ModelRef};
use toprung_engines::InstalledModel;
use toprung_models::catalogue::catalogue;
use toprung_models::ladder_file::Sources;

use crate::concurrency::served;
use crate::ladders::Resolved;
use crate::models::offered;
use crate::names;
use crate::problem::Problem;

/// Models that are downloaded at once where nobody named any.
const USUAL_DOWNLOADS: usize = 2;

pub(super) fn named(name: &str) -> Result<ModelRef, Problem> {
    ModelRef::new(name).map_err(|error| Problem::input("bad_model_name", format!("{error}."), "Give a name that the engine knows."))
}

/// A model that the engine has, under the engine's own name.
pub(super) fn installed(name: &str, here: &[InstalledModel], kind: EngineKind) -> Result<InstalledModel, Problem> {
    let model = served(here, &named(name)?, kind)?;
    here.iter().find(|other| other.model == model).cloned().ok_or_else(none_here)
}

/// Those that were named, each once, or all that the engine has; from the lightest to the heaviest.
pub(super) fn all_installed(names: &[String], here: &[InstalledModel], kind: EngineKind) -> Result<Vec<InstalledModel>, Problem> {
    let mut models: Vec<InstalledModel> = match names {
        [] => here.to_vec(),
        names => names.iter().map(|name| installed(name, here, kind)).collect::<Result<_, _>>()?,
    };
    models.sort_by_key(|model| (model.facts.file_bytes.unwrap_or(u64::MAX), model.model.clone()));
    refuse_twice(models.iter().map(|model| &model.model), kind)?;
    if models.is_empty() { Err(none_here()) } else { Ok(models) }
}

fn refuse_twice<'a>(models: impl Iterator<Item = &'a ModelRef>, kind: EngineKind) -> Result<(), Problem> {
    let models: Vec<&ModelRef> = models.collect();
    for (at, model) in models.iter().enumerate() {
        if models.iter().take(at).any(|other| names::same(other, model, kind)) {
            return Err(Problem::input("model_twice", format!("The model “{model}” was named twice."), "Name each model once."));
        }
    }
    Ok(())
}

fn none_here() -> Problem {
    Problem::world("nothing_installed", "The engine has no model.", "Pull one first.")
}

/// The heaviest model that fits: it works the machine hardest.
pub(super) fn heaviest(here: &[InstalledModel], context_tokens: u32, total_bytes: Option<u64>) -> Result<InstalledModel, Problem> {
    let available = toprung_hardware::available_memory_bytes();
    let fits = |model: &&InstalledModel| memory_fit(&model.facts, context_tokens, available, total_bytes).word != FitWord::TooLarge;
    here.iter().filter(fits).max_by_key(|model| model.facts.file_bytes).cloned().ok_or_else(none_here)
}

/// What is downloaded, checked: distinct models that are not here and that the engine can get.
pub(super) fn to_download(
    names: &[String],
    ladder: Option<&Resolved>,
    here: &[InstalledModel],
    kind: EngineKind,
) -> Result<Vec<(ModelRef, ModelFacts)>, Problem> {
    let models = wished(names, ladder, here, kind)?;
    refuse_twice(models.iter().map(|(model, _)| model), kind)?;
    let none = Sources::new();
    let sources = ladder.map_or(&none, |ladder| &ladder.sources);
    for (model, _) in &models {
        if is_here(model, here, kind) {
            return Err(Problem::input(
                "installed_already",
                format!("{model} is here already, so that nothing would be downloaded."),
                "Delete it first, or name another.",
            ));
        }
        if kind == EngineKind::Llama {
            names::check(model, here, sources)?;
        }
    }
    if models.len() < USUAL_DOWNLOADS {
        let what = format!("Downloads at once need at least {USUAL_DOWNLOADS} models that are not here yet; there is {}.", models.len());
        return Err(Problem::input("too_few_models", what, "Name two or more."));
    }
    Ok(models)
}

/// Those that were named, else what a ladder has and the engine has not, else the lightest on offer that the engine does not have.
fn wished(
    names: &[String],
    ladder: Option<&Resolved>,
    here: &[InstalledModel],
    kind: EngineKind,
) -> Result<Vec<(ModelRef, ModelFacts)>, Problem> {
    let known = |model: ModelRef| (model.clone(), catalogue().planned(&model).facts);
    match (names, ladder) {
        ([], Some(ladder)) => {
            let rungs = ladder.ladder.rungs.iter().filter(|rung| !is_here(&rung.model, here, kind));
            Ok(rungs.map(|rung| (rung.model.clone(), rung.facts.clone())).collect())
        }
        ([], None) => {
            let mut offered: Vec<_> = offered(kind).into_iter().filter(|offer| !is_here(&offer.model, here, kind)).collect();
            offered.sort_by_key(|offer| offer.facts.file_bytes.unwrap_or(u64::MAX));
            Ok(offered.into_iter().take(USUAL_DOWNLOADS).map(|offer| (offer.model, offer.facts)).collect())
        }
        (names, _) => names.iter().map(|name| named(name).map(known)).collect(),
    }
}

fn is_here(model: &ModelRef, here: &[InstalledModel], kind: EngineKind) -> bool {
    here.iter().any(|other| names::same(&other.model, model, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(models: &[(&str, u64)]) -> Vec<InstalledModel> {
        let one = |(name, bytes): &(&str, u64)| InstalledModel {
            model: named(name).unwrap(),
            facts: ModelFacts { file_bytes: Some(*bytes), ..ModelFacts::default() },
        };
        models.iter().map(one).collect()
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn models_come_from_light_to_heavy_and_each_once() {
        let here = here(&[("b", 20), ("a", 30), ("c", 10)]);
        let names = |wished: &[&str]| -> Vec<String> {
            let models = all_installed(&owned(wished), &here, EngineKind::Scripted).unwrap();
            models.into_iter().map(|model| model.model.to_string()).collect()
        };
        assert_eq!(names(&[]), ["c", "b", "a"]);
        assert_eq!(names(&["a", "c"]), ["c", "a"]);
        let code = |wished: &[&str]| all_installed(&owned(wished), &here, EngineKind::Scripted).unwrap_err().code;
        assert_eq!((code(&["a", "a"]), code(&["z"])), ("model_twice", "not_installed"));
        assert_eq!(all_installed(&[], &[], EngineKind::Scripted).unwrap_err().code, "nothing_installed");
    }

    #[test]
    fn the_heaviest_that_the_machine_can_hold_works_it_hardest() {
        let here = here(&[("small", 1 << 20), ("large", 1 << 30), ("huge", 1 << 50)]);
        assert_eq!(heaviest(&here, 2048, Some(16 << 30)).unwrap().model.as_str(), "large");
    }

    #[test]
    fn a_download_needs_two_distinct_models_that_are_not_here() {
        let here = here(&[("mine:1b", 1)]);
        let code = |wished: &[&str]| to_download(&owned(wished), None, &here, EngineKind::Ollama).unwrap_err().code;
        assert_eq!(code(&["llama3.2:1b"]), "too_few_models");
        assert_eq!(code(&["llama3", "llama3:latest"]), "model_twice");
        assert_eq!(code(&["llama3.2:1b", "mine:1b"]), "installed_already");
        assert_eq!(code(&["llama3.2:1b", "../x"]), "bad_model_name");
    }

    #[test]
    fn with_no_name_the_two_lightest_that_are_missing_are_downloaded() {
        for kind in [EngineKind::Llama, EngineKind::Ollama] {
            let chosen = to_download(&[], None, &[], kind).unwrap();
            assert_eq!(chosen.len(), 2, "{kind:?}");
            assert!(chosen.is_sorted_by_key(|(_, facts)| facts.file_bytes), "{chosen:?}");
        }
    }
}
