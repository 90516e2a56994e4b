use super::*;
use crate::cause::CauseKind;
use crate::machine::{HardwareSample, Machine};
use crate::stress::Verdict;

fn name(text: &str) -> ModelRef {
    ModelRef::new(text).unwrap()
}

fn switch(from: Option<&str>, to: &str) -> Switch {
    Switch {
        at_ms: 0.0,
        from: from.map(name),
        to: name(to),
        unload_ms: from.map(|_| 200.0),
        load_ms: Some(900.0),
        first_token_ms: Some(100.0),
        cause: None,
    }
}

fn loaded(model: &str, held: &[&str]) -> Loaded {
    Loaded {
        at_ms: 0.0,
        model: name(model),
        held: Some(held.iter().map(|held| name(held)).collect()),
        evicted: Vec::new(),
        memory_available_bytes: Some(10 << 30),
        takes_bytes: Some(1 << 30),
        cause: None,
    }
}

fn together(model: &str) -> Together {
    Together { model: name(model), first_token_ms: Some(150.0), ended_ms: 2000.0, output_tokens: Some(64), cause: None }
}

fn record() -> Concurrent {
    Concurrent {
        models: vec![name("a"), name("b")],
        requests: 2,
        shape: Shape { prompt_tokens: 64, output_tokens: 64 },
        context_tokens: 2048,
        switches: vec![switch(None, "a"), switch(Some("a"), "b")],
        loaded: vec![loaded("a", &["a"]), loaded("b", &["a", "b"])],
        together: vec![together("a"), together("b")],
        evicted_together: Vec::new(),
        memory_before_bytes: Some(12 << 30),
    }
}

fn judged(record: &Concurrent, samples: &[HardwareSample]) -> Judgement {
    let machine = Machine { memory_bytes: Some(16 << 30), ..Machine::default() };
    judge(record, &Circumstances { samples, machine: &machine, stopped: false })
}

#[test]
fn models_that_answer_side_by_side_pass_with_their_switching_time() {
    let judged = judged(&record(), &[]);
    assert_eq!((judged.verdict, judged.reasons.len()), (Verdict::Pass, 0));
    assert_eq!(
        judged.headline,
        "2 of 2 requests of 2 models at once were answered, 64.0 tokens/s in all. Switching models takes 1.20 s to the first token."
    );
    for line in [
        "From a to b: unload 200 ms, load 900 ms, first token 100 ms",
        "b loaded beside: takes 1.00 GiB, 10.0 GiB left, the engine holds a and b",
        "Memory available: 12.0 GiB before, 10.0 GiB at the least with all of them",
        "Evicted: none",
    ] {
        assert!(judged.evidence.iter().any(|said| said == line), "“{line}” is missing: {:#?}", judged.evidence);
    }
}

#[test]
fn an_evicted_model_fails_it_by_name() {
    let mut evicting = record();
    evicting.loaded[1] = Loaded { evicted: vec![name("a")], ..loaded("b", &["b"]) };
    let judged = judged(&evicting, &[]);
    assert_eq!((judged.verdict, judged.reasons), (Verdict::Fail, vec!["a was pushed out of memory when b was loaded.".to_owned()]));
}

#[test]
fn an_engine_that_does_not_say_what_it_holds_may_pass_and_says_so() {
    let mut silent = record();
    silent.loaded.iter_mut().for_each(|loaded| loaded.held = None);
    let judged = judged(&silent, &[]);
    assert_eq!(judged.verdict, Verdict::Pass);
    assert!(judged.evidence.contains(&"Evicted: not known: the engine does not say what it holds".to_owned()), "{:?}", judged.evidence);
}

#[test]
fn a_failed_request_and_a_growing_swap_fail_it() {
    let mut failing = record();
    failing.together[1].cause = Some(Cause::new(CauseKind::OutOfMemory, "at 15 GiB"));
    assert!(judged(&failing, &[]).reasons[0].starts_with("b failed: It ran out of memory (at 15 GiB)."));
    assert_eq!(failing.total_tps(), None, "what the others did with the room is no figure of all");
    let swap = |bytes| HardwareSample { swap_used_bytes: Some(bytes), ..HardwareSample::default() };
    assert_eq!(judged(&record(), &[swap(0), swap(1 << 30)]).reasons, ["The swap grew by 1.00 GiB."]);
}

#[test]
fn an_unknown_part_leaves_the_switching_time_unknown() {
    assert_eq!(switch(Some("a"), "b").total_ms(), Some(1200.0));
    assert_eq!(Switch { load_ms: None, ..switch(Some("a"), "b") }.total_ms(), None);
    assert_eq!(switch(None, "a").total_ms(), Some(1000.0), "the first has nothing to unload");
}
