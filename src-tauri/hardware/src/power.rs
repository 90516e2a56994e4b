//! Whether the machine runs on mains or on its battery, how full that is and what it gives.

use std::path::Path;

use toprung_core::machine::HardwareSample;

use crate::root::{Root, number, text};
use crate::{Probe, SensorReport};

/// Where Linux lists chargers and batteries.
const SUPPLIES: &str = "sys/class/power_supply";
const SOURCE: &str = "/sys/class/power_supply";

/// `Some(true)` on mains, `Some(false)` on battery, `None` where it can't be told: a desktop shows no supply at all.
pub fn on_mains() -> Option<bool> {
    mains_at(&Root::real())
}

pub(crate) fn mains_at(root: &Root) -> Option<bool> {
    on_mains_of(&supplies(root))
}

/// Reads whether the machine is on mains, and its batteries.
pub(crate) struct Power(Root);

impl Power {
    pub(crate) fn new(root: &Root) -> Self {
        Self(root.clone())
    }
}

impl Probe for Power {
    fn read(&mut self, sample: &mut HardwareSample) {
        // Supplies come and go with their plugs, so they are looked for each time.
        let supplies = supplies(&self.0);
        sample.on_mains = on_mains_of(&supplies);
        let batteries: Vec<&Battery> = supplies.iter().filter_map(Supply::battery).collect();
        sample.battery_percent = charge(&batteries);
        sample.battery_power_w = drawn_w(&batteries);
    }
}

/// What one entry says of the machine's power.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Supply {
    Charger { online: bool },
    Battery(Battery),
}

impl Supply {
    fn battery(&self) -> Option<&Battery> {
        match self {
            Self::Battery(battery) => Some(battery),
            Self::Charger { .. } => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Battery {
    discharging: bool,
    percent: Option<f32>,
    /// Watts in or out; the sign is the driver's own and says nothing.
    power_w: Option<f32>,
}

fn supplies(root: &Root) -> Vec<Supply> {
    root.entries(SUPPLIES).iter().filter_map(|folder| supply(folder)).collect()
}

/// A connected charger decides; without one a battery that discharges, or that does not.
fn on_mains_of(supplies: &[Supply]) -> Option<bool> {
    let charger = |online| supplies.contains(&Supply::Charger { online });
    let battery = |discharging| supplies.iter().filter_map(Supply::battery).any(|battery| battery.discharging == discharging);
    if charger(true) {
        Some(true)
    } else if battery(true) || charger(false) {
        Some(false)
    } else {
        battery(false).then_some(true)
    }
}

/// `None` for what does not feed the machine: the battery of a mouse or a headset has the scope “Device”.
fn supply(folder: &Path) -> Option<Supply> {
    let read = |name: &str| text(&folder.join(name));
    if read("scope").as_deref() == Some("Device") {
        return None;
    }
    match read("type")?.as_str() {
        "Mains" | "USB" => Some(Supply::Charger { online: read("online")? != "0" }),
        "Battery" => Some(Supply::Battery(battery(folder, &read("status")?))),
        _ => None,
    }
}

/// The kernel counts in millionths. Some batteries tell their power, some current and voltage.
fn battery(folder: &Path, status: &str) -> Battery {
    let millionths = |name: &str| number::<i64>(&folder.join(name)).map(|value| value.unsigned_abs() as f64 / 1e6);
    let by_current = || Some(millionths("current_now")? * millionths("voltage_now")?);
    Battery {
        discharging: status == "Discharging",
        percent: number::<f32>(&folder.join("capacity")).filter(|percent| (0.0..=100.0).contains(percent)),
        power_w: millionths("power_now").or_else(by_current).map(|watts| watts as f32),
    }
}

/// The mean charge; `None` where one of them does not tell.
fn charge(batteries: &[&Battery]) -> Option<f32> {
    let charges: Vec<f32> = batteries.iter().map(|battery| battery.percent).collect::<Option<_>>()?;
    (!charges.is_empty()).then(|| charges.iter().sum::<f32>() / charges.len() as f32)
}

/// What the discharging batteries give together; `None` where none does: a battery that charges says nothing of the machine.
fn drawn_w(batteries: &[&Battery]) -> Option<f32> {
    let drawn: Vec<f32> = batteries.iter().filter(|battery| battery.discharging).map(|battery| battery.power_w).collect::<Option<_>>()?;
    (!drawn.is_empty()).then(|| drawn.iter().sum())
}

pub(crate) fn reports(root: &Root) -> [SensorReport; 2] {
    let supplies = supplies(root);
    let source = on_mains_of(&supplies).map(|mains| if mains { "on mains" } else { "on battery" }.to_owned());
    let batteries: Vec<&Battery> = supplies.iter().filter_map(Supply::battery).collect();
    let given = drawn_w(&batteries).map(|watts| format!(", gives {watts:.1} W")).unwrap_or_default();
    let level = charge(&batteries).map(|percent| format!("{percent:.0} % full{given}"));
    let no_supply = "the system shows neither charger nor battery; a desktop has none";
    let mend = "Nothing on a desktop. On a laptop, plug the charger in while a run goes on.";
    let (why, mend_level) = match batteries.len() {
        0 => ("the system shows no battery", "Nothing where there is none."),
        _ => ("the battery does not tell its charge", "Update the firmware of the machine; measuring works without."),
    };
    [
        SensorReport::new("Power source", source, no_supply, mend).with_source(SOURCE, ""),
        SensorReport::new("Battery", level, why, mend_level).with_source(SOURCE, "%, W"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::write;

    /// A folder like the kernel's, with files for each supply.
    fn supplies(entries: &[(&str, &[(&str, &str)])]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, files) in entries {
            for (file, text) in *files {
                write(root.path(), &format!("{SUPPLIES}/{name}/{file}"), &format!("{text}\n"));
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
            assert_eq!(mains_at(&Root::at(supplies(&entries).path())), expected, "{why}");
        }
        assert_eq!(mains_at(&Root::at(Path::new("/nowhere"))), None);
    }

    #[test]
    fn a_battery_tells_its_charge_and_what_it_gives() {
        let by_power: &[(&str, &str)] = &[("type", "Battery"), ("status", "Discharging"), ("capacity", "80"), ("power_now", "12500000")];
        let by_current: &[(&str, &str)] =
            &[("type", "Battery"), ("status", "Discharging"), ("capacity", "40"), ("current_now", "-1500000"), ("voltage_now", "12000000")];
        let charging: &[(&str, &str)] = &[("type", "Battery"), ("status", "Charging"), ("capacity", "60"), ("power_now", "30000000")];
        let silent: &[(&str, &str)] = &[("type", "Battery"), ("status", "Discharging"), ("capacity", "?"), ("power_now", "")];
        for (entries, expected, why) in [
            (vec![("BAT0", by_power)], (Some(80.0), Some(12.5)), "power in microwatts"),
            (vec![("BAT0", by_power), ("BAT1", by_current)], (Some(60.0), Some(30.5)), "current by voltage, whatever its sign"),
            (vec![("BAT0", charging)], (Some(60.0), None), "what flows into a battery is not what the machine draws"),
            (vec![("BAT0", by_power), ("BAT1", charging)], (Some(70.0), Some(12.5)), "one gives, one is filled"),
            (vec![("BAT0", silent)], (None, None), "a battery that does not tell is unknown"),
            (vec![], (None, None), "a desktop has none"),
        ] {
            let folder = supplies(&entries);
            let mut sample = HardwareSample::default();
            Power::new(&Root::at(folder.path())).read(&mut sample);
            assert_eq!((sample.battery_percent, sample.battery_power_w), expected, "{why}");
        }
    }

    #[test]
    fn reports_name_the_battery_with_its_figures() {
        let battery: &[(&str, &str)] = &[("type", "Battery"), ("status", "Discharging"), ("capacity", "80"), ("power_now", "12500000")];
        let [source, level] = reports(&Root::at(supplies(&[("BAT0", battery)]).path()));
        assert_eq!((source.detail.as_str(), level.detail.as_str()), ("on battery", "80 % full, gives 12.5 W"));
        let [source, level] = reports(&Root::at(Path::new("/nowhere")));
        assert!(!source.readable && !level.readable && level.mend.is_some());
    }
}
