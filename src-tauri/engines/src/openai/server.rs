//! Which program answers, and how it was started. All of it is beside the common interface: what a server does not say is unknown.

use reqwest::Method;
use serde_json::Value;
use toprung_core::model::ModelRef;

use super::models::{Catalogue, number, text};
use super::wire::Fields;
use crate::http::limits::Wait;
use crate::http::transport::Transport;

/// What a server says of itself. The path of its model, which llama-server tells too, is never taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Server {
    /// `llama-server`, `vLLM`, `LM Studio`.
    pub(super) program: Option<&'static str>,
    pub(super) version: Option<String>,
    /// Of one request, in tokens.
    pub(super) context_tokens: Option<u32>,
    /// Requests that are worked on at the same time.
    pub(super) slots: Option<u64>,
    pub(super) has_template: Option<bool>,
}

impl Server {
    pub(super) async fn ask(transport: &Transport, catalogue: &Catalogue) -> Self {
        let question = |path: &'static str| async move {
            // A server that lacks the question is no worse for it.
            transport.json::<Fields>(Method::GET, path, None, Wait::answer(&transport.limits)).await.unwrap_or_default()
        };
        let (props, version) = tokio::join!(question("props"), question("version"));
        Self::of(&props, &version, catalogue)
    }

    fn of(props: &Fields, version: &Fields, catalogue: &Catalogue) -> Self {
        let settings = props.get("default_generation_settings").and_then(Value::as_object);
        let owner = catalogue.models.iter().find_map(|listed| listed.owner.as_deref());
        let program = match owner {
            _ if settings.is_some() => Some("llama-server"),
            Some("llamacpp") => Some("llama-server"),
            Some("vllm") => Some("vLLM"),
            Some("organization_owner") => Some("LM Studio"),
            _ => None,
        };
        Self {
            program,
            version: text(props, "build_info").or_else(|| text(version, "version")),
            context_tokens: settings.and_then(|settings| number(settings, "n_ctx")).and_then(|tokens| u32::try_from(tokens).ok()),
            slots: number(props, "total_slots"),
            has_template: settings.map(|_| text(props, "chat_template").is_some()),
        }
    }

    /// Settings that change the figures, each as name and value.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let rows = [
            ("server", Some(self.program.unwrap_or("not known").to_owned())),
            ("context", self.context_tokens.map(|tokens| format!("{tokens} tokens"))),
            ("slots", self.slots.map(|slots| slots.to_string())),
            ("chat_template", self.has_template.map(|has| if has { "of the model" } else { "missing" }.to_owned())),
        ];
        rows.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// The context of one request to a model, in tokens: the server's own word, or the longest that it takes.
    pub(super) fn context_of(&self, model: &ModelRef, catalogue: &Catalogue) -> Option<u32> {
        let started_with = || catalogue.find(model).ok().filter(|listed| listed.owner.as_deref() == Some("vllm"))?.facts.context_length;
        self.context_tokens.or_else(started_with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(props: &str, version: &str, models: &str) -> Server {
        let fields = |json: &str| serde_json::from_str(json).unwrap();
        Server::of(&fields(props), &fields(version), &Catalogue::of(&serde_json::from_str(models).unwrap()))
    }

    #[test]
    fn a_llama_server_tells_its_build_context_and_slots_and_no_path() {
        let props = r#"{"default_generation_settings":{"n_ctx":4096},"total_slots":2,"build_info":"b9000-abc","chat_template":"{{x}}",
            "model_path":"/home/anna/secret.gguf"}"#;
        let server = server(props, "{}", r#"{"data":[{"id":"a","owned_by":"llamacpp"}]}"#);
        assert_eq!((server.program, server.version.as_deref()), (Some("llama-server"), Some("b9000-abc")));
        assert_eq!((server.context_tokens, server.slots, server.has_template), (Some(4096), Some(2), Some(true)));
        assert!(!format!("{:?}", server.settings()).contains("anna"), "where a model lies stays on its machine");
    }

    #[test]
    fn a_vllm_server_is_known_by_its_models_owner() {
        let models = r#"{"data":[{"id":"a","owned_by":"vllm","max_model_len":8192}]}"#;
        let server = server("{}", r#"{"version":"0.9.1"}"#, models);
        assert_eq!((server.program, server.version.as_deref()), (Some("vLLM"), Some("0.9.1")));
        let catalogue = Catalogue::of(&serde_json::from_str(models).unwrap());
        assert_eq!(server.context_of(&ModelRef::new("a").unwrap(), &catalogue), Some(8192));
    }

    #[test]
    fn what_a_server_does_not_say_is_unknown() {
        let server = server(r#"{"error":"Unexpected endpoint or method."}"#, "{}", r#"{"data":[]}"#);
        assert_eq!(server, Server::default());
        assert_eq!(server.settings(), [("server".to_owned(), "not known".to_owned())]);
    }
}
