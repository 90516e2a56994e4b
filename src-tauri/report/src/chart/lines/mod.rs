//! What goes on in time: lanes of what was done and of what went wrong, above lines of what was read, all on one axis.

mod axis;
mod draw;
mod path;
mod readings;

pub(super) use draw::line_chart;
pub(super) use readings::Sensor;

/// A chart over time, ready to be drawn. Every time is in seconds from the axis's beginning.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LineSpec {
    /// Pixels.
    pub(super) width: u32,
    /// The axis's end.
    pub(super) seconds: f64,
    pub(super) lanes: Vec<Lane>,
    pub(super) panels: Vec<LinePanel>,
    /// Focusable points.
    pub(super) marks: Vec<LineMark>,
    /// Said instead of the picture.
    pub(super) alt: String,
    /// The figures as a table.
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A row of stretches of time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lane {
    pub(super) title: String,
    pub(super) look: LaneLook,
    pub(super) spells: Vec<LaneSpell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LaneLook {
    /// Boxes with their names in them.
    Named,
    /// Bars: one trial, one request.
    Ticks,
    /// What went wrong: hatched, and its first beginning drawn through the lines below.
    Trouble,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct LaneSpell {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    /// Written into a named box.
    pub(super) name: String,
}

/// One line with its scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LinePanel {
    /// With its unit.
    pub(super) title: String,
    /// The figure that says most of it.
    pub(super) aside: String,
    /// Pixels.
    pub(super) height: i32,
    pub(super) scale: Scale,
    /// In order of time; `None` is a gap.
    pub(super) points: Vec<(f64, Option<f64>)>,
    /// A value that the line is measured by, with its name.
    pub(super) guide: Option<(f64, String)>,
}

/// From the bottom of a panel to its top, with what is written there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub(super) bottom: f64,
    pub(super) top: f64,
    pub(super) bottom_label: String,
    pub(super) top_label: String,
}

impl Scale {
    /// From zero.
    pub(super) fn from_zero(top: f64, top_label: String) -> Self {
        Self { bottom: 0.0, top, bottom_label: "0".to_owned(), top_label }
    }
}

/// A focusable point with what its tooltip says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LineMark {
    pub(super) at_s: f64,
    pub(super) place: Place,
    pub(super) label: String,
}

/// Where a point stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// In a lane, counted from 0.
    Lane(usize),
    /// On a panel's line, at a value.
    Panel(usize, f64),
}
