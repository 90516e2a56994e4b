//! The readings of the graphics processors, packed: 18 bytes each, little-endian, so that half an hour stays small.
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | place in the machine's list |
//! | 1 | 0x80 where slowing down is told, and a bit a reason |
//! | 2 | busy, in hundredths of a per cent |
//! | 2 | temperature, in hundredths of a degree Celsius |
//! | 2 + 2 | clock and memory's clock, in MHz |
//! | 4 | power, in milliwatts |
//! | 4 | memory in use, in KiB |
//!
//! A number with all its bits set is unknown.

use toprung_core::machine::{GpuSample, Throttle};

const BYTES: usize = 18;
const TOLD: u8 = 0x80;
/// The bit of each reason. Bits are stored, so none ever changes its meaning.
const REASONS: [(u8, Throttle); 4] =
    [(0x01, Throttle::Thermal), (0x02, Throttle::PowerCap), (0x04, Throttle::PowerBrake), (0x08, Throttle::Other)];

const PER_PERCENT: f32 = 100.0;
const PER_DEGREE: f32 = 100.0;
const PER_MHZ: f32 = 1.0;
const PER_WATT: f32 = 1000.0;
const KIB: u64 = 1024;

/// `None` where there is nothing to keep.
pub(super) fn pack(gpus: &[GpuSample]) -> Option<Vec<u8>> {
    (!gpus.is_empty()).then(|| gpus.iter().flat_map(record).collect())
}

fn record(gpu: &GpuSample) -> Vec<u8> {
    let mut bytes = vec![gpu.index, reasons(gpu.throttles.as_deref())];
    bytes.extend(short(gpu.busy_percent, PER_PERCENT));
    bytes.extend(short(gpu.temperature_c, PER_DEGREE));
    bytes.extend(short(gpu.clock_mhz, PER_MHZ));
    bytes.extend(short(gpu.memory_clock_mhz, PER_MHZ));
    bytes.extend(long(gpu.power_w.filter(is_reading).map(|watts| (watts * PER_WATT).round() as u32)));
    bytes.extend(long(gpu.memory_used_bytes.map(|bytes| u32::try_from(bytes / KIB).unwrap_or(u32::MAX))));
    bytes
}

fn reasons(throttles: Option<&[Throttle]>) -> u8 {
    let bit_of = |throttle: &Throttle| REASONS.iter().find(|(_, reason)| reason == throttle).map_or(0, |(bit, _)| *bit);
    throttles.map_or(0, |throttles| throttles.iter().map(bit_of).fold(TOLD, |bits, bit| bits | bit))
}

/// A cast from float to integer saturates, so a reading that is too large becomes the largest number, which is unknown.
fn short(value: Option<f32>, scale: f32) -> [u8; 2] {
    value.filter(is_reading).map_or(u16::MAX, |value| (value * scale).round() as u16).to_le_bytes()
}

/// None of these figures can be below zero, and what is no number would be cast to zero.
fn is_reading(value: &f32) -> bool {
    *value >= 0.0
}

fn long(value: Option<u32>) -> [u8; 4] {
    value.unwrap_or(u32::MAX).to_le_bytes()
}

/// `None` when the bytes are not whole readings.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<GpuSample>> {
    let (records, rest) = bytes.as_chunks::<BYTES>();
    rest.is_empty().then(|| records.iter().map(sample).collect())
}

fn sample(bytes: &[u8; BYTES]) -> GpuSample {
    let [index, bits, b0, b1, t0, t1, c0, c1, m0, m1, p0, p1, p2, p3, u0, u1, u2, u3] = *bytes;
    let float = |low, high, scale| Some(u16::from_le_bytes([low, high])).filter(|raw| *raw != u16::MAX).map(|raw| f32::from(raw) / scale);
    let number = |bytes| Some(u32::from_le_bytes(bytes)).filter(|raw| *raw != u32::MAX);
    let told = REASONS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, reason)| *reason);
    GpuSample {
        index,
        busy_percent: float(b0, b1, PER_PERCENT),
        temperature_c: float(t0, t1, PER_DEGREE),
        clock_mhz: float(c0, c1, PER_MHZ),
        memory_clock_mhz: float(m0, m1, PER_MHZ),
        power_w: number([p0, p1, p2, p3]).map(|milliwatts| milliwatts as f32 / PER_WATT),
        memory_used_bytes: number([u0, u1, u2, u3]).map(|kib| u64::from(kib) * KIB),
        throttles: (bits & TOLD != 0).then(|| told.collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(gpus: &[GpuSample]) -> Vec<GpuSample> {
        unpack(&pack(gpus).unwrap()).unwrap()
    }

    #[test]
    fn what_is_packed_comes_back() {
        let busy = GpuSample {
            index: 0,
            busy_percent: Some(97.25),
            memory_used_bytes: Some(7 << 30),
            temperature_c: Some(83.5),
            power_w: Some(139.75),
            clock_mhz: Some(1980.0),
            memory_clock_mhz: Some(8001.0),
            throttles: Some(vec![Throttle::Thermal, Throttle::Other]),
        };
        let idle = GpuSample { index: 1, busy_percent: Some(0.0), throttles: Some(vec![]), ..GpuSample::default() };
        let silent = GpuSample { index: 2, ..GpuSample::default() };
        let all = [busy, idle, silent];
        assert_eq!(back(&all), all, "0 stays 0 and unknown stays unknown");
        assert_eq!(pack(&all).unwrap().len(), 3 * BYTES);
        assert_eq!(pack(&[]), None);
    }

    #[test]
    fn an_absurd_reading_is_unknown() {
        let absurd = GpuSample {
            busy_percent: Some(1e9),
            temperature_c: Some(f32::NAN),
            clock_mhz: Some(-1.0),
            power_w: Some(f32::INFINITY),
            memory_used_bytes: Some(u64::MAX),
            ..GpuSample::default()
        };
        assert_eq!(back(&[absurd]), [GpuSample::default()]);
    }

    #[test]
    fn half_a_reading_is_damage() {
        assert_eq!(unpack(&[0; BYTES + 1]), None);
        assert_eq!(unpack(&[]), Some(Vec::new()));
    }
}
