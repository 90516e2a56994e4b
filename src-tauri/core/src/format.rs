//! The one place where Rust turns numbers into text: three significant figures, GiB for memory, GB for downloads.
//!
//! Signs are real minus signs (U+2212), ranges have an en dash, and what is not finite or not known reads “–”.

use crate::analysis::{Estimate, Success};

/// Stands where a figure is not known.
pub const UNKNOWN: &str = "–";

const MINUS: char = '−';

/// The text of a figure, or [`UNKNOWN`].
pub fn or_unknown<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), text)
}

/// A number with `decimals` places, a real minus sign, and no minus before zero.
fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    if value < 0.0 && !is_zero { format!("{MINUS}{text}") } else { text }
}

/// Three significant figures: 0.520, 8.96, 54.7, 257, 12300.
pub fn figures(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return fixed(value, 0);
    }
    // Rounded first: 9.996 has its third figure where 10.0 has it.
    let magnitude = |v: f64| v.abs().log10().floor() as i32;
    let unit = 10f64.powi(magnitude(value) - 2);
    let rounded = (value / unit).round() * unit;
    if !rounded.is_finite() || rounded == 0.0 {
        return fixed(value, 0);
    }
    let decimals = usize::try_from(2 - magnitude(rounded)).unwrap_or(0);
    if decimals > 6 { fixed(0.0, 0) } else { fixed(rounded, decimals) }
}

/// A number that a person chose, with as few digits as it needs: 7, 7.5.
pub fn setting(value: f64) -> String {
    let text = fixed(value, 2);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share as whole per cent: 0.95 is “95 %”. Shares that only round to 0 or 100 are written as below 1 or above 99.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.5 {
        return "<1 %".to_owned();
    }
    if (99.5..100.0).contains(&percent) {
        return ">99 %".to_owned();
    }
    format!("{} %", fixed(percent, 0))
}

/// A share with one decimal: 0.061 is “6.1 %”.
pub fn percent_tenths(share: f64) -> String {
    format!("{} %", fixed(share * 100.0, 1))
}

fn signed(change: f64, text: String) -> String {
    let is_zero = text.chars().all(|c| !c.is_ascii_digit() || c == '0');
    if change > 0.0 && change.is_finite() && !is_zero { format!("+{text}") } else { text }
}

/// A relative change as whole per cent, for sentences: −0.341 is “−34 %”.
pub fn percent_change(change: f64) -> String {
    signed(change, format!("{} %", fixed(change * 100.0, 0)))
}

/// A relative change with one decimal, for tables: −0.341 is “−34.1 %”.
pub fn percent_change_tenths(change: f64) -> String {
    signed(change, percent_tenths(change))
}

/// A speed: “54.7 tokens/s”.
pub fn tokens_per_second(tps: f64) -> String {
    format!("{} tokens/s", figures(tps))
}

/// A short time: “312 ms” below a second, “2.89 s” below a minute, then [`duration`].
pub fn milliseconds(ms: f64) -> String {
    if !ms.is_finite() {
        return UNKNOWN.to_owned();
    }
    match ms.abs() {
        // 999.6 ms would read “1000 ms”.
        below_a_second if below_a_second < 999.5 => format!("{} ms", figures(ms)),
        below_a_minute if below_a_minute < 59_950.0 => format!("{} s", figures(ms / 1000.0)),
        _ => duration(ms / 1000.0),
    }
}

/// A time that a person waits, in whole seconds: “40 s”, “3 min 20 s”, “1 h 5 min”.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return UNKNOWN.to_owned();
    }
    let whole = seconds.max(0.0).round();
    let (hours, minutes, rest) = ((whole / 3600.0).floor(), (whole % 3600.0 / 60.0).floor(), whole % 60.0);
    match (hours > 0.0, minutes > 0.0) {
        (true, true) => format!("{hours:.0} h {minutes:.0} min"),
        (true, false) => format!("{hours:.0} h"),
        (false, true) if rest > 0.0 => format!("{minutes:.0} min {rest:.0} s"),
        (false, true) => format!("{minutes:.0} min"),
        (false, false) => format!("{rest:.0} s"),
    }
}

/// The largest unit of which there is at least one, once rounded to three figures.
fn scaled(value: f64, step: f64, units: [&str; 4]) -> String {
    let mut value = value;
    let mut unit = 0;
    while value >= step * 0.9995 && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    let number = if unit == 0 { fixed(value, 0) } else { figures(value) };
    format!("{number} {name}").trim_end().to_owned()
}

/// Bytes of a file or a download, in powers of 1000: “1.32 GB”, “91.7 MB”.
pub fn bytes_gb(bytes: u64) -> String {
    scaled(bytes as f64, 1000.0, ["bytes", "kB", "MB", "GB"])
}

/// Bytes of memory, in powers of 1024: “7.38 GiB”, “512 MiB”.
pub fn bytes_gib(bytes: u64) -> String {
    scaled(bytes as f64, 1024.0, ["bytes", "KiB", "MiB", "GiB"])
}

/// A number of weights: “135 M”, “1.54 B”.
pub fn parameters(count: u64) -> String {
    scaled(count as f64, 1000.0, ["", "K", "M", "B"])
}

/// A range with one unit: “31.1–32.0 tokens/s”; one number where both ends read the same.
pub fn range(low: f64, high: f64, unit: &str) -> String {
    let (low, high) = (figures(low), figures(high));
    if low == high { format!("{low} {unit}") } else { format!("{low}–{high} {unit}") }
}

/// A counted thing: “1 trial”, “5 trials”.
pub fn count(n: u32, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A median with its interval and trial count: “31.4 tokens/s (31.1–32.0, 5 trials)”.
pub fn estimate(estimate: &Estimate, unit: &str) -> String {
    let trials = count(estimate.n, "trial", "trials");
    if estimate.n < 2 {
        return format!("{} {unit} ({trials})", figures(estimate.median));
    }
    format!("{} {unit} ({}–{}, {trials})", figures(estimate.median), figures(estimate.low), figures(estimate.high))
}

/// Answers that succeeded: “4 of 5”.
pub fn success(success: &Success) -> String {
    format!("{} of {}", success.ok, success.n)
}

/// Names in a sentence: “a”, “a and b”, “a, b and c”.
pub fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [firsts @ .., last] => format!("{} and {last}", firsts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_figures() {
        let table = [
            (0.0, "0"),
            (0.52, "0.520"),
            (8.96, "8.96"),
            (9.996, "10.0"),
            (54.67, "54.7"),
            (99.96, "100"),
            (257.14, "257"),
            (999.6, "1000"),
            (12_345.0, "12300"),
            (-8.964, "−8.96"),
            (0.001_234, "0.00123"),
            (1e-12, "0"),
            (-1e-12, "0"),
            (f64::NAN, "–"),
            (f64::INFINITY, "–"),
            (f64::MIN_POSITIVE, "0"),
        ];
        for (value, text) in table {
            assert_eq!(figures(value), text, "{value}");
        }
    }

    #[test]
    fn changes_have_a_sign_and_zero_has_none() {
        let table = [
            (-0.3414, "−34 %", "−34.1 %"),
            (2.5709, "+257 %", "+257.1 %"),
            (0.0, "0 %", "0.0 %"),
            (-0.0001, "0 %", "0.0 %"),
            (0.0001, "0 %", "0.0 %"),
            (f64::NAN, "– %", "– %"),
        ];
        for (change, whole, tenths) in table {
            assert_eq!((percent_change(change).as_str(), percent_change_tenths(change).as_str()), (whole, tenths), "{change}");
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_all_or_nothing() {
        for (share, text) in [(0.0, "0 %"), (0.001, "<1 %"), (0.2, "20 %"), (0.954, "95 %"), (0.996, ">99 %"), (1.0, "100 %")] {
            assert_eq!(percent(share), text, "{share}");
        }
    }

    #[test]
    fn times_change_their_unit_as_they_grow() {
        let table = [
            (0.312, "0.312 ms"),
            (312.4, "312 ms"),
            (999.6, "1.00 s"),
            (2890.0, "2.89 s"),
            (10_320.0, "10.3 s"),
            (59_960.0, "1 min"),
            (200_000.0, "3 min 20 s"),
            (3_900_000.0, "1 h 5 min"),
            (f64::NAN, "–"),
        ];
        for (ms, text) in table {
            assert_eq!(milliseconds(ms), text, "{ms} ms");
        }
        assert_eq!(duration(3599.7), "1 h");
        assert_eq!(duration(-4.0), "0 s", "a wait is never negative");
    }

    #[test]
    fn bytes_are_decimal_for_downloads_and_binary_for_memory() {
        assert_eq!(bytes_gb(1_321_082_688), "1.32 GB");
        assert_eq!(bytes_gb(91_727_296), "91.7 MB");
        assert_eq!(bytes_gb(999_900_000), "1.00 GB");
        assert_eq!(bytes_gib(7_924_123_456), "7.38 GiB");
        assert_eq!(bytes_gib(536_870_912), "512 MiB");
        assert_eq!(bytes_gib(0), "0 bytes");
        assert_eq!(bytes_gb(13_000_000_000_000), "13000 GB");
    }

    #[test]
    fn the_small_phrases_read_well() {
        assert_eq!(parameters(1_543_714_304), "1.54 B");
        assert_eq!(parameters(134_515_008), "135 M");
        assert_eq!(range(31.1, 32.04, "tokens/s"), "31.1–32.0 tokens/s");
        assert_eq!(range(31.1, 31.1, "s"), "31.1 s");
        assert_eq!(count(1, "trial", "trials"), "1 trial");
        assert_eq!(estimate(&Estimate { median: 31.4, low: 31.1, high: 32.0, n: 5 }, "tokens/s"), "31.4 tokens/s (31.1–32.0, 5 trials)");
        assert_eq!(estimate(&Estimate { median: 31.4, low: 31.4, high: 31.4, n: 1 }, "tokens/s"), "31.4 tokens/s (1 trial)");
        assert_eq!(or_unknown(None, figures), "–");
        assert_eq!((setting(7.0), setting(5.25), setting(-0.5)), ("7".into(), "5.25".into(), "−0.5".into()));
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
