use super::*;
use crate::cause::CauseKind;
use crate::machine::{HardwareSample, Machine};
use crate::stress::Verdict;

const GIB: u64 = 1 << 30;

fn attempt(model: &str, context_tokens: u32, tried: Tried) -> Attempt {
    Attempt {
        at_ms: 0.0,
        model: ModelRef::new(model).unwrap(),
        context_tokens,
        needed_bytes: None,
        took_bytes: Some(GIB),
        lowest_available_bytes: Some(4 * GIB),
        tried,
    }
}

fn held(model: &str, context_tokens: u32) -> Attempt {
    attempt(model, context_tokens, Tried::Held { decode_tps: Some(20.0) })
}

fn judged(attempts: Vec<Attempt>, samples: &[HardwareSample], stopped: bool) -> Judgement {
    let record = Limit { models: Vec::new(), attempts };
    judge(&record, &Circumstances { samples, machine: &Machine::default(), stopped })
}

#[test]
fn each_danger_is_seen_before_the_machine_suffers() {
    let before = MemoryReading { available_bytes: Some(12 * GIB), swap_used_bytes: Some(GIB), pressure_percent: Some(0.0) };
    let table = [
        (before, None, "nothing has changed"),
        (
            MemoryReading { available_bytes: Some(GIB / 2), ..before },
            Some(Danger::LowMemory { available_bytes: GIB / 2 }),
            "a 32nd is left",
        ),
        (MemoryReading { swap_used_bytes: Some(GIB + (32 << 20)), ..before }, None, "a little swap is housekeeping"),
        (MemoryReading { swap_used_bytes: Some(2 * GIB), ..before }, Some(Danger::SwapGrew { by_bytes: GIB }), "it swaps"),
        (MemoryReading { pressure_percent: Some(40.0), ..before }, Some(Danger::Pressure { percent: 40.0 }), "it thrashes"),
        (MemoryReading::default(), None, "a sensor that is not there says nothing"),
    ];
    for (now, expected, why) in table {
        assert_eq!(danger(&before, &now, Some(16 * GIB)), expected, "{why}");
    }
}

#[test]
fn what_would_leave_too_little_is_not_tried() {
    let facts = ModelFacts { file_bytes: Some(4 * GIB), kv_bytes_per_token: Some(1 << 20), ..ModelFacts::default() };
    let words = |context, free| too_large(&facts, context, Some(free), Some(16 * GIB));
    assert_eq!(words(1024, 12 * GIB), None);
    assert_eq!(
        words(8192, 12 * GIB).unwrap(),
        "it needs about 12.4 GiB and 819 MiB stay free for the rest, 12.0 GiB are free",
        "4 GiB of weights, 8 GiB of cache and the overhead"
    );
    assert_eq!(too_large(&ModelFacts::default(), 1024, Some(0), Some(16 * GIB)), None, "an unknown size forbids nothing");
}

#[test]
fn the_largest_that_held_and_the_reason_of_the_next_are_said() {
    let killed = Tried::Failed(Cause::new(CauseKind::OutOfMemory, "at 15 GiB"));
    let found = judged(vec![held("a", 2048), held("b", 2048), held("b", 4096), attempt("b", 8192, killed)], &[], false);
    assert_eq!(found.verdict, Verdict::Pass, "{:?}", found.reasons);
    assert_eq!(
        found.headline,
        "The largest that held is b at 4096 tokens of context. b at 8192 tokens of context did not: It ran out of memory."
    );
    assert!(found.evidence[3].starts_with("b at 8192 tokens of context: It ran out of memory (at 15 GiB), took"), "{:?}", found.evidence);
    assert!(
        found.evidence.contains(&"b at 4096 tokens of context: held, 20.0 tokens/s, took 1.00 GiB, 4.00 GiB left at the least".to_owned())
    );
}

#[test]
fn a_machine_that_never_says_no_is_told_so() {
    let all = judged(vec![held("a", 2048), held("a", 4096)], &[], false);
    assert_eq!(all.verdict, Verdict::Pass);
    assert!(all.headline.ends_with("The machine never said no."), "{}", all.headline);
}

#[test]
fn thrashing_or_nothing_at_all_fails_it() {
    let nothing = judged(vec![attempt("a", 2048, Tried::Stopped(Danger::LowMemory { available_bytes: GIB }))], &[], false);
    assert_eq!((nothing.verdict, nothing.reasons.len()), (Verdict::Fail, 1));
    assert!(nothing.headline.contains("stopped before the machine suffered: 1.00 GiB of memory were left"), "{}", nothing.headline);
    let pressed = [HardwareSample { memory_pressure_percent: Some(40.0), ..HardwareSample::default() }];
    assert_eq!(judged(vec![held("a", 2048)], &pressed, false).reasons, ["Everything waited for memory during 40 % of the time."]);
    assert_eq!(judged(vec![held("a", 2048)], &[], true).verdict, Verdict::NotDecided);
}
