//! Temperatures and fans as Linux shows them: the drivers' sensors in hwmon, else the firmware's thermal zones.

use std::path::{Path, PathBuf};

use crate::root::{Root, name, number, text};

const DRIVERS: &str = "sys/class/hwmon";
const ZONES: &str = "sys/class/thermal";

/// Drivers whose sensors sit in the processor.
const PROCESSOR_DRIVERS: [&str; 5] = ["coretemp", "k10temp", "zenpower", "cpu_thermal", "x86_pkg_temp"];

/// One temperature that can be read again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thermometer {
    /// “coretemp Package id 0”.
    pub(crate) name: String,
    pub(crate) in_processor: bool,
    path: PathBuf,
}

impl Thermometer {
    /// Degrees Celsius; the kernel counts in thousandths.
    pub(crate) fn celsius(&self) -> Option<f32> {
        Some(number::<i64>(&self.path)? as f32 / 1000.0)
    }
}

/// One fan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fan {
    pub(crate) name: String,
    path: PathBuf,
}

impl Fan {
    /// Turns per minute.
    pub(crate) fn rpm(&self) -> Option<f32> {
        number::<u32>(&self.path).map(|rpm| rpm as f32)
    }
}

/// Every temperature; thermal zones only where no driver shows one, because they mostly repeat the drivers' sensors.
pub(crate) fn thermometers(root: &Root) -> Vec<Thermometer> {
    let found = inputs(root, "temp").into_iter().map(|input| Thermometer {
        in_processor: PROCESSOR_DRIVERS.contains(&input.driver.as_str()),
        name: input.name(),
        path: input.path,
    });
    let found: Vec<Thermometer> = found.collect();
    if found.is_empty() { zones(root) } else { found }
}

fn zones(root: &Root) -> Vec<Thermometer> {
    let zones = root.entries(ZONES).into_iter().filter(|zone| name(zone).starts_with("thermal_zone"));
    zones
        .filter_map(|zone| {
            let kind = text(&zone.join("type"))?;
            let in_processor = kind.contains("cpu") || PROCESSOR_DRIVERS.contains(&kind.as_str());
            let path = zone.join("temp");
            path.exists().then_some(Thermometer { name: kind, in_processor, path })
        })
        .collect()
}

/// Every fan that tells its speed.
pub(crate) fn fans(root: &Root) -> Vec<Fan> {
    inputs(root, "fan").into_iter().map(|input| Fan { name: input.name(), path: input.path }).collect()
}

/// A file like `temp1_input` with what names it.
struct Input {
    driver: String,
    label: String,
    path: PathBuf,
}

impl Input {
    fn name(&self) -> String {
        format!("{} {}", self.driver, self.label)
    }
}

fn inputs(root: &Root, kind: &str) -> Vec<Input> {
    root.entries(DRIVERS).iter().flat_map(|driver| inputs_of(driver, kind)).collect()
}

fn inputs_of(driver: &Path, kind: &str) -> Vec<Input> {
    let title = text(&driver.join("name")).unwrap_or_else(|| name(driver).to_owned());
    let files = crate::root::entries(driver).into_iter();
    let input = |path: PathBuf| {
        let sensor = name(&path).strip_suffix("_input")?.to_owned();
        sensor.strip_prefix(kind)?.parse::<u32>().ok()?;
        let label = text(&driver.join(format!("{sensor}_label"))).unwrap_or(sensor);
        Some(Input { driver: title.clone(), label, path })
    };
    files.filter_map(input).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::write;

    #[test]
    fn drivers_sensors_are_named_by_their_labels() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| write(&folder.path().join(DRIVERS), path, text);
        write("hwmon0/name", "coretemp\n");
        write("hwmon0/temp1_input", "61500\n");
        write("hwmon0/temp1_label", "Package id 0\n");
        write("hwmon0/temp1_crit", "100000\n");
        write("hwmon1/name", "thinkpad\n");
        write("hwmon1/fan1_input", "2874\n");
        write("hwmon1/fan2_input", "0\n");
        write("hwmon1/temp1_input", "gibberish\n");
        let root = Root::at(folder.path());
        let temperatures: Vec<_> = thermometers(&root).into_iter().map(|t| (t.name.clone(), t.in_processor, t.celsius())).collect();
        assert_eq!(temperatures, [("coretemp Package id 0".to_owned(), true, Some(61.5)), ("thinkpad temp1".to_owned(), false, None)]);
        let fans: Vec<_> = fans(&root).into_iter().map(|fan| (fan.name.clone(), fan.rpm())).collect();
        assert_eq!(fans, [("thinkpad fan1".to_owned(), Some(2874.0)), ("thinkpad fan2".to_owned(), Some(0.0))], "0 is a fan that stands");
    }

    #[test]
    fn thermal_zones_stand_in_where_no_driver_shows_a_temperature() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        assert!(thermometers(&root).is_empty(), "a virtual machine has none");
        write(folder.path(), "sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        write(folder.path(), "sys/class/thermal/thermal_zone0/temp", "48312\n");
        write(folder.path(), "sys/class/thermal/cooling_device0/type", "Processor\n");
        let zones: Vec<_> = thermometers(&root).into_iter().map(|t| (t.name.clone(), t.in_processor, t.celsius())).collect();
        assert_eq!(zones, [("cpu-thermal".to_owned(), true, Some(48.312))]);
    }
}
