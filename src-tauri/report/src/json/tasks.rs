//! Scores and advice in the export. A server's address is left out: it names a host.

use serde::Serialize;
use toprung_core::analysis::{Estimate, Success, Use};
use toprung_core::recommend::{
    Advice, AdviceRow, Candidate, Factors, Pick, QualityState, Standing, SweetSpotView, TaskAdvice, TaskResult, TaskVerdict, Weights,
};
use toprung_core::task::{BandScore, Drift, GradeClass, NotCounted, SuiteVersion, Task, TaskFloors};

use crate::advised::Advised;
use crate::text::Redaction;

#[derive(Serialize)]
pub(super) struct TasksJson {
    suite: SuiteVersion,
    asked: Vec<Task>,
    unavailable: Vec<UnavailableJson>,
    scores: Vec<ScoreJson>,
}

#[derive(Serialize)]
struct UnavailableJson {
    task: Task,
    why: String,
}

/// One model at one task. Counts come with their 95 % Wilson interval, times with their bootstrap interval.
#[derive(Serialize)]
struct ScoreJson {
    model: String,
    engine: &'static str,
    task: Task,
    /// Right in substance.
    right: Option<Success>,
    /// Right in form too.
    in_form: Option<Success>,
    by_band: Vec<BandJson>,
    seconds: Option<Estimate>,
    first_token_s: Option<Estimate>,
    tokens_per_s: Option<Estimate>,
    output_tokens: Option<Estimate>,
    asked_again: Drift,
    classes: Vec<ClassJson>,
    not_counted: Vec<NotCountedJson>,
}

#[derive(Serialize)]
struct BandJson {
    band: &'static str,
    right: Success,
    in_form: Success,
}

#[derive(Serialize)]
struct ClassJson {
    class: &'static str,
    n: u32,
}

#[derive(Serialize)]
struct NotCountedJson {
    class: &'static str,
    n: u32,
    reasons: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct AdviceJson {
    weights: Weights,
    tasks: Vec<TaskAdviceJson>,
    views: Vec<ViewJson>,
}

#[derive(Serialize)]
struct TaskAdviceJson {
    task: Task,
    floors: TaskFloors,
    verdict: VerdictJson,
    sentence: String,
    evidence: Vec<String>,
    runner_up: Option<ReasonJson>,
    what_would_change: Vec<String>,
    avoid: Vec<ReasonJson>,
    pareto: Vec<PickJson>,
    items_shared: u32,
    models: Vec<RowJson>,
}

/// `use`, `tie`, `not_proven` or `none`; what does not belong to the kind is null or empty.
#[derive(Serialize)]
struct VerdictJson {
    kind: &'static str,
    model: Option<PickJson>,
    tied: Vec<PickJson>,
    more_items: Option<u32>,
    more_seconds: Option<f64>,
    why: Option<String>,
}

#[derive(Serialize)]
struct PickJson {
    model: String,
    engine: &'static str,
    title: String,
}

#[derive(Serialize)]
struct ReasonJson {
    #[serde(flatten)]
    pick: PickJson,
    why: String,
}

#[derive(Serialize)]
struct RowJson {
    #[serde(flatten)]
    pick: PickJson,
    standing: Standing,
    memory_bytes: Option<u64>,
    quality_state: QualityState,
    /// The ends by which the state was judged, each of which holds by itself with 90 %.
    right_90: Option<Success>,
    factors: Option<Factors>,
    utility: Option<f64>,
    p_best: Option<f64>,
    is_on_front: bool,
    why: String,
}

#[derive(Serialize)]
struct ViewJson {
    #[serde(rename = "use")]
    usage: Use,
    model: Option<PickJson>,
    tied: Vec<PickJson>,
    tasks: Vec<Task>,
    evidence: String,
}

pub(super) fn tasks_json(advised: &Advised, redaction: &Redaction) -> TasksJson {
    let plan = &advised.plan;
    let scores =
        |candidate: &Candidate| candidate.results.iter().map(|result| score_json(candidate, result, redaction)).collect::<Vec<_>>();
    let unavailable = |(task, why): &(Task, String)| UnavailableJson { task: task.clone(), why: redaction.text(why) };
    TasksJson {
        suite: plan.suite.clone(),
        asked: plan.tasks.clone(),
        unavailable: plan.unavailable.iter().map(unavailable).collect(),
        scores: advised.candidates.candidates.iter().flat_map(scores).collect(),
    }
}

fn score_json(candidate: &Candidate, result: &TaskResult, redaction: &Redaction) -> ScoreJson {
    let score = &result.score;
    let band = |of: &BandScore| BandJson { band: of.band.name(), right: of.lenient, in_form: of.strict };
    let class = |(class, n): &(GradeClass, u32)| ClassJson { class: class.name(), n: *n };
    let not_counted = |group: &NotCounted| NotCountedJson {
        class: group.class.name(),
        n: group.n,
        reasons: group.reasons.iter().map(|reason| redaction.text(reason)).collect(),
    };
    ScoreJson {
        model: redaction.text(candidate.model.as_str()),
        engine: candidate.engine.name(),
        task: score.task.clone(),
        right: score.lenient,
        in_form: score.strict,
        by_band: score.by_band.iter().map(band).collect(),
        seconds: score.seconds,
        first_token_s: score.first_token_s,
        tokens_per_s: score.tokens_per_s,
        output_tokens: score.output_tokens,
        asked_again: score.drift,
        classes: score.classes.iter().map(class).collect(),
        not_counted: score.not_counted.iter().map(not_counted).collect(),
    }
}

pub(super) fn advice_json(advice: &Advice, redaction: &Redaction) -> AdviceJson {
    AdviceJson {
        weights: advice.weights,
        tasks: advice.tasks.iter().map(|task| task_json(task, redaction)).collect(),
        views: advice.views.iter().map(|view| view_json(view, redaction)).collect(),
    }
}

fn task_json(advice: &TaskAdvice, redaction: &Redaction) -> TaskAdviceJson {
    let lines = |lines: &[String]| lines.iter().map(|line| redaction.text(line)).collect();
    let reason = |pick: &Pick, why: &str| ReasonJson { pick: pick_json(pick, redaction), why: redaction.text(why) };
    TaskAdviceJson {
        task: advice.task.clone(),
        floors: advice.floors,
        verdict: verdict_json(&advice.verdict, redaction),
        sentence: redaction.text(&advice.sentence),
        evidence: lines(&advice.evidence),
        runner_up: advice.runner_up.as_ref().map(|runner_up| reason(&runner_up.pick, &runner_up.why)),
        what_would_change: lines(&advice.what_would_change),
        avoid: advice.avoid.iter().map(|avoid| reason(&avoid.pick, &avoid.reason)).collect(),
        pareto: picks(&advice.pareto, redaction),
        items_shared: advice.items_shared,
        models: advice.rows.iter().map(|row| row_json(row, redaction)).collect(),
    }
}

fn verdict_json(verdict: &TaskVerdict, redaction: &Redaction) -> VerdictJson {
    let plain = |kind| VerdictJson { kind, model: None, tied: Vec::new(), more_items: None, more_seconds: None, why: None };
    let model = |pick| Some(pick_json(pick, redaction));
    match verdict {
        TaskVerdict::Use { pick } => VerdictJson { model: model(pick), ..plain("use") },
        TaskVerdict::Tie { prefer, members } => VerdictJson { model: model(prefer), tied: picks(members, redaction), ..plain("tie") },
        TaskVerdict::NotProven { leader, more_items, more_seconds } => {
            VerdictJson { model: model(leader), more_items: *more_items, more_seconds: *more_seconds, ..plain("not_proven") }
        }
        TaskVerdict::None { why } => VerdictJson { why: Some(redaction.text(why)), ..plain("none") },
    }
}

fn row_json(row: &AdviceRow, redaction: &Redaction) -> RowJson {
    RowJson {
        pick: pick_json(&row.pick, redaction),
        standing: row.standing,
        memory_bytes: row.memory_bytes,
        quality_state: row.quality_state,
        right_90: row.quality_90,
        factors: row.factors,
        utility: row.utility,
        p_best: row.p_best,
        is_on_front: row.is_on_front,
        why: redaction.text(&row.why),
    }
}

fn view_json(view: &SweetSpotView, redaction: &Redaction) -> ViewJson {
    ViewJson {
        usage: view.usage,
        model: view.pick.as_ref().map(|pick| pick_json(pick, redaction)),
        tied: picks(&view.tied, redaction),
        tasks: view.tasks.clone(),
        evidence: redaction.text(&view.evidence),
    }
}

fn picks(picks: &[Pick], redaction: &Redaction) -> Vec<PickJson> {
    picks.iter().map(|pick| pick_json(pick, redaction)).collect()
}

fn pick_json(pick: &Pick, redaction: &Redaction) -> PickJson {
    PickJson { model: redaction.text(pick.model.as_str()), engine: pick.engine.name(), title: redaction.text(&pick.title) }
}
