use super::*;
use crate::cause::CauseKind;
use crate::machine::Machine;
use crate::stress::Verdict;

const BEGAN_MS: f64 = 5_000.0;

/// Loops of 30 s, each of 30 requests of a second at so many tokens per second.
fn record(loops: &[f64]) -> Sustain {
    let mut requests = Vec::new();
    for (index, tps) in loops.iter().enumerate() {
        for second in 0..30 {
            let sent_ms = BEGAN_MS + (index * 30 + second) as f64 * 1e3;
            // A tenth of a second reads the prompt.
            let tokens = (tps * 0.9).round() as u32 + 1;
            requests.push(TimedRequest {
                sent_ms,
                first_ms: Some(sent_ms + 100.0),
                ended_ms: sent_ms + 1e3,
                decode_tps: Some(f64::from(tokens - 1) / 0.9),
                output_tokens: Some(tokens),
                cause: None,
            });
        }
    }
    Sustain {
        model: ModelRef::new("a").unwrap(),
        shape: Shape { prompt_tokens: 64, output_tokens: 128 },
        context_tokens: 2048,
        planned_s: loops.len() as f64 * 30.0,
        loop_s: 30.0,
        cool_down_s: 60.0,
        began_ms: Some(BEGAN_MS),
        cooling_ms: Some(BEGAN_MS + loops.len() as f64 * 30e3),
        requests,
    }
}

/// One reading a second over the loops and a minute after, changed by second of the work.
fn samples(loops: usize, change: fn(&mut HardwareSample, f64)) -> Vec<HardwareSample> {
    let reading = |second: usize| {
        let mut sample = HardwareSample { at_ms: BEGAN_MS + second as f64 * 1e3, ..HardwareSample::default() };
        change(&mut sample, second as f64);
        sample
    };
    (0..loops * 30 + 60).map(reading).collect()
}

fn judged(record: &Sustain, samples: &[HardwareSample], stopped: bool) -> Judgement {
    judge(record, &Circumstances { samples, machine: &Machine::default(), stopped })
}

#[test]
fn a_speed_that_lasts_passes_and_one_that_falls_for_good_fails() {
    let table: [(&[f64], Verdict, Option<f64>); 5] = [
        (&[100.0, 100.0, 100.0, 100.0], Verdict::Pass, None),
        (&[100.0, 98.0, 99.0, 97.5], Verdict::Pass, None),
        (&[100.0, 100.0, 60.0, 60.0], Verdict::Fail, Some(60.0)),
        (&[100.0, 60.0, 100.0, 100.0], Verdict::Fail, None),
        (&[50.0, 100.0, 100.0], Verdict::Fail, None),
    ];
    for (loops, verdict, onset_s) in table {
        let record = record(loops);
        assert_eq!(judged(&record, &[], false).verdict, verdict, "{loops:?}");
        assert_eq!(analyse(&record, &[]).onset.map(|onset| onset.after_s), onset_s, "{loops:?}");
    }
}

#[test]
fn stability_is_the_worst_loop_over_the_best_and_burst_stands_against_sustained() {
    let sustained = analyse(&record(&[100.0, 100.0, 80.0, 70.0, 72.0, 70.0]), &[]);
    assert!((sustained.stability.unwrap() - 0.7).abs() < 1e-9, "{sustained:?}");
    assert_eq!((sustained.burst_tps.map(f64::round), sustained.sustained_tps.map(f64::round)), (Some(100.0), Some(71.0)));
    assert_eq!(sustained.worst_at_s, Some(90.0));
}

#[test]
fn a_request_over_the_edge_of_two_loops_is_shared_out_by_time() {
    let mut long = record(&[]);
    long.planned_s = 90.0;
    let request = |first_s: f64, seconds: f64, tps: f64| TimedRequest {
        sent_ms: BEGAN_MS + first_s * 1e3,
        first_ms: Some(BEGAN_MS + first_s * 1e3),
        ended_ms: BEGAN_MS + (first_s + seconds) * 1e3,
        decode_tps: Some(tps),
        output_tokens: Some((seconds * tps) as u32 + 1),
        cause: None,
    };
    long.requests = vec![request(0.0, 20.0, 10.0), request(20.0, 70.0, 1.0)];
    let speeds: Vec<f64> = analyse(&long, &[]).loops.iter().filter_map(|one| one.decode_tps).map(f64::round).collect();
    assert_eq!(speeds, [7.0, 1.0, 1.0], "200 and 10 tokens in the first 30 s, 30 in each of the others");
}

#[test]
fn the_moment_and_what_the_sensors_said_then_are_named() {
    let hot = samples(4, |sample, second| {
        let is_slow = second >= 60.0;
        sample.clock_mhz = Some(if is_slow { 1800.0 } else { 3000.0 });
        sample.temperature_c = Some(if is_slow { 97.0 } else { 71.0 });
        sample.throttles_per_s = Some(if is_slow { 3.0 } else { 0.0 });
    });
    let judged = judged(&record(&[100.0, 100.0, 60.0, 60.0]), &hot, false);
    assert_eq!(judged.verdict, Verdict::Fail);
    let words = "It slowed down after 1 min and stayed slow: −40 % against the best loop (the processor slowed down to stay cool; \
                 the clock fell from 3000 to 1800 MHz; 97 °C (71 °C before)).";
    assert_eq!(judged.reasons, [words]);
    assert!(judged.evidence.contains(&"After 1 min: 60.0 tokens/s, 97 °C".to_owned()), "{:?}", judged.evidence);
}

#[test]
fn with_no_sensor_the_speed_alone_tells() {
    let judged = judged(&record(&[100.0, 100.0, 60.0, 60.0]), &[], false);
    assert!(judged.reasons[0].ends_with("(no sensor says why)."), "{:?}", judged.reasons);
    assert!(judged.evidence.contains(&"Cooling: neither temperature nor throttling is readable here".to_owned()));
}

#[test]
fn a_slow_loop_between_quick_ones_is_named_with_what_the_sensors_said_in_it() {
    let hot = samples(4, |sample, second| sample.clock_mhz = Some(if (30.0..60.0).contains(&second) { 1800.0 } else { 3000.0 }));
    let judged = judged(&record(&[100.0, 60.0, 100.0, 100.0]), &hot, false);
    let words =
        "Its slowest loop, after 30 s, had 60.0 % of the best one's speed (the clock fell from 3000 to 1800 MHz); then it was quick again.";
    assert_eq!((judged.verdict, judged.reasons), (Verdict::Fail, vec![words.to_owned()]));
}

#[test]
fn other_programs_leave_it_undecided_unless_the_processor_throttled() {
    let busy = samples(4, |sample, second| sample.foreign_cpu_percent = Some(if second >= 60.0 { 35.0 } else { 1.0 }));
    let undecided = judged(&record(&[100.0, 100.0, 60.0, 60.0]), &busy, false);
    assert_eq!(undecided.verdict, Verdict::NotDecided);
    assert!(undecided.reasons[1].starts_with("Other programs used 35 % of the processor in the slowest loop."), "{:?}", undecided.reasons);
    let both = samples(4, |sample, second| {
        sample.foreign_cpu_percent = Some(35.0);
        sample.throttles_per_s = Some(if second >= 60.0 { 1.0 } else { 0.0 });
    });
    assert_eq!(judged(&record(&[100.0, 100.0, 60.0, 60.0]), &both, false).verdict, Verdict::Fail);
}

#[test]
fn a_window_that_draws_leaves_it_undecided() {
    let drawn = samples(4, |sample, second| sample.own_cpu_percent = Some(if second >= 60.0 { 35.0 } else { 1.0 }));
    let undecided = judged(&record(&[100.0, 100.0, 60.0, 60.0]), &drawn, false);
    assert_eq!(undecided.verdict, Verdict::NotDecided);
    assert!(undecided.reasons[1].starts_with("Toprung's own window used 35 % of the processor"), "{:?}", undecided.reasons);
}

#[test]
fn too_short_a_run_is_not_decided_and_a_stopped_one_keeps_its_failure() {
    let short = judged(&record(&[100.0, 100.0]), &[], false);
    assert_eq!((short.verdict, short.reasons.len()), (Verdict::NotDecided, 1));
    assert_eq!(judged(&record(&[100.0, 99.0, 99.0]), &[], true).verdict, Verdict::NotDecided);
    assert_eq!(judged(&record(&[100.0, 50.0, 50.0]), &[], true).verdict, Verdict::Fail, "what was seen by then stands");
    let nothing = Sustain { began_ms: None, ..record(&[]) };
    assert!(judged(&nothing, &[], true).headline.contains("too short"));
}

#[test]
fn a_failed_request_fails_it_and_is_in_no_loop() {
    let mut broken = record(&[100.0, 100.0, 100.0]);
    broken.requests[40].cause = Some(Cause::new(CauseKind::Stalled, "no token"));
    broken.requests[40].output_tokens = None;
    let judged = judged(&broken, &[], false);
    assert_eq!(judged.verdict, Verdict::Fail);
    assert!(judged.reasons[0].starts_with("A request failed: No output came within the idle limit (no token)."), "{:?}", judged.reasons);
    assert_eq!(analyse(&broken, &[]).stability.map(|share| (share * 100.0).round()), Some(100.0));
}

#[test]
fn the_cool_down_goes_from_the_works_end_to_the_last_reading() {
    let cooling = samples(3, |sample, second| sample.temperature_c = Some(if second < 90.0 { 90.0 } else { 50.0 }));
    assert_eq!(analyse(&record(&[100.0, 100.0, 100.0]), &cooling).cool_down, Some((90.0, 50.0)));
    assert_eq!(analyse(&record(&[100.0, 100.0, 100.0]), &[]).cool_down, None, "unknown is not 0");
}
