//! Stress tests of the memory on the scripted engine: models side by side, and larger and larger ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::stress::{GIB, SHAPE, engine, finished, model, name, worked, worked_beside};
use toprung_climb::{ClimbEnd, ConcurrentWork, Control, LimitWork, Seat, StressEvent, StressWork};
use toprung_core::cause::CauseKind;
use toprung_core::model::{ModelFacts, ModelRef};
use toprung_core::stress::concurrent::{Loaded, Switch};
use toprung_core::stress::limit::{Attempt, Danger, Tried};

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
async fn swap_that_grows_from_the_very_first_try_on_is_seen() {
    // No sensor is read in this test: what lay in swap before is known all the same.
    let looks = AtomicU64::new(0);
    let growing = move || Some(GIB + if looks.fetch_add(1, Ordering::SeqCst) < 3 { 0 } else { 128 << 20 });
    let work = limit(&model("a", "load_ms = 10000"), &[("a", GIB)], 2048);
    let began = std::time::Instant::now();
    let (_, heard) = worked_beside(work, || Some(12 * GIB), growing, Control::default()).await;
    assert!(
        matches!(attempts(&heard)[0].tried, Tried::Stopped(Danger::SwapGrew { by_bytes }) if by_bytes == 128 << 20),
        "{:?}",
        attempts(&heard)
    );
    assert!(began.elapsed() < Duration::from_secs(5), "it did not wait for the load");
}

#[tokio::test]
async fn a_context_that_the_engine_shrinks_did_not_hold() {
    let heard = finished(limit(&model("a", "context_tokens = 3000"), &[("a", GIB)], 8192)).await;
    assert!(matches!(attempts(&heard)[1].tried, Tried::Shrunk { to_tokens: 3000 }), "{:?}", attempts(&heard));
}
