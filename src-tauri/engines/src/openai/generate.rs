//! Asking for a generation and reading its stream.

use std::time::Instant;

use reqwest::Method;
use toprung_core::cause::Cause;

use super::generation::Generation;
use super::request::Manners;
use crate::http::limits::Wait;
use crate::http::stream::{read, told_apart};
use crate::http::transport::Transport;
use crate::{FinalRecord, OnFragment, Request};

/// Generates, and passes every fragment on as it is read. `model` is the server's own name of the model. A request that the server
/// refuses for a word that it does not know is put again without it.
pub(super) async fn generate(
    transport: &Transport,
    manners: &Manners,
    model: &str,
    request: &Request,
    wait: Wait,
    on_fragment: OnFragment<'_>,
) -> Result<FinalRecord, Cause> {
    loop {
        let (path, body) = manners.put(model, request);
        let mut generation = Generation::new(Instant::now(), request.max_output_tokens);
        let outcome = match transport.send(Method::POST, path, Some(&body), wait).await {
            Ok(response) => read(transport, response, wait, &mut generation, on_fragment).await,
            Err(refused) if manners.learn(path, &body, &refused) => continue,
            Err(refused) => Err(refused.into()),
        };
        let outcome = told_apart(transport, outcome).await;
        return outcome.map_err(|cause| Cause { detail: transport.without_key(&cause.detail), ..cause });
    }
}
