use super::*;
use crate::task::Grade;

fn result(item: &str, band: Band, repeat: u32, class: GradeClass) -> ItemResult {
    ItemResult {
        item: item.to_owned(),
        task: Task::Coding,
        band,
        repeat,
        started_ms: 0.0,
        prompt: String::new(),
        thinking: String::new(),
        answer: "x".to_owned(),
        grade: Grade::new(class, class.title()),
        ttft_ms: Some(500.0),
        response_ms: Some(4000.0),
        prompt_tokens: Some(100),
        output_tokens: Some(70),
        decode_tps: Some(20.0),
    }
}

#[test]
fn only_what_was_asked_first_and_counts_is_scored() {
    use GradeClass::{CodeTimedOut, Right, RightLoosely, Unsupported, Wrong};
    let mut results = vec![
        result("a", Band::Easy, 0, Right),
        result("b", Band::Easy, 0, RightLoosely),
        result("c", Band::Hard, 0, Wrong),
        result("d", Band::Hard, 0, CodeTimedOut),
        result("e", Band::Hard, 0, Unsupported),
        result("a", Band::Easy, 1, Right),
        result("b", Band::Easy, 1, Wrong),
        result("e", Band::Hard, 1, Right),
    ];
    results.push(ItemResult { task: Task::Chat, ..result("z", Band::Easy, 0, Right) });
    let score = score(&Task::Coding, &results);
    assert_eq!(score.lenient.map(|share| (share.ok, share.n)), Some((2, 4)));
    assert_eq!(score.strict.map(|share| (share.ok, share.n)), Some((1, 4)));
    let bands: Vec<(Band, u32, u32)> = score.by_band.iter().map(|band| (band.band, band.lenient.ok, band.lenient.n)).collect();
    assert_eq!(bands, [(Band::Easy, 2, 2), (Band::Hard, 0, 2)]);
    assert_eq!(score.drift, Drift { repeated: 2, same_verdict: 1, same_text: 2 }, "an item that did not count has no first verdict");
    assert_eq!(score.failures_in_words(), "1 wrong, 1 code ran too long");
    assert_eq!(score.not_counted_in_words(), "1 not supported by the sandbox (not supported by the sandbox)");
    assert_eq!(score.form_in_words().as_deref(), Some("1 of 2 right answers was not in the form asked for"));
    assert_eq!(score.seconds.map(|seconds| (seconds.median, seconds.n)), Some((4.0, 4)));
    assert_eq!(outcomes(&Task::Coding, &results).len(), 4);
}

#[test]
fn the_time_of_an_answer_is_measured_or_made_of_its_parts() {
    let measured = result("a", Band::Easy, 0, GradeClass::Right);
    assert_eq!(answer_seconds(&measured), Some(4.0));
    let parts = ItemResult { response_ms: None, ..measured.clone() };
    assert_eq!(answer_seconds(&parts), Some(0.5 + 70.0 / 20.0));
    for absurd in [Some(f64::NAN), Some(-1.0), Some(0.0), Some(f64::INFINITY)] {
        assert_eq!(answer_seconds(&ItemResult { response_ms: absurd, ..measured.clone() }), None, "{absurd:?}");
    }
    assert_eq!(answer_seconds(&ItemResult { decode_tps: None, ..parts }), None, "a part that is not known leaves the whole unknown");
}

#[test]
fn an_item_that_was_asked_anew_after_the_engine_failed_counts_once() {
    let failed = result("a", Band::Easy, 0, GradeClass::EngineFailed);
    let right = result("a", Band::Easy, 0, GradeClass::Right);
    for results in [vec![failed.clone(), right.clone()], vec![right, failed]] {
        let score = score(&Task::Coding, &results);
        assert_eq!((score.lenient.map(|share| (share.ok, share.n)), score.not_counted.len()), (Some((1, 1)), 0));
    }
}

#[test]
fn nothing_asked_is_no_score_of_zero() {
    let score = score(&Task::Coding, &[]);
    assert_eq!((score.lenient, score.strict, score.seconds), (None, None, None));
    assert_eq!((score.failures_in_words(), score.form_in_words()), (String::new(), None));
}
