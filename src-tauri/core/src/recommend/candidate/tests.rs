use super::*;
use crate::cause::{Cause, CauseKind};
use crate::recommend::tests::made::{answers, right, run, rung};

fn coding(ok: usize, n: usize) -> Vec<crate::task::ItemResult> {
    answers(&Task::Coding, &right(ok, n), |_| 4.0)
}

fn shares(candidate: &Candidate) -> Vec<(String, u32, u32)> {
    let share = |result: &TaskResult| result.score.lenient.map_or((0, 0), |share| (share.ok, share.n));
    candidate.results.iter().map(|result| (result.run.clone(), share(result).0, share(result).1)).collect()
}

#[test]
fn the_newest_answers_to_each_task_stand_and_older_ones_fill_the_gaps() {
    let chat = answers(&Task::Chat, &right(20, 24), |_| 4.0);
    let older = run("1", vec![rung("A", 4.0, [coding(5, 24), chat].concat()), rung("B", 4.0, coding(7, 24))]);
    let newer = run("2", vec![rung("A", 4.0, coding(9, 24))]);
    let gathered = candidates(&[older, newer]);
    assert_eq!(shares(&gathered.candidates[0]), [("1".into(), 20, 24), ("2".into(), 9, 24)]);
    assert_eq!(shares(&gathered.candidates[1]), [("1".into(), 7, 24)]);
    assert!(gathered.left_out.is_empty());
}

#[test]
fn a_run_that_has_just_begun_takes_nothing_away() {
    let older = run("1", vec![rung("A", 4.0, coding(20, 24))]);
    let begun = run("2", vec![rung("A", 4.0, coding(2, 3))]);
    assert_eq!(shares(&candidates(&[begun, older.clone()]).candidates[0]), [("1".into(), 20, 24)]);
    let empty = run("3", vec![rung("A", 4.0, Vec::new())]);
    assert_eq!(shares(&candidates(&[empty, older]).candidates[0]), [("1".into(), 20, 24)]);
}

#[test]
fn other_questions_and_another_machine_are_left_out_with_the_reason() {
    let newest = run("9", vec![rung("A", 4.0, coding(20, 24))]);
    let mut seed = run("1", vec![rung("B", 4.0, coding(20, 24))]);
    seed.suite.seed = 7;
    let mut hash = seed.clone();
    (hash.id, hash.suite) = ("2".to_owned(), SuiteVersion { hash: "b".to_owned(), ..newest.suite.clone() });
    let mut machine = run("3", vec![rung("C", 4.0, coding(20, 24))]);
    machine.machine.cpu = Some("another processor".to_owned());
    let gathered = candidates(&[seed, hash, machine, newest]);
    assert_eq!(gathered.candidates.len(), 1);
    let why: Vec<&str> = gathered.left_out.iter().map(|run| run.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "It ran on another machine, or another setting of it: the processor was another processor, now a processor.",
            "It asked other questions: the suite was changed without a new number.",
            "It asked other questions: suite 1 with seed 7, not suite 1 with seed 1.",
        ]
    );
}

#[test]
fn a_name_that_stood_for_other_weights_brings_no_old_answers() {
    let with_digest = |digest: &str, results| {
        let mut rung = rung("A", 4.0, results);
        rung.facts.digest = Some(digest.to_owned());
        rung
    };
    let older = run("1", vec![with_digest("sha256:1", answers(&Task::Chat, &right(20, 24), |_| 4.0))]);
    let newer = run("2", vec![with_digest("sha256:2", coding(9, 24))]);
    assert_eq!(shares(&candidates(&[older, newer]).candidates[0]), [("2".into(), 9, 24)]);
}

#[test]
fn memory_is_measured_else_estimated_and_a_server_elsewhere_takes_none() {
    let total = 32 * (1u64 << 30);
    let mut estimated = rung("E", 4.0, coding(9, 24));
    (estimated.load.peak_memory_bytes, estimated.facts.file_bytes) = (None, Some(4_700_000_000));
    let mut elsewhere = rung("S", 4.0, coding(9, 24));
    let url = Some("http://10.0.0.2:8000".to_owned());
    elsewhere.engine = Some(EngineDescription { kind: EngineKind::Openai, version: None, url, settings: Vec::new() });
    let mut unknown = rung("U", 4.0, coding(9, 24));
    unknown.load.peak_memory_bytes = None;
    let mut huge = rung("H", 30.0, Vec::new());
    huge.status = RungStatus::Failed(Cause::new(CauseKind::OutOfMemory, "killed"));
    let found = candidates(&[run("1", vec![rung("M", 4.0, coding(9, 24)), estimated, elsewhere, unknown, huge])]).candidates;
    let words: Vec<String> = found.iter().map(|candidate| memory_in_words(candidate).unwrap_or_default()).collect();
    assert_eq!(words, ["4.00 GiB", "about 5.66 GiB", "", "", "30.0 GiB"]);
    let expected = 1.0 - 4.0 * (1u64 << 30) as f64 / fit::usually_free(total) as f64;
    assert!((found[0].headroom.unwrap() - expected).abs() < 1e-9);
    assert_eq!((found[2].headroom, found[3].headroom, found[4].headroom), (Some(1.0), None, Some(0.0)));
    assert_eq!(found[4].fit.word, FitWord::Tight);
    assert!(found[4].problem.as_ref().is_some_and(|problem| problem.contains("memory")), "{:?}", found[4].problem);
}
