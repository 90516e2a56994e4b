//! The locale for numbers and dates, as a tag that the page's `Intl` accepts.

/// What a bare or broken setting means.
const FALLBACK: &str = "en-US";

/// The environment's locale: `LC_ALL`, `LC_TIME`, then `LANG`, as the C library reads them.
pub(crate) fn tag() -> String {
    let set = ["LC_ALL", "LC_TIME", "LANG"].into_iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    to_tag(set.as_deref().unwrap_or_default())
}

/// `de_AT.UTF-8@euro` is `de-AT`; `C` and `POSIX` are no language at all.
fn to_tag(value: &str) -> String {
    let plain = value.split(['.', '@']).next().unwrap_or_default();
    let mut parts = plain.split(['_', '-']);
    let language = parts.next().unwrap_or_default();
    let letters = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic())
    };
    if !letters(language, 2..=3) {
        return FALLBACK.to_owned();
    }
    match parts.next() {
        Some(region) if letters(region, 2..=2) => format!("{}-{}", language.to_lowercase(), region.to_uppercase()),
        _ => language.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_becomes_a_tag_that_intl_accepts() {
        for (value, tag) in [
            ("en_US.UTF-8", "en-US"),
            ("de_AT.UTF-8@euro", "de-AT"),
            ("fr", "fr"),
            ("C.UTF-8", "en-US"),
            ("POSIX", "en-US"),
            ("", "en-US"),
            ("../../x", "en-US"),
        ] {
            assert_eq!(to_tag(value), tag, "{value}");
        }
    }
}
