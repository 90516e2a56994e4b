//! Readings of a graphics processor in words.

use toprung_core::format;
use toprung_core::machine::{GpuSample, Throttle};

/// “12 % busy, 1.20 GiB of 8.00 GiB, 61 °C, 45.2 W, 1980 MHz, at full speed”; empty where nothing was read.
pub(super) fn figures(sample: &GpuSample, memory_bytes: Option<u64>) -> String {
    let of_total = memory_bytes.map(|total| format!(" of {}", format::bytes_gib(total))).unwrap_or_default();
    let known = [
        sample.busy_percent.map(|percent| format!("{percent:.0} % busy")),
        sample.memory_used_bytes.map(|bytes| format!("{}{of_total} in use", format::bytes_gib(bytes))),
        sample.temperature_c.map(|celsius| format!("{celsius:.0} °C")),
        sample.power_w.map(|watts| format!("{} W", format::figures(f64::from(watts)))),
        sample.clock_mhz.map(|mhz| format!("{mhz:.0} MHz")),
        sample.throttles.as_deref().map(speed),
    ];
    known.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn speed(throttles: &[Throttle]) -> String {
    let reason = throttles.iter().find_map(|throttle| throttle.reason());
    match reason {
        Some(reason) => format!("slowed down {reason}"),
        None if throttles.is_empty() => "not slowed down".to_owned(),
        None => "held back by a setting".to_owned(),
    }
}

/// The names of what was not read: “use, power”; `None` where everything was.
pub(super) fn missing(sample: &GpuSample) -> Option<String> {
    let read = [
        ("use", sample.busy_percent.is_some()),
        ("memory in use", sample.memory_used_bytes.is_some()),
        ("temperature", sample.temperature_c.is_some()),
        ("power", sample.power_w.is_some()),
        ("clock", sample.clock_mhz.is_some()),
        ("throttling", sample.throttles.is_some()),
    ];
    let names: Vec<&str> = read.into_iter().filter(|(_, is_read)| !is_read).map(|(name, _)| name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
