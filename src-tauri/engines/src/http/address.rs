//! Where a server is: what a person wrote, checked before anything is sent there.

use toprung_core::cause::{Cause, CauseKind};
use toprung_models::http::is_loopback;
use url::{Host, Url};

/// Reads a URL, `host:port`, `host` or `:port`. `port` is what an address without scheme and port means; `None` leaves http's own.
/// An address that means "listen everywhere" (0.0.0.0) is reached on the loopback.
pub(crate) fn parse(text: &str, port: Option<u16>) -> Result<Url, Cause> {
    let text = text.trim().trim_matches(['"', '\'']);
    let has_scheme = text.contains("://");
    let full = match text.strip_prefix(':') {
        Some(port) => format!("http://127.0.0.1:{port}"),
        None if has_scheme => text.to_owned(),
        None => format!("http://{text}"),
    };
    let mut url = Url::parse(&full).map_err(|error| bad(&format!("“{}” is no address: {error}", shown(text))))?;
    // `Url` drops a written default port, so that only an address without scheme can mean the engine's own.
    if !has_scheme && url.port().is_none() && !full.ends_with(":80") && port.is_some() {
        url.set_port(port).map_err(|()| bad("this address takes no port"))?;
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
pub(crate) fn checked(mut url: Url) -> Result<Url, Cause> {
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

/// What an address means for a secret on its way there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It stays on this machine, or is encrypted.
    Sealed,
    /// Plain http inside a home or an office: whoever is in there can read it.
    Inside,
    /// Plain http across the internet.
    Open,
}

/// How far what is sent to an address can be read on its way.
pub fn reach(url: &Url) -> Reach {
    match () {
        () if url.scheme() == "https" || is_loopback(url) => Reach::Sealed,
        () if is_private(url) => Reach::Inside,
        () => Reach::Open,
    }
}

/// What a person should know before `what` is sent there, for example “prompts and answers”.
pub(crate) fn warnings(url: &Url, what: &str) -> Vec<String> {
    if reach(url) != Reach::Open {
        return Vec::new();
    }
    let host = url.host_str().unwrap_or_default();
    vec![format!("{what} cross the network to {host} unencrypted; use https")]
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

fn bad(reason: &str) -> Cause {
    Cause::new(CauseKind::NotAnEngine, reason)
}

/// What stands before an @ may be a password, and is left out.
fn shown(text: &str) -> String {
    let text = text.rsplit('@').next().unwrap_or(text);
    text.chars().take(80).collect::<String>().escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_web_address_is_refused_with_its_reason() {
        for (text, word) in [
            ("file:///etc/passwd", "file"),
            ("ftp://box/", "ftp"),
            ("http://me:secret@box/", "password"),
            ("http://me@box/", "user name"),
            ("http://me:secret@bo x/", "address"),
            ("http://", "address"),
            ("a b", "address"),
        ] {
            let cause = parse(text, None).unwrap_err();
            assert_eq!(cause.kind, CauseKind::NotAnEngine);
            assert!(cause.detail.contains(word), "{text}: {}", cause.detail);
            assert!(!cause.detail.contains("secret"), "a password must never be repeated");
        }
    }

    #[test]
    fn a_secret_is_sealed_on_this_machine_and_by_https_alone() {
        for (text, how_far) in [
            ("127.0.0.1:8080", Reach::Sealed),
            ("http://localhost", Reach::Sealed),
            ("http://[::1]:1", Reach::Sealed),
            ("https://example.com", Reach::Sealed),
            ("http://192.168.1.4", Reach::Inside),
            ("http://box.lan", Reach::Inside),
            ("http://127.0.0.1.example.com", Reach::Open),
            ("http://8.8.8.8", Reach::Open),
        ] {
            assert_eq!(reach(&parse(text, None).unwrap()), how_far, "{text}");
        }
    }

    #[test]
    fn only_public_plain_http_is_warned_of() {
        let warned = |text| !warnings(&parse(text, None).unwrap(), "prompts").is_empty();
        for private in
            ["127.0.0.1", "http://192.168.1.4", "http://[::1]", "http://[fd00::1]", "http://box", "http://box.local", "https://example.com"]
        {
            assert!(!warned(private), "{private} stays inside or is encrypted");
        }
        for public in ["http://example.com", "http://8.8.8.8", "http://[2001:db8::1]"] {
            assert!(warned(public), "{public} is public and plain");
        }
    }
}
