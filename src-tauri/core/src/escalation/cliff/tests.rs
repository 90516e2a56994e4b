use super::*;
use crate::analysis::{Analysis, Floors, analyse};
use crate::machine::{Gpu, GpuSample};
use crate::scripted::{run, rung};

/// The sentences for a fall from 60 to 5 tokens/s while the weights double, with a changed rung above.
fn sentences(change: impl Fn(&mut HardwareSample)) -> Vec<String> {
    let analysis = fallen(change);
    causes(&analysis.rungs[0], &analysis.rungs[1])
}

fn fallen(change: impl Fn(&mut HardwareSample)) -> Analysis {
    let mut run = run(vec![rung("1b", 1.0, 60.0, 5), rung("2b", 2.0, 5.0, 5)]);
    // The second rung's trials and samples begin after a minute.
    run.rungs[1].trials.iter_mut().for_each(|trial| trial.started_ms += 60_000.0);
    let plain = |at_ms: f64| HardwareSample {
        at_ms,
        disk_read_bytes_per_s: Some(0.0),
        major_faults_per_s: Some(0.0),
        memory_pressure_percent: Some(0.0),
        swap_in_bytes_per_s: Some(0.0),
        clock_mhz: Some(4000.0),
        throttles_per_s: Some(0.0),
        on_mains: Some(true),
        gpus: vec![GpuSample { busy_percent: Some(90.0), throttles: Some(Vec::new()), ..GpuSample::default() }],
        ..HardwareSample::default()
    };
    run.samples = (0..4).map(|second| plain(f64::from(second) * 1000.0)).collect();
    run.samples.extend((60..64).map(|second| {
        let mut sample = plain(f64::from(second) * 1000.0);
        change(&mut sample);
        sample
    }));
    analyse(&run, &Floors::default())
}

#[test]
fn a_sensor_that_was_lost_rules_nothing_out() {
    let note = |change: fn(&mut HardwareSample)| fallen(change).steps.remove(0).note.unwrap();
    let why = |note: &str| note.split("for each token. ").nth(1).unwrap().to_owned();
    let silent = "What was read does not say why. The throttle counters could not be read meanwhile, so throttling is not ruled out.";
    assert_eq!(why(&note(|s| s.throttles_per_s = None)), silent);
    let silent = "What was read does not say why. The power source could not be read meanwhile, so a battery is not ruled out.";
    assert_eq!(why(&note(|s| s.on_mains = None)), silent);
    assert_eq!(
        why(&note(|s| (s.throttles_per_s, s.quota_held_percent) = (None, Some(50.0)))),
        "A CPU quota held the processor back 50 % of the time."
    );
}

#[test]
fn each_cause_of_a_cliff_is_named_with_its_evidence() {
    type Change = fn(&mut HardwareSample);
    let table: [(Change, &[&str]); 11] = [
        (|_| {}, &[]),
        (
            |s| s.disk_read_bytes_per_s = Some(2e9),
            &["20 % of the weights were read from the disk again for each token: they do not stay in memory."],
        ),
        (
            |s| s.major_faults_per_s = Some(2500.0),
            &["The engine waited for the disk 2500 times a second: its memory does not hold the model."],
        ),
        (|s| s.swap_in_bytes_per_s = Some(50.0 * 1_048_576.0), &["50.0 MiB/s came back from swap."]),
        (|s| s.memory_pressure_percent = Some(35.0), &["Everything waited for memory during 35 % of the time."]),
        (
            |s| (s.throttles_per_s, s.clock_mhz) = (Some(3.0), Some(1800.0)),
            &["The processor slowed down to stay cool in 100 % of the readings. Its clock was 1800 MHz, on the rung below 4000."],
        ),
        (|s| s.clock_mhz = Some(1800.0), &["Its clock was 1800 MHz, on the rung below 4000."]),
        (
            |s| s.gpus[0].throttles = Some(if s.at_ms == 60_000.0 { vec![] } else { vec![Throttle::Thermal] }),
            &["The GPU slowed down to stay cool in 75 % of the readings."],
        ),
        (|s| s.gpus.clear(), &[]),
        (|s| s.on_mains = Some(false), &["The machine ran on battery, on the rung below on mains."]),
        (|s| s.quota_held_percent = Some(40.0), &["A CPU quota held the processor back 40 % of the time."]),
    ];
    for (change, expected) in table {
        assert_eq!(sentences(change), expected);
    }
}

#[test]
fn what_could_not_be_read_explains_nothing() {
    assert!(sentences(|s| *s = HardwareSample { at_ms: s.at_ms, ..HardwareSample::default() }).is_empty());
}

#[test]
fn the_share_in_gpu_memory_comes_first() {
    let mut run = run(vec![rung("1b", 1.0, 60.0, 5), rung("4b", 4.0, 5.0, 5)]);
    (run.rungs[0].load.vram_bytes, run.rungs[1].load.vram_bytes) = (Some(1_000_000_000), Some(2_480_000_000));
    let note = analyse(&run, &Floors::default()).steps.remove(0).note.unwrap();
    assert!(note.ends_with("62 % of it sits in GPU memory, of the rung below 100 %."), "{note}");
}

#[test]
fn a_full_gpu_memory_is_named_where_the_model_no_longer_fits() {
    let mut run = run(vec![rung("1b", 1.0, 60.0, 5), rung("4b", 4.0, 5.0, 5)]);
    (run.rungs[0].load.vram_bytes, run.rungs[1].load.vram_bytes) = (Some(1_000_000_000), Some(2_480_000_000));
    run.rungs[1].trials.iter_mut().for_each(|trial| trial.started_ms += 60_000.0);
    run.machine.gpus = vec![Gpu { memory_bytes: Some(3 << 30), ..Gpu::default() }];
    run.samples = [(1000.0, 1 << 30), (61_000.0, (3 << 30) - (64 << 20))]
        .map(|(at_ms, used)| {
            let gpu = GpuSample { memory_used_bytes: Some(used), ..GpuSample::default() };
            HardwareSample { at_ms, gpus: vec![gpu], ..HardwareSample::default() }
        })
        .into();
    let analysis = analyse(&run, &Floors::default());
    let causes = causes(&analysis.rungs[0], &analysis.rungs[1]);
    assert_eq!(causes, ["62 % of it sits in GPU memory, of the rung below 100 %. That memory was full: 2.94 GiB of 3.00 GiB."]);
}

#[test]
fn this_machines_gpu_explains_nothing_of_an_engine_elsewhere() {
    let causes_at = |url: Option<&str>| {
        let mut run = run(vec![rung("1b", 1.0, 60.0, 5), rung("2b", 2.0, 5.0, 5)]);
        run.engine.url = url.map(str::to_owned);
        run.rungs[1].trials.iter_mut().for_each(|trial| trial.started_ms += 60_000.0);
        run.samples = [(1000.0, vec![]), (61_000.0, vec![Throttle::Thermal])]
            .map(|(at_ms, throttles)| {
                let gpu = GpuSample { throttles: Some(throttles), ..GpuSample::default() };
                HardwareSample { at_ms, gpus: vec![gpu], ..HardwareSample::default() }
            })
            .into();
        let analysis = analyse(&run, &Floors::default());
        causes(&analysis.rungs[0], &analysis.rungs[1])
    };
    assert_eq!(causes_at(Some("http://127.0.0.1:11434")), ["The GPU slowed down to stay cool in 100 % of the readings."]);
    assert!(causes_at(Some("http://10.0.0.2:11434")).is_empty());
}
