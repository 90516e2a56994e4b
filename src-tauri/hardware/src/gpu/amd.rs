//! AMD's graphics processors, through the files of the driver amdgpu.
//!
//! Whether one is slowed down stands in `gpu_metrics` alone, whose layout changes with the chip; it is left unknown.

use toprung_core::machine::GpuSample;

use super::card::Card;
use super::sensed::Driver;

pub(super) struct Amd;

impl Driver for Amd {
    fn read(&mut self, card: &Card) -> GpuSample {
        GpuSample {
            busy_percent: card.number("device/gpu_busy_percent").filter(|percent| (0.0..=100.0).contains(percent)),
            memory_used_bytes: card.number("device/mem_info_vram_used"),
            temperature_c: card.temperature_c(),
            power_w: card.power_w(),
            clock_mhz: clock_mhz(card, "freq1_input", "device/pp_dpm_sclk"),
            memory_clock_mhz: clock_mhz(card, "freq2_input", "device/pp_dpm_mclk"),
            ..GpuSample::default()
        }
    }

    fn mend(&self) -> &'static str {
        "Use the driver amdgpu of a recent kernel; the older radeon shows less."
    }
}

/// The sensor's clock in Hz, or else the chosen one of the driver's levels.
fn clock_mhz(card: &Card, sensor: &str, levels: &str) -> Option<f32> {
    let hertz = card.sensor(&[sensor]).map(|hertz| (hertz as f64 / 1e6) as f32);
    hertz.or_else(|| chosen_level_mhz(&card.text(levels)?))
}

/// The level with the star: `1: 2000Mhz *`.
fn chosen_level_mhz(levels: &str) -> Option<f32> {
    let chosen = levels.lines().find(|line| line.trim_end().ends_with('*'))?;
    let clock = chosen.split_once(':')?.1.trim_end_matches(['*', ' ']).trim();
    let digits = clock.len().checked_sub("Mhz".len()).and_then(|end| clock.get(..end))?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_with_the_star_is_the_clock() {
        assert_eq!(chosen_level_mhz("0: 500Mhz\n1: 2124Mhz *\n2: 2304Mhz\n"), Some(2124.0));
        assert_eq!(chosen_level_mhz("S: 19Mhz *\n0: 615Mhz\n"), Some(19.0), "a card in deep sleep shows a level of its own");
        for odd in ["", "0: 500Mhz", "*", ": *", "0: Mhz *", "0: µ *"] {
            assert_eq!(chosen_level_mhz(odd), None, "{odd:?}");
        }
    }
}
