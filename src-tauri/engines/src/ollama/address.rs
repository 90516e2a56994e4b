//! Where a server is: what a person wrote, checked before anything is sent there.

use std::net::IpAddr;

use toprung_core::cause::{Cause, CauseKind};
use url::{Host, Url};

/// The server's own default port.
const DEFAULT_PORT: u16 = 11434;

/// Reads an address as Ollama reads OLLAMA_HOST: a URL, `host:port`, `host`, `:port`, or nothing for 127.0.0.1:11434. An address
/// that means "listen everywhere" (0.0.0.0) is reached on the loopback.
pub fn address(text: Option<&str>) -> Result<Url, Cause> {
    let text = text.map(|text| text.trim().trim_matches(['"', '\''])).filter(|text| !text.is_empty()).unwrap_or("127.0.0.1");
    let has_scheme = text.contains("://");
    let full = match text.strip_prefix(':') {
        Some(port) => format!("http://127.0.0.1:{port}"),
        None if has_scheme => text.to_owned(),
        None => format!("http://{text}"),
    };
    let mut url = Url::parse(&full).map_err(|error| bad(&format!("“{}” is no address: {error}", shown(text))))?;
    // `Url` drops a written default port, so that only an address without scheme can mean Ollama's own.
    if !has_scheme && url.port().is_none() && !full.ends_with(":80") {
        url.set_port(Some(DEFAULT_PORT)).map_err(|()| bad("this address takes no port"))?;
    }
    let everywhere = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_unspecified(),
        Some(Host::Ipv6(ip)) => ip.is_unspecified(),
        _ => false,
    };
    if everywhere {
        url.set_host(Some("127.0.0.1")).map_err(|error| bad(&error.to_string()))?;
    }
    checked(url)
}

/// Refuses what is no plain web address and gives it the form that paths are joined to.
pub(super) fn checked(mut url: Url) -> Result<Url, Cause> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(&format!("{}: addresses are refused; only http and https are allowed", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("the address holds a user name or a password; leave them out"));
    }
    if url.host().is_none() {
        return Err(bad("the address names no host"));
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// What a person should know before prompts are sent there.
pub(super) fn warnings(url: &Url) -> Vec<String> {
    if url.scheme() == "https" || is_private(url) {
        return Vec::new();
    }
    let host = url.host_str().unwrap_or_default();
    vec![format!("prompts and answers cross the network to {host} unencrypted; use https")]
}

fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
            None => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        },
        // A name without a dot, or with one of these ends, is resolved inside a home or an office.
        Some(Host::Domain(name)) => {
            !name.contains('.') || [".local", ".lan", ".home.arpa", ".internal", ".localhost"].iter().any(|end| name.ends_with(end))
        }
        None => false,
    }
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

fn bad(reason: &str) -> Cause {
    Cause::new(CauseKind::NotAnEngine, reason)
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect::<String>().escape_debug().to_string()
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
    fn what_is_no_plain_web_address_is_refused_with_its_reason() {
        for (text, word) in [
            ("file:///etc/passwd", "file"),
            ("ftp://box/", "ftp"),
            ("http://me:secret@box/", "password"),
            ("http://me@box/", "user name"),
            ("http://", "address"),
            ("a b", "address"),
        ] {
            let cause = address(Some(text)).unwrap_err();
            assert_eq!(cause.kind, CauseKind::NotAnEngine);
            assert!(cause.detail.contains(word), "{text}: {}", cause.detail);
            assert!(!cause.detail.contains("secret"), "a password must never be repeated");
        }
    }

    #[test]
    fn only_public_plain_http_is_warned_of() {
        let warned = |text| !warnings(&address(Some(text)).unwrap()).is_empty();
        for private in
            ["127.0.0.1", "http://192.168.1.4", "http://[::1]", "http://[fd00::1]", "http://box", "http://box.local", "https://example.com"]
        {
            assert!(!warned(private), "{private} stays inside or is encrypted");
        }
        for public in ["http://example.com", "http://8.8.8.8", "http://[2001:db8::1]"] {
            assert!(warned(public), "{public} is public and plain");
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
