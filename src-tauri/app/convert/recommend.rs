//! Recommend: advice, wishes and answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toprung_core::model::ModelRef;
use toprung_core::recommend::{
    AdviceRow, Candidate, Pick, QualityState, Settings, Standing, SweetSpotView, TaskAdvice, TaskVerdict, Weights,
};
use toprung_jobs::analysis::Success;
use toprung_jobs::home::Home;
use toprung_jobs::problem::Problem as JobProblem;
use toprung_jobs::recommend::{self, Advised};
use toprung_jobs::task::{ItemResult, Task, TaskFloors};
use toprung_jobs::tasks::{self, TaskWish};
use toprung_messages::{
    AdviceRowView, AdviceView, AdvisedUseView, FloorsView, LeftOutRunView, PickView, ReasonedPickView, RecommendSettings, ShareView,
    TaskAdviceView, TaskChoice, TaskFloorsView, TaskItemView, TaskItemsView, TaskOfferView, UnavailableTaskView, WeightsView,
};

use super::{plan, rejection, results};
use crate::state::Answer;

pub(crate) fn view(home: &Home, run: Option<&str>, advised: &Advised) -> AdviceView {
    let Advised { candidates, advice, settings, .. } = advised;
    let picks = Picks::of(home, &candidates.candidates);
    AdviceView {
        run: run.map(str::to_owned),
        headline: recommend::headline(advice),
        models: u32::try_from(candidates.candidates.iter().filter(|one| !one.results.is_empty()).count()).unwrap_or(u32::MAX),
        tasks: advice.tasks.iter().map(|task| advised_task(&picks, task)).collect(),
        views: advice.views.iter().map(|view| advised_use(&picks, view)).collect(),
        unavailable: unavailable(&candidates.unavailable),
        left_out: candidates.left_out.iter().map(|run| LeftOutRunView { run: run.run.clone(), why: run.why.clone() }).collect(),
        weights: weights(&advice.weights),
        slider: settings.slider.or_else(|| (settings.weights == Weights::default()).then_some(MIDDLE)),
        own_floors: settings.floors.iter().map(|(task, own)| own_floors(task, own)).collect(),
    }
}

/// The slider's place as long as nobody moved it.
const MIDDLE: f64 = 0.5;

/// The candidates with how each is used, looked up once a view.
struct Picks<'a> {
    candidates: &'a [Candidate],
    usages: Vec<Option<String>>,
}

impl<'a> Picks<'a> {
    fn of(home: &Home, candidates: &'a [Candidate]) -> Self {
        Self { candidates, usages: candidates.iter().map(|candidate| recommend::usage(home, candidate)).collect() }
    }

    fn place(&self, pick: &Pick) -> Option<usize> {
        self.candidates.iter().position(|one| one.model == pick.model && one.engine == pick.engine && one.server == pick.server)
    }

    fn view(&self, pick: &Pick) -> PickView {
        PickView {
            model: pick.model.to_string(),
            title: pick.title.clone(),
            engine: pick.engine.name().to_owned(),
            server: pick.server.clone(),
            usage: self.place(pick).and_then(|place| self.usages.get(place).cloned().flatten()),
        }
    }

    fn all(&self, picks: &[Pick]) -> Vec<PickView> {
        picks.iter().map(|pick| self.view(pick)).collect()
    }

    /// The run that a pick's answers to a task are from.
    fn run(&self, pick: &Pick, task: &Task) -> Option<String> {
        let candidate = self.candidates.get(self.place(pick)?)?;
        candidate.result(task).map(|result| result.run.clone())
    }
}

fn advised_task(picks: &Picks<'_>, advice: &TaskAdvice) -> TaskAdviceView {
    let (name, pick, members, more_items, more_seconds) = match &advice.verdict {
        TaskVerdict::Use { pick } => ("use", Some(pick), &[][..], None, None),
        TaskVerdict::Tie { prefer, members } => ("tie", Some(prefer), members.as_slice(), None, None),
        TaskVerdict::NotProven { leader, more_items, more_seconds } => ("not_proven", Some(leader), &[][..], *more_items, *more_seconds),
        TaskVerdict::None { .. } => ("none", None, &[][..], None, None),
    };
    let reasoned = |pick: &Pick, why: &str| ReasonedPickView { pick: picks.view(pick), why: why.to_owned() };
    TaskAdviceView {
        task: advice.task.name(),
        title: advice.task.title().to_owned(),
        verdict: name.to_owned(),
        pick: pick.map(|pick| picks.view(pick)),
        members: picks.all(members),
        more_items,
        more_seconds,
        sentence: advice.sentence.clone(),
        evidence: advice.evidence.clone(),
        runner_up: advice.runner_up.as_ref().map(|second| reasoned(&second.pick, &second.why)),
        what_would_change: advice.what_would_change.clone(),
        avoid: advice.avoid.iter().map(|avoid| reasoned(&avoid.pick, &avoid.reason)).collect(),
        pareto: picks.all(&advice.pareto),
        rows: advice.rows.iter().map(|row| advised_row(picks, &advice.task, row)).collect(),
        floors: floors(&advice.floors),
        usual_floors: floors(&advice.task.default_floors()),
        items_shared: advice.items_shared,
    }
}

fn advised_row(picks: &Picks<'_>, task: &Task, row: &AdviceRow) -> AdviceRowView {
    let score = row.score.as_ref();
    AdviceRowView {
        pick: picks.view(&row.pick),
        run: picks.run(&row.pick, task),
        standing: standing(row.standing).to_owned(),
        quality: quality(row.quality_state).to_owned(),
        right: score.and_then(|score| score.lenient).map(share),
        strict: score.and_then(|score| score.strict).map(share),
        seconds: score.and_then(|score| score.seconds).map(results::estimate),
        first_token_s: score.and_then(|score| score.first_token_s).map(results::estimate),
        tokens_per_s: score.and_then(|score| score.tokens_per_s).map(results::estimate),
        memory_bytes: row.memory_bytes,
        utility: row.utility,
        p_best: row.p_best,
        is_on_front: row.is_on_front,
        why: row.why.clone(),
    }
}

fn advised_use(picks: &Picks<'_>, view: &SweetSpotView) -> AdvisedUseView {
    AdvisedUseView {
        usage: results::usage(view.usage).to_owned(),
        pick: view.pick.as_ref().map(|pick| picks.view(pick)),
        tied: picks.all(&view.tied),
        tasks: view.tasks.iter().map(|task| task.title().to_owned()).collect(),
        evidence: view.evidence.clone(),
    }
}

/// What can be asked of models.
pub(crate) fn offers() -> Vec<TaskOfferView> {
    Task::SUITE.iter().map(|task| TaskOfferView { task: task.name(), title: task.title().to_owned() }).collect()
}

pub(crate) fn unavailable(tasks: &[(Task, String)]) -> Vec<UnavailableTaskView> {
    tasks.iter().map(|(task, why)| UnavailableTaskView { task: task.name(), title: task.title().to_owned(), why: why.clone() }).collect()
}

fn weights(weights: &Weights) -> WeightsView {
    WeightsView { quality: weights.quality, speed: weights.speed, memory: weights.memory }
}

fn floors(floors: &TaskFloors) -> FloorsView {
    let TaskFloors { quality, seconds, tokens_per_s, first_token_s } = *floors;
    FloorsView { quality, seconds, tokens_per_s, first_token_s }
}

fn own_floors(task: &Task, own: &TaskFloors) -> TaskFloorsView {
    TaskFloorsView { task: task.name(), floors: floors(own) }
}

fn share(success: Success) -> ShareView {
    ShareView { ok: success.ok, n: success.n, low: success.low, high: success.high }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Recommended => "recommended",
        Standing::Tied => "tied",
        Standing::Behind => "behind",
        Standing::Unproven => "unproven",
        Standing::LeftOut => "left_out",
        Standing::NotMeasured => "not_measured",
    }
}

fn quality(state: QualityState) -> &'static str {
    match state {
        QualityState::Met => "met",
        QualityState::Unproven => "unproven",
        QualityState::Failed => "failed",
    }
}

/// What the page wishes; a name that is no task's and a figure that makes no sense are refused.
pub(crate) fn settings(settings: &RecommendSettings) -> Answer<Settings> {
    let one = |own: &TaskFloorsView| {
        let FloorsView { quality, seconds, tokens_per_s, first_token_s } = own.floors;
        Ok((task(&own.task)?, TaskFloors { quality, seconds, tokens_per_s, first_token_s }))
    };
    let WeightsView { quality, speed, memory } = settings.weights;
    Ok(Settings {
        weights: Weights { quality, speed, memory },
        floors: settings.floors.iter().map(one).collect::<Answer<BTreeMap<Task, TaskFloors>>>()?,
        slider: settings.slider,
    })
}

pub(crate) fn task(name: &str) -> Answer<Task> {
    Task::from_name(name).map_err(|error| rejection(JobProblem::input("no_such_task", format!("{error}."), "Choose another task.")))
}

pub(crate) fn wish(choice: &TaskChoice) -> Answer<TaskWish> {
    let own_files: Vec<PathBuf> = choice.own_files.iter().map(|path| path.trim().into()).collect();
    let mut tasks = choice.tasks.iter().map(|name| task(name)).collect::<Answer<Vec<Task>>>()?;
    // The page can't know what a file's tasks are called; a person who names a file wants them asked.
    if !tasks.is_empty() {
        tasks.extend(tasks::own_tasks(&own_files).map_err(rejection)?);
    }
    Ok(TaskWish { tasks, own_files, budget_s: choice.budget_s, rotating: choice.rotating })
}

pub(crate) fn pick_named(model: &str, engine: &str, server: Option<String>) -> Answer<Pick> {
    let engine = plan::engine(engine, None)?.kind;
    let model = ModelRef::new(model)
        .map_err(|error| rejection(JobProblem::input("bad_model_name", format!("{error}."), "Choose a model of the run.")))?;
    Ok(Pick { title: model.to_string(), model, engine, server })
}

pub(crate) fn items(run: String, pick: &Pick, task: &Task, answers: &[ItemResult]) -> TaskItemsView {
    TaskItemsView { run, model: pick.model.to_string(), task: task.name(), items: answers.iter().map(item).collect() }
}

fn item(answer: &ItemResult) -> TaskItemView {
    let class = answer.grade.class;
    TaskItemView {
        item: answer.item.clone(),
        band: answer.band.name().to_owned(),
        is_repeat: answer.repeat > 0,
        prompt: answer.prompt.clone(),
        thinking: answer.thinking.clone(),
        answer: answer.answer.clone(),
        grade: class.name().to_owned(),
        title: class.title().to_owned(),
        passes: class.passes(),
        counts: class.counts(),
        reason: answer.grade.reason.clone(),
        first_token_ms: answer.ttft_ms,
        response_ms: answer.response_ms,
        output_tokens: answer.output_tokens,
        tokens_per_s: answer.decode_tps,
    }
}
