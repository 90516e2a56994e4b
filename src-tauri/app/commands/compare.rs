//! Compare: stored runs beside each other, on the screen and as a file.

use tauri::{AppHandle, State};
use toprung_jobs::compare::{self, Comparison};
use toprung_jobs::problem::Problem as JobProblem;
use toprung_messages::{ComparisonView, Saved};

use super::dialog;
use crate::convert;
use crate::state::{Answer, AppState};

#[tauri::command]
pub(crate) async fn query_comparison(
    state: State<'_, AppState>,
    a: String,
    b: Option<String>,
    asked: Vec<String>,
) -> Answer<ComparisonView> {
    compared(&state, a, b, asked).await.map(|comparison| convert::compare::view(&comparison))
}

#[tauri::command]
pub(crate) async fn save_comparison(
    app: AppHandle,
    state: State<'_, AppState>,
    a: String,
    b: Option<String>,
    asked: Vec<String>,
) -> Answer<Saved> {
    let comparison = compared(&state, a, b, asked).await?;
    let Some(path) = dialog::where_to(&app, "Save the comparison", "toprung-comparison.json", "json").await else {
        return Ok(Saved::NotNow);
    };
    compare::save(&comparison, &path).map_err(convert::rejection)?;
    Ok(Saved::Written { path: path.display().to_string() })
}

/// Compares on a thread of its own: the intervals of a long ladder take a while.
async fn compared(state: &AppState, a: String, b: Option<String>, asked: Vec<String>) -> Answer<Comparison> {
    let question = convert::compare::question(a, b, &asked)?;
    let home = state.home.clone();
    let comparing = tokio::task::spawn_blocking(move || compare::compare(&home, &question));
    match comparing.await {
        Ok(outcome) => outcome.map_err(convert::rejection),
        Err(error) => Err(convert::rejection(
            JobProblem::world("not_compared", "The comparison could not be made.", "Try again.").with_detail(error.to_string()),
        )),
    }
}
