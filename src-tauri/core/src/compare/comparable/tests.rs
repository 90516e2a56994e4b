use super::*;
use crate::machine::{Gpu, Machine};
use crate::model::{EngineKind, ModelRef};
use crate::plan::Mode;
use crate::scripted::{run, rung, trial};

/// A run of one rung of which everything that matters is known.
fn known() -> RunRecord {
    let mut rung = rung("model", 1.0, 50.0, 5);
    rung.facts.digest = Some(format!("sha256:{}", "1a2b".repeat(16)));
    rung.facts.quantization = Some("Q4_K_M".to_owned());
    rung.load.context_tokens = Some(2048);
    let mut run = run(vec![rung]);
    run.machine = Machine {
        cpu: Some("Some CPU".to_owned()),
        memory_bytes: Some(16 << 30),
        gpus: vec![Gpu { name: "Some GPU".to_owned(), memory_bytes: None, driver: None }],
        on_mains: Some(true),
        ..Machine::default()
    };
    run.engine.settings = vec![("thinking".to_owned(), "off".to_owned()), ("threads".to_owned(), "2".to_owned())];
    run
}

fn looked_at(a: &RunRecord, b: &RunRecord, asked: &[Aspect]) -> Comparability {
    comparable(&Side::new(a, &a.rungs[0]), &Side::new(b, &b.rungs[0]), asked)
}

type Change = fn(&mut RunRecord);

/// Each aspect, a change to B that touches it alone, and the words that name both figures.
const CHANGES: &[(Aspect, Change, &str)] = &[
    (
        Aspect::Model,
        |run| run.rungs[0].facts.digest = Some(format!("sha256:{}", "3c4d".repeat(16))),
        "the model files differ: sha256:1a2b1a2b1a2b… and sha256:3c4d3c4d3c4d…",
    ),
    (Aspect::Quantization, |run| run.rungs[0].facts.quantization = Some("Q8_0".to_owned()), "the quantizations differ: Q4_K_M and Q8_0"),
    (
        Aspect::Context,
        |run| run.rungs[0].load.context_tokens = Some(1024),
        "the contexts that were set up differ: 2048 tokens and 1024 tokens",
    ),
    (
        Aspect::Shape,
        |run| run.mode = Mode::Quick,
        "the shapes of the trials differ: answers of up to 128 tokens (classic) and 128 + 64 tokens (quick)",
    ),
    (Aspect::Shape, speeds, "the speeds come from different trials: answers and speed trials"),
    (Aspect::Thinking, |run| run.engine.settings[0].1 = "on".to_owned(), "the settings of thinking differ: off and on"),
    (Aspect::Engine, |run| run.engine.kind = EngineKind::Ollama, "the engines differ: scripted engine and Ollama"),
    (Aspect::Power, |run| run.machine.on_mains = Some(false), "the power sources differ: mains and battery"),
    (Aspect::Machine, |run| run.machine.cpu = Some("Other CPU".to_owned()), "the processors differ: Some CPU and Other CPU"),
    (Aspect::Machine, |run| run.machine.memory_bytes = Some(32 << 30), "the amounts of memory differ: 16.0 GiB and 32.0 GiB"),
    (Aspect::Machine, |run| run.machine.gpus.clear(), "the graphics processors differ: Some GPU and none seen"),
    (Aspect::Grade, |run| run.rungs[0].trials.clear(), "B was not measured"),
    (Aspect::Grade, two_trials, "B is of grade C, not to be compared: its speed rests on 2 trials alone"),
];

fn speeds(run: &mut RunRecord) {
    let rung = &mut run.rungs[0];
    rung.trials.extend((0..5).map(|index| trial(TrialKind::Speed, index, 50.0)));
}

fn two_trials(run: &mut RunRecord) {
    run.rungs[0].trials.truncate(2);
}

#[test]
fn a_run_can_be_compared_with_itself() {
    assert_eq!(looked_at(&known(), &known(), &[]), Comparability::default());
}

#[test]
fn every_difference_is_a_reason_with_both_figures_unless_it_is_the_question() {
    let a = known();
    for (aspect, change, words) in CHANGES {
        let mut b = known();
        change(&mut b);
        let expected = [Difference { aspect: *aspect, words: (*words).to_owned() }];
        let refused = looked_at(&a, &b, &[]);
        assert_eq!(refused.reasons, expected, "{aspect:?} was not asked about");
        assert!(!refused.is_fine());
        let asked = looked_at(&a, &b, &[*aspect]);
        assert!(asked.is_fine() && asked.asked == expected, "{aspect:?} is the question: {asked:?}");
        let anyway = refused.anyway();
        assert!(anyway.is_fine() && anyway.asked == expected, "a person may insist, and the difference is still named");
    }
}

#[test]
fn what_is_unknown_on_both_sides_is_no_difference_and_on_one_side_a_remark() {
    let forget: [(Change, &str); 5] = [
        (|run| run.rungs[0].facts.digest = None, "the model files could not be compared: sha256:1a2b1a2b1a2b… and one that is not known"),
        (|run| run.rungs[0].facts.quantization = None, "the quantizations could not be compared: Q4_K_M"),
        (|run| run.rungs[0].load.context_tokens = None, "the contexts that were set up could not be compared: 2048 tokens"),
        (|run| run.machine.on_mains = None, "the power sources could not be compared: mains"),
        (|run| run.machine.cpu = None, "the processors could not be compared: Some CPU"),
    ];
    for (forget, words) in forget {
        let mut b = known();
        forget(&mut b);
        let one = looked_at(&known(), &b, &[]);
        assert!(one.is_fine() && one.remarks.len() == 1 && one.remarks[0].starts_with(words), "{words}: {one:?}");
        let mut a = known();
        forget(&mut a);
        assert_eq!(looked_at(&a, &b, &[]), Comparability::default(), "{words}: unknown on both sides");
    }
}

#[test]
fn without_digests_models_are_told_apart_by_name_and_size() {
    let mut a = known();
    a.rungs[0].facts.digest = None;
    let mut other_name = a.clone();
    other_name.rungs[0].model = ModelRef::new("other").unwrap();
    assert_eq!(looked_at(&a, &other_name, &[]).reasons[0].words, "the models differ: model and other");
    let mut other_size = a.clone();
    other_size.rungs[0].facts.file_bytes = Some(1_000_000_001);
    let words = &looked_at(&a, &other_size, &[]).reasons[0].words;
    assert_eq!(words, "the sizes of the model files differ: 1000000000 bytes and 1000000001 bytes");
}

#[test]
fn one_file_under_two_names_is_one_model() {
    let (a, mut b) = (known(), known());
    b.rungs[0].model = ModelRef::new("other").unwrap();
    assert_eq!(looked_at(&a, &b, &[]), Comparability::default(), "the digest decides, not the name");
}

#[test]
fn digests_of_two_kinds_of_engines_are_not_held_against_each_other() {
    let (a, mut b) = (known(), known());
    b.engine.kind = EngineKind::Ollama;
    b.rungs[0].facts.digest = Some(format!("sha256:{}", "3c4d".repeat(16)));
    let found = looked_at(&a, &b, &[Aspect::Engine]);
    assert!(found.is_fine() && found.remarks.len() == 1, "a manifest's digest is never a file's: {found:?}");
}

#[test]
fn another_version_or_setting_is_said_and_does_not_stop_the_comparison() {
    let (mut a, mut b) = (known(), known());
    (a.engine.version, b.engine.version) = (Some("1.0".to_owned()), Some("1.1".to_owned()));
    b.engine.settings[1].1 = "1".to_owned();
    let found = looked_at(&a, &b, &[]);
    assert!(found.is_fine(), "{found:?}");
    assert_eq!(found.remarks, ["the engine's version differs: 1.0 and 1.1", "threads differs: 2 and 1"]);
}
