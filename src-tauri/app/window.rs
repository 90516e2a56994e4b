//! The one window: where it may go, and what happens when the app is started twice.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::process::ExitCode;

use tauri::plugin::TauriPlugin;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, Url, WebviewWindowBuilder, Wry};
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem;

const LABEL: &str = "main";

/// Opens the window. It shows the app's own pages and nothing else; links to elsewhere do nothing.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.iter().find(|window| window.label == LABEL) else {
        return Err(tauri::Error::WindowNotFound);
    };
    WebviewWindowBuilder::from_config(app, config)?.on_navigation(is_own_page).on_new_window(|_, _| NewWindowResponse::Deny).build()?;
    Ok(())
}

/// The app's pages come from Tauri's own scheme: `tauri://localhost`, or `http://tauri.localhost` on Windows.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// A second start on the same data folder brings the first window to the front and ends.
pub(crate) fn single_instance(home: &Home) -> TauriPlugin<Wry> {
    let mut hasher = DefaultHasher::new();
    home.folder().hash(&mut hasher);
    tauri_plugin_single_instance::Builder::new()
        .callback(|app, _arguments, _folder| focus(app))
        .dbus_id(format!("app.toprung.desktop.F{:016x}", hasher.finish()))
        .build()
}

fn focus(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Says why the app does not start at all.
pub(crate) fn refuse(problem: &Problem) -> ExitCode {
    eprintln!("toprung: {problem}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_apps_own_pages_open() {
        for (url, own) in [
            ("tauri://localhost/index.html", true),
            ("http://tauri.localhost/", true),
            ("tauri://evil/", false),
            ("https://example.org/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,hi", false),
        ] {
            assert_eq!(is_own_page(&Url::parse(url).unwrap()), own, "{url}");
        }
    }
}
