//! Stress tests: plan, start, watch, stop, and what is stored of them.

use std::sync::Arc;

use tauri::ipc::Channel;
use tauri::{AppHandle, Manager as _, State};
use toprung_jobs::chart::stress_chart;
use toprung_jobs::stress;
use toprung_messages::{ChartView, StressChoice, StressEvent, StressLiveView, StressPlanView, StressRow, StressView};

use crate::convert;
use crate::deletions::Item;
use crate::state::{Answer, AppState};
use crate::stress::listener;

#[tauri::command]
pub(crate) async fn query_stress_plan(state: State<'_, AppState>, choice: StressChoice) -> Answer<StressPlanView> {
    let choice = convert::stress::choice(&choice)?;
    let plan = stress::plan(&state.home, &choice).await.map_err(convert::rejection)?;
    Ok(convert::stress::plan(&plan))
}

#[tauri::command]
pub(crate) async fn start_stress(app: AppHandle, state: State<'_, AppState>, choice: StressChoice) -> Answer<String> {
    let choice = convert::stress::choice(&choice)?;
    let plan = stress::plan(&state.home, &choice).await.map_err(convert::rejection)?;
    let running = stress::start(&state.home, plan, listener(state.stress.clone())).map_err(convert::rejection)?;
    state.sensors.stop();
    let id = running.hand.id.clone();
    *state.stress.hand() = Some(running.hand.clone());
    tauri::async_runtime::spawn(async move {
        let ended = running.finished().await;
        app.state::<AppState>().stress.end(&ended);
    });
    Ok(id)
}

#[tauri::command]
pub(crate) fn query_stress_live(state: State<'_, AppState>) -> Option<StressLiveView> {
    let hand = state.stress.hand().clone();
    hand.map(|hand| convert::stress::live(&hand.live()))
}

#[tauri::command]
pub(crate) fn start_stress_watch(state: State<'_, AppState>, channel: Channel<StressEvent>) {
    state.stress.watch(channel);
}

#[tauri::command]
pub(crate) fn cancel_stress(state: State<'_, AppState>) {
    state.stress.stop();
}

#[tauri::command]
pub(crate) async fn query_stress_tests(state: State<'_, AppState>) -> Answer<Vec<StressRow>> {
    let tests = stress::list(&state.home).map_err(convert::rejection)?;
    Ok(tests.iter().filter(|test| !state.deletions.hides_stress(&test.id)).map(convert::stress::row).collect())
}

#[tauri::command]
pub(crate) async fn query_stress_test(state: State<'_, AppState>, test: String) -> Answer<StressView> {
    let test = stress::show(&state.home, &test).map_err(convert::rejection)?;
    Ok(convert::stress::view(&test))
}

#[tauri::command]
pub(crate) async fn query_stress_chart(state: State<'_, AppState>, test: String, theme: String, width: f64) -> Answer<ChartView> {
    let test = stress::show(&state.home, &test).map_err(convert::rejection)?;
    let chart = stress_chart(&test, convert::results::theme(&theme), convert::results::width(width));
    chart.map(convert::results::picture).ok_or_else(convert::stress::nothing_to_draw)
}

#[tauri::command]
pub(crate) async fn start_delete_stress(state: State<'_, AppState>, test: String) -> Answer<u32> {
    let id = state.deletions.add(Item::Stress(test));
    tauri::async_runtime::spawn(Arc::clone(&state.deletions).carry_out(id, Arc::clone(&state.home)));
    Ok(id)
}

#[tauri::command]
pub(crate) fn cancel_delete_stress(state: State<'_, AppState>, id: u32) {
    state.deletions.take_back(id);
}
