//! Recommend: the advice, the wishes that it is made under, and the answers behind it.

use tauri::{AppHandle, State};
use toprung_jobs::problem::Problem as JobProblem;
use toprung_jobs::{recommend, tasks};
use toprung_messages::{AdviceView, RecommendSettings, Saved, TaskItemsView};

use super::dialog;
use crate::convert;
use crate::state::{Answer, AppState, lock};

#[tauri::command]
pub(crate) async fn query_advice(state: State<'_, AppState>, run: Option<String>) -> Answer<AdviceView> {
    fresh(&state, run.clone()).await?;
    shown(&state, run.as_deref())
}

/// Keeps the wishes and answers with the advice under them. Other weights only rank again what is at hand.
#[tauri::command]
pub(crate) async fn save_recommend_settings(
    state: State<'_, AppState>,
    run: Option<String>,
    settings: RecommendSettings,
) -> Answer<AdviceView> {
    let settings = convert::recommend::settings(&settings)?;
    recommend::save_settings(&state.home, &settings).map_err(convert::rejection)?;
    let is_at_hand = lock(&state.advised).as_ref().is_some_and(|(of, _)| *of == run);
    if !is_at_hand {
        fresh(&state, run.clone()).await?;
    }
    if let Some((_, advised)) = lock(&state.advised).as_mut() {
        advised.under(settings);
    }
    shown(&state, run.as_deref())
}

/// What a model answered to one task, as it came.
#[tauri::command]
pub(crate) async fn query_task_items(
    state: State<'_, AppState>,
    run: String,
    model: String,
    engine: String,
    server: Option<String>,
    task: String,
) -> Answer<TaskItemsView> {
    let pick = convert::recommend::pick_named(&model, &engine, server)?;
    let task = convert::recommend::task(&task)?;
    let answers = tasks::answers(&state.home, &run, &pick, &task).map_err(convert::rejection)?;
    Ok(convert::recommend::items(run, &pick, &task, &answers))
}

/// Asks where to, and writes which model was chosen for which task.
#[tauri::command]
pub(crate) async fn save_chosen_models(app: AppHandle, state: State<'_, AppState>, run: Option<String>) -> Answer<Saved> {
    let Some(path) = dialog::where_to(&app, "Write the profile", "toprung-models.json", "json").await else {
        return Ok(Saved::NotNow);
    };
    let advised = recommend::advise(&state.home, run.as_deref()).map_err(convert::rejection)?;
    recommend::save_chosen(&state.home, &advised, &path).map_err(convert::rejection)?;
    Ok(Saved::Written { path: path.display().to_string() })
}

/// Reads the stored answers and looks at them, on a thread of its own: the resampling of a long ladder takes a while.
async fn fresh(state: &AppState, run: Option<String>) -> Answer<()> {
    let (home, asked) = (state.home.clone(), run.clone());
    let advising = tokio::task::spawn_blocking(move || recommend::advise(&home, asked.as_deref()));
    let advised = match advising.await {
        Ok(outcome) => outcome.map_err(convert::rejection)?,
        Err(error) => {
            let problem = JobProblem::world("not_advised", "The advice could not be made.", "Try again.");
            return Err(convert::rejection(problem.with_detail(error.to_string())));
        }
    };
    *lock(&state.advised) = Some((run, advised));
    Ok(())
}

fn shown(state: &AppState, run: Option<&str>) -> Answer<AdviceView> {
    let advised = lock(&state.advised);
    let (_, advised) = advised
        .as_ref()
        .ok_or_else(|| convert::rejection(JobProblem::world("not_advised", "The advice is not at hand.", "Open Recommend again.")))?;
    Ok(convert::recommend::view(&state.home, run, advised))
}
