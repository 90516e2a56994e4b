//! Which model for which task: the table, and each task's advice with what it rests on.

use serde::Serialize;
use toprung_core::format;
use toprung_core::recommend::{Advice, Avoid, Candidate, GateKind, GateState, Settings, SweetSpotView, TaskAdvice, TaskVerdict, Weights};
use toprung_core::run::{RunStatus, RungStatus};
use toprung_core::task::{SuiteVersion, Task, TaskFloors, TaskScore};

use super::{CHART_WIDTH, Fact, Figure, Source, Table, Tone};
use crate::advised::Advised;
use crate::chart::{Theme, quality_chart};
use crate::words::{self, share_range, tasks_in_words};

/// Models side by side in one table; more would leave no room for their figures.
const MODELS_ABREAST: usize = 4;

/// Tied models that a cell names.
const NAMED: usize = 2;

/// What a run's tasks showed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct TasksPart {
    /// The advice in a sentence or two.
    pub(crate) headline: String,
    /// One row a task; `None` where no answer was given at all.
    pub(crate) overview: Option<Table>,
    pub(crate) figure: Option<Figure>,
    /// Task × model, a few models each.
    pub(crate) scores: Vec<Table>,
    /// What a cell of these tables holds.
    pub(crate) scores_note: &'static str,
    pub(crate) advice: Vec<TaskAdvicePart>,
    /// Tasks that could not be asked, and why.
    pub(crate) unavailable: Vec<Fact>,
}

/// The advice for one task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct TaskAdvicePart {
    pub(crate) title: String,
    pub(crate) sentence: String,
    pub(crate) evidence: Vec<String>,
    /// Floors, runner-up, what would change it, what to avoid.
    pub(crate) facts: Vec<Fact>,
}

impl Source<'_> {
    /// `None` where no tasks were asked.
    pub(super) fn tasks(&self, settings: &Settings) -> Option<TasksPart> {
        let advised = self.advised?;
        let names = words::model_names(&advised.candidates.candidates, &self.redaction);
        let advice = &advised.advice;
        Some(TasksPart {
            headline: self.clean(&headline(advice)),
            overview: (!advice.tasks.is_empty()).then(|| Table {
                head: OVERVIEW.map(str::to_owned).into(),
                rows: advice.tasks.iter().map(|task| self.overview_row(task)).collect(),
            }),
            figure: self.quality_figure(advised, settings),
            scores: self.scores(advised, &names),
            scores_note: SCORES_NOTE,
            advice: advice.tasks.iter().map(|task| self.advice(task)).collect(),
            unavailable: advised
                .plan
                .unavailable
                .iter()
                .map(|(task, why)| Fact::new(self.clean(task.title()), self.clean(why), Tone::Quiet))
                .collect(),
        })
    }

    /// Over all tasks, or where only one was answered that one's, with its floors.
    fn quality_figure(&self, advised: &Advised, settings: &Settings) -> Option<Figure> {
        let only = match advised.advice.tasks.as_slice() {
            [only] => Some(&only.task),
            _ => None,
        };
        let chart = quality_chart(&advised.candidates.candidates, only, settings, Theme::Light, CHART_WIDTH)?;
        Some(Figure::new("quality", chart, "Quality against speed: the share of right answers and what an answer takes"))
    }

    fn overview_row(&self, advice: &TaskAdvice) -> Vec<String> {
        let subject = match &advice.verdict {
            TaskVerdict::NotProven { leader, .. } => Some(leader),
            other => other.pick(),
        };
        let row = subject.and_then(|pick| advice.rows.iter().find(|row| row.pick == *pick));
        let score = row.and_then(|row| row.score.as_ref());
        let runner_up = advice.runner_up.as_ref().map(|runner_up| runner_up.pick.title.clone());
        let next = match &advice.verdict {
            TaskVerdict::Tie { prefer, members } => {
                let others: Vec<&str> = members.iter().filter(|member| *member != prefer).map(|member| member.title.as_str()).collect();
                if others.is_empty() { runner_up } else { Some(format!("tied: {}", a_few(&others))) }
            }
            _ => runner_up,
        };
        vec![
            self.clean(advice.task.title()),
            self.clean(&verdict_in_short(advice)),
            format::or_unknown(score.and_then(|score| score.lenient), |share| {
                format!("{} ({})", format::success(&share), share_range(share.low, share.high))
            }),
            format::or_unknown(score.and_then(|score| score.seconds), |seconds| format::milliseconds(seconds.median * 1e3)),
            format::or_unknown(next, |next| self.clean(&next)),
        ]
    }

    fn scores(&self, advised: &Advised, names: &[String]) -> Vec<Table> {
        let models: Vec<(&Candidate, &String)> = advised.candidates.candidates.iter().zip(names).collect();
        let table = |models: &[(&Candidate, &String)]| {
            let head = std::iter::once("Task".to_owned()).chain(models.iter().map(|(_, name)| (*name).clone())).collect();
            let row = |task: &TaskAdvice| {
                let cells = models.iter().map(|(candidate, _)| cell(candidate, &task.task));
                std::iter::once(self.clean(task.task.title())).chain(cells).collect()
            };
            Table { head, rows: advised.advice.tasks.iter().map(row).collect() }
        };
        let is_asked = !advised.advice.tasks.is_empty();
        models.chunks(MODELS_ABREAST).filter(|_| is_asked).map(table).collect()
    }

    fn advice(&self, advice: &TaskAdvice) -> TaskAdvicePart {
        let fact = |name: &str, text: String, tone| Fact::new(name, self.clean(&text), tone);
        let runner_up = advice.runner_up.as_ref().map(|runner_up| fact("Runner-up", format!("{}.", runner_up.why), Tone::Quiet));
        let change =
            (!advice.what_would_change.is_empty()).then(|| fact("What would change it", advice.what_would_change.join(" "), Tone::Quiet));
        let avoided = |avoid: &Avoid| format!("{}: {}", avoid.pick.title, avoid.reason.trim_end_matches('.'));
        let avoid = (!advice.avoid.is_empty())
            .then(|| fact("Avoid", format!("{}.", advice.avoid.iter().map(avoided).collect::<Vec<_>>().join("; ")), Tone::Bad));
        let borderline = gates_in_words(advice).map(|words| fact("Borderline", words, Tone::Quiet));
        let floors = fact("Floors", format!("{}.", floors_in_words(&advice.floors)), Tone::Quiet);
        TaskAdvicePart {
            title: self.clean(advice.task.title()),
            sentence: self.clean(&advice.sentence),
            evidence: self.clean_all(&advice.evidence),
            facts: [Some(floors), runner_up, change, borderline, avoid].into_iter().flatten().collect(),
        }
    }

    pub(super) fn status_of_tasks(&self) -> String {
        let rungs = &self.run.rungs;
        let answered = rungs.iter().filter(|rung| !rung.items.is_empty()).count();
        let answers = rungs.iter().map(|rung| rung.items.len()).sum::<usize>() as u32;
        let failed = rungs.iter().filter(|rung| matches!(rung.status, RungStatus::Failed(_))).count();
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        let models = format::count(rungs.len() as u32, "model", "models");
        let counts = format!("{answered} of {models} answered{failed}, {} in all", format::count(answers, "answer", "answers"));
        match self.run.status {
            RunStatus::Finished => format!("Tasks complete: {counts}."),
            RunStatus::Stopped => format!("Stopped by hand: {counts}. The run can be resumed."),
            RunStatus::Running => format!("Not finished: {counts}. The run can be resumed."),
        }
    }

    /// Which questions, how answers were judged, and how the advice follows from them.
    pub(super) fn task_method(&self, advised: &Advised, settings: &Settings) -> Vec<String> {
        let SuiteVersion { number, hash, seed } = &advised.plan.suite;
        let asked = tasks_in_words(advised.advice.tasks.len());
        let budget = advised.plan.budget_s.map(|seconds| format!(", at most {} a model", format::duration(seconds.into())));
        let weights = in_words(&settings.effective_weights());
        vec![
            self.clean(&format!(
                "Tasks: suite {number}, seed {seed}, SHA-256 {hash}; {asked} answered{}.",
                budget.unwrap_or_default()
            )),
            "Quality is the share of items that a model answered rightly, each judged by a program against an answer worked out beforehand, \
             with its 95 % Wilson interval; “in form” counts only those that kept the form asked for too. Answers that say nothing of the \
             model, such as those the sandbox could not run, are not counted; an answer’s time is the median, thinking included."
                .to_owned(),
            format!(
                "Advice: a model is good enough where its share lies above the task’s floor with 90 % confidence. Those are ranked by {weights}, \
                 and one is named alone only where resampled items put it surely ahead."
            ),
        ]
    }
}

const SCORES_NOTE: &str =
    "Right answers of those that count, their 95 % interval, how many kept the form asked for too, and what an answer takes.";
const OVERVIEW: [&str; 5] = ["Task", "Use", "Right answers", "An answer", "Next best"];

/// “For coding and extraction use B; for reasoning use C. Not proven: chat.”
fn headline(advice: &Advice) -> String {
    let mut uses: Vec<(&str, Vec<String>)> = Vec::new();
    let (mut unproven, mut none) = (Vec::new(), Vec::new());
    for task in &advice.tasks {
        let name = task_in_a_sentence(&task.task);
        match (&task.verdict, task.verdict.pick()) {
            (_, Some(pick)) => match uses.iter_mut().find(|(title, _)| *title == pick.title) {
                Some((_, tasks)) => tasks.push(name),
                None => uses.push((&pick.title, vec![name])),
            },
            (TaskVerdict::NotProven { .. }, None) => unproven.push(name),
            (_, None) => none.push(name),
        }
    }
    let list = |names: &[String]| format::list(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let uses: Vec<String> = uses.iter().map(|(title, tasks)| format!("use {title} for {}", list(tasks))).collect();
    let mut sentences = Vec::new();
    sentences.extend((!uses.is_empty()).then(|| format!("{}.", crate::text::capitalised(&uses.join("; ")))));
    sentences.extend((!unproven.is_empty()).then(|| format!("Not proven for {}.", list(&unproven))));
    sentences.extend((!none.is_empty()).then(|| format!("No model here will do for {}.", list(&none))));
    if sentences.is_empty() { "No task was answered, so there is no advice yet.".to_owned() } else { sentences.join(" ") }
}

/// A user's own title keeps its capitals.
fn task_in_a_sentence(task: &Task) -> String {
    match task {
        Task::Own(name) => name.clone(),
        of_the_suite => of_the_suite.title().to_lowercase(),
    }
}

/// “A, B and C”, “A, B, C and 8 more”: a cell has room for a few.
fn a_few(names: &[&str]) -> String {
    match names.get(..NAMED) {
        Some(few) if names.len() > NAMED + 1 => format!("{} and {} more", few.join(", "), names.len() - NAMED),
        _ => format::list(names),
    }
}

fn verdict_in_short(advice: &TaskAdvice) -> String {
    let is_measured = advice.rows.iter().any(|row| row.score.as_ref().is_some_and(|score| score.lenient.is_some()));
    match &advice.verdict {
        TaskVerdict::Use { pick } => pick.title.clone(),
        TaskVerdict::Tie { prefer, .. } => prefer.title.clone(),
        TaskVerdict::NotProven { leader, .. } => format!("not proven: {}", leader.title),
        TaskVerdict::None { .. } if is_measured => "none will do".to_owned(),
        TaskVerdict::None { .. } => "not measured".to_owned(),
    }
}

/// “22 of 24 (74–98 %, 21 in form, 4.10 s)”.
fn cell(candidate: &Candidate, task: &Task) -> String {
    let score: Option<&TaskScore> = candidate.result(task).map(|result| &result.score);
    let Some(score) = score else { return format::UNKNOWN.to_owned() };
    let left_out: u32 = score.not_counted.iter().map(|group| group.n).sum();
    let left_out = (left_out > 0).then(|| format!("{left_out} not counted"));
    let Some(share) = score.lenient else { return left_out.unwrap_or_else(|| format::UNKNOWN.to_owned()) };
    let parts = [
        Some(share_range(share.low, share.high)),
        score.strict.map(|strict| format!("{} in form", strict.ok)),
        score.seconds.map(|seconds| format::milliseconds(seconds.median * 1e3)),
        left_out,
    ];
    format!("{} ({})", format::success(&share), parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// “60 % right, 30 s an answer”.
fn floors_in_words(floors: &TaskFloors) -> String {
    let parts = [
        Some(format!("{} right", format::percent(floors.quality))),
        floors.seconds.map(|seconds| format!("{} an answer", words::set_time(seconds))),
        floors.tokens_per_s.map(words::set_speed),
        floors.first_token_s.map(|seconds| format!("first token within {}", words::set_time(seconds))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Gates of which it can't be told whether they are passed, of the models that are not avoided anyway.
fn gates_in_words(advice: &TaskAdvice) -> Option<String> {
    let borderline = |row: &toprung_core::recommend::AdviceRow| {
        let is_it = |gate: &&toprung_core::recommend::Gate| gate.state == GateState::Borderline && gate.kind != GateKind::Memory;
        let words: Vec<&str> = row.gates.iter().filter(is_it).map(|gate| gate.words.as_str()).collect();
        let is_avoided = advice.avoid.iter().any(|avoid| avoid.pick == row.pick);
        (!words.is_empty() && !is_avoided).then(|| format!("{}: {}", row.pick.title, words.join(", ")))
    };
    let lines: Vec<String> = advice.rows.iter().filter_map(borderline).collect();
    (!lines.is_empty()).then(|| format!("{}.", lines.join("; ")))
}

fn in_words(weights: &Weights) -> String {
    let [quality, speed, memory] = [weights.quality, weights.speed, weights.memory].map(format::setting);
    format!("quality^{quality} · speed^{speed} · memory^{memory}")
}

/// A use with its model and why: “Llama 3 8B. Measured on …”.
pub(super) fn view_in_words(view: &SweetSpotView) -> String {
    let title = view.pick.as_ref().map_or_else(|| "None yet".to_owned(), |pick| pick.title.clone());
    format!("{title}. {}", view.evidence)
}
