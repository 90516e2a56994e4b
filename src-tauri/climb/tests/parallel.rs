//! Several requests at once on the scripted engine, which has as many slots as its script says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use toprung_climb::{Crowd, crowd};
use toprung_core::cause::CauseKind;
use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_core::saturation::{Decision, Level};
use toprung_engines::scripted::Scripted;

/// A model that reads 40 tokens in 40 ms and writes 20 tokens in 200 ms, in real time: slots can't be waited for in any other.
fn scripted(lines: &str, up_to: u32) -> Crowd {
    let script = format!("[[models]]\nmodel = \"a:1b\"\ndecode_tps = 100\nprefill_tps = 1000\n{lines}\n");
    Crowd {
        engine: Arc::new(Scripted::from_toml(&script).unwrap()),
        model: ModelRef::new("a:1b").unwrap(),
        shape: Shape { prompt_tokens: 40, output_tokens: 20 },
        context_tokens: 2048,
        seed: 1,
        up_to,
    }
}

fn total(level: &Level) -> f64 {
    level.total_tps.unwrap().median
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_with_two_slots_is_saturated_by_two_requests() {
    let mut heard = Vec::new();
    let (levels, end) = crowd(&scripted("slots = 2", 16), |level| heard.push(level.parallel)).await.unwrap();
    assert_eq!((end, heard.as_slice()), (Decision::Saturated { parallel: 2 }, [1, 2, 4].as_slice()), "{levels:?}");
    assert!(total(&levels[1]) / total(&levels[0]) > 1.6, "two slots write about twice as much: {levels:?}");
    let wait = levels[2].ttft_p95_ms.unwrap() - levels[1].ttft_p95_ms.unwrap();
    assert!(wait > 150.0, "the third request waited for a slot of 230 ms, and that counts from when it was meant to be sent: {levels:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_takes_every_request_grows_to_the_most_that_was_asked_for() {
    let (levels, end) = crowd(&scripted("", 3), |_| {}).await.unwrap();
    assert_eq!(end, Decision::StillGrowing { parallel: 3 });
    assert_eq!(
        levels.iter().map(|level| (level.parallel, level.requests)).collect::<Vec<_>>(),
        [(1, 3), (2, 6), (3, 9)],
        "three waves each"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_fails_is_a_result_with_its_cause() {
    // The warm-up and the first level are four requests.
    let fault = "faults = [{ at = \"speed\", cause = \"out_of_memory\", detail = \"at 7 GiB\", only = [4, 5] }]";
    let (levels, end) = crowd(&scripted(fault, 16), |_| {}).await.unwrap();
    assert_eq!((end, levels.len()), (Decision::Failed { parallel: 2 }, 2));
    let failing = &levels[1];
    assert_eq!((failing.requests, failing.failed, failing.total_tps), (2, 2, None), "a dead engine is asked no more: {failing:?}");
    assert_eq!(failing.cause.as_ref().unwrap().kind, CauseKind::OutOfMemory);
}

#[tokio::test]
async fn an_engine_that_answers_not_even_one_request_is_a_failure() {
    let fault = "faults = [{ at = \"speed\", cause = \"stream_ended_early\" }]";
    assert_eq!(crowd(&scripted(fault, 16), |_| {}).await.unwrap_err().kind, CauseKind::StreamEndedEarly);
    let missing = Crowd { model: ModelRef::new("b:1b").unwrap(), ..scripted("", 16) };
    assert_eq!(crowd(&missing, |_| {}).await.unwrap_err().kind, CauseKind::ModelNotFound);
}
