//! What a token costs in energy.
//!
//! Gross: P · t / N, with P the mean power while the rung's timing trials ran, weighted by the time that each reading
//! covers, t the time of these trials from request to final record, and N the tokens that they made. The prompts' share
//! is in it: that is what a request costs. Idle-subtracted: (P − P₀) · t / N, with P₀ the median of the quiet readings of
//! the run: before the first trial or between rungs, at a processor load of at most [`QUIET_CPU_PERCENT`]. Power counts for
//! what its source sees and no more; the source is part of the figure.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::machine::HardwareSample;
use crate::model::EngineDescription;
use crate::run::RungRecord;
use crate::stats;
use crate::summary::{Setting, timing_trials};

/// A shorter window says more of the moment than of the model (measurement.md).
pub const LEAST_WINDOW_S: f64 = 10.0;
/// A machine that does no more than this does nothing for anybody: its desktop and services (per cent of all cores).
pub const QUIET_CPU_PERCENT: f32 = 5.0;
/// Fewer quiet readings are a moment and no baseline.
const LEAST_QUIET_READINGS: usize = 3;
/// Readings come once a second; after a longer gap the one before says nothing of the time between.
const LONGEST_INTERVAL_MS: f64 = 5000.0;

/// What a power reading covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerSource {
    /// The processor's packages, by their own counters.
    Package,
    /// The whole machine, by what its batteries give.
    Battery,
}

impl PowerSource {
    /// What it is called in a table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Package => "processor (RAPL)",
            Self::Battery => "whole machine (battery)",
        }
    }

    fn watts(self, sample: &HardwareSample) -> Option<f64> {
        let watts = match self {
            Self::Package => sample.package_power_w,
            Self::Battery => sample.battery_power_w,
        };
        watts.map(f64::from).filter(|watts| watts.is_finite() && *watts >= 0.0)
    }
}

/// Energy of a rung.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Joules per token that was made.
    pub gross_j_per_token: f64,
    /// The same less what the machine draws when it is quiet; `None` where it was never seen quiet.
    pub net_j_per_token: Option<f64>,
    /// Watts while the trials ran.
    pub mean_w: f64,
    /// Watts in quiet moments of the run.
    pub idle_w: Option<f64>,
    /// Seconds of trials that readings cover.
    pub window_s: f64,
    pub source: PowerSource,
}

/// Why there is no energy per token. It reads as a clause: “no power was readable …”.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum NoEnergy {
    NoTokens,
    NoPower,
    /// The engine runs on another machine, whose power can't be read from here.
    Elsewhere,
    TooShort {
        window_s: f64,
    },
}

impl fmt::Display for NoEnergy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTokens => f.write_str("no trial with a known number of tokens came through"),
            Self::NoPower => f.write_str("no power was readable while it ran; `toprung doctor` says why and how to mend it"),
            Self::Elsewhere => f.write_str("the engine runs on another machine, whose power can't be read from here"),
            Self::TooShort { window_s } => {
                write!(f, "power was read over {window_s:.1} s of trials, and fewer than {LEAST_WINDOW_S} s say too little")
            }
        }
    }
}

/// Energy per token of a rung, from the samples of its run.
pub fn energy(rung: &RungRecord, setting: &Setting<'_>) -> Result<Energy, NoEnergy> {
    let samples = setting.samples;
    if !is_here(setting.engine) {
        return Err(NoEnergy::Elsewhere);
    }
    let trials: Vec<(Window, f64)> = timing_trials(rung)
        .into_iter()
        .filter_map(|trial| Some((Window::new(trial.started_ms, trial.response_ms?)?, f64::from(trial.output_tokens?))))
        .collect();
    let tokens: f64 = trials.iter().map(|(_, tokens)| tokens).sum();
    if tokens <= 0.0 {
        return Err(NoEnergy::NoTokens);
    }
    let windows: Vec<Window> = trials.iter().map(|(window, _)| *window).collect();
    let trial_s: f64 = windows.iter().map(|window| window.length_s()).sum();
    let covered = |source| (source, covered(samples, &windows, source));
    // The packages' counters are exact and read each second; a battery's gauge is slow.
    let found = [PowerSource::Package, PowerSource::Battery].map(covered);
    let Some((source, Covered { seconds, joules })) = found.into_iter().find(|(_, covered)| covered.seconds >= LEAST_WINDOW_S) else {
        let window_s = found.iter().map(|(_, covered)| covered.seconds).fold(0.0, f64::max);
        return Err(if window_s > 0.0 { NoEnergy::TooShort { window_s } } else { NoEnergy::NoPower });
    };
    let mean_w = joules / seconds;
    let idle_w = idle_w(setting.rungs, samples, source);
    let per_token = |watts: f64| watts * trial_s / tokens;
    let gross_j_per_token = Some(per_token(mean_w)).filter(|joules| joules.is_finite()).ok_or(NoEnergy::NoTokens)?;
    let net_j_per_token = idle_w.map(|idle| mean_w - idle).filter(|watts| *watts > 0.0).map(per_token);
    Ok(Energy { gross_j_per_token, net_j_per_token, mean_w, idle_w, window_s: seconds, source })
}

/// Whether an engine runs on this machine: it is part of this program, or its address never leaves the machine.
fn is_here(engine: &EngineDescription) -> bool {
    let Some(url) = &engine.url else { return true };
    let address = url.split_once("://").map_or(url.as_str(), |(_, address)| address);
    let host = match address.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => address.split([':', '/']).next().unwrap_or(address),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A time on the run's clock, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: f64,
    to: f64,
}

impl Window {
    /// `None` where either end is no number or the time is not above zero.
    fn new(from: f64, length: f64) -> Option<Self> {
        (from.is_finite() && length.is_finite() && length > 0.0).then_some(Self { from, to: from + length })
    }

    fn length_s(self) -> f64 {
        (self.to - self.from) / 1000.0
    }

    fn overlap_s(self, other: Self) -> f64 {
        (self.to.min(other.to) - self.from.max(other.from)).max(0.0) / 1000.0
    }
}

/// What readings cover of some windows.
#[derive(Debug, Clone, Copy)]
struct Covered {
    seconds: f64,
    joules: f64,
}

/// A reading stands for the time since the one before it.
fn covered(samples: &[HardwareSample], windows: &[Window], source: PowerSource) -> Covered {
    let none = Covered { seconds: 0.0, joules: 0.0 };
    samples.windows(2).fold(none, |sum, pair| {
        let [before, now] = pair else { return sum };
        let since = Window::new(before.at_ms, now.at_ms - before.at_ms).filter(|since| since.to - since.from <= LONGEST_INTERVAL_MS);
        let Some((since, watts)) = since.zip(source.watts(now)) else { return sum };
        let seconds: f64 = windows.iter().map(|window| window.overlap_s(since)).sum();
        Covered { seconds: sum.seconds + seconds, joules: sum.joules + seconds * watts }
    })
}

/// Median power of the quiet readings outside every trial.
fn idle_w(rungs: &[RungRecord], samples: &[HardwareSample], source: PowerSource) -> Option<f64> {
    let trials = rungs.iter().flat_map(|rung| &rung.trials);
    let busy: Vec<Window> = trials.filter_map(|trial| Window::new(trial.started_ms, trial.response_ms?)).collect();
    let is_quiet = |pair: &&[HardwareSample]| {
        let [before, now] = pair else { return false };
        let load = now.cpu_percent.is_some_and(|percent| percent <= QUIET_CPU_PERCENT);
        let since = Window::new(before.at_ms, now.at_ms - before.at_ms);
        load && since.is_some_and(|since| busy.iter().all(|trial| trial.overlap_s(since) <= 0.0))
    };
    let quiet: Vec<f64> = samples.windows(2).filter(is_quiet).filter_map(|pair| source.watts(pair.get(1)?)).collect();
    if quiet.len() < LEAST_QUIET_READINGS { None } else { stats::median(&quiet) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Floors;
    use crate::machine::Machine;
    use crate::model::EngineKind;
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
        for here in ["http://127.0.0.1:11434", "http://localhost:8080/v1", "http://[::1]:8000"] {
            assert!(of_rung(&measured(), &samples(|_| {}), Some(here)).is_ok(), "{here}");
        }
        for elsewhere in ["http://10.0.0.2:8000", "https://localhost.example/v1", "http://[fe80::1]:8000"] {
            assert_eq!(of_rung(&measured(), &samples(|_| {}), Some(elsewhere)), Err(NoEnergy::Elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn a_gap_in_the_readings_is_not_filled() {
        let gappy: Vec<HardwareSample> = samples(|_| {}).into_iter().filter(|s| s.at_ms <= 12_000.0 || s.at_ms > 24_000.0).collect();
        assert!(matches!(of(&gappy), Err(NoEnergy::TooShort { .. })), "twelve seconds without a reading are not measured");
    }
}
