//! Writes the seed's run as every chart and report into a folder, to be looked at, and the charts of stress tests that
//! were saved as JSON (`toprung stress … --json FILE`):
//! `cargo run -p toprung-report --example preview -- /tmp/preview [TEST.json …]`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use toprung_core::analysis::{Floors, analyse};
use toprung_core::machine::{GpuSample, HardwareSample};
use toprung_core::plan::Mode;
use toprung_core::run::RunRecord;
use toprung_core::seed::seed_run;
use toprung_core::stress::StressTest;
use toprung_core::task::fixture::task_run;
use toprung_core::task::{Task, TaskPlan};
use toprung_report::chart::{ChartKind, Theme, chart_for, stress_chart, timeline_for};

const THEMES: [(Theme, &str); 2] = [(Theme::Light, "light"), (Theme::Dark, "dark")];
const WIDTH: u32 = 760;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("Name a folder to write into.")?;
    fs::create_dir_all(&folder)?;
    let run = seed_run();
    let analysis = analyse(&run, &Floors::default());
    for (theme, name) in THEMES {
        for kind in ChartKind::OF_RUNGS {
            if let Some(chart) = chart_for(&run, &analysis, kind.clone(), theme, WIDTH) {
                fs::write(folder.join(format!("{}-{name}.svg", kind.name())), chart.svg)?;
            }
        }
        let chart = timeline_for(&watched(seed_run()), theme, WIDTH).map_err(|why| why.what())?;
        fs::write(folder.join(format!("timeline-{name}.svg")), chart.svg)?;
    }
    for file in arguments {
        let test: StressTest = serde_json::from_slice(&fs::read(&file)?)?;
        for (theme, name) in THEMES {
            let chart = stress_chart(&test, theme, WIDTH).ok_or("The test holds no figure.")?;
            fs::write(folder.join(format!("stress-{}-{name}.svg", test.record.kind().name())), chart.svg)?;
        }
    }
    for name in ["report.md", "report.json", "report.pdf"] {
        toprung_report::save(&run, &analysis, &folder.join(name))?;
    }
    preview_tasks(&folder.join("tasks"), tasks_alone(seed_run()))?;
    preview_tasks(&folder.join("ladder-with-tasks"), with_tasks(seed_run()))
}

/// The quality charts and the reports of a run that asked tasks.
fn preview_tasks(folder: &Path, run: RunRecord) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let analysis = analyse(&run, &Floors::default());
    for (theme, name) in THEMES {
        for kind in ChartKind::of_run(&run).into_iter().filter(|kind| matches!(kind, ChartKind::Quality(_))) {
            let file = format!("{}-{name}.svg", kind.name().replace(':', "-"));
            let chart = chart_for(&run, &analysis, kind, theme, WIDTH).ok_or("A chart that is offered can't be drawn.")?;
            fs::write(folder.join(file), chart.svg)?;
        }
    }
    for name in ["report.md", "report.json", "report.pdf"] {
        toprung_report::save(&run, &analysis, &folder.join(name))?;
    }
    Ok(())
}

/// The seed's models with made-up answers to every task but coding.
fn with_tasks(mut run: RunRecord) -> RunRecord {
    let tasks = task_run();
    for rung in &mut run.rungs {
        rung.items = tasks.rungs.iter().filter(|asked| asked.model == rung.model).flat_map(|asked| asked.results.clone()).collect();
        rung.items.retain(|item| item.task != Task::Coding);
    }
    let unavailable = vec![(Task::Coding, "The sandbox that runs a model's code is not on this machine.".to_owned())];
    run.tasks = Some(TaskPlan { suite: tasks.suite, tasks: tasks.tasks, budget_s: tasks.budget_s, unavailable, own_files: Vec::new() });
    run
}

/// The same answers, coding too, from a run that measured no speed.
fn tasks_alone(run: RunRecord) -> RunRecord {
    let tasks = task_run();
    let mut run = RunRecord { mode: Mode::Tasks, ..with_tasks(run) };
    run.rungs.retain(|rung| !rung.items.is_empty());
    for rung in &mut run.rungs {
        rung.trials.clear();
        for asked in tasks.rungs.iter().filter(|asked| asked.model == rung.model) {
            (rung.items, rung.load) = (asked.results.clone(), asked.load.clone());
        }
    }
    if let Some(plan) = &mut run.tasks {
        plan.unavailable.clear();
    }
    run
}

/// The seed's run with its trials one after the other, and with readings that nobody took: they show what a time line looks like.
fn watched(mut run: RunRecord) -> RunRecord {
    let mut now_ms = 5000.0;
    for rung in &mut run.rungs {
        for trial in &mut rung.trials {
            trial.started_ms = now_ms;
            now_ms += trial.response_ms.unwrap_or(0.0) + 400.0;
        }
        now_ms += 9000.0;
    }
    let seconds = (now_ms / 1000.0) as u32;
    let reading = |second: u32| {
        let share = f64::from(second) / f64::from(seconds);
        let wave = (f64::from(second) / 4.0).sin();
        let hot = share > 0.7;
        HardwareSample {
            at_ms: f64::from(second) * 1000.0,
            cpu_percent: Some((30.0 + 40.0 * share + 15.0 * wave) as f32),
            memory_used_bytes: Some(((6.0 + 14.0 * share) * f64::from(1 << 30)) as u64),
            // The sensor falls silent for a while.
            temperature_c: (second % 60 < 54).then_some((52.0 + 44.0 * share + wave) as f32),
            clock_mhz: Some(if hot { 3100.0 } else { 4200.0 }),
            throttles_per_s: Some(if hot && !second.is_multiple_of(9) { 3.0 } else { 0.0 }),
            swap_in_bytes_per_s: Some(if share > 0.85 { 9e6 } else { 0.0 }),
            package_power_w: Some((35.0 + 30.0 * share) as f32),
            gpus: vec![GpuSample { busy_percent: Some((90.0 - 50.0 * share) as f32), ..GpuSample::default() }],
            ..HardwareSample::default()
        }
    };
    run.samples = (0..=seconds).map(reading).collect();
    run
}
