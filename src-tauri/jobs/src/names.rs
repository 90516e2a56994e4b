//! Names of models for the embedded engine: which are one and the same, and which nobody can bring.

use toprung_core::format;
use toprung_core::model::{EngineKind, ModelRef};
use toprung_engines::InstalledModel;
use toprung_models::catalogue::catalogue;
use toprung_models::ladder_file::Sources;

use crate::problem::Problem;

/// Jaro-Winkler similarity from which a name may have been meant: a slip or a missing ending stays above it.
const NEAR: f64 = 0.85;
/// More suggestions are a list to be read.
const MOST_SUGGESTIONS: usize = 3;
/// Names of a server's models that a refusal lists.
const MOST_NAMED: usize = 5;

/// Whether the catalogue knows a file of the model that the embedded engine could load.
pub(crate) fn has_file(model: &ModelRef) -> bool {
    catalogue().model(model.as_str()).is_some_and(|listed| listed.file_name.is_some())
}

/// Whether two names mean the same model. Ollama leaves out the tag `latest`; the embedded engine takes every name
/// that the catalogue knows a file by.
pub(crate) fn same(a: &ModelRef, b: &ModelRef, engine: EngineKind) -> bool {
    let full = |model: &ModelRef| match engine {
        EngineKind::Ollama if !model.short().contains(':') => format!("{model}:latest"),
        EngineKind::Llama => own_name(model),
        _ => model.to_string(),
    };
    full(a) == full(b)
}

fn own_name(model: &ModelRef) -> String {
    let listed = catalogue().model(model.as_str()).filter(|listed| listed.file_name.is_some());
    let name = listed.map_or(model.as_str(), |listed| listed.id.as_str());
    name.strip_suffix(".gguf").unwrap_or(name).to_owned()
}

/// Refuses a model that the embedded engine neither has nor can get.
pub(crate) fn check(model: &ModelRef, installed: &[InstalledModel], sources: &Sources) -> Result<(), Problem> {
    let is_here = installed.iter().any(|other| same(&other.model, model, EngineKind::Llama));
    if is_here || has_file(model) || sources.contains_key(model) {
        return Ok(());
    }
    if catalogue().model(model.as_str()).is_some() {
        let what = format!("The embedded engine has no file of “{model}”.");
        return Err(Problem::input("no_such_model", what, "Choose Ollama as the engine, or a model of the starter ladder."));
    }
    let what = format!("There is no model called “{model}” in the model folder or the catalogue.");
    Err(Problem::input("no_such_model", what, next_step(&near(model, installed))))
}

/// Refuses a model that a server does not serve.
pub(crate) fn check_served(model: &ModelRef, served: &[InstalledModel]) -> Result<(), Problem> {
    if served.iter().any(|other| other.model == *model) {
        return Ok(());
    }
    let names = || served.iter().map(|other| other.model.as_str());
    let likest = likest(model, names());
    let named: Vec<&str> = names().take(MOST_NAMED).collect();
    let next = match (likest.as_slice(), named.as_slice()) {
        ([], []) => "It serves no model: load one there.".to_owned(),
        ([], named) if served.len() > MOST_NAMED => format!("It serves {} and others.", named.join(", ")),
        ([], named) => format!("It serves {}.", format::list(named)),
        (likest, _) => format!("Did you mean {}?", format::list(likest)),
    };
    Err(Problem::input("no_such_model", format!("The server has no model called “{model}”."), next))
}

fn next_step(near: &[&str]) -> String {
    match near {
        [] => "Choose one of the models there are; a ladder file can name others by url or file.".to_owned(),
        near => format!("Did you mean {}?", format::list(near)),
    }
}

/// Known names that are like this one, the likest first.
fn near<'a>(model: &ModelRef, installed: &'a [InstalledModel]) -> Vec<&'a str> {
    let listed = catalogue().models().iter().filter(|listed| listed.file_name.is_some()).map(|listed| listed.id.as_str());
    likest(model, installed.iter().map(|model| model.model.as_str()).chain(listed))
}

fn likest<'a>(model: &ModelRef, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = model.as_str().to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&wanted, &name.to_lowercase());
    let mut names: Vec<(f64, &str)> = names.map(|name| (likeness(name), name)).collect();
    names.retain(|(likeness, _)| *likeness >= NEAR);
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    names.dedup_by_key(|(_, name)| *name);
    names.into_iter().map(|(_, name)| name).take(MOST_SUGGESTIONS).collect()
}

#[cfg(test)]
mod tests {
    use toprung_core::model::ModelFacts;

    use super::*;

    fn name(text: &str) -> ModelRef {
        ModelRef::new(text).unwrap()
    }

    fn refusal(text: &str, installed: &[InstalledModel]) -> Problem {
        check(&name(text), installed, &Sources::new()).unwrap_err()
    }

    #[test]
    fn a_near_name_is_suggested() {
        for slip in ["smollm2-135m-instruct", "smolm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct-Q4_K"] {
            let problem = refusal(slip, &[]);
            assert!(problem.next_step.starts_with("Did you mean smollm2-135m-instruct-q4_1"), "{slip}: {}", problem.next_step);
        }
        let mine = InstalledModel { model: name("my-tuned-model"), facts: ModelFacts::default() };
        assert_eq!(refusal("my-tuned-modle", &[mine]).next_step, "Did you mean my-tuned-model?");
        assert!(refusal("zzz", &[]).next_step.starts_with("Choose one of the models"), "nothing is like it, so nothing is suggested");
    }

    #[test]
    fn a_server_is_asked_only_for_what_it_serves() {
        let served = ["tiny.gguf", "qwen2.5-coder-7b"].map(|model| InstalledModel { model: name(model), facts: ModelFacts::default() });
        assert_eq!(check_served(&name("tiny.gguf"), &served), Ok(()));
        let next = |model: &str, served: &[InstalledModel]| check_served(&name(model), served).unwrap_err().next_step;
        assert_eq!(next("tiny", &served), "Did you mean tiny.gguf?");
        assert_eq!(next("llama3.2:1b", &served), "It serves tiny.gguf and qwen2.5-coder-7b.");
        assert!(next("tiny", &[]).contains("load one"));
    }

    #[test]
    fn what_is_known_by_any_name_is_no_slip() {
        let mine = [InstalledModel { model: name("mine"), facts: ModelFacts::default() }];
        for known in ["mine", "mine.gguf", "gemma3:270m", "gemma-3-270m-q4_k_m", "gemma-3-270m-q4_k_m.gguf"] {
            assert_eq!(check(&name(known), &mine, &Sources::new()), Ok(()), "{known}");
        }
    }

    #[test]
    fn a_model_that_only_ollama_runs_is_said_to_be_one() {
        assert!(refusal("llama3:8b", &[]).next_step.contains("Ollama"));
    }

    #[test]
    fn names_that_mean_the_same_are_the_same() {
        use EngineKind::{Llama, Ollama};
        assert!(same(&name("gemma3:270m"), &name("gemma-3-270m-q4_k_m"), Llama));
        assert!(same(&name("host:5000/a/llama3"), &name("host:5000/a/llama3:latest"), Ollama));
        assert!(!same(&name("llama3:8b"), &name("llama3"), Ollama));
    }
}
