use super::*;
use crate::{DoneReason, FragmentKind};

/// Every cause, by its stable name.
const CODES: [&str; 26] = [
    "empty_answer",
    "thinking_spent_budget",
    "template_suspect",
    "not_a_generation",
    "degenerate_output",
    "repetition_aborted",
    "stream_ended_early",
    "stalled",
    "prompt_cut",
    "context_overflow",
    "out_of_memory",
    "engine_crashed",
    "engine_error",
    "engine_unreachable",
    "not_an_engine",
    "model_not_found",
    "damaged_file",
    "unsupported_model",
    "download_failed",
    "disk_full",
    "not_saved",
    "absurd_figures",
    "load_timed_out",
    "does_not_fit",
    "cancelled",
    "unknown",
];

fn engine(rest: &str) -> Scripted {
    let text = format!("time_scale = 0.0\n[[models]]\nmodel = \"a:1b\"\ndecode_tps = 50.0\nprefill_tps = 1000.0\nmemory_bytes = 7\n{rest}");
    Scripted::from_toml(&text).unwrap()
}

fn a() -> ModelRef {
    ModelRef::new("a:1b").unwrap()
}

async fn ask(engine: &Scripted, prompt: Prompt) -> (Result<FinalRecord>, Vec<Fragment>) {
    let mut fragments = Vec::new();
    let request = Request { model: a(), prompt, max_output_tokens: 64, context_tokens: 2048 };
    let outcome = engine.generate(&request, &mut |fragment| fragments.push(fragment)).await;
    (outcome, fragments)
}

async fn chat(engine: &Scripted) -> (Result<FinalRecord>, Vec<Fragment>) {
    ask(engine, Prompt::Chat("What is new?".into())).await
}

async fn speed(engine: &Scripted) -> (Result<FinalRecord>, Vec<Fragment>) {
    ask(engine, Prompt::Synthetic { tokens: 100, seed: 3 }).await
}

#[tokio::test]
async fn the_figures_and_the_time_stamps_are_the_scripted_ones_without_any_wait() {
    let began = Instant::now();
    let (outcome, fragments) = speed(&engine("")).await;
    let record = outcome.unwrap();
    assert_eq!((record.prompt_tokens, record.prompt_ms), (Some(100), Some(100.0)), "100 tokens at 1,000 a second");
    assert_eq!((record.output_tokens, record.decode_ms.map(f64::round)), (Some(64), Some(1260.0)), "63 gaps at 50 tokens a second");
    let seen = (fragments[63].at - fragments[0].at).as_secs_f64();
    assert!((seen - 1.26).abs() < 1e-6, "this side of the socket sees the scripted times, not the shortened ones: {seen}");
    assert!(began.elapsed() < Duration::from_secs(1), "a time scale of 0 waits for nothing");
}

#[tokio::test]
async fn the_noise_is_the_same_every_time_and_differs_from_trial_to_trial() {
    let (one, two) = (engine("noise = 0.02"), engine("noise = 0.02"));
    let mut figures = Vec::new();
    for engine in [&one, &two] {
        for _ in 0..3 {
            figures.push(speed(engine).await.0.unwrap().decode_ms);
        }
    }
    assert_eq!(figures[..3], figures[3..], "a script plays the same figures again");
    assert!(figures[0] != figures[1] && figures[1] != figures[2], "noise that never changes is none: {figures:?}");
}

#[tokio::test]
async fn every_cause_can_be_played() {
    for code in CODES {
        let kind = CauseKind::from_code(code).expect(code);
        let engine = engine(&format!("[[models.faults]]\nat = \"answer\"\ncause = \"{code}\"\nafter = 0.5"));
        let (outcome, fragments) = chat(&engine).await;
        match outcome {
            Ok(_) => assert!(Cause::new(kind, "").stream_was_complete(), "{kind:?} leaves no final record"),
            Err(cause) => assert_eq!(cause.kind, kind),
        }
        assert!(fragments.len() <= 64, "no fault writes past the limit");
        assert!(speed(&engine).await.0.is_ok(), "a fault of answers leaves speed trials alone");
    }
}

#[tokio::test]
async fn each_fault_has_its_real_signature() {
    let play = |cause: &str| engine(&format!("[[models.faults]]\nat = \"answer\"\ncause = \"{cause}\"\nafter = 0.25"));
    let (outcome, fragments) = chat(&play("empty_answer")).await;
    assert!(fragments.is_empty() && outcome.unwrap().done == DoneReason::Stop);
    let (outcome, fragments) = chat(&play("thinking_spent_budget")).await;
    assert!(fragments.iter().all(|fragment| fragment.kind == FragmentKind::Thinking) && outcome.unwrap().done == DoneReason::Length);
    let (outcome, fragments) = chat(&play("template_suspect")).await;
    assert!(fragments.len() <= 2 && outcome.unwrap().done == DoneReason::Stop);
    let (outcome, fragments) = chat(&play("engine_crashed")).await;
    assert!(fragments.len() == 16 && outcome.is_err(), "a crash comes after a quarter of the stream");
    let (_, fragments) = chat(&play("repetition_aborted")).await;
    assert!(fragments.len() == 31 && fragments.iter().all(|fragment| fragment.text == "-"));
}

#[tokio::test]
async fn a_fault_strikes_only_the_occasions_that_it_names() {
    let engine = engine("[[models.faults]]\nat = \"load\"\ncause = \"out_of_memory\"\nonly = [1]\ndetail = \"at 7 GiB\"");
    let options = LoadOptions { context_tokens: 2048 };
    assert!(engine.load(&a(), &options).await.is_ok());
    assert_eq!(engine.load(&a(), &options).await.unwrap_err(), Cause::new(CauseKind::OutOfMemory, "at 7 GiB"));
    assert!(engine.load(&a(), &options).await.is_ok());
}

#[tokio::test]
async fn a_model_is_there_only_after_its_pull() {
    let engine = engine("installed = false\n[models.facts]\nfile_bytes = 1000");
    assert_eq!(engine.facts(&a()).await.unwrap_err().kind, CauseKind::ModelNotFound);
    let mut seen = Vec::new();
    engine.pull(&a(), &mut |progress| seen.push(progress)).await.unwrap();
    assert!(seen.is_sorted_by_key(|progress| progress.done_bytes) && seen.last().unwrap().done_bytes == 1000);
    assert_eq!(engine.list().await.unwrap().len(), 1);
    engine.delete(&a()).await.unwrap();
    assert!(engine.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_pull_that_fails_installs_nothing() {
    let engine = engine("installed = false\n[[models.faults]]\nat = \"pull\"\ncause = \"disk_full\"\nafter = 0.5");
    let mut done = 0;
    let failed = engine.pull(&a(), &mut |progress| done = progress.done_bytes).await;
    assert_eq!((failed.unwrap_err().kind, done), (CauseKind::DiskFull, 45_000_000), "it fails at half of its 100 MB");
    assert!(engine.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_loaded_model_takes_memory_and_an_unloaded_one_none() {
    let engine = engine("");
    engine.load(&a(), &LoadOptions { context_tokens: 2048 }).await.unwrap();
    assert_eq!(engine.memory(&a()).await.peak_bytes, Some(7));
    engine.unload(&a()).await.unwrap();
    assert_eq!(engine.memory(&a()).await, EngineMemory::default());
}

#[tokio::test]
async fn the_seeds_ladder_plays_its_measured_shape() {
    let script = Script { time_scale: 0.0, ..Script::from_toml(SEED_LADDER).unwrap() };
    let engine = Scripted::new(script.clone());
    for (model, (tps, response_s)) in script.models.iter().zip([(83.01, 1.12), (54.67, 1.61), (31.37, 2.89), (8.96, 10.32), (0.52, 7.69)]) {
        let message = "In two or three sentences: what does a computer's operating system do? Be brief and clear.".to_owned();
        let request = Request { model: model.model.clone(), prompt: Prompt::Chat(message), max_output_tokens: 128, context_tokens: 2048 };
        let mut answered = 0;
        for _ in 0..5 {
            let (sent, mut fragments) = (Instant::now(), 0);
            let record = engine.generate(&request, &mut |_| fragments += 1).await.unwrap();
            if fragments > 0 {
                answered += 1;
                let (decode, response) = (f64::from(fragments - 1) / record.decode_ms.unwrap() * 1000.0, (record.at - sent).as_secs_f64());
                assert!((decode / tps - 1.0).abs() < 0.06, "{}: {decode} tokens/s, not {tps}", model.model);
                assert!((response / response_s - 1.0).abs() < 0.1, "{}: {response} s, not {response_s} s", model.model);
            }
        }
        assert_eq!(answered, if tps < 1.0 { 1 } else { 5 }, "{}: the last rung answered one question in five", model.model);
    }
}
