//! The system's own dialogs.

use std::path::PathBuf;

use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt as _;

/// Asks where a file goes; `None` where the dialog was closed. The path has the ending, typed or not.
pub(super) async fn where_to(app: &AppHandle, title: &str, name: &str, ending: &str) -> Option<PathBuf> {
    let dialog = app.dialog().file().set_title(title).set_file_name(name).add_filter(ending.to_uppercase(), &[ending]);
    let (tell, told) = tokio::sync::oneshot::channel();
    dialog.save_file(move |path| {
        let _ = tell.send(path);
    });
    let path = told.await.ok().flatten()?.into_path().ok()?;
    let has_ending = path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending));
    Some(if has_ending { path } else { path.with_added_extension(ending) })
}
