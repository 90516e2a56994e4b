//! The machine, and what was seen of it while the run went on.

use toprung_core::format;
use toprung_core::machine::{Gpu, HardwareSample};

use super::{Fact, Source, Tone};

const NOT_READABLE: &str = "not readable";

impl Source<'_> {
    /// "Intel Core i9-14900HX · 24 cores · 32.0 GiB memory", as far as it is known.
    pub(super) fn machine_line(&self) -> String {
        let machine = &self.run.machine;
        let cores = machine.physical_cores.or(machine.logical_cores).map(|n| format::count(n, "core", "cores"));
        let memory = machine.memory_bytes.map(|bytes| format!("{} memory", format::bytes_gib(bytes)));
        let power = machine.on_mains.map(|mains| if mains { "on mains" } else { "on battery" }.to_owned());
        let parts = [machine.cpu.clone(), cores, memory]
            .into_iter()
            .chain(machine.gpus.iter().map(|gpu| Some(gpu_line(gpu))))
            .chain([machine.os.clone(), power]);
        let line = parts.flatten().collect::<Vec<_>>().join(" · ");
        if line.is_empty() { NOT_READABLE.to_owned() } else { self.clean(&line) }
    }

    pub(super) fn utilisation(&self) -> Vec<Fact> {
        if self.run.samples.is_empty() {
            return vec![Fact::new("Sensors", "nothing was sampled during this run", Tone::Quiet)];
        }
        let fact = |name: &str, text: Option<String>| Fact::new(name, text.unwrap_or_else(|| NOT_READABLE.to_owned()), Tone::Quiet);
        vec![
            fact("CPU", self.cpu()),
            fact("Memory", self.memory()),
            fact("Swap", self.swap()),
            fact(
                "Temperature",
                self.most(|sample| sample.temperature_c.map(f64::from)).map(|hottest| format!("{} °C at the highest", hottest.round())),
            ),
            fact("Disk", self.rates(("read", |s| s.disk_read_bytes_per_s), ("written", |s| s.disk_write_bytes_per_s))),
            fact("Network", self.rates(("received", |s| s.network_in_bytes_per_s), ("sent", |s| s.network_out_bytes_per_s))),
        ]
    }

    fn values(&self, read: fn(&HardwareSample) -> Option<f64>) -> impl Iterator<Item = f64> {
        self.run.samples.iter().filter_map(read).filter(|value| value.is_finite())
    }

    fn most(&self, read: fn(&HardwareSample) -> Option<f64>) -> Option<f64> {
        self.values(read).reduce(f64::max)
    }

    fn cpu(&self) -> Option<String> {
        let values: Vec<f64> = self.values(|sample| sample.cpu_percent.map(f64::from)).collect();
        let most = values.iter().copied().reduce(f64::max)?;
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let readings = format::count(values.len() as u32, "reading", "readings");
        Some(format!("{} of all cores on average, {} at most ({readings})", format::percent(mean / 100.0), format::percent(most / 100.0)))
    }

    fn memory(&self) -> Option<String> {
        let least = self.values(|sample| sample.memory_available_bytes.map(|bytes| bytes as f64)).reduce(f64::min)?;
        let of = self.run.machine.memory_bytes.map(|all| format!(" of {}", format::bytes_gib(all))).unwrap_or_default();
        Some(format!("{}{of} available at its lowest", format::bytes_gib(least as u64)))
    }

    fn swap(&self) -> Option<String> {
        let most = self.most(|sample| sample.swap_used_bytes.map(|bytes| bytes as f64))?;
        Some(if most > 0.0 { format!("{} in use at most", format::bytes_gib(most as u64)) } else { "not used".to_owned() })
    }

    fn rates(&self, one: Rate, other: Rate) -> Option<String> {
        let rate = |(verb, read): Rate| self.most(read).map(|most| format!("{verb} at up to {}/s", format::bytes_gb(most as u64)));
        let rates: Vec<String> = [rate(one), rate(other)].into_iter().flatten().collect();
        (!rates.is_empty()).then(|| rates.join(", "))
    }
}

/// A verb and the reading it belongs to.
type Rate = (&'static str, fn(&HardwareSample) -> Option<f64>);

fn gpu_line(gpu: &Gpu) -> String {
    gpu.memory_bytes.map_or_else(|| gpu.name.clone(), |bytes| format!("{} {}", gpu.name, format::bytes_gib(bytes)))
}
