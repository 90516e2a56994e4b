//! The project's one way to speak HTTP: how every client is built, and which addresses may be downloaded from.

use std::net::IpAddr;
use std::sync::Once;
use std::time::Duration;

use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Client, ClientBuilder};
use url::{Host, Url};

/// How this program names itself to servers.
pub const USER_AGENT: &str = concat!("toprung/", env!("CARGO_PKG_VERSION"));
/// A host that does not take a connection within this time counts as out of reach. Satellite links need about 1 s.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Model hubs redirect once or twice, to a content network; browsers stop at 20.
const MAX_REDIRECTS: usize = 8;
/// A connection that was idle for longer is not used again: vLLM closes its own after 5 s, and a request that is sent at that very
/// moment is lost. Two trials in a row lie closer together.
const IDLE_LIMIT: Duration = Duration::from_secs(2);

/// A client for engines. It follows no redirect, because a custom key header would follow it to another host, and it uses no
/// proxy, because a proxy would stand between an engine and the clock that times it.
pub fn client() -> Client {
    build(|builder| builder.redirect(Policy::none()).no_proxy().pool_idle_timeout(IDLE_LIMIT))
}

/// A client for an engine at an address. On this machine each request has a connection of its own: it costs some 0.1 ms, and
/// llama-server was seen to close a used one just when the next request was on its way.
pub fn client_for(engine: &Url) -> Client {
    if !is_loopback(engine) {
        return client();
    }
    build(|builder| builder.redirect(Policy::none()).no_proxy().pool_max_idle_per_host(0))
}

/// A client for downloads: follows a few redirects, never from https to http, and uses the system's proxy settings
/// except for addresses of this machine.
pub fn download_client() -> Client {
    build(|builder| {
        let builder = builder.redirect(Policy::custom(follow)).referer(false);
        system_proxies().into_iter().fold(builder.no_proxy(), ClientBuilder::proxy)
    })
}

/// An address that may be downloaded from, or why not: https anywhere, plain http on this machine only, no user info.
pub fn download_url(text: &str) -> Result<Url, BadUrl> {
    let refuse = |reason| BadUrl { url: text.chars().take(120).collect(), reason };
    let url = Url::parse(text).map_err(|_| refuse("it is not a complete address"))?;
    match is_safe(&url) {
        None => Ok(url),
        Some(reason) => Err(refuse(reason)),
    }
}

/// An address that was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{}” cannot be downloaded from: {reason}", url.escape_debug())]
pub struct BadUrl {
    pub url: String,
    pub reason: &'static str,
}

/// Whether an address names this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback(),
        None => false,
    }
}

fn is_safe(url: &Url) -> Option<&'static str> {
    if !matches!(url.scheme(), "https" | "http") {
        return Some("only https addresses are");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("it holds a user name or password");
    }
    if url.scheme() == "http" && !is_loopback(url) {
        return Some("plain http is open to tampering: use https");
    }
    None
}

fn follow(attempt: Attempt<'_>) -> Action {
    match redirect_problem(attempt.previous(), attempt.url()) {
        None => attempt.follow(),
        Some(problem) => attempt.error(problem),
    }
}

/// Why a redirect is not followed; `None` where it is.
fn redirect_problem(previous: &[Url], next: &Url) -> Option<String> {
    if previous.len() > MAX_REDIRECTS {
        return Some(format!("the server redirects more than {MAX_REDIRECTS} times"));
    }
    if previous.iter().any(|url| url.scheme() == "https") && next.scheme() != "https" {
        return Some("the server redirects from https to plain http".to_owned());
    }
    is_safe(next).map(|reason| format!("the server redirects to an address that is refused: {reason}"))
}

fn build(configure: impl Fn(ClientBuilder) -> ClientBuilder) -> Client {
    install_crypto();
    let builder = || configure(Client::builder().user_agent(USER_AGENT).connect_timeout(CONNECT_TIMEOUT));
    // A machine with no certificates at all must still reach engines by plain http: https then fails, and says so.
    builder().build().or_else(|_| builder().tls_certs_only([]).build()).unwrap_or_default()
}

/// The proxies of the environment, without those hosts that need none.
fn system_proxies() -> Vec<reqwest::Proxy> {
    let variable = |name: &str| {
        [name.to_owned(), name.to_ascii_lowercase()].iter().find_map(|name| std::env::var(name).ok()).filter(|value| !value.is_empty())
    };
    let exempt = format!("localhost,127.0.0.0/8,::1,{}", variable("NO_PROXY").unwrap_or_default());
    let without_loopback = |proxy: reqwest::Proxy| proxy.no_proxy(reqwest::NoProxy::from_string(&exempt));
    variable("HTTPS_PROXY")
        .or_else(|| variable("ALL_PROXY"))
        .and_then(|address| reqwest::Proxy::https(address).ok())
        .map(without_loopback)
        .into_iter()
        .collect()
}

/// rustls asks for one crypto provider a process; another part of the program may have installed it already.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_downloaded_from() {
        for good in ["https://host.example/a.gguf", "http://127.0.0.1:8080/a.gguf", "http://localhost/a", "http://[::1]:1/a"] {
            assert!(download_url(good).is_ok(), "{good} is safe");
        }
        let bad = [
            "http://host.example/a",
            "file:///etc/passwd",
            "https://u:p@host.example/a",
            "ftp://host.example/a",
            "a.gguf",
            "",
            "http://127.0.0.1.host.example/a",
        ];
        for bad in bad {
            let error = download_url(bad).expect_err("it is unsafe or no address");
            assert!(!error.reason.is_empty() && error.to_string().contains("cannot be downloaded"), "{bad} is refused in words");
        }
    }

    #[test]
    fn redirects_stay_safe_and_few() {
        let url = |text: &str| Url::parse(text).expect("an address");
        let hub = [url("https://hub.example/a")];
        assert_eq!(redirect_problem(&hub, &url("https://cdn.example/a?signature=1")), None, "hubs redirect to content networks");
        assert!(
            redirect_problem(&hub, &url("http://127.0.0.1/a")).is_some_and(|problem| problem.contains("plain http")),
            "not even to this machine"
        );
        assert!(
            redirect_problem(&[url("http://localhost/a")], &url("http://host.example/a")).is_some(),
            "plain http must stay on this machine"
        );
        assert!(redirect_problem(&vec![hub[0].clone(); MAX_REDIRECTS + 1], &hub[0]).is_some(), "a circle ends");
    }

    #[test]
    fn both_clients_are_built_any_number_of_times() {
        // The crypto provider may be installed only once; a second client must not fail for it.
        for _ in 0..3 {
            let _ = client();
            let _ = download_client();
        }
    }
}
