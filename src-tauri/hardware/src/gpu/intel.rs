//! Intel's graphics processors, through the files of the drivers i915 and xe.
//!
//! How busy one is, and what is used of the memory of a card, is told to administrators only, or not at all.

use toprung_core::machine::{GpuSample, Throttle};

use super::card::Card;
use super::sensed::Driver;
use crate::throughput::Throughput;

/// Where each driver keeps the clock that is reached, then the one that is asked for, of the part that computes. The
/// clock that is reached is 0 while that part sleeps between two tasks.
const CLOCKS: [&str; 4] = ["gt_act_freq_mhz", "device/tile0/gt0/freq0/act_freq", "gt_cur_freq_mhz", "device/tile0/gt0/freq0/cur_freq"];

/// Where each driver tells why it slows down: a file a reason, each with 0 or 1, by what their names begin with.
const THROTTLES: [(&str, &str); 2] = [("gt/gt0", "throttle_reason_"), ("device/tile0/gt0/freq0/throttle", "reason_")];

/// Not a reason: whether there is any.
const STATUS: &str = "status";

#[derive(Default)]
pub(super) struct Intel {
    energy: Throughput,
}

impl Driver for Intel {
    fn read(&mut self, card: &Card) -> GpuSample {
        GpuSample {
            temperature_c: card.temperature_c(),
            power_w: card.power_by_energy_w(&mut self.energy),
            clock_mhz: CLOCKS.iter().find_map(|file| card.number(file).filter(|mhz| *mhz > 0.0)),
            throttles: throttles(card),
            ..GpuSample::default()
        }
    }

    fn mend(&self) -> &'static str {
        "Use the driver i915 or xe of a recent kernel."
    }
}

/// `None` where the driver shows no file of a reason.
fn throttles(card: &Card) -> Option<Vec<Throttle>> {
    let flags: Vec<(Throttle, bool)> = THROTTLES.iter().flat_map(|(folder, prefix)| flags(card, folder, prefix)).collect();
    let mut reasons: Vec<Throttle> = flags.iter().filter(|(_, is_set)| *is_set).map(|(reason, _)| *reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    (!flags.is_empty()).then_some(reasons)
}

fn flags(card: &Card, folder: &str, prefix: &str) -> Vec<(Throttle, bool)> {
    let flag = |path: &std::path::PathBuf| {
        let name = path.file_name()?.to_str()?.strip_prefix(prefix).filter(|name| *name != STATUS)?;
        Some((reason(name), super::text(path)?.parse::<u8>().ok()? != 0))
    };
    card.entries(folder).iter().filter_map(flag).collect()
}

/// Intel's reasons: PROCHOT and RATL are limits of the temperature, PL1, PL2 and PL4 of the power, ICCMAX and VR TDC of
/// the current that the voltage regulator gives. Newer chips tell the same for their parts: `soc_thermal`, `psys_pl1`.
fn reason(name: &str) -> Throttle {
    let holds = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if holds(&["therm", "prochot", "ratl"]) {
        Throttle::Thermal
    } else if holds(&["pl1", "pl2", "pl4"]) {
        Throttle::PowerCap
    } else if holds(&["tdc", "iccmax"]) {
        Throttle::PowerBrake
    } else {
        Throttle::Other
    }
}
