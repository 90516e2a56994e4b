//! Why this process could not do what it was told.

use toprung_protocol::sandbox::{FailureCode, Reply};

pub(crate) struct Failure {
    code: FailureCode,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Something that no file and no program explains.
    pub(crate) fn internal(what: &str, error: &dyn std::fmt::Display) -> Self {
        Self::new(FailureCode::Internal, format!("{what}: {error:#}"))
    }

    pub(crate) fn into_reply(self) -> Reply {
        Reply::Failed { code: self.code, message: self.message }
    }
}
