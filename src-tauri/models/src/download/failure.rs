//! How a request can fail, and whether trying again helps.

use std::error::Error;
use std::io;
use std::path::Path;

use reqwest::StatusCode;
use toprung_core::cause::{Cause, CauseKind};

/// Why a part of a download did not come.
#[derive(Debug)]
pub(super) enum Failure {
    /// The network or the server hiccuped: worth another try.
    Again(Cause),
    /// No connection came about: worth another try for a download under way, and told at once before one begins.
    Unreachable(Cause),
    /// Trying again brings the same.
    Final(Cause),
    /// The server's file is no longer the one that was begun.
    Changed,
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self::Final(cause)
    }
}

pub(super) fn failed(detail: impl Into<String>) -> Cause {
    Cause::new(CauseKind::DownloadFailed, detail)
}

/// An error of the connection, in the words of its innermost source: the outer ones only say that sending failed.
pub(super) fn of_connection(host: &str, error: &reqwest::Error) -> Failure {
    let mut words = error.to_string();
    let mut inner = error.source();
    while let Some(source) = inner {
        words = source.to_string();
        inner = source.source();
    }
    if error.is_connect() {
        return Failure::Unreachable(failed(format!("{host} cannot be reached: {words}")));
    }
    if error.is_redirect() {
        return Failure::Final(failed(format!("{host}: {words}")));
    }
    Failure::Again(failed(format!("the connection to {host} broke: {words}")))
}

/// A status that is no success.
pub(super) fn of_status(host: &str, status: StatusCode) -> Failure {
    let number = status.as_u16();
    match number {
        404 | 410 => Failure::Final(Cause::new(CauseKind::ModelNotFound, format!("{host} has no such file: it answered {number}"))),
        401 | 403 => {
            Failure::Final(failed(format!("{host} refuses the file: it answered {number}; it may ask for an account or a licence")))
        }
        408 | 429 | 500..=599 => Failure::Again(failed(format!("{host} answered {number}"))),
        _ => Failure::Final(failed(format!("{host} answered {number}"))),
    }
}

/// An error of this machine's disk.
pub(super) fn of_disk(path: &Path, error: &io::Error) -> Cause {
    let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge);
    let kind = if full { CauseKind::DiskFull } else { CauseKind::DownloadFailed };
    Cause::new(kind, format!("{} cannot be written: {error}", path.display()))
}
