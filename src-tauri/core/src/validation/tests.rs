use super::*;
use crate::cause::CauseKind;
use crate::machine::{HardwareSample, Machine};
use crate::model::{EngineDescription, EngineKind};
use crate::plan::Shape;
use crate::run::{RunStatus, RungStatus};
use crate::scripted;
use crate::stress::STRESS_VERSION;
use crate::stress::sustain::Sustain;
use crate::stress::sustain::TimedRequest;

const GIB: u64 = 1 << 30;

fn nothing() -> Stored<'static> {
    Stored {
        runs: &[],
        stress: &[],
        models: None,
        reclaimable_bytes: None,
        next_rung: None,
        context_tokens: 2048,
        memory_available_bytes: Some(12 * GIB),
        memory_total_bytes: Some(16 * GIB),
    }
}

fn verdict(stored: &Stored<'_>, code: &str) -> (CheckVerdict, String) {
    let check = validate(stored).into_iter().find(|check| check.code == code).unwrap();
    (check.verdict, format!("{} {}", check.evidence.join(" "), check.next_step))
}

fn run(status: RunStatus) -> RunRecord {
    let rungs = [1.0, 2.0].map(|gigabytes| scripted::rung(&format!("m{gigabytes}"), gigabytes, 30.0, 5));
    RunRecord { status, ..scripted::run(rungs.into()) }
}

fn engine() -> EngineDescription {
    EngineDescription { kind: EngineKind::Scripted, version: None, url: None, settings: Vec::new() }
}

/// A sustained test that was stopped before it could tell anything.
fn stopped_sustain() -> StressTest {
    let record = Sustain {
        model: ModelRef::new("a").unwrap(),
        shape: Shape { prompt_tokens: 64, output_tokens: 64 },
        context_tokens: 2048,
        planned_s: 600.0,
        loop_s: 30.0,
        cool_down_s: 60.0,
        began_ms: None,
        cooling_ms: None,
        requests: Vec::new(),
    };
    StressTest {
        version: STRESS_VERSION,
        id: "test".to_owned(),
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        ended_at: None,
        machine: Machine::default(),
        engine: engine(),
        stopped: true,
        record: StressRecord::Sustain(record),
        samples: Vec::new(),
    }
}

fn cached(model: &str, digest: Option<&str>) -> CachedModel {
    let facts = ModelFacts { digest: digest.map(str::to_owned), file_bytes: Some(1_000_000_000), ..ModelFacts::default() };
    CachedModel { model: ModelRef::new(model).unwrap(), facts, is_verified: Some(true), problem: None }
}

#[test]
fn what_nothing_speaks_to_is_not_tested_and_says_how_to() {
    let checks = validate(&nothing());
    assert_eq!(checks.len(), 6);
    for check in checks {
        assert_eq!(check.verdict, CheckVerdict::NotTested, "{check:?}");
        assert!(!check.evidence.is_empty() && !check.next_step.is_empty(), "{check:?}");
    }
}

#[test]
fn a_stress_test_without_a_verdict_is_no_evidence_of_cooling() {
    let stress = [stopped_sustain()];
    let (verdict, said) = verdict(&Stored { stress: &stress, ..nothing() }, "cooling");
    assert_eq!(verdict, CheckVerdict::NotTested);
    assert!(said.contains("stopped by hand"), "{said}");
}

/// A sustained test that kept its speed for so long.
fn steady(seconds: f64) -> StressTest {
    let mut test = stopped_sustain();
    test.stopped = false;
    let StressRecord::Sustain(record) = &mut test.record else { panic!() };
    let request = |second: u32| TimedRequest {
        sent_ms: f64::from(second) * 1000.0,
        first_ms: Some(f64::from(second) * 1000.0 + 100.0),
        ended_ms: f64::from(second) * 1000.0 + 999.0,
        decode_tps: Some(50.0),
        output_tokens: Some(50),
        cause: None,
    };
    (record.planned_s, record.loop_s, record.began_ms) = (seconds, seconds / 6.0, Some(0.0));
    record.cooling_ms = Some(seconds * 1000.0);
    record.requests = (0..seconds as u32).map(request).collect();
    test
}

#[test]
fn a_minute_of_steady_speed_says_nothing_of_the_cooling_and_hides_no_longer_test() {
    let cooling = |stress: &[StressTest]| verdict(&Stored { stress, ..nothing() }, "cooling");
    assert_eq!(cooling(&[steady(180.0)]).0, CheckVerdict::Pass);
    let (short, said) = cooling(&[steady(60.0)]);
    assert_eq!(short, CheckVerdict::NotTested);
    assert!(said.contains("1 min says nothing of the cooling: 3 min or more do."), "{said}");
    assert_eq!(cooling(&[steady(60.0), steady(600.0)]).0, CheckVerdict::Pass, "the longer one, made before, still stands");
}

#[test]
fn throttling_in_the_last_run_fails_the_cooling() {
    let mut throttled = run(RunStatus::Finished);
    throttled.samples = vec![HardwareSample { throttles_per_s: Some(2.0), ..HardwareSample::default() }];
    let runs = [throttled];
    let (verdict, said) = verdict(&Stored { runs: &runs, ..nothing() }, "cooling");
    assert_eq!(verdict, CheckVerdict::Fail);
    assert!(said.contains("slowed down to stay cool in 1 of 1 readings"), "{said}");
}

#[test]
fn the_newest_finished_run_shows_whether_every_rung_was_stepped_on() {
    let whole = [run(RunStatus::Stopped), run(RunStatus::Finished)];
    let (passed, said) = verdict(&Stored { runs: &whole, ..nothing() }, "escalation");
    assert_eq!(passed, CheckVerdict::Pass);
    assert!(said.contains("2 rungs, 2 measured, 0 failed with a cause, 0 left out by a rule; 10 trials stored"), "{said}");
    let mut lost = run(RunStatus::Finished);
    lost.rungs[1].trials.clear();
    let runs = [lost];
    let (failed, said) = verdict(&Stored { runs: &runs, ..nothing() }, "escalation");
    assert_eq!(failed, CheckVerdict::Fail);
    assert!(said.contains("Nothing is stored of"), "{said}");
    let stopped = [run(RunStatus::Stopped)];
    assert_eq!(verdict(&Stored { runs: &stopped, ..nothing() }, "escalation").0, CheckVerdict::NotTested);
}

#[test]
fn a_cache_passes_when_digests_are_computed_and_agree_with_what_was_stored() {
    let mut measured = run(RunStatus::Finished);
    measured.rungs[0].facts.digest = Some("sha256:aa".to_owned());
    let (name, runs) = (measured.rungs[0].model.as_str().to_owned(), [measured]);
    let of = |models: &[CachedModel]| {
        verdict(&Stored { runs: &runs, models: Some(models), reclaimable_bytes: Some(5_000_000), ..nothing() }, "model_cache")
    };
    let (passed, said) = of(&[cached(&name, Some("sha256:aa"))]);
    assert_eq!(passed, CheckVerdict::Pass);
    assert!(said.contains("agrees with the engine for 1 measured model") && said.contains("5.00 MB can be freed"), "{said}");
    assert_eq!(of(&[cached(&name, Some("sha256:bb"))]).0, CheckVerdict::Fail, "another file under the same name");
    let broken = CachedModel { problem: Some(Cause::new(CauseKind::DamagedFile, "cut")), ..cached("b", None) };
    assert_eq!(of(&[broken]).0, CheckVerdict::Fail);
    let (open, said) = of(&[CachedModel { is_verified: Some(false), ..cached("b", None) }]);
    assert_eq!(open, CheckVerdict::NotTested);
    assert!(said.contains("not computed for 1 of 1 (b)"), "{said}");
    assert_eq!(of(&[]).0, CheckVerdict::NotTested);
}

#[test]
fn the_next_rung_must_fit_into_what_is_free() {
    let of = |gigabytes: u64| {
        let facts = ModelFacts { file_bytes: Some(gigabytes * GIB), ..ModelFacts::default() };
        verdict(&Stored { next_rung: Some(("the next", &facts)), ..nothing() }, "headroom")
    };
    assert_eq!(of(4).0, CheckVerdict::Pass);
    let (tight, said) = of(9);
    assert_eq!(tight, CheckVerdict::Fail);
    assert!(said.contains("the next: tight"), "{said}");
    assert_eq!(of(40).0, CheckVerdict::Fail);
}

#[test]
fn a_runs_report_makes_the_same_checks_from_the_run_and_the_stress_tests_alone() {
    let codes = |checks: &[Check]| checks.iter().map(|check| (check.code.clone(), check.verdict)).collect::<Vec<_>>();
    let mut measured = run(RunStatus::Finished);
    measured.samples = vec![HardwareSample { memory_available_bytes: Some(12 * GIB), ..HardwareSample::default() }];
    let next = ModelFacts { file_bytes: Some(4 * GIB), ..ModelFacts::default() };
    let stress = [stopped_sustain()];
    let alone = validate_run(&measured, &stress, Some(("the next", &next)));
    let runs = [measured.clone()];
    let with_engine = validate(&Stored { runs: &runs, stress: &stress, next_rung: Some(("the next", &next)), ..nothing() });
    let same = |checks: &[Check]| checks.iter().filter(|check| !check.code.starts_with("model_")).cloned().collect::<Vec<_>>();
    assert_eq!(same(&alone).len(), 5);
    assert_eq!(codes(&same(&alone)), codes(&same(&with_engine)));
    assert!(same(&alone)[0].evidence.join(" ").contains("stopped by hand"), "{alone:?}");

    let files = |run: &RunRecord| validate_run(run, &[], None).remove(1);
    assert_eq!(
        (files(&measured).verdict, files(&measured).evidence.join("")),
        (CheckVerdict::Pass, "2 models loaded, none damaged.".to_owned())
    );
    measured.rungs[0].status = RungStatus::Failed(Cause::new(CauseKind::DamagedFile, "cut"));
    assert_eq!(files(&measured).verdict, CheckVerdict::Fail);
    measured.rungs.clear();
    assert_eq!(files(&measured).verdict, CheckVerdict::NotTested, "PASS needs an observation");
}
