//! Temperatures and fans, where the system lets them be read.

#[cfg(not(target_os = "linux"))]
use sysinfo::Components;
use toprung_core::format;
use toprung_core::machine::HardwareSample;

use crate::hwmon::{Fan, Thermometer, fans, thermometers};
use crate::root::Root;
use crate::{Probe, SensorReport};

/// Degrees Celsius that a sensor in a running machine can show. Unconnected sensors report 0, −128 or 127 and above,
/// and processors switch off below 125.
const PLAUSIBLE_C: std::ops::RangeInclusive<f32> = 1.0..=125.0;

const SOURCE: &str = if cfg!(target_os = "linux") { "/sys/class/hwmon, /sys/class/thermal" } else { "the system's sensors" };

/// One sensor's temperature now.
#[derive(Debug, Clone, PartialEq)]
struct Temperature {
    sensor: String,
    in_processor: bool,
    celsius: f32,
}

/// Reads the hottest sensor, the processor's own, and the fans.
pub(crate) struct Thermal {
    thermometers: Vec<Thermometer>,
    fans: Vec<Fan>,
    #[cfg(not(target_os = "linux"))]
    components: Option<Components>,
}

impl Thermal {
    /// Looks for sensors once: drivers that are loaded later are seen by the next run.
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            thermometers: thermometers(root),
            fans: fans(root),
            #[cfg(not(target_os = "linux"))]
            components: Components::new_with_refreshed_list().ok(),
        }
    }

    fn count(&self) -> usize {
        #[cfg(target_os = "linux")]
        return self.thermometers.len();
        #[cfg(not(target_os = "linux"))]
        return self.components.as_ref().map_or(0, |components| components.iter().count());
    }

    /// Those that give a plausible reading now.
    #[cfg(target_os = "linux")]
    fn temperatures(&mut self) -> Vec<Temperature> {
        let reading = |sensor: &Thermometer| {
            let celsius = sensor.celsius().filter(|celsius| PLAUSIBLE_C.contains(celsius))?;
            Some(Temperature { sensor: sensor.name.clone(), in_processor: sensor.in_processor, celsius })
        };
        self.thermometers.iter().filter_map(reading).collect()
    }

    #[cfg(not(target_os = "linux"))]
    fn temperatures(&mut self) -> Vec<Temperature> {
        let components = self.components.iter_mut().flat_map(|components| components.iter_mut());
        let reading = |component: &mut sysinfo::Component| {
            component.refresh();
            let celsius = component.temperature().filter(|celsius| PLAUSIBLE_C.contains(celsius))?;
            let sensor = component.label().to_owned();
            Some(Temperature { in_processor: sensor.to_lowercase().contains("cpu"), sensor, celsius })
        };
        components.filter_map(reading).collect()
    }
}

impl Probe for Thermal {
    fn read(&mut self, sample: &mut HardwareSample) {
        let temperatures = self.temperatures();
        sample.package_temperature_c = hottest(temperatures.iter().filter(|one| one.in_processor)).map(|one| one.celsius);
        if let Some(hottest) = hottest(temperatures.iter()) {
            (sample.temperature_c, sample.hottest_sensor) = (Some(hottest.celsius), Some(hottest.sensor.clone()));
        }
        // Known of every fan or of none: a list with holes could not say which fan it speaks of.
        sample.fans_rpm = self.fans.iter().map(Fan::rpm).collect::<Option<_>>().unwrap_or_default();
    }
}

fn hottest<'a>(temperatures: impl Iterator<Item = &'a Temperature>) -> Option<&'a Temperature> {
    temperatures.max_by(|a, b| a.celsius.total_cmp(&b.celsius))
}

pub(crate) fn reports(root: &Root) -> [SensorReport; 2] {
    let mut thermal = Thermal::new(root);
    let (count, temperatures) = (thermal.count(), thermal.temperatures());
    let reading = hottest(temperatures.iter())
        .map(|one| format!("{:.0} °C at the hottest of {}, {}", one.celsius, sensors(temperatures.len()), one.sensor));
    let why = match count {
        0 => "the system shows no temperature sensor; a virtual machine has none".to_owned(),
        count => format!("of {} none gives a plausible reading", sensors(count)),
    };
    let fans: Vec<String> = thermal.fans.iter().filter_map(|fan| Some(format!("{} at {:.0}", fan.name, fan.rpm()?))).collect();
    let fans = (!fans.is_empty()).then(|| fans.join(", "));
    [
        SensorReport::new("Temperature", reading, &why, MEND).with_source(SOURCE, "°C"),
        SensorReport::new("Fans", fans, "no driver shows a fan's speed", FAN_MEND).with_source(SOURCE, "turns per minute"),
    ]
}

fn sensors(count: usize) -> String {
    format::count(u32::try_from(count).unwrap_or(u32::MAX), "sensor", "sensors")
}

const MEND: &str = if cfg!(target_os = "linux") {
    "Install lm-sensors and run sensors-detect once, so that the kernel loads the drivers of your sensors."
} else if cfg!(windows) {
    "Start Toprung as administrator: Windows shows temperatures to administrators only."
} else {
    "Nothing: throttling is then judged by speed alone."
};

const FAN_MEND: &str = if cfg!(target_os = "linux") {
    "Install lm-sensors and run sensors-detect once. Many laptops hide their fans: nothing else is lost by it."
} else {
    "Nothing: fans are read on Linux only, and no figure rests on them."
};

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::root::write;

    /// A folder with one driver's sensors, each in thousandths of a degree.
    fn with_sensors(driver: &str, sensors: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "sys/class/hwmon/hwmon0/name", driver);
        for (number, (label, millidegrees)) in sensors.iter().enumerate() {
            write(folder.path(), &format!("sys/class/hwmon/hwmon0/temp{}_input", number + 1), millidegrees);
            write(folder.path(), &format!("sys/class/hwmon/hwmon0/temp{}_label", number + 1), label);
        }
        folder
    }

    fn read(thermal: &mut Thermal) -> (Option<f32>, Option<String>, Option<f32>) {
        let mut sample = HardwareSample::default();
        thermal.read(&mut sample);
        (sample.temperature_c, sample.hottest_sensor, sample.package_temperature_c)
    }

    #[test]
    fn the_hottest_plausible_sensor_counts_and_is_named() {
        let folder = with_sensors("coretemp", &[("Package id 0", "78500"), ("Core 0", "60000"), ("Core 1", "127000"), ("Core 2", "0")]);
        write(folder.path(), "sys/class/hwmon/hwmon1/name", "nvme");
        write(folder.path(), "sys/class/hwmon/hwmon1/temp1_input", "81000");
        let mut thermal = Thermal::new(&Root::at(folder.path()));
        assert_eq!(read(&mut thermal), (Some(81.0), Some("nvme temp1".to_owned()), Some(78.5)), "the disk is hotter than the processor");
        std::fs::remove_dir_all(folder.path().join("sys/class/hwmon/hwmon1")).unwrap();
        assert_eq!(
            read(&mut thermal),
            (Some(78.5), Some("coretemp Package id 0".to_owned()), Some(78.5)),
            "a driver that goes leaves the others"
        );
        std::fs::remove_dir_all(folder.path().join("sys")).unwrap();
        assert_eq!(read(&mut thermal), (None, None, None), "unknown, and not the last reading or 0");
    }

    #[test]
    fn fans_are_known_all_or_not_at_all() {
        let folder = with_sensors("thinkpad", &[]);
        write(folder.path(), "sys/class/hwmon/hwmon0/fan1_input", "2000");
        write(folder.path(), "sys/class/hwmon/hwmon0/fan2_input", "0");
        let mut thermal = Thermal::new(&Root::at(folder.path()));
        let mut rpm = || {
            let mut sample = HardwareSample::default();
            thermal.read(&mut sample);
            sample.fans_rpm
        };
        assert_eq!(rpm(), [2000.0, 0.0]);
        std::fs::remove_file(folder.path().join("sys/class/hwmon/hwmon0/fan1_input")).unwrap();
        assert!(rpm().is_empty());
    }

    #[test]
    fn reports_say_why_and_how_to_mend_it() {
        let folder = with_sensors("coretemp", &[("Core 0", "-128000")]);
        let [temperature, fans] = reports(&Root::at(folder.path()));
        assert_eq!(temperature.detail, "of 1 sensor none gives a plausible reading");
        assert!(!fans.readable && temperature.mend.is_some() && fans.mend.is_some());
        let folder = with_sensors("coretemp", &[("Core 0", "47000")]);
        assert_eq!(reports(&Root::at(folder.path()))[0].detail, "47 °C at the hottest of 1 sensor, coretemp Core 0");
    }
}
