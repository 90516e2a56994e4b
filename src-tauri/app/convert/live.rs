//! Live: the climb's state and its readings.

use toprung_jobs::live::{Live, LiveRung as JobRung, LiveState, RungState};
use toprung_jobs::machine::{GpuSample, HardwareSample, Machine, Throttle};
use toprung_messages::{GpuSampleView, LiveItem, LiveRung, LiveView, SampleView};

use super::problem;

pub(crate) fn view(live: &Live) -> LiveView {
    let left = live.left_s();
    LiveView {
        run: live.run.clone(),
        ladder: live.ladder.clone(),
        mode: live.mode.name().to_owned(),
        engine: live.engine.name().to_owned(),
        state: state(live.state).to_owned(),
        rungs: rungs(live),
        current: live.current,
        checking_drift: live.checking_drift,
        progress: live.progress(),
        left_low_s: left.map(|(low, _)| low),
        left_high_s: left.map(|(_, high)| high),
        problem: live.problem.as_ref().map(problem),
        samples: live.samples.iter().map(|reading| sample(reading, &live.machine)).collect(),
        output: live.output.clone(),
    }
}

fn rungs(live: &Live) -> Vec<LiveRung> {
    let half_width = |at: usize, of: &JobRung| if of.state == RungState::Measuring { live.half_width(at) } else { None };
    // What is over shows its change instead of its interval.
    live.rungs.iter().enumerate().map(|(at, of)| LiveRung { decode_half_width: half_width(at, of), ..rung(of) }).collect()
}

fn rung(rung: &JobRung) -> LiveRung {
    LiveRung {
        model: rung.model.to_string(),
        title: rung.title.clone(),
        file_bytes: rung.facts.file_bytes,
        quantization: rung.facts.quantization.clone(),
        state: rung_state(rung.state).to_owned(),
        trial: rung.trial.map(|trial| trial.index + 1),
        trials_at_least: rung.trial.map(|trial| trial.at_least),
        trials_at_most: rung.trial.map(|trial| trial.at_most),
        trial_kind: rung.trial.map(|trial| trial.kind.name().to_owned()),
        item: rung.item.as_ref().map(|item| LiveItem {
            task: item.task.name(),
            title: item.task.title().to_owned(),
            number: item.number + 1,
            of: item.of,
        }),
        items_right: rung.items_right,
        items_asked: rung.items_asked,
        pulled_bytes: rung.pull.map(|pull| pull.done_bytes),
        pull_total_bytes: rung.pull.and_then(|pull| pull.total_bytes),
        pull_bytes_per_s: rung.pull.and_then(|pull| pull.bytes_per_s),
        pull_left_s: rung.pull.and_then(|pull| pull.left_s),
        decode_tps: rung.decode_tps,
        decode_half_width: None,
        ttft_ms: rung.ttft_ms,
        response_ms: rung.response_ms,
        answered: rung.answered,
        asked: rung.asked,
        throughput_change: rung.throughput_change,
        grade: rung.grade.map(|grade| format!("{grade:?}")),
        problem: rung.problem.as_ref().map(problem),
    }
}

pub(crate) fn sample(sample: &HardwareSample, machine: &Machine) -> SampleView {
    SampleView {
        at_ms: sample.at_ms,
        cpu_percent: sample.cpu_percent,
        cores_percent: sample.per_core_percent.clone(),
        clock_mhz: sample.clock_mhz,
        throttled: sample.throttles_per_s.map(|rate| rate > 0.0),
        quota_held_percent: sample.quota_held_percent,
        memory_used_bytes: sample.memory_used_bytes,
        memory_total_bytes: machine.memory_bytes,
        swap_used_bytes: sample.swap_used_bytes,
        temperature_c: sample.temperature_c,
        fan_rpm: sample.fans_rpm.iter().copied().reduce(f32::max),
        package_power_w: sample.package_power_w,
        battery_power_w: sample.battery_power_w,
        battery_percent: sample.battery_percent,
        on_mains: sample.on_mains,
        disk_free_bytes: sample.disk_free_bytes,
        disk_read_bytes_per_s: sample.disk_read_bytes_per_s,
        disk_write_bytes_per_s: sample.disk_write_bytes_per_s,
        network_in_bytes_per_s: sample.network_in_bytes_per_s,
        network_out_bytes_per_s: sample.network_out_bytes_per_s,
        gpus: sample.gpus.iter().map(|reading| gpu(reading, machine)).collect(),
    }
}

fn gpu(reading: &GpuSample, machine: &Machine) -> GpuSampleView {
    GpuSampleView {
        index: reading.index,
        busy_percent: reading.busy_percent,
        memory_used_bytes: reading.memory_used_bytes,
        memory_total_bytes: machine.gpus.get(usize::from(reading.index)).and_then(|gpu| gpu.memory_bytes),
        temperature_c: reading.temperature_c,
        power_w: reading.power_w,
        clock_mhz: reading.clock_mhz,
        // The usual power limit is kept all day, and is no trouble.
        slowed: reading.throttles.as_ref().map(|all| all.iter().any(|one| matches!(one, Throttle::Thermal | Throttle::PowerBrake))),
    }
}

fn state(state: LiveState) -> &'static str {
    match state {
        LiveState::Running => "running",
        LiveState::Pausing => "pausing",
        LiveState::Paused => "paused",
        LiveState::Stopping => "stopping",
        LiveState::Ended => "ended",
    }
}

fn rung_state(state: RungState) -> &'static str {
    match state {
        RungState::Waiting => "waiting",
        RungState::Pulling => "pulling",
        RungState::Loading => "loading",
        RungState::WarmingUp => "warming_up",
        RungState::Measuring => "measuring",
        RungState::Measured => "measured",
        RungState::Failed => "failed",
        RungState::LeftOut => "left_out",
    }
}
