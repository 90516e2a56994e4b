//! Models: list, pull, delete with undo.

use std::sync::Arc;

use tauri::State;
use tauri::ipc::Channel;
use toprung_jobs::engines::EngineChoice;
use toprung_jobs::{EngineKind, models};
use toprung_messages::{ModelsView, PullEvent};

use crate::convert;
use crate::deletions::Item;
use crate::state::{Answer, AppState};

#[tauri::command]
pub(crate) async fn query_models(state: State<'_, AppState>) -> Answer<ModelsView> {
    let mut view = ModelsView { installed: Vec::new(), catalogue: Vec::new(), problems: Vec::new(), pulls: state.pulls.views() };
    let speeds = models::last_speeds(&state.home);
    for kind in [EngineKind::Llama, EngineKind::Ollama] {
        let engine = EngineChoice::usual(kind);
        match models::installed(&state.home, &engine).await {
            Ok(mut installed) => {
                let offered = models::offered(kind);
                view.catalogue.extend(convert::models::catalogue(&offered, &installed, kind));
                installed.retain(|model| !state.deletions.hides(&engine, model.model.as_str()));
                view.installed.extend(convert::models::installed(&installed, &offered, kind, &speeds));
            }
            // An engine that is not there is no fault of the models: Home says what is missing.
            Err(problem) if problem.code == "engine_unreachable" => {}
            Err(problem) => view.problems.push(convert::problem(&problem)),
        }
    }
    Ok(view)
}

#[tauri::command]
pub(crate) async fn start_pull(state: State<'_, AppState>, model: String, engine: String, channel: Channel<PullEvent>) -> Answer<u32> {
    let engine = convert::plan::engine(&engine, None)?;
    Ok(state.pulls.start(Arc::clone(&state.home), model, engine, channel))
}

#[tauri::command]
pub(crate) fn cancel_pull(state: State<'_, AppState>, job: u32) {
    state.pulls.cancel(job);
}

#[tauri::command]
pub(crate) async fn start_delete(state: State<'_, AppState>, model: String, engine: String) -> Answer<u32> {
    let engine = convert::plan::engine(&engine, None)?;
    let id = state.deletions.add(Item::Model { engine, model });
    tauri::async_runtime::spawn(Arc::clone(&state.deletions).carry_out(id, Arc::clone(&state.home)));
    Ok(id)
}

#[tauri::command]
pub(crate) fn cancel_delete(state: State<'_, AppState>, id: u32) {
    state.deletions.take_back(id);
}
