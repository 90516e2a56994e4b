//! The models and ladders that Toprung knows by itself, as data (catalogue.toml).
//!
//! A model's SHA-256 is that of the file that is really tested. A download from its public home whose digest
//! differs is another file: it is refused with both digests named, and never installed under this name.

use std::sync::OnceLock;

use serde::Deserialize;
use toprung_core::model::{EngineKind, ModelFacts, ModelRef, Specialty};
use toprung_core::plan::{Ladder, PlannedRung};

const TEXT: &str = include_str!("catalogue.toml");

/// Everything that the catalogue holds.
#[derive(Debug, Default)]
pub struct Catalogue {
    models: Vec<CatalogueModel>,
    ladders: Vec<CatalogueLadder>,
}

/// One model of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueModel {
    /// Its name for the embedded engine; for a model that only Ollama runs, Ollama's name.
    pub id: ModelRef,
    pub title: String,
    /// Its name in the model folder; `None` for a model that only Ollama runs.
    pub file_name: Option<String>,
    /// 64 lower-case hexadecimal digits, of the file that is tested.
    pub sha256: Option<String>,
    pub facts: ModelFacts,
    /// The page that describes it.
    pub home: Option<String>,
    /// Where the file can be had, best first.
    pub urls: Vec<String>,
    /// Its name in Ollama's library.
    pub ollama: Option<ModelRef>,
}

/// A ladder of the catalogue, without its models' facts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueLadder {
    pub name: String,
    pub title: String,
    /// In one line: what it is for.
    pub about: String,
    /// Ids, small to large.
    pub models: Vec<ModelRef>,
}

/// The catalogue that is built in.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    // A test reads the built-in text, so the empty catalogue never ships.
    CATALOGUE.get_or_init(|| toml::from_str::<File>(TEXT).map(Catalogue::from).unwrap_or_default())
}

impl Catalogue {
    pub fn models(&self) -> &[CatalogueModel] {
        &self.models
    }

    /// Every ladder with its title and its line of description.
    pub fn ladders(&self) -> &[CatalogueLadder] {
        &self.ladders
    }

    /// A model by its id, its file name or Ollama's name for it, in upper or lower case.
    pub fn model(&self, name: &str) -> Option<&CatalogueModel> {
        let is_name = |candidate: &str| candidate.eq_ignore_ascii_case(name);
        self.models.iter().find(|model| {
            is_name(model.id.as_str())
                || model.file_name.as_deref().is_some_and(is_name)
                || model.ollama.as_ref().is_some_and(|ollama| is_name(ollama.as_str()))
        })
    }

    /// A ladder with every model under its catalogue id; `None` for an unknown name.
    pub fn ladder(&self, name: &str) -> Option<Ladder> {
        self.build(name, CatalogueModel::rung)
    }

    /// A ladder as `engine` knows its models. A model that the engine cannot have keeps its id: trying it then says so.
    pub fn ladder_for(&self, name: &str, engine: EngineKind) -> Option<Ladder> {
        match engine {
            EngineKind::Ollama => self.build(name, CatalogueModel::rung_for_ollama),
            _ => self.ladder(name),
        }
    }

    /// One rung for a model named by a person: with title and facts where the catalogue knows it, else by its bare name.
    pub fn planned(&self, model: &ModelRef) -> PlannedRung {
        let Some(known) = self.model(model.as_str()) else {
            return PlannedRung { model: model.clone(), title: model.short().to_owned(), facts: ModelFacts::default(), engine: None };
        };
        let named_for_ollama = known.ollama.as_ref().is_some_and(|ollama| ollama.as_str().eq_ignore_ascii_case(model.as_str()));
        let rung = if named_for_ollama { known.rung_for_ollama() } else { known.rung() };
        PlannedRung { model: model.clone(), ..rung }
    }

    /// Names of the ladders that a model stands in.
    pub fn ladders_of(&self, model: &CatalogueModel) -> Vec<&str> {
        self.ladders.iter().filter(|ladder| ladder.models.contains(&model.id)).map(|ladder| ladder.name.as_str()).collect()
    }

    fn build(&self, name: &str, rung: impl Fn(&CatalogueModel) -> PlannedRung) -> Option<Ladder> {
        let ladder = self.ladders.iter().find(|ladder| ladder.name == name)?;
        let rungs = ladder.models.iter().filter_map(|id| self.model(id.as_str())).map(rung).collect();
        Some(Ladder { name: ladder.name.clone(), rungs })
    }
}

impl CatalogueModel {
    fn rung(&self) -> PlannedRung {
        PlannedRung { model: self.id.clone(), title: self.title.clone(), facts: self.facts.clone(), engine: None }
    }

    /// Ollama's library may hold another quantization under its name, so what is known of our file is left out.
    fn rung_for_ollama(&self) -> PlannedRung {
        let Some(ollama) = &self.ollama else { return self.rung() };
        let facts = match self.sha256 {
            Some(_) => ModelFacts { digest: None, file_bytes: None, active_bytes: None, quantization: None, ..self.facts.clone() },
            None => self.facts.clone(),
        };
        PlannedRung { model: ollama.clone(), title: self.title.clone(), facts, engine: None }
    }
}

/// The shape of catalogue.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ladder: Vec<CatalogueLadder>,
    model: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: ModelRef,
    title: String,
    sha256: Option<String>,
    file_bytes: Option<u64>,
    parameters: Option<u64>,
    active_bytes: Option<u64>,
    architecture: Option<String>,
    quantization: Option<String>,
    context_length: Option<u32>,
    kv_bytes_per_token: Option<u64>,
    specialty: Option<Specialty>,
    home: Option<String>,
    #[serde(default)]
    urls: Vec<String>,
    ollama: Option<ModelRef>,
}

impl From<File> for Catalogue {
    fn from(file: File) -> Self {
        Self { models: file.model.into_iter().map(CatalogueModel::from).collect(), ladders: file.ladder }
    }
}

impl From<Row> for CatalogueModel {
    fn from(row: Row) -> Self {
        let facts = ModelFacts {
            digest: row.sha256.as_ref().map(|sha256| format!("sha256:{sha256}")),
            file_bytes: row.file_bytes,
            parameters: row.parameters,
            active_bytes: row.active_bytes,
            architecture: row.architecture,
            quantization: row.quantization,
            context_length: row.context_length,
            kv_bytes_per_token: row.kv_bytes_per_token,
            specialty: row.specialty,
        };
        // Only a model whose file is pinned by its digest has a file in the folder.
        let file_name = row.sha256.as_ref().map(|_| format!("{}.gguf", row.id));
        Self { id: row.id, title: row.title, file_name, sha256: row.sha256, facts, home: row.home, urls: row.urls, ollama: row.ollama }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_built_in_text_is_read_whole() {
        let file: File = toml::from_str(TEXT).expect("catalogue.toml is valid");
        assert_eq!(catalogue().models().len(), file.model.len(), "the shipped catalogue is this file");
        let names: Vec<_> = catalogue().ladders().iter().map(|ladder| ladder.name.as_str()).collect();
        assert_eq!(names, ["starter", "classic"], "the two ladders that the program offers by itself");
    }

    #[test]
    fn every_ladder_goes_from_small_to_large() {
        for ladder in catalogue().ladders() {
            let rungs = catalogue().ladder(&ladder.name).expect("it is listed").rungs;
            assert_eq!(rungs.len(), ladder.models.len(), "every id of {} names a model", ladder.name);
            let parameters: Vec<_> = rungs.iter().map(|rung| rung.facts.parameters.expect("every model says its size")).collect();
            assert!(parameters.is_sorted(), "a ladder stops early, so {} must not go down: {parameters:?}", ladder.name);
        }
    }

    #[test]
    fn addresses_are_safe_to_download_from() {
        for model in catalogue().models() {
            assert_eq!(model.sha256.is_some(), !model.urls.is_empty(), "{} can be had only together with its digest", model.id);
            for url in &model.urls {
                let url = crate::http::download_url(url).expect("the downloader takes it");
                assert_eq!(url.scheme(), "https", "{url} is public, so it must be https");
            }
        }
    }

    #[test]
    fn a_model_is_found_by_any_of_its_names() {
        let found = |name| catalogue().model(name).map(|model| model.id.as_str().to_owned());
        let id = Some("gemma-3-270m-q4_k_m".to_owned());
        assert_eq!(found("gemma-3-270m-q4_k_m"), id);
        assert_eq!(found("Gemma-3-270M-Q4_K_M.gguf"), id, "file names are often written in capitals");
        assert_eq!(found("gemma3:270m"), id, "Ollama's name is an alias");
        assert_eq!(found("gemma3"), None, "a part of a name is no name");
    }

    #[test]
    fn ollama_gets_its_own_names_and_no_facts_of_another_file() {
        let ladder = catalogue().ladder_for("starter", EngineKind::Ollama).expect("it is listed");
        assert_eq!(ladder.rungs[0].model.as_str(), "smollm2:135m");
        assert_eq!(ladder.rungs[0].facts.file_bytes, None, "Ollama's smollm2:135m is not our Q4_1 file");
        let classic = catalogue().ladder_for("classic", EngineKind::Ollama).expect("it is listed");
        assert_eq!(classic.rungs[4].facts.active_bytes, Some(3_700_000_000), "these are figures of Ollama's own files");
    }

    #[test]
    fn a_model_that_nobody_knows_is_planned_by_its_bare_name() {
        let model = ModelRef::new("hf.co/someone/Some-Model-GGUF:Q4_K_M").expect("a valid name");
        let rung = catalogue().planned(&model);
        assert_eq!(rung.title, "Some-Model-GGUF:Q4_K_M");
        assert_eq!(rung.facts, ModelFacts::default(), "unknown is None");
    }

    #[test]
    fn facts_and_digests_are_those_of_the_real_files() {
        for model in catalogue().models() {
            let (Some(file_name), Some(sha256)) = (&model.file_name, &model.sha256) else { continue };
            let Some(path) = testing::lab_file(file_name) else { continue };
            let bytes = std::fs::metadata(&path).expect("it is there").len();
            let header = crate::gguf::read(&path).expect("a real model is read");
            let mut read = crate::gguf::facts(&header, bytes);
            read.digest = Some(format!("sha256:{}", crate::digest::of_file(&path, &mut |_| true).expect("it is readable")));
            // Gemma's file is no coder; the others' names say what they are for.
            assert_eq!(read, model.facts, "{} differs from its file", model.id);
            assert_eq!(model.facts.digest, Some(format!("sha256:{sha256}")), "one digest, written twice");
        }
    }
}
