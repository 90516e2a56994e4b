use super::*;
use crate::analysis::{Floors, analyse};
use crate::machine::{Gpu, GpuSample};
use crate::run::LoadRecord;
use crate::scripted::{run, rung};

const GIB: u64 = 1 << 30;

fn load(vram_gib: f64, peak_gib: f64) -> LoadRecord {
    let bytes = |gib: f64| Some((gib * GIB as f64) as u64);
    LoadRecord { vram_bytes: bytes(vram_gib), peak_memory_bytes: bytes(peak_gib), ..LoadRecord::default() }
}

/// The grade and the words of a rung of five trials with three readings of one GPU of 8 GiB, each changed in the same way.
fn graded(load: LoadRecord, url: Option<&str>, change: fn(&mut GpuSample, &mut HardwareSample)) -> (Option<Grade>, Vec<String>) {
    let mut run = run(vec![RungRecord { load, ..rung("8b", 8.0, 50.0, 5) }]);
    run.engine.url = url.map(str::to_owned);
    run.machine.gpus = vec![Gpu { name: "A GPU".to_owned(), memory_bytes: Some(8 * GIB), ..Gpu::default() }];
    run.samples = [0.0, 1000.0, 2000.0]
        .map(|at_ms| {
            let mut sample = HardwareSample { at_ms, ..HardwareSample::default() };
            let mut gpu = GpuSample { busy_percent: Some(95.0), throttles: Some(Vec::new()), ..GpuSample::default() };
            change(&mut gpu, &mut sample);
            sample.gpus.push(gpu);
            sample
        })
        .into();
    let mut analysis = analyse(&run, &Floors::default());
    let summary = analysis.rungs.remove(0);
    (summary.grade, summary.reasons)
}

fn words(load: LoadRecord, change: fn(&mut GpuSample, &mut HardwareSample)) -> Vec<String> {
    graded(load, None, change).1
}

#[test]
fn a_gpu_that_is_slowed_down_lowers_the_grade_with_its_reason() {
    type Change = fn(&mut GpuSample, &mut HardwareSample);
    let table: [(Change, &str); 5] = [
        (|gpu, _| gpu.throttles = Some(vec![Throttle::Thermal]), "the GPU slowed down to stay cool in 3 of 3 readings"),
        (
            |gpu, sample| gpu.throttles = Some(if sample.at_ms == 0.0 { vec![Throttle::Thermal] } else { vec![] }),
            "the GPU slowed down to stay cool in 1 of 3 readings",
        ),
        (
            |gpu, sample| gpu.throttles = Some(if sample.at_ms == 0.0 { vec![] } else { vec![Throttle::PowerCap, Throttle::Other] }),
            "the GPU slowed down to stay within its power limit in 2 of 3 readings",
        ),
        (
            |gpu, sample| gpu.throttles = Some(vec![if sample.at_ms == 0.0 { Throttle::Thermal } else { Throttle::PowerCap }]),
            "the GPU slowed down to stay cool in 1 of 3 readings",
        ),
        (
            |gpu, _| gpu.throttles = Some(vec![Throttle::PowerBrake]),
            "the GPU slowed down because its hardware or its power supply asked for it in 3 of 3 readings",
        ),
    ];
    for (change, expected) in table {
        assert_eq!(graded(load(8.0, 8.0), None, change), (Some(Grade::B), vec![expected.to_owned()]));
    }
    assert_eq!(graded(load(8.0, 8.0), None, |_, _| {}), (Some(Grade::A), vec![]), "at full speed there is nothing to say");
}

#[test]
fn what_does_not_slow_the_model_down_is_no_reason() {
    let hot = |gpu: &mut GpuSample, _: &mut HardwareSample| gpu.throttles = Some(vec![Throttle::Thermal]);
    assert!(words(load(0.0, 8.0), hot).is_empty(), "the model does not use this GPU");
    assert!(words(load(4.0, 8.0), |gpu, _| (gpu.throttles, gpu.busy_percent) = (Some(vec![Throttle::Thermal]), Some(3.0))).is_empty());
    assert!(graded(load(8.0, 8.0), Some("http://10.0.0.2:11434"), hot).1.is_empty(), "the engine runs on another machine");
    assert!(words(load(8.0, 8.0), |gpu, _| gpu.throttles = Some(vec![Throttle::Other])).is_empty(), "a setting is nobody's fault");
    assert!(words(load(8.0, 8.0), |gpu, _| gpu.throttles = None).is_empty(), "what is not told is not known");
    let brief: fn(&mut GpuSample, &mut HardwareSample) =
        |gpu, sample| gpu.throttles = Some(if sample.at_ms == 0.0 { vec![Throttle::PowerCap] } else { vec![] });
    assert!(words(load(8.0, 8.0), brief).is_empty(), "every GPU touches its power limit for a moment");
}

#[test]
fn a_full_gpu_memory_explains_what_sits_elsewhere() {
    let full = |gpu: &mut GpuSample, _: &mut HardwareSample| gpu.memory_used_bytes = Some(GIB * 78 / 10);
    let expected = "it spilled: 62 % of it sits in GPU memory, which was full at 7.80 GiB of 8.00 GiB";
    assert_eq!(graded(load(7.44, 12.0), None, full), (Some(Grade::B), vec![expected.to_owned()]));
    assert!(words(load(12.0, 12.0), full).is_empty(), "all of it found room");
    assert!(words(load(0.0, 12.0), full).is_empty(), "none of it was meant for the GPU");
    assert!(words(load(7.44, 12.0), |gpu, _| gpu.memory_used_bytes = Some(5 * GIB)).is_empty(), "there was room left");
    assert!(words(load(7.44, 12.0), |gpu, _| gpu.memory_used_bytes = None).is_empty());
}

#[test]
fn the_load_of_the_gpu_tells_whether_it_computes() {
    let on_gpu = || load(8.0, 8.0);
    assert_eq!(
        words(on_gpu(), |gpu, _| gpu.busy_percent = Some(2.0)),
        ["the engine says that it is on the GPU, but the GPU was busy at 2 % only"]
    );
    assert_eq!(
        words(on_gpu(), |gpu, sample| (gpu.busy_percent, sample.cpu_percent) = (Some(4.0), Some(96.0))),
        ["the engine says that it is on the GPU, but the GPU was busy at 4 % and the processor at 96 %"]
    );
    assert_eq!(
        words(on_gpu(), |gpu, sample| (gpu.busy_percent, sample.cpu_percent) = (None, Some(96.0))),
        ["the engine says that it is on the GPU, but the processor was busy at 96 %"]
    );
    assert!(words(on_gpu(), |_, sample| sample.cpu_percent = Some(96.0)).is_empty(), "a busy GPU computes, whatever else the machine does");
    assert!(words(on_gpu(), |gpu, _| gpu.busy_percent = Some(20.0)).is_empty(), "a small model leaves a fast GPU waiting");
    assert!(graded(on_gpu(), Some("http://10.0.0.2:11434"), |gpu, _| gpu.busy_percent = Some(0.0)).1.is_empty());
}

#[test]
fn the_memory_that_holds_the_model_is_the_one_that_counts() {
    let sized = |memory_bytes| Gpu { memory_bytes, ..Gpu::default() };
    let machine = Machine { gpus: vec![sized(None), sized(Some(8 * GIB)), sized(Some(GIB / 2))], ..Machine::default() };
    let gpu = |index, used| GpuSample { index, memory_used_bytes: Some(used), ..GpuSample::default() };
    let sample =
        HardwareSample { gpus: vec![gpu(0, GIB), gpu(1, 7 * GIB), gpu(2, GIB / 2), gpu(9, 99 * GIB)], ..HardwareSample::default() };
    let of = |load: LoadRecord, machine: &Machine| fullest(&[&sample], machine, &load);
    assert_eq!(of(load(6.0, 12.0), &machine), Some(MemoryUse { used: 7 * GIB, total: 8 * GIB }), "the small one holds none of it");
    assert_eq!(of(load(6.0, 12.0), &Machine::default()), None, "without a size nothing is full");
    assert_eq!(of(LoadRecord::default(), &machine), None, "nothing says that the model is on a GPU");
}

#[test]
fn a_gpu_that_falls_silent_may_have_slowed_down() {
    let reasons = |load: LoadRecord, readable: [bool; 5]| {
        let mut run = run(vec![RungRecord { load, ..rung("8b", 8.0, 50.0, 5) }]);
        let sample = |(second, is_read): (u32, bool)| HardwareSample {
            at_ms: f64::from(second) * 1000.0,
            gpus: if is_read { vec![GpuSample { busy_percent: Some(95.0), ..GpuSample::default() }] } else { vec![] },
            ..HardwareSample::default()
        };
        run.samples = (0..).zip(readable).map(sample).collect();
        analyse(&run, &Floors::default()).rungs.remove(0).reasons
    };
    let lost = [true, false, false, false, false];
    assert_eq!(reasons(load(8.0, 8.0), lost), ["the GPU could not be read in 4 of 5 readings, so it may have slowed down"]);
    assert!(reasons(load(8.0, 8.0), [true, false, true, true, false]).is_empty(), "a gap now and then is no loss");
    assert!(reasons(load(8.0, 8.0), [false; 5]).is_empty(), "one that never was read is no loss");
    assert!(reasons(load(0.0, 8.0), lost).is_empty(), "the model does not use it");
}
