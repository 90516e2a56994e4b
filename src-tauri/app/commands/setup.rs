//! Home: what is here, and what a climb would do.

use tauri::State;
use toprung_jobs::{plan, setup};
use toprung_messages::{Choice, PlanView, Setup};

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
