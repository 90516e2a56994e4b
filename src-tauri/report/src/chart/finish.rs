//! What plotters cannot say in an SVG, put in afterwards: a description, the embedded weight, and each text's width.

use std::fmt::Write;

/// Finishes a picture. `text_widths` are those of its texts, in the order in which they were drawn.
pub(super) fn finished(svg: &str, alt: &str, text_widths: &[f64]) -> String {
    let mut out = String::with_capacity(svg.len() * 2);
    let mut pieces = svg.split("<text ");
    let head = pieces.next().unwrap_or_default();
    out.push_str(&head.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{}\" ", attribute(alt)), 1));
    for (piece, text_width) in pieces.zip(text_widths) {
        // A viewer without the embedded face takes another one: this keeps its texts within the room they were given.
        // Writing into a String cannot fail.
        let _ = write!(out, "<text textLength=\"{text_width:.1}\" lengthAdjust=\"spacingAndGlyphs\" {piece}");
    }
    // plotters knows only "bold", which would ask for a weight that is not embedded.
    out.replace(" font-weight=\"bold\"", " font-weight=\"600\"")
}

/// A text as it must stand in an attribute.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
