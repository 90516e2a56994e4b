//! The golden case: the seed's five rows, fed in as stored trials, give the seed's own findings.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use toprung_core::analysis::{Analysis, Floors, Grade, RungVerdict, Use, analyse};
use toprung_core::cause::CauseKind;
use toprung_core::format;
use toprung_core::seed::seed_run;

fn analysis() -> Analysis {
    analyse(&seed_run(), &Floors::default())
}

#[test]
fn medians_are_the_seed_s_printed_figures() {
    let analysis = analysis();
    let expected = [(83.01, 1120.0, 5), (54.67, 1610.0, 5), (31.37, 2890.0, 5), (8.96, 10_320.0, 5), (0.52, 7690.0, 1)];
    for (rung, (tps, response_ms, answered)) in analysis.rungs.iter().zip(expected) {
        let success = rung.success.unwrap();
        assert_eq!(rung.decode_tps.unwrap().median, tps, "{}", rung.title);
        assert_eq!(rung.response_ms.unwrap().median, response_ms, "{}", rung.title);
        assert_eq!((success.ok, success.n), (answered, 5), "{}", rung.title);
        assert_eq!(rung.ttft_ms, None, "the seed has no time to first token, and unknown is never made up");
    }
}

#[test]
fn steps_are_the_seed_s_percentages() {
    let changes: Vec<(String, String)> = analysis()
        .steps
        .iter()
        .map(|step| {
            (format::percent_change_tenths(step.throughput_change.unwrap()), format::percent_change_tenths(step.response_change.unwrap()))
        })
        .collect();
    let changes: Vec<(&str, &str)> = changes.iter().map(|(tps, response)| (tps.as_str(), response.as_str())).collect();
    let golden = [("−34.1 %", "+43.8 %"), ("−42.6 %", "+79.5 %"), ("−71.4 %", "+257.1 %"), ("−94.2 %", "−25.5 %")];
    assert_eq!(changes, golden);
}

#[test]
fn a_shorter_wait_at_20_percent_success_is_no_gain() {
    let steps = analysis().steps;
    let note = steps.last().unwrap().note.clone().unwrap();
    assert_eq!(note, "GPT-OSS 20B answered 1 of 5 questions; a 25 % shorter wait with 20 % success is no gain.");
    let cliff = steps[2].note.clone().unwrap();
    assert!(cliff.starts_with("A cliff: 71 % less speed for 57 % more weights"), "{cliff}");
    assert_eq!(steps[0].note, None, "an elasticity near 1 is the law of memory bandwidth and needs no word");
}

#[test]
fn sweet_spots_are_the_seed_s_own() {
    let analysis = analysis();
    let spots: Vec<(Use, &str)> = analysis.sweet_spots.iter().map(|spot| (spot.usage, spot.model.as_str())).collect();
    let golden = [
        (Use::FastIterations, "llama3.2:1b"),
        (Use::Balanced, "llama3.2:3b"),
        (Use::HighQuality, "llama3:8b"),
        (Use::SpecialisedCoding, "codellama:13b"),
        (Use::Avoid, "gpt-oss:20b"),
    ];
    assert_eq!(spots, golden);
    let verdicts: Vec<RungVerdict> = analysis.rungs.iter().map(|rung| rung.verdict).collect();
    use RungVerdict::{Avoid, Balanced, FastIterations, HighQuality, NotMeasured, SpecialisedCoding};
    assert_eq!(verdicts, [FastIterations, Balanced, HighQuality, SpecialisedCoding, Avoid, NotMeasured]);
}

#[test]
fn the_20b_is_avoided_with_its_cause() {
    let analysis = analysis();
    let rung = &analysis.rungs[4];
    assert_eq!(rung.cause.as_ref().map(|cause| cause.kind), Some(CauseKind::EmptyAnswer), "the cause that four of its five trials share");
    assert_eq!(rung.grade, Some(Grade::C), "the speed of empty answers is not to be compared");
    let avoid = analysis.sweet_spots.iter().find(|spot| spot.usage == Use::Avoid).unwrap();
    assert_eq!(avoid.evidence, "1 of 5 answers succeeded. The model ended at once and wrote nothing (4 tokens, all of them blank).");
}

#[test]
fn the_knee_is_the_last_rung_that_works_and_says_why_the_next_does_not() {
    let knee = analysis().knee.unwrap();
    assert_eq!(knee.model.as_str(), "codellama:13b");
    assert_eq!(knee.probability, 1.0);
    assert_eq!(
        knee.reason,
        "The climb stops paying at GPT-OSS 20B: it answered 1 of 5 questions (the model ended at once and wrote nothing)."
    );
}

#[test]
fn the_headline_and_the_queue_read_as_a_person_would_say_it() {
    let analysis = analysis();
    assert_eq!(
        analysis.headline,
        "Run Llama 3.2 3B for everyday work and Llama 3 8B for hard problems. The climb stops paying at GPT-OSS 20B: it answered 1 of 5 questions (the model ended at once and wrote nothing)."
    );
    assert_eq!(analysis.queue, ["CodeLlama 34B (19.0 GB): left out: it comes close to the limits of the memory."]);
}

#[test]
fn what_is_proven_and_projected_states_its_basis() {
    let analysis = analysis();
    let proven: Vec<(&str, &str)> = analysis.proven.iter().map(|c| (c.statement.as_str(), c.basis.as_str())).collect();
    assert!(proven.contains(&(
        "Models up to CodeLlama 13B (7.40 GB) run smoothly: 8.96 tokens/s, 5 of 5 answers.",
        "4 of 5 measured rungs answered reliably"
    )));
    assert!(
        proven.contains(&("Thermal stability is not readable.", "no temperature sensor gave a reading")),
        "an unread sensor proves nothing"
    );
    let next = &analysis.projected[0];
    assert!(next.statement.starts_with("32B models at 4 bits") && next.basis == "fit of 4 measured rungs, an estimate", "{next:?}");
    assert_eq!(next.holds, None, "a projection is open until it is measured");
}

#[test]
fn the_same_run_gives_the_same_analysis() {
    assert_eq!(analysis(), analysis());
}
