//! Where an Ollama server is, and where its registries are.

use std::net::IpAddr;

use toprung_core::cause::Cause;
use url::Url;

use crate::http::address::parse;

/// The server's own default port.
const DEFAULT_PORT: u16 = 11434;

/// Reads an address as Ollama reads OLLAMA_HOST: a URL, `host:port`, `host`, `:port`, or nothing for 127.0.0.1:11434. An address
/// that means "listen everywhere" (0.0.0.0) is reached on the loopback.
pub fn address(text: Option<&str>) -> Result<Url, Cause> {
    let written = text.filter(|text| !text.trim().trim_matches(['"', '\'']).is_empty());
    parse(written.unwrap_or("127.0.0.1"), Some(DEFAULT_PORT))
}

/// Whether a model's name leads to a registry on this machine, which then may speak plain http.
pub(super) fn is_loopback_registry(model: &str) -> bool {
    let Some((host, _)) = model.split_once('/') else { return false };
    let name = match host.strip_prefix('[') {
        Some(ipv6) => ipv6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_ollama_reads_them() {
        let table = [
            (None, "http://127.0.0.1:11434/"),
            (Some(""), "http://127.0.0.1:11434/"),
            (Some("0.0.0.0"), "http://127.0.0.1:11434/"),
            (Some("0.0.0.0:8080"), "http://127.0.0.1:8080/"),
            (Some("[::]:8080"), "http://127.0.0.1:8080/"),
            (Some(":8080"), "http://127.0.0.1:8080/"),
            (Some("box.lan"), "http://box.lan:11434/"),
            (Some("box.lan:80"), "http://box.lan/"),
            (Some("http://box.lan"), "http://box.lan/"),
            (Some("https://box.lan/ollama"), "https://box.lan/ollama/"),
            (Some("\"127.0.0.1:1\""), "http://127.0.0.1:1/"),
        ];
        for (text, url) in table {
            assert_eq!(address(text).unwrap().as_str(), url, "{text:?}");
        }
    }

    #[test]
    fn only_a_registry_on_this_machine_may_be_insecure() {
        for name in ["localhost:5055/library/a:b", "localhost/a", "127.0.0.1:5000/a", "[::1]:5000/a"] {
            assert!(is_loopback_registry(name), "{name}");
        }
        for name in ["llama3:8b", "library/llama3", "example.com/a", "localhost.example.com/a", "127.0.0.1.example.com/a", "localhost"] {
            assert!(!is_loopback_registry(name), "{name}");
        }
    }
}
