//! The climb under way.

use tauri::ipc::Channel;
use tauri::{AppHandle, Manager as _, State};
use toprung_jobs::climb::{self, RunningClimb};
use toprung_jobs::{ClimbEnd, plan};
use toprung_messages::{Choice, LiveEvent, LiveView};

use crate::state::{Answer, AppState};
use crate::{convert, live};

#[tauri::command]
pub(crate) fn query_live(state: State<'_, AppState>) -> Option<LiveView> {
    state.climb().as_ref().map(|climb| convert::live::view(&climb.live()))
}

#[tauri::command]
pub(crate) async fn start_climb(app: AppHandle, state: State<'_, AppState>, choice: Choice) -> Answer<String> {
    let choice = convert::plan::choice(&choice)?;
    let plan = plan::plan(&state.home, &choice).await.map_err(convert::rejection)?;
    let running = climb::start(&state.home, plan, live::listener(state.watchers.clone())).map_err(convert::rejection)?;
    Ok(follow(app, running))
}

#[tauri::command]
pub(crate) async fn start_resume(app: AppHandle, state: State<'_, AppState>, run: String) -> Answer<String> {
    let running = climb::resume(&state.home, &run, live::listener(state.watchers.clone())).await.map_err(convert::rejection)?;
    Ok(follow(app, running))
}

/// Keeps the hand on the climb for the page, and tells its watchers of the end.
fn follow(app: AppHandle, running: RunningClimb) -> String {
    let run = running.hand.run.clone();
    app.state::<AppState>().sensors.stop();
    *app.state::<AppState>().climb() = Some(running.hand.clone());
    let id = run.clone();
    tauri::async_runtime::spawn(async move {
        let end = running.finished().await;
        let state = app.state::<AppState>();
        *state.climb() = None;
        state.watchers.end(id, matches!(end, Ok(ClimbEnd::Finished)));
    });
    run
}

#[tauri::command]
pub(crate) fn start_watch(state: State<'_, AppState>, channel: Channel<LiveEvent>) {
    if let Some(climb) = state.climb().as_ref() {
        // The state as it is now, so that a watcher that came late misses nothing.
        let _ = channel.send(LiveEvent::Changed { live: Box::new(convert::live::view(&climb.live())) });
        state.watchers.add(channel);
    }
}

#[tauri::command]
pub(crate) fn start_pause(state: State<'_, AppState>) {
    steer(&state, |climb| climb.pause());
}

#[tauri::command]
pub(crate) fn cancel_pause(state: State<'_, AppState>) {
    steer(&state, |climb| climb.resume());
}

#[tauri::command]
pub(crate) fn cancel_climb(state: State<'_, AppState>) {
    steer(&state, |climb| climb.stop());
}

/// A climb that has just ended needs no steering.
fn steer(state: &AppState, turn: impl FnOnce(&climb::ClimbHand)) {
    let hand = state.climb().clone();
    if let Some(hand) = hand {
        turn(&hand);
        state.watchers.send(&LiveEvent::Changed { live: Box::new(convert::live::view(&hand.live())) });
    }
}
