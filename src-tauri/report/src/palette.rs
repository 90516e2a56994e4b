//! The colours of charts: the same values as the window's design tokens.

use plotters::style::RGBColor;

/// Which set of colours a chart is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

/// Roles, not hues. Failing is never told by colour alone: it is hatched and said in words too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    pub(crate) surface: RGBColor,
    pub(crate) ink: RGBColor,
    pub(crate) ink_2: RGBColor,
    pub(crate) line: RGBColor,
    pub(crate) line_strong: RGBColor,
    pub(crate) bar: RGBColor,
    pub(crate) good: RGBColor,
    pub(crate) good_soft: RGBColor,
    pub(crate) bad: RGBColor,
    pub(crate) bad_soft: RGBColor,
}

const LIGHT: Palette = Palette {
    surface: rgb(0xffffff),
    ink: rgb(0x15181d),
    ink_2: rgb(0x545c69),
    line: rgb(0xdde1e6),
    line_strong: rgb(0xc3c9d1),
    bar: rgb(0x0a64b5),
    good: rgb(0x00785a),
    good_soft: rgb(0xdff2ec),
    bad: rgb(0xb3261e),
    bad_soft: rgb(0xfbe4e2),
};

const DARK: Palette = Palette {
    surface: rgb(0x15181d),
    ink: rgb(0xeceef1),
    ink_2: rgb(0xa7b0bd),
    line: rgb(0x262b33),
    line_strong: rgb(0x39404b),
    bar: rgb(0x5cb0ee),
    good: rgb(0x3fc79f),
    good_soft: rgb(0x102b24),
    bad: rgb(0xff8a80),
    bad_soft: rgb(0x3a1715),
};

impl Theme {
    pub(crate) fn palette(self) -> &'static Palette {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }
}

const fn rgb(hex: u32) -> RGBColor {
    RGBColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
        let channel = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
    }

    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_colour_reaches_wcag_aa_on_its_ground() {
        for theme in [Theme::Light, Theme::Dark] {
            let p = theme.palette();
            let pairs = [
                (p.ink, p.surface),
                (p.ink_2, p.surface),
                (p.good, p.surface),
                (p.bad, p.surface),
                (p.good, p.good_soft),
                (p.bad, p.bad_soft),
            ];
            for (text, ground) in pairs {
                let ratio = contrast(text, ground);
                assert!(ratio >= 4.5, "WCAG 2.2 AA asks 4.5 for text, {text:?} on {ground:?} has {ratio:.2} ({theme:?})");
            }
            assert!(contrast(p.bar, p.surface) >= 3.0, "WCAG 2.2 asks 3.0 for what carries data");
        }
    }

    /// The value of a token in one theme's block of the style sheet.
    fn token<'a>(block: &'a str, name: &str) -> Option<&'a str> {
        block.split_once(&format!("--{name}: "))?.1.split(';').next()
    }

    #[test]
    fn charts_have_the_colours_of_the_window() {
        let sheet = include_str!("../../../ui/src/tokens.css");
        let dark = &sheet[sheet.find("[data-theme=\"dark\"]").unwrap()..];
        for (theme, block) in [(Theme::Light, sheet), (Theme::Dark, dark)] {
            let p = theme.palette();
            let roles = [
                ("surface", p.surface),
                ("ink", p.ink),
                ("ink-2", p.ink_2),
                ("line", p.line),
                ("line-strong", p.line_strong),
                ("bar-strong", p.bar),
                ("good", p.good),
                ("good-soft", p.good_soft),
                ("bad", p.bad),
                ("bad-soft", p.bad_soft),
            ];
            for (name, RGBColor(r, g, b)) in roles {
                let color = format!("#{r:02x}{g:02x}{b:02x}");
                assert_eq!(token(block, name), Some(color.as_str()), "--{name} ({theme:?}): a chart in a card must not differ from it");
            }
        }
    }
}
