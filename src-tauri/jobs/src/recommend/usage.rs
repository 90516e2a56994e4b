//! How a model is put to use: the command that runs it, or where it is served.

use std::path::Path;

use toprung_core::model::EngineKind;
use toprung_core::recommend::{Candidate, Pick};
use toprung_models::folder::ModelFolder;
use toprung_models::pull::locate;

use crate::home::Home;
use crate::ladders::kept_sources;

/// What a person pastes to use a pick; `None` where its file is gone, or its engine is no program to start.
pub fn usage(home: &Home, candidate: &Candidate) -> Option<String> {
    if candidate.engine == EngineKind::Llama {
        // A ladder's own file is known to the runs that climbed it.
        let runs = candidate.results.iter().map(|result| result.run.as_str());
        let folder = ModelFolder::new(home.models_folder());
        let path = runs.map(|run| locate(&folder, &candidate.model, &kept_sources(home, run))).find_map(Result::ok)?;
        return Some(llama_command(&path));
    }
    served(&candidate.pick())
}

fn llama_command(path: &Path) -> String {
    format!("llama-cli -m {}", quoted(&path.display().to_string()))
}

fn served(pick: &Pick) -> Option<String> {
    let name = pick.model.as_str();
    match (pick.engine, &pick.server) {
        // Ollama's usual address needs no saying; its program reads another one from this variable.
        (EngineKind::Ollama, Some(server)) if !is_usual_ollama(server) => Some(format!("OLLAMA_HOST={} ollama run {name}", quoted(server))),
        (EngineKind::Ollama, _) => Some(format!("ollama run {name}")),
        (EngineKind::Openai, Some(server)) => Some(format!("{name} at {server}")),
        (EngineKind::Openai, None) => Some(name.to_owned()),
        (EngineKind::Llama | EngineKind::Scripted, _) => None,
    }
}

fn is_usual_ollama(server: &str) -> bool {
    ["http://127.0.0.1:11434", "http://localhost:11434"].contains(&server.trim_end_matches('/'))
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@+=,".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use toprung_core::model::ModelRef;

    use super::*;

    fn pick(engine: EngineKind, server: Option<&str>) -> Pick {
        let model = ModelRef::new("llama3.2:3b").unwrap();
        Pick { title: model.to_string(), model, engine, server: server.map(str::to_owned) }
    }

    #[test]
    fn each_engine_is_used_in_its_own_way() {
        let usual = "http://127.0.0.1:11434";
        assert_eq!(served(&pick(EngineKind::Ollama, Some(usual))).as_deref(), Some("ollama run llama3.2:3b"));
        let elsewhere = served(&pick(EngineKind::Ollama, Some("http://192.0.2.7:11434")));
        assert_eq!(elsewhere.as_deref(), Some("OLLAMA_HOST=http://192.0.2.7:11434 ollama run llama3.2:3b"));
        let server = served(&pick(EngineKind::Openai, Some("http://127.0.0.1:8080")));
        assert_eq!(server.as_deref(), Some("llama3.2:3b at http://127.0.0.1:8080"));
        assert_eq!(served(&pick(EngineKind::Scripted, None)), None, "nobody can start what is scripted");
    }

    #[test]
    fn a_path_with_a_space_stays_one_word() {
        assert_eq!(llama_command(Path::new("/home/me/models/a.gguf")), "llama-cli -m /home/me/models/a.gguf");
        assert_eq!(llama_command(Path::new("/home/my models/it's.gguf")), r"llama-cli -m '/home/my models/it'\''s.gguf'");
    }
}
