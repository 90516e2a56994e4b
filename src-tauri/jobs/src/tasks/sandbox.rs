//! Where the sandbox for model-written code is found.

use toprung_tasks::sandbox::Sandbox;

use crate::home::Home;

/// The sandbox of a data folder, or why there is none, in a sentence.
pub(crate) fn find(home: &Home) -> Result<Sandbox, String> {
    Sandbox::find(home.folder()).map_err(|unavailable| unavailable.to_string())
}
