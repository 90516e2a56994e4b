use toprung_core::machine::{HardwareSample, Machine};
use toprung_core::run::RunRecord;

use super::*;
use crate::fixture;

/// Two rungs of 20 s each with four trials, read once a second: the second rung throttles for its last ten seconds.
fn run() -> RunRecord {
    let (mut run, _) = fixture::of(&fixture::SEED[..2]);
    run.machine = Machine { memory_bytes: Some(32 << 30), ..run.machine };
    for (index, rung) in run.rungs.iter_mut().enumerate() {
        let trial = |n: u32| Trial {
            response_ms: Some(4800.0),
            ..Trial::new(TrialKind::Speed, n, index as f64 * 20_000.0 + f64::from(n) * 5000.0)
        };
        rung.trials = (0..4).map(trial).collect();
    }
    run.samples = (0..=40)
        .map(|second| HardwareSample {
            at_ms: f64::from(second) * 1000.0,
            cpu_percent: Some(50.0 + second as f32),
            memory_used_bytes: Some((4 << 30) + second as u64 * (100 << 20)),
            temperature_c: Some(50.0 + second as f32),
            throttles_per_s: Some(if second > 30 { 2.0 } else { 0.0 }),
            ..HardwareSample::default()
        })
        .collect();
    run
}

#[test]
fn rungs_trials_troubles_and_readings_share_one_axis() {
    let run = run();
    let spec = Timeline::of(&run).unwrap().spec(800);
    let lanes: Vec<(&str, usize)> = spec.lanes.iter().map(|lane| (lane.title.as_str(), lane.spells.len())).collect();
    assert_eq!(lanes, [("Rungs", 2), ("Trials", 8), ("Throttling", 1)]);
    assert_eq!(spec.seconds, 40.0);
    assert_eq!((spec.lanes[2].spells[0].from_s, spec.lanes[2].spells[0].to_s), (30.0, 40.0));
    let titles: Vec<&str> = spec.panels.iter().map(|panel| panel.title.as_str()).collect();
    assert_eq!(titles, ["CPU", "Memory", "Temperature"], "a sensor that was not there has no line");
    assert_eq!(spec.panels[2].aside, "at most 90 °C");
}

#[test]
fn each_rung_has_its_figures_in_the_table_and_at_its_point() {
    let chart = timeline_for(&run(), Theme::Light, 800).unwrap();
    assert_eq!(chart.head, ["Rung", "Began after", "Took", "CPU, median", "Memory, at most", "Temperature, at most", "Held back by"]);
    assert_eq!(chart.rows[1], ["llama3.2:3b", "20 s", "20 s", "80 %", "7.81 GiB", "89 °C", "Throttling"]);
    assert_eq!(chart.rows[0].last().map(String::as_str), Some("–"));
    assert_eq!(chart.marks[0].label, "llama3.2:1b: from 0 s to 20 s, CPU 60 %, Memory 5.86 GiB, Temperature 69 °C");
    assert_eq!(chart.marks[2].label, "The processor slowed down to stay cool, from 30 s to 40 s.");
    assert!(chart.alt.contains("The processor slowed down to stay cool, from 30 s to 40 s."), "{}", chart.alt);
    assert!(chart.svg.contains("Throttling"), "the trouble is named in the picture, not by its colour alone");
}

#[test]
fn a_run_that_was_resumed_or_never_read_says_why_it_has_no_time_line() {
    let mut resumed = run();
    resumed.samples[20].at_ms = 0.0;
    assert_eq!(timeline_for(&resumed, Theme::Light, 800), Err(NoTimeline::ClockWentBack));
    let mut later = run();
    later.rungs[0].trials[3].started_ms = 0.0;
    assert_eq!(timeline_for(&later, Theme::Light, 800), Err(NoTimeline::ClockWentBack));
    let unread = RunRecord { samples: Vec::new(), ..run() };
    assert_eq!(timeline_for(&unread, Theme::Light, 800), Err(NoTimeline::NotSampled));
}

#[test]
fn variants_in_turns_have_a_lane_each() {
    let mut turns = run();
    for (index, rung) in turns.rungs.iter_mut().enumerate() {
        for (n, trial) in rung.trials.iter_mut().enumerate() {
            trial.started_ms = (2 * n + index) as f64 * 5000.0;
        }
    }
    let spec = Timeline::of(&turns).unwrap().spec(800);
    let lanes: Vec<&str> = spec.lanes.iter().map(|lane| lane.title.as_str()).collect();
    assert_eq!(lanes, ["llama3.2:1b", "llama3.2:3b", "Throttling"]);
}

#[test]
fn nothing_leaves_the_picture_at_any_width() {
    for width in [320, 500, 760, 1200] {
        let chart = timeline_for(&run(), Theme::Dark, width).unwrap();
        assert!(chart.marks.iter().all(|mark| (0..=chart.width as i32).contains(&mark.x) && (0..=chart.height as i32).contains(&mark.y)));
        for number in
            chart.svg.split("points=\"").skip(1).filter_map(|rest| rest.split('"').next()).flat_map(|points| points.split_whitespace())
        {
            let (x, y) = number.split_once(',').unwrap();
            let inside = |text: &str, most: u32| text.parse::<f64>().is_ok_and(|at| (0.0..=f64::from(most)).contains(&at));
            assert!(inside(x, chart.width) && inside(y, chart.height), "{number} at {width}");
        }
    }
}
