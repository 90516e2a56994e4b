//! The operating system's keyring: Secret Service, Keychain or Credential Manager.

use std::sync::mpsc;
use std::time::Duration;

use keyring::{Entry, Error};
use secrecy::{ExposeSecret as _, SecretString};

/// Under which name the keyring lists this program's keys.
const SERVICE: &str = "toprung";
/// A locked keyring asks its owner for a password, who may have to look for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why the keyring can't be used, in words that hold no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unavailable(pub(crate) String);

/// Keeps one key a server.
pub(crate) trait Keyring: Send + Sync {
    /// Whether it can be reached.
    fn check(&self) -> Result<(), Unavailable>;
    fn read(&self, server: &str) -> Result<Option<SecretString>, Unavailable>;
    fn write(&self, server: &str, key: &SecretString) -> Result<(), Unavailable>;
    /// Whether there was one.
    fn remove(&self, server: &str) -> Result<bool, Unavailable>;
}

/// The one of this machine's owner.
pub(crate) struct SystemKeyring;

impl Keyring for SystemKeyring {
    fn check(&self) -> Result<(), Unavailable> {
        in_time(|| Entry::store_status().as_ref().map_err(words).copied())
    }

    fn read(&self, server: &str) -> Result<Option<SecretString>, Unavailable> {
        let server = server.to_owned();
        in_time(move || match entry(&server)?.get_password() {
            Ok(key) => Ok(Some(SecretString::from(key))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(words(&error)),
        })
    }

    fn write(&self, server: &str, key: &SecretString) -> Result<(), Unavailable> {
        let (server, key) = (server.to_owned(), key.clone());
        in_time(move || entry(&server)?.set_password(key.expose_secret()).map_err(|error| words(&error)))
    }

    fn remove(&self, server: &str) -> Result<bool, Unavailable> {
        let server = server.to_owned();
        in_time(move || match entry(&server)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(words(&error)),
        })
    }
}

fn entry(server: &str) -> Result<Entry, Unavailable> {
    Entry::store_status().as_ref().map_err(words)?;
    Entry::new(SERVICE, server).map_err(|error| words(&error))
}

/// Runs on a thread of its own, because the keyring's client must not wait inside an asynchronous task, and no longer than a person
/// needs to unlock it.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> Result<T, Unavailable> + Send + 'static) -> Result<T, Unavailable> {
    let (answer, heard) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let _ = answer.send(work());
    });
    let silent = || Unavailable(format!("it did not answer within {} s", PATIENCE.as_secs()));
    heard.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(silent()))
}

/// Only errors about the way to the keyring are repeated: those about its content may hold some of it.
fn words(error: &Error) -> Unavailable {
    Unavailable(match error {
        Error::PlatformFailure(_) | Error::NoStorageAccess(_) | Error::TooLong(..) | Error::NotSupportedByStore(_) => error.to_string(),
        Error::NoDefaultStore => "there is none".to_owned(),
        _ => "its entry for this server can't be read".to_owned(),
    })
}
