use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use super::*;

/// A keyring in memory; one without a map can't be reached.
#[derive(Default)]
pub(crate) struct Remembered(Option<Mutex<HashMap<String, String>>>);

impl Remembered {
    fn ready() -> Arc<Self> {
        Arc::new(Self(Some(Mutex::default())))
    }

    fn map(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, String>>, Unavailable> {
        self.0.as_ref().map(|map| map.lock().unwrap()).ok_or_else(|| Unavailable("no session bus".to_owned()))
    }
}

impl Keyring for Remembered {
    fn check(&self) -> Result<(), Unavailable> {
        self.map().map(drop)
    }

    fn read(&self, server: &str) -> Result<Option<SecretString>, Unavailable> {
        Ok(self.map()?.get(server).map(|key| SecretString::from(key.as_str())))
    }

    fn write(&self, server: &str, key: &SecretString) -> Result<(), Unavailable> {
        self.map()?.insert(server.to_owned(), key.expose_secret().to_owned());
        Ok(())
    }

    fn remove(&self, server: &str) -> Result<bool, Unavailable> {
        Ok(self.map()?.remove(server).is_some())
    }
}

fn home(folder: &Path, environment: Option<&str>, keyring: Arc<Remembered>) -> Home {
    Home::open_at(folder).unwrap().with_keys(Keys::new(environment, keyring))
}

fn key_of(home: &Home, url: &str, named_by: NamedBy) -> Option<String> {
    let key = home.keys().key_for(&address(url).unwrap(), named_by).unwrap();
    key.map(|key| key.expose_secret().to_owned())
}

const BOX: &str = "https://box.lan:8080/v1";

#[test]
fn a_key_belongs_to_one_server_whatever_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), None, Remembered::ready());
    assert_eq!(set(&home, BOX, &SecretString::from(" sk-one\n")).unwrap(), "https://box.lan:8080");
    for same in ["https://box.lan:8080", "https://box.lan:8080/", "https://box.lan:8080/models/v1/"] {
        assert_eq!(key_of(&home, same, NamedBy::Person).as_deref(), Some("sk-one"), "{same}");
        assert_eq!(key_of(&home, same, NamedBy::File).as_deref(), Some("sk-one"), "it was stored for this very server");
    }
    for other in ["http://box.lan:8080", "https://box.lan", "https://box.lan.evil.example:8080", "https://127.0.0.1:8080"] {
        assert_eq!(key_of(&home, other, NamedBy::Person), None, "{other}");
    }
    assert_eq!(remove(&home, BOX).unwrap(), "https://box.lan:8080");
    assert_eq!(remove(&home, BOX).unwrap_err().code, "no_such_key");
    assert_eq!(key_of(&home, BOX, NamedBy::Person), None);
}

#[test]
fn the_environment_goes_first_but_to_no_server_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), Some("sk-env"), Remembered::ready());
    set(&home, BOX, &SecretString::from("sk-ring")).unwrap();
    assert_eq!(key_of(&home, BOX, NamedBy::Person).as_deref(), Some("sk-env"));
    assert_eq!(key_of(&home, BOX, NamedBy::File).as_deref(), Some("sk-ring"));
    assert_eq!(key_of(&home, "https://evil.example", NamedBy::File), None, "a ladder file must not lead a key to its author");
}

#[test]
fn no_key_crosses_the_internet_unencrypted() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), Some("sk-env"), Remembered::ready());
    let open = address("http://example.com").unwrap();
    let problem = home.keys().key_for(&open, NamedBy::Person).unwrap_err();
    assert!(problem.code == "key_unprotected" && !problem.to_string().contains("sk-"), "{problem}");
    assert!(home.keys().key_for(&open, NamedBy::File).is_ok(), "there is none to protect");
    assert_eq!(set(&home, "http://example.com", &SecretString::from("sk-a")).unwrap_err().code, "key_unprotected");
    assert!(key_of(&home, "http://192.168.1.4:8080", NamedBy::Person).is_some(), "inside a home it is a warning");
}

#[test]
fn a_machine_without_a_keyring_still_takes_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), Some("sk-env"), Arc::default());
    assert_eq!(key_of(&home, BOX, NamedBy::Person).as_deref(), Some("sk-env"));
    assert_eq!(key_of(&home, BOX, NamedBy::File), None, "a keyring that can't be reached has no key");
    let problem = set(&home, BOX, &SecretString::from("sk-a")).unwrap_err();
    assert!(problem.code == "no_keyring" && problem.next_step.contains(KEY_VARIABLE), "{problem}");
    assert!(problem.detail.contains("session bus"), "{problem}");
}

#[test]
fn a_key_that_no_header_takes_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), None, Remembered::ready());
    for bad in ["", " ", "two words", "ключ"] {
        let problem = set(&home, BOX, &SecretString::from(bad)).unwrap_err();
        assert!(problem.code == "bad_key" && !problem.to_string().contains("two words"), "{problem}");
    }
}
