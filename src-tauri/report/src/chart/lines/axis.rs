//! The axis of time.

/// Seconds between two ticks: what people count time by.
const STEPS_S: [f64; 16] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 43_200.0];
/// Room of a tick with its label, in pixels.
const TICK_ROOM: f64 = 84.0;

/// The ticks of an axis of so many seconds and pixels, from 0.
pub(super) fn ticks(seconds: f64, pixels: i32) -> Vec<f64> {
    let most = (f64::from(pixels) / TICK_ROOM).floor().max(1.0);
    let step = STEPS_S.into_iter().find(|step| seconds / step <= most).unwrap_or(seconds.max(1.0));
    let count = (seconds / step).floor().max(0.0) as usize;
    (0..=count).map(|tick| tick as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_have_room() {
        assert_eq!(ticks(600.0, 500), [0.0, 120.0, 240.0, 360.0, 480.0, 600.0]);
        assert_eq!(ticks(3.0, 500), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(0.4, 500), [0.0]);
        for seconds in [1.0, 95.0, 1800.0, 7000.0, 90_000.0, 1e7] {
            assert!(ticks(seconds, 500).len() <= 6, "{seconds}: labels would run into each other");
        }
    }
}
