//! Temperatures, where the system lets them be read.

use sysinfo::Components;
use toprung_core::machine::HardwareSample;

use crate::{Probe, SensorReport};

/// Degrees Celsius that a sensor in a running machine can show. Unconnected sensors report 0, −128 or 127 and above,
/// and processors switch off below 125.
const PLAUSIBLE_C: std::ops::RangeInclusive<f32> = 1.0..=125.0;

/// Reads the hottest sensor.
pub(crate) struct Thermal {
    components: Option<Components>,
}

impl Thermal {
    pub(crate) fn new() -> Self {
        Self { components: Components::new_with_refreshed_list().ok() }
    }

    /// Each sensor's temperature now; `None` for one that does not answer.
    fn temperatures(&mut self) -> Vec<Option<f32>> {
        let components = self.components.iter_mut().flat_map(|components| components.iter_mut());
        components
            .map(|component| {
                component.refresh();
                component.temperature()
            })
            .collect()
    }
}

impl Probe for Thermal {
    fn read(&mut self, sample: &mut HardwareSample) {
        sample.temperature_c = hottest(&self.temperatures());
    }
}

/// The highest plausible temperature; `None` when there is none.
fn hottest(temperatures: &[Option<f32>]) -> Option<f32> {
    temperatures.iter().flatten().copied().filter(|celsius| PLAUSIBLE_C.contains(celsius)).max_by(f32::total_cmp)
}

pub(crate) fn report() -> SensorReport {
    let temperatures = Thermal::new().temperatures();
    let reading = hottest(&temperatures).map(|celsius| format!("{celsius:.0} °C at the hottest of {} sensors", temperatures.len()));
    let why = match temperatures.len() {
        0 => "the system shows no temperature sensor; a virtual machine has none".to_owned(),
        count => format!("none of the {count} sensors gives a plausible reading"),
    };
    SensorReport::new("Temperature", reading, &why, MEND)
}

const MEND: &str = if cfg!(target_os = "linux") {
    "Install lm-sensors and run sensors-detect once, so that the kernel loads the drivers of your sensors."
} else if cfg!(windows) {
    "Start Toprung as administrator: Windows shows temperatures to administrators only."
} else {
    "Nothing: throttling is then judged by speed alone."
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hottest_plausible_sensor_counts() {
        assert_eq!(hottest(&[Some(41.0), None, Some(78.5), Some(60.0)]), Some(78.5));
        assert_eq!(hottest(&[Some(41.0), Some(127.0), Some(-128.0), Some(f32::NAN)]), Some(41.0));
    }

    #[test]
    fn no_plausible_sensor_is_unknown_and_not_zero() {
        assert_eq!(hottest(&[]), None);
        assert_eq!(hottest(&[None, Some(0.0)]), None);
    }
}
