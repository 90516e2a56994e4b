//! Results and History: stored runs, their charts and reports.

use std::sync::Arc;

use tauri::{AppHandle, State};
use toprung_jobs::export::{self, ReportKind};
use toprung_jobs::history;
use toprung_jobs::problem::Problem as JobProblem;
use toprung_messages::{ChartView, RunRow, RunView, Saved};

use super::dialog;
use crate::convert;
use crate::deletions::Item;
use crate::state::{Answer, AppState};

#[tauri::command]
pub(crate) async fn query_runs(state: State<'_, AppState>) -> Answer<Vec<RunRow>> {
    let runs = history::runs(&state.home).map_err(convert::rejection)?;
    Ok(runs.iter().map(|run| convert::results::row(&state.home, run)).collect())
}

#[tauri::command]
pub(crate) async fn query_run(state: State<'_, AppState>, run: String) -> Answer<RunView> {
    let shown = history::show(&state.home, &run).map_err(convert::rejection)?;
    Ok(convert::results::view(&state.home, &shown))
}

#[tauri::command]
pub(crate) async fn query_chart(state: State<'_, AppState>, run: String, kind: String, theme: String, width: f64) -> Answer<ChartView> {
    let shown = history::show(&state.home, &run).map_err(convert::rejection)?;
    convert::results::chart(&shown, &kind, &theme, width)
}

#[tauri::command]
pub(crate) async fn query_timeline(state: State<'_, AppState>, run: String, theme: String, width: f64) -> Answer<ChartView> {
    let shown = history::show(&state.home, &run).map_err(convert::rejection)?;
    convert::results::timeline(&shown, &theme, width)
}

#[tauri::command]
pub(crate) async fn start_delete_run(state: State<'_, AppState>, run: String) -> Answer<u32> {
    history::delete(&state.home, &run).map_err(convert::rejection)?;
    Ok(state.deletions.add(Item::Run(run)))
}

#[tauri::command]
pub(crate) async fn cancel_delete_run(state: State<'_, AppState>, id: u32) -> Answer<()> {
    match state.deletions.take_back(id) {
        Some(Item::Run(run)) => history::restore(&state.home, &run).map_err(convert::rejection),
        _ => Ok(()),
    }
}

#[tauri::command]
pub(crate) async fn save_report(app: AppHandle, state: State<'_, AppState>, run: String, format: String) -> Answer<Saved> {
    let kind = ReportKind::from_extension(&format).ok_or_else(|| {
        convert::rejection(JobProblem::input(
            "no_such_format",
            format!("There is no report format “{format}”."),
            "Choose PDF, Markdown or JSON.",
        ))
    })?;
    let shown = history::show(&state.home, &run).map_err(convert::rejection)?;
    let day = shown.run.started_at.get(..10).unwrap_or("run");
    let name = format!("toprung-{day}.{}", kind.extension());
    let Some(path) = dialog::where_to(&app, "Save the report", &name, kind.extension()).await else { return Ok(Saved::NotNow) };
    let home = Arc::clone(&state.home);
    let written = tokio::task::spawn_blocking(move || export::save(&home, &shown, &path)).await;
    match written {
        Ok(Ok(path)) => Ok(Saved::Written { path: path.display().to_string() }),
        Ok(Err(problem)) => Err(convert::rejection(problem)),
        Err(error) => Err(convert::rejection(
            JobProblem::world("export_failed", "The report could not be made.", "Try another format.").with_detail(error.to_string()),
        )),
    }
}
