//! Keys of servers: kept in the operating system's keyring, one an address, or read from the environment.
//!
//! Architecture invariant: a key is a [`SecretString`] from where it is read to the header that carries it. It stands in no database,
//! file, log, message or debug print.

mod keyring;

use std::sync::Arc;

use secrecy::ExposeSecret as _;
pub use secrecy::SecretString;
use toprung_engines::openai::{Reach, address, is_sendable, reach};
use url::Url;

use self::keyring::{Keyring, SystemKeyring, Unavailable};
use crate::engines::bad_address;
use crate::home::Home;
use crate::problem::Problem;

/// Holds a key for a server that a person names; it goes before the keyring's.
pub const KEY_VARIABLE: &str = "TOPRUNG_API_KEY";

/// Who named a server, which decides whose key it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedBy {
    Person,
    /// A ladder file may come from anyone: the environment's key would go to whatever address stands in it.
    File,
}

/// Where keys come from.
#[derive(Clone)]
pub(crate) struct Keys {
    environment: Option<SecretString>,
    keyring: Arc<dyn Keyring>,
}

impl Keys {
    /// The environment's and the operating system's. Nothing is asked yet.
    pub(crate) fn of_this_machine() -> Self {
        let set = std::env::var(KEY_VARIABLE).unwrap_or_default();
        let environment = Some(set.trim()).filter(|key| !key.is_empty()).map(SecretString::from);
        Self { environment, keyring: Arc::new(SystemKeyring) }
    }

    #[cfg(test)]
    pub(crate) fn new(environment: Option<&str>, keyring: Arc<dyn Keyring>) -> Self {
        Self { environment: environment.map(SecretString::from), keyring }
    }

    /// The key for a server, where there is one. A keyring that can't be reached has none: a server that wants one says so, and its
    /// refusal names both ways to give it. Refuses to send one across the internet unencrypted.
    pub(crate) fn key_for(&self, server: &Url, named_by: NamedBy) -> Result<Option<SecretString>, Problem> {
        let given = self.environment.clone().filter(|_| named_by == NamedBy::Person);
        let key = given.or_else(|| self.keyring.read(&origin(server)).ok().flatten());
        if key.is_some() {
            check_way(server)?;
        }
        Ok(key)
    }

    /// Whether the keyring can be reached; else why not.
    pub(crate) fn keyring_state(&self) -> Result<(), Unavailable> {
        self.keyring.check()
    }
}

/// Stores a server's key in the keyring and answers with the server that it belongs to. An earlier one is replaced.
pub fn set(home: &Home, url: &str, key: &SecretString) -> Result<String, Problem> {
    let server = address(url).map_err(bad_address)?;
    check_way(&server)?;
    let key = SecretString::from(key.expose_secret().trim());
    if !is_sendable(&key) {
        let what = "The key is empty, or holds a space or a character that is not ASCII.";
        return Err(Problem::input("bad_key", what, "Copy it once more from where the server gave it to you."));
    }
    let server = origin(&server);
    home.keys().keyring.write(&server, &key).map_err(no_keyring)?;
    Ok(server)
}

/// Removes a server's key from the keyring and answers with the server that it belonged to.
pub fn remove(home: &Home, url: &str) -> Result<String, Problem> {
    let server = origin(&address(url).map_err(bad_address)?);
    if home.keys().keyring.remove(&server).map_err(no_keyring)? {
        return Ok(server);
    }
    let next = "Check the address: a key belongs to one host and port.";
    Err(Problem::input("no_such_key", format!("The keyring holds no key for {server}."), next))
}

/// What a key belongs to: scheme, host and port, whatever the path.
fn origin(server: &Url) -> String {
    server.origin().ascii_serialization()
}

/// Whether two addresses are of one server.
pub(crate) fn same_server(a: &str, b: &str) -> bool {
    matches!((address(a), address(b)), (Ok(a), Ok(b)) if origin(&a) == origin(&b))
}

/// Refuses an address on whose way anyone could read a key.
fn check_way(server: &Url) -> Result<(), Problem> {
    if reach(server) != Reach::Open {
        return Ok(());
    }
    let what = format!("A key would cross the internet to {} unencrypted, so it was not sent.", server.host_str().unwrap_or_default());
    let next = format!("Use an https address; if the server needs no key, leave {KEY_VARIABLE} unset and remove the stored one.");
    Err(Problem::input("key_unprotected", what, next))
}

fn no_keyring(reason: Unavailable) -> Problem {
    let what = "This machine's keyring can't be reached, so no key can be kept in it.";
    Problem::world("no_keyring", what, format!("Give the key in the environment variable {KEY_VARIABLE} instead.")).with_detail(reason.0)
}

#[cfg(test)]
mod tests;
