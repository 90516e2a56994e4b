//! Stress tests on the scripted engine and a scripted memory: what is said of each kind, in order, and that a stop leaves the engine clean.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use toprung_climb::{
    ClimbEnd, ConcurrentWork, Control, DownloadWork, LimitWork, Seat, StressEvent, StressReaders, StressSetting, StressWork, SustainWork,
    stress,
};
use toprung_core::cause::CauseKind;
use toprung_core::model::{ModelFacts, ModelRef};
use toprung_core::plan::Shape;
use toprung_core::stress::concurrent::{Loaded, Switch};
use toprung_core::stress::download::{Cut, DownloadEnd, Point};
use toprung_core::stress::limit::{Attempt, Danger, Tried};
use toprung_engines::Engine;
use toprung_engines::scripted::Scripted;

const SHAPE: Shape = Shape { prompt_tokens: 16, output_tokens: 16 };
const GIB: u64 = 1 << 30;

fn name(text: &str) -> ModelRef {
    ModelRef::new(text).unwrap()
}

fn engine(script: &str) -> Arc<dyn Engine> {
    Arc::new(Scripted::from_toml(script).unwrap())
}

fn model(name: &str, lines: &str) -> String {
    format!("[[models]]\nmodel = \"{name}\"\ndecode_tps = 400\nprefill_tps = 4000\n{lines}\n")
}

/// Works a test through on a machine with 16 GiB of which `available` are free at each look.
async fn worked(
    work: StressWork,
    available: impl Fn() -> Option<u64> + Send + Sync + 'static,
    control: Control,
) -> (ClimbEnd, Vec<StressEvent>) {
    let heard: Arc<Mutex<Vec<StressEvent>>> = Arc::default();
    let kept = Arc::clone(&heard);
    let readers = StressReaders { memory_available: Some(Box::new(available)), load_average: Some(Box::new(|| Some(1.9))) };
    let setting = StressSetting { work, seed: 7, readers, memory_total: Some(16 * GIB) };
    let end = stress(setting, Vec::new(), control, Arc::new(move |event| kept.lock().unwrap().push(event.clone()))).await;
    let heard = heard.lock().unwrap().clone();
    (end, heard)
}

async fn finished(work: StressWork) -> Vec<StressEvent> {
    let (end, heard) = worked(work, || Some(12 * GIB), Control::default()).await;
    assert_eq!(end, ClimbEnd::Finished);
    heard
}

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

fn concurrent(script: &str, models: &[&str], requests: u32) -> StressWork {
    let engine = engine(script);
    let seats = models.iter().map(|model| Seat { engine: Arc::clone(&engine), model: name(model) }).collect();
    StressWork::Concurrent(ConcurrentWork { seats, requests, shape: SHAPE, context_tokens: 2048 })
}

fn loaded(heard: &[StressEvent]) -> Vec<Loaded> {
    heard.iter().filter_map(|event| if let StressEvent::LoadedBeside { loaded } = event { Some(loaded.clone()) } else { None }).collect()
}

fn switches(heard: &[StressEvent]) -> Vec<Switch> {
    heard.iter().filter_map(|event| if let StressEvent::Switched { switch } = event { Some(switch.clone()) } else { None }).collect()
}

#[tokio::test]
async fn models_are_switched_in_turn_and_then_answer_side_by_side() {
    let script = format!("holds = 2\n{}{}", model("a", "load_ms = 60"), model("b", "load_ms = 30\nmemory_bytes = 7"));
    let heard = finished(concurrent(&script, &["a", "b"], 4)).await;
    let switches = switches(&heard);
    let path: Vec<_> = switches.iter().map(|switch| (switch.from.as_ref().map(ModelRef::as_str), switch.to.as_str())).collect();
    assert_eq!(path, [(None, "a"), (Some("a"), "b"), (Some("b"), "a")]);
    assert!(
        switches[2].load_ms.unwrap() >= 60.0 && switches[2].first_token_ms.unwrap() > 0.0 && switches[2].unload_ms.is_some(),
        "{switches:?}"
    );
    let loaded = loaded(&heard);
    assert_eq!(loaded[1].held.as_deref().unwrap(), [name("a"), name("b")]);
    assert_eq!(
        (loaded[1].evicted.as_slice(), loaded[1].takes_bytes, loaded[1].memory_available_bytes),
        ([].as_slice(), Some(7), Some(12 * GIB))
    );
    let together = heard
        .iter()
        .find_map(|event| if let StressEvent::AnsweredTogether { requests, .. } = event { Some(requests) } else { None })
        .unwrap();
    let who: Vec<&str> = together.iter().map(|one| one.model.as_str()).collect();
    assert_eq!(who, ["a", "b", "a", "b"], "requests are shared out in turn");
    assert!(together.iter().all(|one| one.cause.is_none() && one.first_token_ms.is_some()));
}

#[tokio::test]
async fn a_model_that_pushes_another_out_is_found_out() {
    let heard = finished(concurrent(&(model("a", "") + &model("b", "")), &["a", "b"], 2)).await;
    let loaded = loaded(&heard);
    assert_eq!((loaded[0].evicted.as_slice(), loaded[1].evicted.as_slice()), ([].as_slice(), [name("a")].as_slice()));
}

#[tokio::test]
async fn requests_of_one_model_need_no_switching() {
    let heard = finished(concurrent(&model("a", ""), &["a"], 3)).await;
    assert!(switches(&heard).is_empty());
    assert!(heard.iter().any(|event| matches!(event, StressEvent::AnsweredTogether { requests, .. } if requests.len() == 3)));
}

fn limit(script: &str, models: &[(&str, u64)], most_context: u32) -> StressWork {
    let facts = |bytes| ModelFacts { file_bytes: Some(bytes), context_length: Some(32_768), ..ModelFacts::default() };
    let models = models.iter().map(|(model, bytes)| (name(model), facts(*bytes))).collect();
    StressWork::Limit(LimitWork { engine: engine(script), models, first_context: 2048, most_context, shape: SHAPE, try_anyway: false })
}

fn attempts(heard: &[StressEvent]) -> Vec<Attempt> {
    heard.iter().filter_map(|event| if let StressEvent::Attempted { attempt } = event { Some(attempt.clone()) } else { None }).collect()
}

fn tries(heard: &[StressEvent]) -> Vec<(String, u32, bool)> {
    attempts(heard).into_iter().map(|attempt| (attempt.model.to_string(), attempt.context_tokens, attempt.held())).collect()
}

#[tokio::test]
async fn models_grow_until_one_is_too_large_and_then_contexts_of_the_largest_that_held() {
    let script = model("a", "") + &model("b", "most_context_tokens = 4096") + &model("c", "");
    let heard = finished(limit(&script, &[("a", GIB), ("b", 2 * GIB), ("c", 40 * GIB)], 131_072)).await;
    let tried = |model: &str, context, held| (model.to_owned(), context, held);
    assert_eq!(
        tries(&heard),
        [tried("a", 2048, true), tried("b", 2048, true), tried("c", 2048, false), tried("b", 4096, true), tried("b", 8192, false)]
    );
    let attempts = attempts(&heard);
    assert!(matches!(&attempts[2].tried, Tried::NotTried(words) if words.contains("12.0 GiB are free")), "{attempts:?}");
    assert!(matches!(&attempts[4].tried, Tried::Failed(cause) if cause.kind == CauseKind::OutOfMemory), "{attempts:?}");
}

#[tokio::test]
async fn no_context_beyond_the_models_own_or_the_chosen_one_is_tried() {
    let contexts = |heard: Vec<StressEvent>| tries(&heard).into_iter().map(|(_, context, _)| context).collect::<Vec<_>>();
    assert_eq!(contexts(finished(limit(&model("a", ""), &[("a", GIB)], 131_072)).await), [2048, 4096, 8192, 16_384, 32_768]);
    assert_eq!(contexts(finished(limit(&model("a", ""), &[("a", GIB)], 5000)).await), [2048, 4096, 5000]);
}

#[tokio::test]
async fn a_damaged_model_does_not_end_the_search() {
    let script = model("a", "faults = [{ at = \"load\", cause = \"damaged_file\" }]") + &model("b", "");
    let heard = finished(limit(&script, &[("a", GIB), ("b", 2 * GIB)], 2048)).await;
    assert_eq!(tries(&heard), [("a".to_owned(), 2048, false), ("b".to_owned(), 2048, true)]);
}

#[tokio::test]
async fn a_try_that_eats_the_memory_is_stopped_before_it_is_gone() {
    // Loading takes ten seconds, and each look at the memory finds 2 GiB less, until the load is given up.
    let looks = AtomicU64::new(0);
    let falling = move || {
        let looked = looks.fetch_add(1, Ordering::SeqCst) + 1;
        Some(if looked <= 6 { (12 - 2 * looked) * GIB } else { 12 * GIB })
    };
    let work = limit(&model("a", "load_ms = 10000"), &[("a", GIB)], 2048);
    let began = std::time::Instant::now();
    let (end, heard) = worked(work, falling, Control::default()).await;
    assert_eq!(end, ClimbEnd::Finished);
    assert!(matches!(attempts(&heard)[0].tried, Tried::Stopped(Danger::LowMemory { available_bytes: 0 })), "{:?}", attempts(&heard));
    assert!(began.elapsed() < Duration::from_secs(5), "it did not wait for the load");
}

#[tokio::test]
async fn a_context_that_the_engine_shrinks_did_not_hold() {
    let heard = finished(limit(&model("a", "context_tokens = 3000"), &[("a", GIB)], 8192)).await;
    assert!(matches!(attempts(&heard)[1].tried, Tried::Shrunk { to_tokens: 3000 }), "{:?}", attempts(&heard));
}
