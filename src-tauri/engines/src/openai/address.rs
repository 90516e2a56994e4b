//! Where an OpenAI-compatible server is.

use toprung_core::cause::Cause;
use url::Url;

use crate::http::address::parse;

/// The folder of the interface; an address may be given with or without it.
const FOLDER: &str = "v1/";

/// Reads an address: a URL or `host:port`, with or without `/v1`. Such servers share no port, so that an address without one means
/// http's own.
pub fn address(text: &str) -> Result<Url, Cause> {
    parse(text, None).map(without_folder)
}

/// The address that both `v1/…` and the server's own paths are joined to.
pub(super) fn without_folder(mut url: Url) -> Url {
    if let Some(path) = url.path().strip_suffix(FOLDER).filter(|path| path.ends_with('/')).map(str::to_owned) {
        url.set_path(&path);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_given_with_or_without_its_folder() {
        let table = [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/"),
            ("127.0.0.1:8080/v1/", "http://127.0.0.1:8080/"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080/"),
            (":8080", "http://127.0.0.1:8080/"),
            ("box.lan", "http://box.lan/"),
            ("https://box.lan/models/v1", "https://box.lan/models/"),
            ("https://box.lan/models", "https://box.lan/models/"),
            ("http://box/notv1/", "http://box/notv1/"),
        ];
        for (text, url) in table {
            assert_eq!(address(text).unwrap().as_str(), url, "{text}");
        }
    }

    #[test]
    fn a_key_in_an_address_is_refused_or_dropped() {
        assert!(address("http://me:secret@box:8080").is_err(), "user info would stand in every run's record");
        assert_eq!(address("http://box:8080/v1?api_key=secret").unwrap().as_str(), "http://box:8080/");
    }
}
