use toprung_core::cause::{Cause, CauseKind};
use toprung_core::machine::{HardwareSample, Machine};
use toprung_core::model::{EngineDescription, EngineKind, ModelRef};
use toprung_core::plan::Shape;
use toprung_core::stress::concurrent::{Concurrent, Switch, Together};
use toprung_core::stress::download::{Cut, Download, DownloadEnd, ModelDownload, Point};
use toprung_core::stress::limit::{Attempt, Limit, Tried};
use toprung_core::stress::sustain::{Sustain, TimedRequest};
use toprung_core::stress::{STRESS_VERSION, StressRecord, StressTest};

use super::*;

fn model(name: &str) -> ModelRef {
    ModelRef::new(name).unwrap()
}

const SHAPE: Shape = Shape { prompt_tokens: 64, output_tokens: 128 };

fn test(record: StressRecord, samples: Vec<HardwareSample>) -> StressTest {
    StressTest {
        version: STRESS_VERSION,
        id: "test".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        ended_at: None,
        machine: Machine::default(),
        engine: EngineDescription { kind: EngineKind::Scripted, version: None, url: None, settings: Vec::new() },
        stopped: false,
        record,
        samples,
    }
}

/// Requests of one second each at so many tokens per second, in loops of five seconds.
fn sustained(speeds: &[f64]) -> StressTest {
    let request = |(second, tps): (usize, &f64)| TimedRequest {
        sent_ms: second as f64 * 1000.0,
        first_ms: Some(second as f64 * 1000.0),
        ended_ms: (second + 1) as f64 * 1000.0,
        decode_tps: Some(*tps),
        output_tokens: Some(*tps as u32 + 1),
        cause: None,
    };
    let record = Sustain {
        model: model("a"),
        shape: SHAPE,
        context_tokens: 2048,
        planned_s: speeds.len() as f64,
        loop_s: 5.0,
        cool_down_s: 0.0,
        began_ms: Some(0.0),
        cooling_ms: None,
        requests: speeds.iter().enumerate().map(request).collect(),
    };
    let sample = |second: usize| HardwareSample {
        at_ms: second as f64 * 1000.0,
        temperature_c: Some(60.0 + second as f32),
        ..HardwareSample::default()
    };
    test(StressRecord::Sustain(record), (0..=speeds.len()).map(sample).collect())
}

#[test]
fn a_machine_that_slows_down_shows_since_when() {
    let speeds: Vec<f64> = (0..20).map(|second| if second < 10 { 100.0 } else { 60.0 }).collect();
    let chart = stress_chart(&sustained(&speeds), Theme::Light, 760).unwrap();
    assert!(chart.svg.contains("Slower for good") && chart.svg.contains("Temperature"), "named in the picture");
    assert_eq!(chart.rows.len(), 4, "a row a loop");
    assert_eq!(chart.rows[2][..5], ["3", "10 s", "15 s", "60.0", "60.0 %"]);
    let onset = &chart.marks.last().unwrap().label;
    assert!(onset.starts_with("Slower for good after 10 s"), "{onset}");
}

#[test]
fn a_steady_machine_is_drawn_so_that_three_per_cent_can_be_seen() {
    let steady = sustained(&[100.0; 20]);
    let StressRecord::Sustain(record) = &steady.record else { unreachable!() };
    let spec = sustain::spec(record, &steady, 760).unwrap();
    let scale = &spec.panels[0].scale;
    assert!((scale.bottom - 80.0).abs() < 1e-6 && scale.bottom_label == "80.0", "a scale that does not begin at zero says so: {scale:?}");
    assert!(spec.lanes.is_empty());
}

#[test]
fn downloads_share_one_scale_and_show_where_they_were_cut() {
    let download = |name: &str, step: u64| ModelDownload {
        points: (0..5).map(|second| Point { at_ms: second as f64 * 1000.0, done_bytes: second * step, behind_bytes: 0 }).collect(),
        total_bytes: Some(4 * step),
        end: Some(DownloadEnd::Complete),
        cuts: if name == "a" {
            vec![Cut { at_ms: 2000.0, done_bytes: 2 * step, cause: None, resumed: Some((2500.0, 2 * step)) }]
        } else {
            Vec::new()
        },
        ..ModelDownload::new(model(name))
    };
    let record = Download { models: vec![download("a", 30_000_000), download("b", 10_000_000)], load_average: Vec::new(), neighbour: None };
    let test = test(StressRecord::Download(record), Vec::new());
    let StressRecord::Download(record) = &test.record else { unreachable!() };
    let spec = download::spec(record, &test, 760).unwrap();
    assert!(spec.panels.iter().all(|panel| panel.scale.top == 30e6), "a slow download must look slow beside a fast one");
    assert_eq!(spec.lanes.iter().map(|lane| lane.title.as_str()).collect::<Vec<_>>(), ["Cut"]);
    assert_eq!(stress_chart(&test, Theme::Dark, 760).unwrap().rows[0], ["a", "120 MB", "120 MB", "4 s", "30.0 MB/s", "–", "1"]);
}

#[test]
fn a_long_name_keeps_both_its_ends() {
    let long = ModelDownload {
        points: (0..3).map(|second| Point { at_ms: second as f64 * 1000.0, done_bytes: second * 1000, behind_bytes: 0 }).collect(),
        ..ModelDownload::new(model("localhost:5055/library/smollm2:135m"))
    };
    let record = Download { models: vec![long], load_average: Vec::new(), neighbour: None };
    let chart = stress_chart(&test(StressRecord::Download(record), Vec::new()), Theme::Light, 760).unwrap();
    assert!(chart.svg.contains("…") && chart.svg.contains("135m"), "which model it is stands at its end");
}

#[test]
fn requests_at_once_and_switches_are_bars_of_their_first_token() {
    let record = Concurrent {
        models: vec![model("a"), model("b")],
        requests: 2,
        shape: SHAPE,
        context_tokens: 2048,
        switches: vec![Switch {
            at_ms: 0.0,
            from: Some(model("a")),
            to: model("b"),
            unload_ms: Some(40.0),
            load_ms: Some(900.0),
            first_token_ms: Some(60.0),
            cause: None,
        }],
        loaded: Vec::new(),
        together: vec![
            Together { model: model("a"), first_token_ms: Some(200.0), ended_ms: 2000.0, output_tokens: Some(64), cause: None },
            Together {
                model: model("b"),
                first_token_ms: None,
                ended_ms: 10.0,
                output_tokens: None,
                cause: Some(Cause::new(CauseKind::OutOfMemory, "")),
            },
        ],
        evicted_together: Vec::new(),
        memory_before_bytes: None,
    };
    let chart = stress_chart(&test(StressRecord::Concurrent(record), Vec::new()), Theme::Light, 760).unwrap();
    assert_eq!(
        chart.marks.iter().map(|mark| mark.label.as_str()).collect::<Vec<_>>(),
        ["From a to b: 1.00 s, unload 40.0 ms, load 900 ms", "a with the others: 200 ms, whole after 2.00 s", "b with the others: failed",]
    );
}

#[test]
fn the_limit_is_a_ladder_whose_last_rung_did_not_hold() {
    let attempt = |name: &str, tried: Tried| Attempt {
        at_ms: 0.0,
        model: model(name),
        context_tokens: 2048,
        needed_bytes: Some(2 << 30),
        took_bytes: matches!(tried, Tried::Held { .. }).then_some(1 << 30),
        lowest_available_bytes: None,
        tried,
    };
    let attempts =
        vec![attempt("a", Tried::Held { decode_tps: Some(50.0) }), attempt("b", Tried::NotTried("it needs about 2.00 GiB".to_owned()))];
    let record = Limit { models: vec![model("a"), model("b")], attempts };
    let chart = stress_chart(&test(StressRecord::Limit(record), Vec::new()), Theme::Light, 760).unwrap();
    for wanted in ["largest that held", "did not hold", "about 2.00 GiB"] {
        assert!(chart.svg.contains(wanted), "“{wanted}” must be readable without a tooltip");
    }
}

#[test]
fn a_test_that_measured_nothing_has_no_picture() {
    assert_eq!(stress_chart(&sustained(&[]), Theme::Light, 760), None);
    let empty = StressRecord::Limit(Limit { models: Vec::new(), attempts: Vec::new() });
    assert_eq!(stress_chart(&test(empty, Vec::new()), Theme::Light, 760), None);
}
