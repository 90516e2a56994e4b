//! Whether the machine runs on mains or on its battery.

use std::fs;
use std::path::Path;

use toprung_core::machine::HardwareSample;

use crate::{Probe, SensorReport};

/// Where Linux lists chargers and batteries.
const SUPPLIES: &str = "/sys/class/power_supply";

/// `Some(true)` on mains, `Some(false)` on battery, `None` where it can't be told: a desktop shows no supply at all.
pub fn on_mains() -> Option<bool> {
    on_mains_at(Path::new(SUPPLIES))
}

/// Reads whether the machine is on mains.
pub(crate) struct Power;

impl Probe for Power {
    fn read(&mut self, sample: &mut HardwareSample) {
        sample.on_mains = on_mains();
    }
}

/// What one entry says of the machine's power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Supply {
    Charger { online: bool },
    Battery { discharging: bool },
}

/// A connected charger decides; without one a battery that discharges, or that does not.
fn on_mains_at(root: &Path) -> Option<bool> {
    let supplies: Vec<Supply> = fs::read_dir(root).ok()?.flatten().filter_map(|entry| supply(&entry.path())).collect();
    let any = |wanted: Supply| supplies.contains(&wanted);
    if any(Supply::Charger { online: true }) {
        Some(true)
    } else if any(Supply::Battery { discharging: true }) || any(Supply::Charger { online: false }) {
        Some(false)
    } else {
        any(Supply::Battery { discharging: false }).then_some(true)
    }
}

/// `None` for what does not feed the machine: the battery of a mouse or a headset has the scope “Device”.
fn supply(folder: &Path) -> Option<Supply> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok().map(|text| text.trim().to_owned());
    if read("scope").as_deref() == Some("Device") {
        return None;
    }
    match read("type")?.as_str() {
        "Mains" | "USB" => Some(Supply::Charger { online: read("online")? != "0" }),
        "Battery" => Some(Supply::Battery { discharging: read("status")? == "Discharging" }),
        _ => None,
    }
}

pub(crate) fn report() -> SensorReport {
    let reading = on_mains().map(|mains| if mains { "on mains" } else { "on battery" }.to_owned());
    let why = "the system shows neither charger nor battery; a desktop has none";
    SensorReport::new("Power source", reading, why, "Nothing on a desktop. On a laptop, plug the charger in while a run goes on.")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder like the kernel's, with files for each supply.
    fn supplies(entries: &[(&str, &[(&str, &str)])]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, files) in entries {
            fs::create_dir(root.path().join(name)).unwrap();
            for (file, text) in *files {
                fs::write(root.path().join(name).join(file), format!("{text}\n")).unwrap();
            }
        }
        root
    }

    #[test]
    fn what_the_supplies_say_decides() {
        let on: &[(&str, &str)] = &[("type", "Mains"), ("online", "1")];
        let off: &[(&str, &str)] = &[("type", "Mains"), ("online", "0")];
        let usb: &[(&str, &str)] = &[("type", "USB"), ("online", "1")];
        let draining: &[(&str, &str)] = &[("type", "Battery"), ("status", "Discharging")];
        let full: &[(&str, &str)] = &[("type", "Battery"), ("status", "Full")];
        let mouse: &[(&str, &str)] = &[("type", "Battery"), ("status", "Discharging"), ("scope", "Device")];
        let broken: &[(&str, &str)] = &[("type", "Battery")];
        for (entries, expected, why) in [
            (vec![("AC", on), ("BAT0", draining)], Some(true), "a weak charger feeds the machine beside its battery"),
            (vec![("AC", off), ("BAT0", draining)], Some(false), "the charger is not plugged in"),
            (vec![("AC", off), ("ucsi", usb), ("BAT0", full)], Some(true), "it charges over USB-C"),
            (vec![("AC", off)], Some(false), "no charger feeds it, so a battery must"),
            (vec![("BAT0", full)], Some(true), "a battery that does not discharge is fed"),
            (vec![("mouse", mouse)], None, "a mouse's battery says nothing of the machine"),
            (vec![("BAT0", broken)], None, "a supply that can't be read says nothing"),
            (vec![], None, "a desktop shows no supply"),
        ] {
            assert_eq!(on_mains_at(supplies(&entries).path()), expected, "{why}");
        }
        assert_eq!(on_mains_at(Path::new("/nowhere")), None);
    }
}
