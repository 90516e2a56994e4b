//! Network throughput, for pulls and for engines on other hosts.

use std::path::Path;
use std::time::Instant;

use sysinfo::Networks;
use toprung_core::machine::HardwareSample;

use crate::throughput::{Counters, Throughput};
use crate::{Probe, SensorReport};

/// Where Linux lists its interfaces.
const INTERFACES: &str = "/sys/class/net";

const SOURCE: &str = if cfg!(target_os = "linux") { "/sys/class/net/*/statistics" } else { "the system's counters" };

/// Reads how many bytes came and went over the network, the loopback left out.
pub(crate) struct NetworkThroughput {
    networks: Option<Networks>,
    throughput: Throughput,
}

impl NetworkThroughput {
    pub(crate) fn new() -> Self {
        Self { networks: Networks::new().ok(), throughput: Throughput::default() }
    }

    fn counters(&mut self) -> Counters {
        let Some(networks) = &mut self.networks else { return Counters::new() };
        networks.refresh(true);
        let totals =
            networks.iter().map(|(name, data)| (name.to_string_lossy().into_owned(), (data.total_received(), data.total_transmitted())));
        outward(totals.collect(), Path::new(INTERFACES))
    }
}

/// Leaves out what would be counted twice or never leaves the machine: loopback always, and bridges and tunnels where
/// `interfaces` shows real hardware beside them. In a container there is none, and its virtual interface counts.
fn outward(mut counters: Counters, interfaces: &Path) -> Counters {
    counters.retain(|name, _| !is_loopback(name));
    let is_hardware = |name: &String| interfaces.join(name).join("device").exists();
    if counters.keys().any(is_hardware) {
        counters.retain(|name, _| is_hardware(name));
    }
    counters
}

/// `lo` on Linux, `lo0` on macOS and BSD, `Loopback Pseudo-Interface 1` on Windows.
fn is_loopback(name: &str) -> bool {
    name == "lo" || name == "lo0" || name.starts_with("Loopback")
}

impl Probe for NetworkThroughput {
    fn read(&mut self, sample: &mut HardwareSample) {
        let counters = self.counters();
        if let Some((bytes_in, bytes_out)) = self.throughput.since_last(Instant::now(), counters) {
            (sample.network_in_bytes_per_s, sample.network_out_bytes_per_s) = (Some(bytes_in), Some(bytes_out));
        }
    }
}

pub(crate) fn report() -> SensorReport {
    let counters = NetworkThroughput::new().counters();
    let reading = (!counters.is_empty()).then(|| counters.into_keys().collect::<Vec<_>>().join(", "));
    SensorReport::new(
        "Network throughput",
        reading,
        "there is no network interface but the loopback",
        "Connect the machine to a network; measuring works without.",
    )
    .with_source(SOURCE, "bytes/s")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn counters(names: &[&str]) -> Counters {
        names.iter().map(|name| ((*name).to_owned(), (1, 1))).collect()
    }

    #[test]
    fn a_bridge_beside_hardware_is_not_counted_twice() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("eth0/device")).unwrap();
        fs::create_dir_all(root.path().join("docker0")).unwrap();
        let kept = outward(counters(&["lo", "eth0", "docker0"]), root.path());
        assert_eq!(kept.into_keys().collect::<Vec<_>>(), ["eth0"]);
    }

    #[test]
    fn where_there_is_no_hardware_all_but_the_loopback_counts() {
        let root = tempfile::tempdir().unwrap();
        let kept = outward(counters(&["lo", "lo0", "Loopback Pseudo-Interface 1", "eth0"]), root.path());
        assert_eq!(kept.into_keys().collect::<Vec<_>>(), ["eth0"]);
    }

    #[test]
    fn rates_begin_with_the_second_reading() {
        let (mut probe, mut first, mut second) = (NetworkThroughput::new(), HardwareSample::default(), HardwareSample::default());
        probe.read(&mut first);
        assert_eq!(first, HardwareSample::default());
        std::thread::sleep(std::time::Duration::from_millis(20));
        probe.read(&mut second);
        let is_network = !probe.counters().is_empty();
        assert_eq!(second.network_in_bytes_per_s.is_some(), is_network, "{second:?}");
        assert!(second.network_in_bytes_per_s.is_none_or(|rate| rate >= 0.0));
    }
}
