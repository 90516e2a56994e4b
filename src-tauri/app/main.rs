//! The desktop app. Architecture invariant: this folder alone knows Tauri; a command converts, calls and converts.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod commands;
mod convert;
mod deletions;
mod live;
mod locale;
mod pulls;
mod quiet;
mod sensors;
mod state;
mod stress;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use tauri::Manager as _;
use toprung_jobs::home::Home;

use crate::state::AppState;

fn main() -> ExitCode {
    let home = match Home::open() {
        Ok(home) => Arc::new(home),
        Err(problem) => return window::refuse(&problem),
    };
    match run(home) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "toprung: the window could not be opened: {error}. On a machine with no display, use the terminal program `toprung`."
            );
            ExitCode::FAILURE
        }
    }
}

fn run(home: Arc<Home>) -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(window::single_instance(&home))
        .plugin(tauri_plugin_dialog::init())
        .manage(AppState::new(home))
        .invoke_handler(commands_of_the_page())
        .setup(|app| window::open(app.handle()).map_err(Into::into))
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let tauri::RunEvent::Exit = event {
                // Finished trials are on disk already, and a stress test is stored now; this lets the worker end before the app does.
                app.state::<AppState>().stop_everything();
            }
        });
    Ok(())
}

fn commands_of_the_page() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        commands::setup::query_setup,
        commands::setup::query_plan,
        commands::setup::query_server,
        commands::setup::save_key,
        commands::hardware::query_hardware,
        commands::hardware::start_sensors,
        commands::hardware::cancel_sensors,
        commands::hardware::query_validation,
        commands::stress::query_stress_plan,
        commands::stress::start_stress,
        commands::stress::query_stress_live,
        commands::stress::start_stress_watch,
        commands::stress::cancel_stress,
        commands::stress::query_stress_tests,
        commands::stress::query_stress_test,
        commands::stress::query_stress_chart,
        commands::stress::start_delete_stress,
        commands::stress::cancel_delete_stress,
        commands::climb::query_live,
        commands::climb::start_climb,
        commands::climb::start_resume,
        commands::climb::start_watch,
        commands::climb::start_pause,
        commands::climb::cancel_pause,
        commands::climb::cancel_climb,
        commands::models::query_models,
        commands::models::start_pull,
        commands::models::cancel_pull,
        commands::models::start_delete,
        commands::models::cancel_delete,
        commands::runs::query_runs,
        commands::runs::query_run,
        commands::runs::query_chart,
        commands::runs::query_timeline,
        commands::recommend::query_advice,
        commands::recommend::save_recommend_settings,
        commands::recommend::query_task_items,
        commands::recommend::save_chosen_models,
        commands::compare::query_comparison,
        commands::compare::save_comparison,
        commands::runs::start_delete_run,
        commands::runs::cancel_delete_run,
        commands::runs::save_report,
    ]
}
