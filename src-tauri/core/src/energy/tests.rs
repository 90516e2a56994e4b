use super::*;
use crate::analysis::Floors;
use crate::machine::Machine;
use crate::model::{EngineDescription, EngineKind};
use crate::plan::Mode;
use crate::scripted::rung;

/// Five trials of 2.4 s with 128 tokens each, one every 3 s, the first after 10 s.
fn measured() -> RungRecord {
    let mut rung = rung("1b", 1.0, 50.0, 5);
    for (n, trial) in (0..).zip(&mut rung.trials) {
        (trial.started_ms, trial.response_ms, trial.output_tokens) = (10_000.0 + 3000.0 * f64::from(n), Some(2400.0), Some(128));
    }
    rung
}

/// A reading a second: 6 W while quiet, 30 W from the first trial on.
fn samples(change: impl Fn(&mut HardwareSample)) -> Vec<HardwareSample> {
    let sample = |second: u32| {
        let busy = second > 10;
        let mut sample = HardwareSample {
            at_ms: f64::from(second) * 1000.0,
            cpu_percent: Some(if busy { 90.0 } else { 2.0 }),
            package_power_w: Some(if busy { 30.0 } else { 6.0 }),
            ..HardwareSample::default()
        };
        change(&mut sample);
        sample
    };
    (0..=30).map(sample).collect()
}

fn of(samples: &[HardwareSample]) -> Result<Energy, NoEnergy> {
    of_rung(&measured(), samples, None)
}

fn of_rung(rung: &RungRecord, samples: &[HardwareSample], url: Option<&str>) -> Result<Energy, NoEnergy> {
    let engine = EngineDescription { kind: EngineKind::Scripted, version: None, url: url.map(str::to_owned), settings: Vec::new() };
    let (floors, machine, rungs) = (Floors::default(), Machine::default(), [rung.clone()]);
    let setting =
        Setting { mode: Mode::Classic, floors: &floors, machine: &machine, engine: &engine, samples, rungs: &rungs, session: &[] };
    energy(rung, &setting)
}

#[test]
fn joules_per_token_are_power_by_time_over_tokens() {
    let energy = of(&samples(|_| {})).unwrap();
    // 5 trials of 2.4 s at 30 W made 640 tokens.
    assert!((energy.gross_j_per_token - 30.0 * 12.0 / 640.0).abs() < 1e-9, "{energy:?}");
    assert!((energy.net_j_per_token.unwrap() - 24.0 * 12.0 / 640.0).abs() < 1e-9, "{energy:?}");
    assert!((energy.window_s - 12.0).abs() < 1e-9 && energy.source == PowerSource::Package, "{energy:?}");
}

#[test]
fn without_a_quiet_moment_only_the_gross_figure_stands() {
    let energy = of(&samples(|s| s.cpu_percent = Some(60.0))).unwrap();
    assert_eq!((energy.idle_w, energy.net_j_per_token), (None, None));
    assert!(energy.gross_j_per_token > 0.0);
}

#[test]
fn a_battery_speaks_for_the_whole_machine_where_the_packages_are_silent() {
    let energy = of(&samples(|s| (s.battery_power_w, s.package_power_w) = (s.package_power_w.map(|w| w + 9.0), None))).unwrap();
    assert_eq!((energy.source, energy.mean_w, energy.idle_w), (PowerSource::Battery, 39.0, Some(15.0)));
}

#[test]
fn what_can_not_be_said_says_why() {
    assert_eq!(of(&samples(|s| s.package_power_w = None)), Err(NoEnergy::NoPower));
    let late = of(&samples(|s| s.package_power_w = s.package_power_w.filter(|_| s.at_ms > 16_000.0)));
    let Err(NoEnergy::TooShort { window_s }) = late else { panic!("{late:?}") };
    assert!((5.0..10.0).contains(&window_s), "{window_s}");
    let mut silent = measured();
    silent.trials.iter_mut().for_each(|trial| trial.output_tokens = None);
    assert_eq!(of_rung(&silent, &samples(|_| {}), None), Err(NoEnergy::NoTokens));
    assert!(NoEnergy::TooShort { window_s: 4.04 }.to_string().starts_with("power was read over 4.0 s of trials"));
}

#[test]
fn the_power_of_this_machine_is_not_that_of_an_engine_elsewhere() {
    assert!(of_rung(&measured(), &samples(|_| {}), Some("http://127.0.0.1:11434")).is_ok());
    assert_eq!(of_rung(&measured(), &samples(|_| {}), Some("http://10.0.0.2:8000")), Err(NoEnergy::Elsewhere));
}

#[test]
fn a_gap_in_the_readings_is_not_filled() {
    let gappy: Vec<HardwareSample> = samples(|_| {}).into_iter().filter(|s| s.at_ms <= 12_000.0 || s.at_ms > 24_000.0).collect();
    assert!(matches!(of(&gappy), Err(NoEnergy::TooShort { .. })), "twelve seconds without a reading are not measured");
}

#[test]
fn a_model_on_the_gpu_costs_what_the_gpu_draws_too() {
    let gpu = |busy, watts| vec![GpuSample { busy_percent: Some(busy), power_w: Some(watts), ..GpuSample::default() }];
    let with_gpu = samples(|s| s.gpus = gpu(if s.at_ms > 10_000.0 { 95.0 } else { 0.0 }, 70.0));
    let mut on_gpu = measured();
    for (vram_bytes, source, watts) in [
        (Some(1 << 30), PowerSource::PackageAndGpu, 100.0),
        (None, PowerSource::PackageAndGpu, 100.0),
        (Some(0), PowerSource::Package, 30.0),
    ] {
        on_gpu.load.vram_bytes = vram_bytes;
        let energy = of_rung(&on_gpu, &with_gpu, None).unwrap();
        assert!((energy.mean_w - watts).abs() < 1e-6 && energy.source == source, "{vram_bytes:?}: {energy:?}");
    }
    on_gpu.load.vram_bytes = Some(1 << 30);
    let without_counters = samples(|s| (s.gpus, s.package_power_w) = (gpu(95.0, 70.0), None));
    assert_eq!(of_rung(&on_gpu, &without_counters, None).unwrap().source, PowerSource::Gpu);
    assert_eq!(of_rung(&on_gpu, &samples(|_| {}), None), Err(NoEnergy::NoPower), "the processor alone is the smaller part");
}
