//! The real sensors of this machine, and what reading them costs.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::sync::mpsc::channel;
use std::time::Duration;

use toprung_hardware::{Sampler, probes, sensors};

/// measurement.md: all sampling may take 2 % of one core.
const MOST_OF_A_CORE: f64 = 0.02;
const SECONDS: usize = 20;
/// `/proc/self/stat` counts in ticks of 1/100 s (`getconf CLK_TCK`) on x86 and ARM.
const TICKS_PER_S: f64 = 100.0;

/// Processor time that this process has used, in seconds.
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name before the last parenthesis may hold spaces; user and system time are the 12th and 13th after it.
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / TICKS_PER_S
}

#[test]
fn sampling_once_a_second_takes_less_than_two_percent_of_a_core() {
    let (sender, samples) = channel();
    let probes = probes();
    let before = processor_seconds();
    let sampler = Sampler::start(probes, Duration::from_secs(1), Box::new(move |sample| drop(sender.send(sample))));
    let got: Vec<_> = samples.iter().take(SECONDS + 1).collect();
    drop(sampler);
    let share = (processor_seconds() - before) / SECONDS as f64;
    eprintln!("sampling took {:.3} % of one core", share * 100.0);
    assert!(share < MOST_OF_A_CORE, "it took {:.1} %", share * 100.0);
    assert!(got[0].cpu_percent.is_none() && got[0].network_in_bytes_per_s.is_none(), "rates have no basis in the first sample");
    assert!(got[1..].iter().all(|sample| sample.cpu_percent.is_some()), "{got:?}");
    assert!(got.iter().all(|sample| sample.memory_used_bytes.is_some_and(|bytes| bytes > 0)));
}

#[test]
fn every_sensor_says_what_it_reads_or_how_to_mend_it() {
    let reports = sensors();
    assert_eq!(reports.len(), 7);
    for report in reports {
        assert_ne!(report.detail, "", "{report:?}");
        assert_eq!(report.readable, report.mend.is_none(), "advice is for what can't be read: {report:?}");
        eprintln!("{report:?}");
    }
}
