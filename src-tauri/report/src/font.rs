//! The one embedded type face, Inter (SIL Open Font License, see fonts/OFL.txt), in the two weights that are used.

use std::sync::LazyLock;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

pub(crate) const REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.ttf");
pub(crate) const SEMI_BOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.ttf");

/// What stands in an SVG's font-family: the embedded face first, then what every system has.
pub(crate) const FAMILY: &str = "Inter, system-ui, sans-serif";

/// plotters takes a size as the height of ascender to descender and writes it divided by this figure into the SVG.
const HEIGHT_PER_EM: f64 = 1.24;

/// The mean advance of a letter in em: used only if the face could not be read, so that a layout still comes out.
const MEAN_ADVANCE_EM: f64 = 0.55;

/// How much larger than drawn a text is measured: a sixteenth of a pixel is less than anyone sees.
const MEASURE_SCALE: f64 = 16.0;

/// How heavy a text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

/// The face is registered once for the process; a face that could not be read leaves the estimate of [`width`].
static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok() && register_font(FAMILY, FontStyle::Bold, SEMI_BOLD).is_ok()
});

/// The font description for a text of `size` pixels an em.
pub(crate) fn font(size: f64, weight: Weight) -> FontDesc<'static> {
    LazyLock::force(&REGISTERED);
    let style = match weight {
        Weight::Regular => FontStyle::Normal,
        Weight::SemiBold => FontStyle::Bold,
    };
    FontDesc::new(FontFamily::Name(FAMILY), size * HEIGHT_PER_EM, style)
}

/// How wide a text comes out, in pixels. plotters measures in whole pixels, so the measure is taken from a larger setting.
pub(crate) fn exact_width(text: &str, size: f64, weight: Weight) -> f64 {
    let estimate = text.chars().count() as f64 * size * MEAN_ADVANCE_EM;
    font(size * MEASURE_SCALE, weight).box_size(text).map_or(estimate, |(width, _)| f64::from(width) / MEASURE_SCALE)
}

/// The same in whole pixels, rounded up.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> i32 {
    exact_width(text, size, weight).ceil() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_face_is_measured_and_not_estimated() {
        let narrow = width("iiiiiiii", 13.0, Weight::Regular);
        let wide = width("mmmmmmmm", 13.0, Weight::Regular);
        assert!(wide > 2 * narrow, "Inter is proportional: {narrow} and {wide} would be equal if widths were estimated");
        assert!(width("Toprung", 13.0, Weight::SemiBold) > width("Toprung", 13.0, Weight::Regular), "both weights must be registered");
    }
}
