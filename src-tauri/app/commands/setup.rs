//! Home: what is here, and what a climb would do.

use tauri::State;
use toprung_jobs::engines::EngineChoice;
use toprung_jobs::keys::{self, SecretString};
use toprung_jobs::{EngineKind, plan, setup};
use toprung_messages::{Choice, PlanView, ServerView, Setup};

use crate::convert;
use crate::state::{Answer, AppState};

#[tauri::command]
pub(crate) async fn query_setup(state: State<'_, AppState>) -> Answer<Setup> {
    let found = setup::detect(&state.home, None).await;
    Ok(convert::plan::setup(&state.home, &found))
}

#[tauri::command]
pub(crate) async fn query_plan(state: State<'_, AppState>, choice: Choice) -> Answer<PlanView> {
    let choice = convert::plan::choice(&choice)?;
    let plan = plan::plan(&state.home, &choice).await.map_err(convert::rejection)?;
    Ok(convert::plan::view(&plan))
}

/// Who answers at an address, and what it serves.
#[tauri::command]
pub(crate) async fn query_server(state: State<'_, AppState>, url: String) -> Answer<ServerView> {
    let choice = EngineChoice { kind: EngineKind::Openai, url: Some(url) };
    let seen = setup::look_at(&state.home, &choice).await.map_err(convert::rejection)?;
    Ok(convert::plan::server(seen))
}

/// Keeps a server's key in the keyring, and answers with the server that it belongs to.
#[tauri::command]
pub(crate) async fn save_key(state: State<'_, AppState>, url: String, key: String) -> Answer<String> {
    keys::set(&state.home, &url, &SecretString::from(key)).map_err(convert::rejection)
}
