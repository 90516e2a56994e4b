//! The readings that most machines have only a part of, in few bytes: each that is known takes one byte that says which it
//! is and four for its value, and what is unknown takes none. A half-hour run with all of them stays under a megabyte.
//!
//! A value is a 32-bit float: its seven digits are more than any sensor has. A number that this program does not know is
//! skipped, so that a newer one's readings do not hide the others.

use toprung_core::machine::HardwareSample;

/// Bytes of one reading: its number and its value.
const SIZE: usize = 5;
/// A fan's number; it stands once for each fan, in their order.
const FAN: u8 = 40;

/// A reading with its number. A number once given is never given to another reading.
struct Reading {
    number: u8,
    get: fn(&HardwareSample) -> Option<f32>,
    set: fn(&mut HardwareSample, f32),
}

/// A reading that is a field of the sample, with the field's type.
macro_rules! reading {
    ($number:literal, $field:ident, f32) => {
        Reading { number: $number, get: |sample| sample.$field, set: |sample, value| sample.$field = Some(value) }
    };
    ($number:literal, $field:ident, f64) => {
        Reading {
            number: $number,
            get: |sample| sample.$field.map(|value| value as f32),
            set: |sample, value| sample.$field = Some(f64::from(value)),
        }
    };
    ($number:literal, $field:ident, u64) => {
        Reading {
            number: $number,
            get: |sample| sample.$field.map(|value| value as f32),
            set: |sample, value| sample.$field = Some(value as u64),
        }
    };
    ($number:literal, $field:ident, bool) => {
        Reading {
            number: $number,
            get: |sample| sample.$field.map(|value| f32::from(u8::from(value))),
            set: |sample, value| sample.$field = Some(value != 0.0),
        }
    };
}

const READINGS: [Reading; 22] = [
    reading!(1, foreign_cpu_percent, f32),
    reading!(2, own_cpu_percent, f32),
    reading!(3, engine_cpu_percent, f32),
    reading!(4, engine_rss_anon_bytes, u64),
    reading!(5, engine_rss_file_bytes, u64),
    reading!(6, engine_read_bytes_per_s, f64),
    reading!(7, engine_write_bytes_per_s, f64),
    reading!(8, quota_held_percent, f32),
    reading!(9, memory_pressure_percent, f32),
    reading!(10, memory_some_pressure_percent, f32),
    reading!(11, swap_in_bytes_per_s, f64),
    reading!(12, major_faults_per_s, f64),
    reading!(13, clock_mhz, f32),
    reading!(14, slowest_clock_mhz, f32),
    reading!(15, fastest_clock_mhz, f32),
    reading!(16, throttles_per_s, f64),
    reading!(17, on_mains, bool),
    reading!(18, battery_percent, f32),
    reading!(19, battery_power_w, f32),
    reading!(20, package_power_w, f32),
    reading!(21, package_temperature_c, f32),
    reading!(22, disk_free_bytes, u64),
];

/// The known readings; empty where there are none.
pub(super) fn pack(sample: &HardwareSample) -> Vec<u8> {
    let single = READINGS.iter().filter_map(|reading| Some((reading.number, (reading.get)(sample)?)));
    let all = single.chain(sample.fans_rpm.iter().map(|rpm| (FAN, *rpm)));
    all.flat_map(|(number, value)| std::iter::once(number).chain(value.to_le_bytes())).collect()
}

/// Puts packed readings into a sample. `None` when the bytes are not whole readings.
pub(super) fn unpack(bytes: &[u8], sample: &mut HardwareSample) -> Option<()> {
    let (readings, rest) = bytes.as_chunks::<SIZE>();
    for [number, value @ ..] in readings {
        let value = f32::from_le_bytes(*value);
        if *number == FAN {
            sample.fans_rpm.push(value);
        } else if let Some(reading) = READINGS.iter().find(|reading| reading.number == *number) {
            (reading.set)(sample, value);
        }
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_takes_no_byte_and_comes_back_unknown() {
        let sample =
            HardwareSample { on_mains: Some(false), package_power_w: Some(28.5), fans_rpm: vec![0.0, 2874.0], ..HardwareSample::default() };
        let packed = pack(&sample);
        assert_eq!(packed.len(), 4 * SIZE);
        let mut back = HardwareSample::default();
        unpack(&packed, &mut back).unwrap();
        assert_eq!(back, sample);
        assert!(pack(&HardwareSample::default()).is_empty());
    }

    #[test]
    fn a_newer_programs_reading_is_skipped_and_damage_is_told() {
        let mut sample = HardwareSample::default();
        let mut packed = vec![250, 0, 0, 128, 63];
        packed.extend(pack(&HardwareSample { clock_mhz: Some(2400.0), ..HardwareSample::default() }));
        unpack(&packed, &mut sample).unwrap();
        assert_eq!(sample.clock_mhz, Some(2400.0));
        assert_eq!(unpack(&packed[..7], &mut HardwareSample::default()), None, "half a reading is damage");
    }

    #[test]
    fn no_number_is_given_twice() {
        let mut numbers: Vec<u8> = READINGS.iter().map(|reading| reading.number).chain([FAN]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), READINGS.len() + 1);
    }
}
