//! What the server has: its models by names that are fit to be shown, and their facts.

use serde_json::Value;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{ModelFacts, ModelRef};

use super::wire::{Fields, ModelList};
use crate::http::causes::clean;
use crate::specialty::specialty;

/// Names of other models that a refusal lists; more would be a list to be read.
const MOST_NAMED: usize = 5;
/// LM Studio lists models that embed under this prefix; they answer nothing.
const EMBEDDING_PREFIX: &str = "text-embedding-";

/// One model of the server.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    pub(super) model: ModelRef,
    /// The server's own name for it.
    pub(super) id: String,
    pub(super) facts: ModelFacts,
    pub(super) owner: Option<String>,
    /// The server knows the model and has not loaded it yet.
    pub(super) is_waiting: bool,
}

/// Everything that the server lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Catalogue {
    pub(super) models: Vec<Listed>,
    /// Models without a name that can be shown or told from another's.
    pub(super) unnamed: u32,
}

impl Catalogue {
    pub(super) fn of(list: &ModelList) -> Self {
        let mut catalogue = Self::default();
        for fields in &list.data {
            let id = fields.get("id").and_then(Value::as_str).unwrap_or_default();
            if id.starts_with(EMBEDDING_PREFIX) {
                continue;
            }
            match name(id).filter(|model| !catalogue.models.iter().any(|other| other.model == *model)) {
                Some(model) => catalogue.models.push(listed(model, id, fields)),
                None => catalogue.unnamed += 1,
            }
        }
        catalogue
    }

    /// The model of this name. A server that would answer to any name is still asked only for what it lists.
    pub(super) fn find(&self, model: &ModelRef) -> Result<&Listed, Cause> {
        self.models.iter().find(|listed| listed.model == *model).ok_or_else(|| {
            let mut names: Vec<&str> = self.models.iter().map(|listed| listed.model.as_str()).take(MOST_NAMED).collect();
            if self.models.len() > MOST_NAMED {
                names.push("others");
            }
            let has = if names.is_empty() { "no model".to_owned() } else { names.join(", ") };
            Cause::new(CauseKind::ModelNotFound, format!("{model}; the server has {has}"))
        })
    }
}

/// What a model is called here. llama-server names a model by the path of its file unless it was started with `--alias`; where that file
/// lies is nobody's business in a report, so that only its name is taken.
fn name(id: &str) -> Option<ModelRef> {
    let is_path = id.starts_with(['/', '~', '.']) || id.contains('\\');
    let shown = if is_path { id.rsplit(['/', '\\']).next().unwrap_or(id) } else { id };
    ModelRef::new(shown).ok()
}

fn listed(model: ModelRef, id: &str, fields: &Fields) -> Listed {
    let empty = Fields::new();
    let meta = fields.get("meta").and_then(Value::as_object).unwrap_or(&empty);
    let context = number(meta, "n_ctx_train").or_else(|| number(fields, "max_model_len"));
    let facts = ModelFacts {
        file_bytes: number(meta, "size"),
        parameters: number(meta, "n_params"),
        quantization: text(meta, "ftype").map(|name| quantization(&name)),
        context_length: context.and_then(|tokens| u32::try_from(tokens).ok()),
        specialty: specialty(&model),
        ..ModelFacts::default()
    };
    let status = fields.get("status").and_then(|status| status.get("value").unwrap_or(status).as_str());
    let is_waiting = matches!(status, Some("unloaded" | "loading" | "sleeping"));
    Listed { id: id.to_owned(), facts, owner: text(fields, "owned_by"), is_waiting, model }
}

/// llama.cpp's name of a quantization as files and catalogues write it: `Q4_K - Medium` is `Q4_K_M`.
fn quantization(name: &str) -> String {
    let name = name.trim_start_matches("(guessed) ").trim_start_matches("all ").trim_start_matches("mostly ");
    let short = [(" - Small", "_S"), (" - Medium", "_M"), (" - Large", "_L")];
    short.into_iter().fold(name.to_owned(), |name, (long, short)| name.replace(long, short))
}

pub(super) fn number(fields: &Fields, key: &str) -> Option<u64> {
    fields.get(key)?.as_u64().filter(|value| *value > 0)
}

pub(super) fn text(fields: &Fields, key: &str) -> Option<String> {
    fields.get(key)?.as_str().map(clean).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Catalogue {
        Catalogue::of(&serde_json::from_str(json).unwrap())
    }

    fn names(catalogue: &Catalogue) -> Vec<&str> {
        catalogue.models.iter().map(|listed| listed.model.as_str()).collect()
    }

    #[test]
    fn a_llama_servers_model_is_named_by_its_file_without_the_path() {
        let catalogue = read(
            r#"{"object":"list","data":[{"id":"/home/anna/models/smollm2-135m-instruct-q4_1.gguf","owned_by":"llamacpp",
            "meta":{"n_ctx":4096,"n_ctx_train":8192,"n_params":134515008,"size":96576768,"ftype":"Q4_1"}}]}"#,
        );
        let listed = &catalogue.models[0];
        assert_eq!(listed.model.as_str(), "smollm2-135m-instruct-q4_1.gguf", "a home folder's name must not stand in a report");
        assert_eq!(listed.id, "/home/anna/models/smollm2-135m-instruct-q4_1.gguf", "the server is asked by its own name");
        assert_eq!((listed.facts.parameters, listed.facts.file_bytes), (Some(134_515_008), Some(96_576_768)));
        assert_eq!((listed.facts.context_length, listed.facts.quantization.as_deref()), (Some(8192), Some("Q4_1")));
        assert_eq!(listed.facts.active_bytes, None, "whether it is a mixture of experts is not said");
    }

    #[test]
    fn a_vllm_servers_model_has_the_context_that_it_was_started_with() {
        let catalogue = read(r#"{"data":[{"id":"Qwen/Qwen2.5-Coder-7B-Instruct","owned_by":"vllm","max_model_len":32768}]}"#);
        assert_eq!(names(&catalogue), ["Qwen/Qwen2.5-Coder-7B-Instruct"], "a publisher is no path");
        assert_eq!(catalogue.models[0].facts.context_length, Some(32768));
        assert!(catalogue.models[0].facts.specialty.is_some());
    }

    #[test]
    fn models_without_a_fit_name_are_counted_and_spoil_nothing() {
        let catalogue = read(
            r#"{"data":[{"id":"a"},{"id":"b c"},{"id":""},{},{"id":7},{"id":"C:\\models\\x.gguf","meta":{"size":"big"}},{"id":"/y/x.gguf"},
            {"id":"text-embedding-nomic"}]}"#,
        );
        assert_eq!((names(&catalogue), catalogue.unnamed), (vec!["a", "x.gguf"], 5), "two files of one name can't be told apart");
        assert_eq!(catalogue.models[1].facts.file_bytes, None);
    }

    #[test]
    fn only_what_is_listed_is_found() {
        let catalogue = read(r#"{"data":[{"id":"a"},{"id":"b"}]}"#);
        let cause = catalogue.find(&ModelRef::new("c").unwrap()).unwrap_err();
        assert!(cause.kind == CauseKind::ModelNotFound && cause.detail == "c; the server has a, b", "{cause}");
    }

    #[test]
    fn quantizations_get_their_usual_names() {
        for (name, usual) in [("Q4_K - Medium", "Q4_K_M"), ("(guessed) Q6_K", "Q6_K"), ("all F32", "F32"), ("Q4_1", "Q4_1")] {
            assert_eq!(quantization(name), usual);
        }
    }

    #[test]
    fn a_router_tells_what_is_not_loaded_yet() {
        let catalogue = read(r#"{"data":[{"id":"a","status":{"value":"unloaded"}},{"id":"b","status":{"value":"loaded"}},{"id":"c"}]}"#);
        assert_eq!(catalogue.models.iter().map(|listed| listed.is_waiting).collect::<Vec<_>>(), [true, false, false]);
    }
}
