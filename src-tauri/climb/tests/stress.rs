//! Stress tests on the scripted engine: what is said of sustained work and of downloads, in order, and that a stop leaves the engine clean.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::stress::{GIB, SHAPE, engine, finished, model, name, worked};
use toprung_climb::{ClimbEnd, Control, DownloadWork, StressEvent, StressWork, SustainWork};
use toprung_core::cause::CauseKind;
use toprung_core::stress::download::{Cut, DownloadEnd, Point};
use toprung_engines::Engine;

fn sustain(engine: &Arc<dyn Engine>, planned_s: f64, cool_down_s: f64) -> StressWork {
    let (engine, model) = (Arc::clone(engine), name("a"));
    StressWork::Sustain(SustainWork { engine, model, shape: SHAPE, context_tokens: 2048, planned_s, cool_down_s })
}

#[tokio::test]
async fn sustained_work_goes_on_until_its_time_is_over_and_then_cools_down() {
    let engine = engine(&model("a", ""));
    let heard = finished(sustain(&engine, 0.5, 0.1)).await;
    let requests: Vec<_> =
        heard.iter().filter_map(|event| if let StressEvent::Requested { request } = event { Some(request) } else { None }).collect();
    assert!(requests.len() >= 5, "a request takes 44 ms: {requests:?}");
    let began = heard.iter().find_map(|event| if let StressEvent::Began { at_ms } = event { Some(*at_ms) } else { None }).unwrap();
    let cooling = heard.iter().find_map(|event| if let StressEvent::CoolingDown { at_ms } = event { Some(*at_ms) } else { None }).unwrap();
    assert!(cooling - began >= 500.0 && requests.iter().all(|request| request.sent_ms >= began && request.cause.is_none()));
    // A scripted time stamp may be a millisecond ahead of the clock.
    assert!(requests.windows(2).all(|pair| pair[1].sent_ms >= pair[0].ended_ms - 2.0), "one after the other");
    assert_eq!(engine.loaded().await.unwrap(), [], "the engine is left as it was found");
}

#[tokio::test]
async fn a_model_that_does_not_load_is_a_result_and_a_dead_engine_is_asked_no_more() {
    let load = engine(&model("a", "faults = [{ at = \"load\", cause = \"out_of_memory\" }]"));
    let heard = finished(sustain(&load, 5.0, 0.0)).await;
    let causes = |heard: &[StressEvent]| -> Vec<CauseKind> {
        heard
            .iter()
            .filter_map(
                |event| if let StressEvent::Requested { request } = event { request.cause.as_ref().map(|cause| cause.kind) } else { None },
            )
            .collect()
    };
    assert_eq!(causes(&heard), [CauseKind::OutOfMemory]);
    let dies = engine(&model("a", "faults = [{ at = \"speed\", cause = \"engine_crashed\", only = [3, 4, 5, 6] }]"));
    assert_eq!(causes(&finished(sustain(&dies, 5.0, 0.0)).await), [CauseKind::EngineCrashed]);
}

#[tokio::test]
async fn a_stop_ends_it_at_once_and_unloads_the_model() {
    let (engine, control) = (engine(&model("a", "")), Control::default());
    let hand = control.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        hand.stop();
    });
    let began = std::time::Instant::now();
    let (end, heard) = worked(sustain(&engine, 600.0, 600.0), || Some(12 * GIB), control).await;
    assert_eq!(end, ClimbEnd::Stopped);
    assert!(began.elapsed() < Duration::from_secs(5), "neither the work nor the cool-down is waited out");
    assert!(heard.iter().any(|event| matches!(event, StressEvent::Requested { .. })), "what was measured has been said");
    assert_eq!(engine.loaded().await.unwrap(), []);
}

/// A model of 10 MB that comes within half a second.
fn missing(name: &str, lines: &str) -> String {
    model(name, &format!("installed = false\npull_bytes_per_s = 20e6\nfacts.file_bytes = 10000000\nfacts.digest = \"{name}\"\n{lines}"))
}

fn download(engine: &Arc<dyn Engine>, cut: bool, beside: Option<&str>) -> StressWork {
    let neighbour = beside.map(|beside| (name(beside), SHAPE, 2048));
    StressWork::Download(DownloadWork { engine: Arc::clone(engine), models: vec![name("a"), name("b")], cut, neighbour })
}

fn points(heard: &[StressEvent], wanted: u32) -> Vec<Point> {
    let point = |event: &StressEvent| match event {
        StressEvent::Pulled { model, point, .. } if *model == wanted => Some(*point),
        _ => None,
    };
    heard.iter().filter_map(point).collect()
}

fn ends(heard: &[StressEvent]) -> Vec<(u32, DownloadEnd, Option<String>)> {
    let end = |event: &StressEvent| match event {
        StressEvent::PullEnded { model, end, digest } => Some((*model, end.clone(), digest.clone())),
        _ => None,
    };
    let mut ends: Vec<_> = heard.iter().filter_map(end).collect();
    ends.sort_by_key(|(model, ..)| *model);
    ends
}

#[tokio::test]
async fn two_models_come_at_the_same_time_and_whole() {
    let heard = finished(download(&engine(&(missing("a", "") + &missing("b", ""))), false, None)).await;
    let [a, b] = [points(&heard, 0), points(&heard, 1)];
    assert!(a[0].at_ms < b.last().unwrap().at_ms && b[0].at_ms < a.last().unwrap().at_ms, "neither waits for the other");
    assert_eq!(a.last().unwrap().done_bytes, 10_000_000);
    let whole = |model, digest: &str| (model, DownloadEnd::Complete, Some(digest.to_owned()));
    assert_eq!(ends(&heard), [whole(0, "a"), whole(1, "b")]);
    assert!(heard.iter().any(|event| matches!(event, StressEvent::LoadAverage { load: 1.9, .. })));
}

#[tokio::test]
async fn the_first_download_is_cut_once_and_goes_on_from_what_it_had() {
    let heard = finished(download(&engine(&(missing("a", "") + &missing("b", ""))), true, None)).await;
    let cuts: Vec<&Cut> =
        heard.iter().filter_map(|event| if let StressEvent::Cut { cut, .. } = event { Some(cut) } else { None }).collect();
    let resumed: Vec<(u32, u64)> = heard
        .iter()
        .filter_map(|event| if let StressEvent::Resumed { model, done_bytes, .. } = event { Some((*model, *done_bytes)) } else { None })
        .collect();
    let [cut] = cuts.as_slice() else { panic!("one cut: {cuts:?}") };
    assert!(cut.cause.is_none() && (4_000_000..9_000_000).contains(&cut.done_bytes), "{cut:?}");
    assert!(resumed.len() == 1 && resumed[0].0 == 0 && resumed[0].1 >= cut.done_bytes, "{resumed:?}");
    assert!(ends(&heard).iter().all(|(_, end, _)| *end == DownloadEnd::Complete));
}

#[tokio::test]
async fn a_broken_line_is_taken_up_again_and_another_cause_is_the_end() {
    let broken = missing("a", "faults = [{ at = \"pull\", cause = \"download_failed\", detail = \"reset\", after = 0.5, only = [0] }]");
    let full = missing("b", "faults = [{ at = \"pull\", cause = \"disk_full\", after = 0.5 }]");
    let heard = finished(download(&engine(&(broken + &full)), false, None)).await;
    let cuts = heard.iter().filter(|event| matches!(event, StressEvent::Cut { model: 0, cut } if cut.cause.is_some())).count();
    let ends = ends(&heard);
    assert_eq!((cuts, &ends[0].1), (1, &DownloadEnd::Complete));
    assert!(matches!(&ends[1].1, DownloadEnd::Failed(cause) if cause.kind == CauseKind::DiskFull), "{ends:?}");
}

#[tokio::test]
async fn bytes_that_are_fetched_again_are_said() {
    let heard = finished(download(&engine(&(missing("a", "pull_falls_at = 0.5") + &missing("b", ""))), false, None)).await;
    assert!(points(&heard, 0).iter().any(|point| point.behind_bytes == 500_000), "a twentieth is fetched again");
    assert!(points(&heard, 1).iter().all(|point| point.behind_bytes == 0));
}

#[tokio::test]
async fn a_model_answers_before_and_while_others_come() {
    let script = missing("a", "") + &missing("b", "") + &model("c", "");
    let engine = engine(&script);
    let heard = finished(download(&engine, false, Some("c"))).await;
    let answers = |wanted: bool| {
        heard
            .iter()
            .filter(|event| matches!(event, StressEvent::Answered { before, trial } if *before == wanted && trial.is_success()))
            .count()
    };
    assert_eq!(answers(true), 3);
    assert!(answers(false) >= 3, "an answer takes 44 ms, the downloads half a second: {}", answers(false));
    assert_eq!(engine.loaded().await.unwrap(), []);
}
