//! Stress tests: choices, plans, tests under way and stored ones.

use toprung_jobs::history;
use toprung_jobs::ladders::LadderChoice;
use toprung_jobs::problem::Problem as JobProblem;
use toprung_jobs::stress::download::{DownloadEnd, ModelDownload, combined, standing};
use toprung_jobs::stress::{
    Ended, StressChoice as JobChoice, StressHeader, StressKind, StressLive, StressPlan, StressRecord, StressState, StressTest, Wish,
};
use toprung_messages::{
    DownloadView, Problem, SampleView, StressChoice, StressEvent, StressLiveView, StressPlanView, StressRow, StressView,
};

use super::{live::sample, plan::engine, problem, rejection};
use crate::state::Answer;

/// Two minutes of readings: what a gauge's line shows.
const KEPT_SAMPLES: usize = 120;
/// How long a sustained test works and is watched afterwards where nobody said so, in seconds: as in the terminal.
const USUAL_S: f64 = 600.0;
const COOL_DOWN_S: f64 = 60.0;
/// The longest context of a limit test where nobody said so, in tokens: as in the terminal.
const USUAL_CONTEXT: u32 = 131_072;

/// What the page chose; names that do not exist are refused.
pub(crate) fn choice(choice: &StressChoice) -> Answer<JobChoice> {
    let kind = StressKind::from_name(&choice.kind).ok_or_else(|| {
        let what = format!("There is no stress test “{}”.", choice.kind);
        rejection(JobProblem::input("no_such_test", what, "Choose download, sustain, concurrent or limit."))
    })?;
    let models = choice.models.clone();
    let wish = match kind {
        StressKind::Download => {
            Wish::Download { models, ladder: choice.ladder.as_deref().map(LadderChoice::parse), beside: choice.beside.clone(), cut: true }
        }
        StressKind::Sustain => Wish::Sustain {
            model: models.into_iter().next(),
            seconds: choice.seconds.unwrap_or(USUAL_S),
            loop_s: None,
            cool_down_s: COOL_DOWN_S,
        },
        StressKind::Concurrent => Wish::Concurrent { models, requests: choice.requests },
        StressKind::Limit => {
            Wish::Limit { models, most_context: choice.most_context.unwrap_or(USUAL_CONTEXT), try_anyway: choice.try_anyway }
        }
    };
    Ok(JobChoice { engine: engine(&choice.engine, choice.url.clone())?, wish })
}

pub(crate) fn plan(plan: &StressPlan) -> StressPlanView {
    StressPlanView {
        headline: plan.headline.clone(),
        warnings: plan.warnings.clone(),
        download_bytes: plan.download_bytes,
        seconds: plan.seconds,
    }
}

pub(crate) fn live(live: &StressLive) -> StressLiveView {
    let kind = live.test.record.kind();
    let record = if let StressRecord::Download(record) = &live.test.record { Some(record) } else { None };
    let models = record.map(|record| record.models.as_slice()).unwrap_or_default();
    let first = live.test.samples.len().saturating_sub(KEPT_SAMPLES);
    let newest = live.test.samples.get(first..).unwrap_or_default();
    let samples: Vec<SampleView> = newest.iter().map(|reading| sample(reading, &live.test.machine)).collect();
    StressLiveView {
        id: live.test.id.clone(),
        kind: kind.name().to_owned(),
        title: kind.title().to_owned(),
        state: if live.state == StressState::Running { "running" } else { "stopping" }.to_owned(),
        doing: live.doing(),
        progress: live.progress(),
        elapsed_s: live.now_ms / 1e3,
        lines: if record.is_some() { Vec::new() } else { live.lines() },
        downloads: models.iter().zip(&live.statuses).map(|(model, status)| download(model, status, live.now_ms)).collect(),
        combined_bytes_per_s: combined(models).map(|(speed, _)| speed),
        samples,
    }
}

fn download(model: &ModelDownload, status: &str, now_ms: f64) -> DownloadView {
    let standing = standing(model, now_ms);
    DownloadView {
        model: model.model.to_string(),
        status: status.to_owned(),
        done_bytes: standing.done_bytes,
        total_bytes: standing.total_bytes,
        bytes_per_s: standing.bytes_per_s,
        left_s: standing.left_s,
        idle_s: standing.idle_s,
        state: match &model.end {
            None => "running",
            Some(DownloadEnd::Complete) => "complete",
            Some(DownloadEnd::Failed(_)) => "failed",
        }
        .to_owned(),
    }
}

pub(crate) fn ended(ended: &Result<Ended, JobProblem>) -> StressEvent {
    match ended {
        Ok(Ended { test, not_stored }) => {
            let judged = test.judge();
            StressEvent::Ended {
                test: not_stored.is_none().then(|| test.id.clone()),
                verdict: Some(judged.verdict.name().to_owned()),
                headline: Some(judged.headline),
                problem: not_stored.as_ref().map(problem),
            }
        }
        Err(broke) => StressEvent::Ended { test: None, verdict: None, headline: None, problem: Some(problem(broke)) },
    }
}

pub(crate) fn row(test: &StressHeader) -> StressRow {
    StressRow {
        id: test.id.clone(),
        kind: test.kind.name().to_owned(),
        title: test.kind.title().to_owned(),
        started_at: test.started_at.clone(),
        duration_s: history::duration_s(&test.started_at, test.ended_at.as_deref()),
        verdict: test.verdict.name().to_owned(),
        headline: test.headline.clone(),
    }
}

/// Its verdict is worked out anew from what was recorded.
pub(crate) fn view(test: &StressTest) -> StressView {
    let (judged, kind) = (test.judge(), test.record.kind());
    StressView {
        row: StressRow {
            id: test.id.clone(),
            kind: kind.name().to_owned(),
            title: kind.title().to_owned(),
            started_at: test.started_at.clone(),
            duration_s: history::duration_s(&test.started_at, test.ended_at.as_deref()),
            verdict: judged.verdict.name().to_owned(),
            headline: judged.headline,
        },
        engine: test.engine.kind.name().to_owned(),
        engine_version: test.engine.version.clone(),
        stopped: test.stopped,
        reasons: judged.reasons,
        evidence: judged.evidence,
    }
}

pub(crate) fn nothing_to_draw() -> Problem {
    rejection(JobProblem::input("no_chart", "Nothing was measured that could be drawn.", "Let the test run for longer."))
}
