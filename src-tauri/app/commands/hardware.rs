//! Hardware: the machine, its sensors, and the checks on it.

use tauri::State;
use tauri::ipc::Channel;
use toprung_jobs::problem::Problem as JobProblem;
use toprung_jobs::{doctor, profile, sensors, validation};
use toprung_messages::{HardwareView, SampleView, ValidationView};

use crate::convert;
use crate::state::{Answer, AppState};

#[tauri::command]
pub(crate) async fn query_hardware(state: State<'_, AppState>) -> Answer<HardwareView> {
    let home = state.home.clone();
    // Some sensors take two looks, a little apart.
    let looking = tokio::task::spawn_blocking(move || {
        let profile = profile::profile(&home);
        convert::hardware::view(&profile, &doctor::machine(&profile.machine), sensors::sensors())
    });
    looking.await.map_err(|error| {
        convert::rejection(
            JobProblem::world("sensors_broke", "The sensors could not be read.", "Try again.").with_detail(error.to_string()),
        )
    })
}

/// While a climb or a test runs, it reads the sensors itself.
#[tauri::command]
pub(crate) async fn start_sensors(state: State<'_, AppState>, channel: Channel<SampleView>) -> Answer<()> {
    let is_measuring = state.climb().is_some() || state.stress.hand().is_some();
    if !is_measuring {
        let (home, sensors) = (state.home.clone(), state.sensors.clone());
        let turn = sensors.next_turn();
        let _ = tokio::task::spawn_blocking(move || sensors.start(turn, &home, channel)).await;
    }
    Ok(())
}

#[tauri::command]
pub(crate) async fn cancel_sensors(state: State<'_, AppState>) -> Answer<()> {
    let sensors = state.sensors.clone();
    // A reading under way is waited for.
    let _ = tokio::task::spawn_blocking(move || sensors.stop()).await;
    Ok(())
}

#[tauri::command]
pub(crate) async fn query_validation(
    state: State<'_, AppState>,
    engine: String,
    url: Option<String>,
    verify: bool,
) -> Answer<ValidationView> {
    let engine = convert::plan::engine(&engine, url)?;
    let found = validation::validate(&state.home, &engine, verify).await.map_err(convert::rejection)?;
    Ok(convert::hardware::validation(&found))
}
