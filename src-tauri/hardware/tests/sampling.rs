//! The real sensors of this machine, and what reading them costs.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::channel;
use std::time::Duration;

use toprung_hardware::{Sampler, probes_with_disk, sensors};

/// measurement.md: all sampling may take 2 % of one core.
const MOST_OF_A_CORE: f64 = 0.02;
const SECONDS: usize = 20;
/// The highest rate that is used.
const PER_SECOND: usize = 2;
const INTERVAL: Duration = Duration::from_millis(1000 / PER_SECOND as u64);
/// `/proc/self/stat` counts in ticks of 1/100 s (`getconf CLK_TCK`) on x86 and ARM.
const TICKS_PER_S: f64 = 100.0;

/// Processor time that this process has used, in seconds.
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name before the last parenthesis may hold spaces; user and system time are the 12th and 13th after it.
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / TICKS_PER_S
}

/// An engine's process for the probes to watch: what this process starts counts as one.
struct Engine(Child);

impl Engine {
    fn start() -> Self {
        Self(Command::new("sleep").arg("120").spawn().unwrap())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn every_probe_twice_a_second_takes_less_than_two_percent_of_a_core() {
    let engine = Engine::start();
    let (sender, samples) = channel();
    let probes = probes_with_disk(Path::new("."));
    let before = processor_seconds();
    let sampler = Sampler::start(probes, INTERVAL, Box::new(move |sample| drop(sender.send(sample))));
    let got: Vec<_> = samples.iter().take(SECONDS * PER_SECOND + 1).collect();
    drop((sampler, engine));
    let share = (processor_seconds() - before) / SECONDS as f64;
    eprintln!("sampling took {:.3} % of one core", share * 100.0);
    assert!(share < MOST_OF_A_CORE, "it took {:.1} %", share * 100.0);
    assert!(got[0].cpu_percent.is_none() && got[0].network_in_bytes_per_s.is_none(), "rates have no basis in the first sample");
    assert!(got[1..].iter().all(|sample| sample.cpu_percent.is_some()), "{got:?}");
    assert!(got.iter().all(|sample| sample.memory_used_bytes.is_some_and(|bytes| bytes > 0)));
    assert!(got.iter().all(|sample| sample.engine_rss_anon_bytes.is_some() && sample.disk_free_bytes.is_some()), "{got:?}");
}

#[test]
fn every_sensor_says_what_it_reads_or_how_to_mend_it() {
    let reports = sensors();
    let names: BTreeSet<&str> = reports.iter().map(|report| report.name).collect();
    let gpus = reports.iter().filter(|report| report.name == "GPU").count();
    assert_eq!(names.len() - 1, reports.len() - gpus, "no group of sensors is told of twice, but each GPU by itself");
    for name in ["Processor load", "Clock", "CPU quota", "Memory pressure", "Temperature", "Fans", "Processor power", "Battery"] {
        assert!(names.contains(name), "{name} is missing in {names:?}");
    }
    for report in reports {
        assert_ne!(report.detail, "", "{report:?}");
        assert_eq!(report.readable, report.mend.is_none(), "advice is for what can't be read: {report:?}");
        assert!(!report.source.is_empty() || report.name == "GPU", "{report:?}");
        eprintln!("{report:?}");
    }
}
