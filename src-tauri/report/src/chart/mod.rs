//! The one chart renderer: for the window, the report and the command line alike.
//!
//! The ladder is the one picture of this product: rungs stack upward with the smallest at the bottom, and a
//! bar's length is the figure. What is compared is that picture with one panel, or with several that share the rungs;
//! what goes on in time is drawn as lines on one axis.

mod bars;
mod canvas;
mod draw;
mod finish;
mod layout;
mod lines;
mod measure;
mod spec;
mod stress;
mod timeline;

use toprung_core::analysis::Analysis;
use toprung_core::run::RunRecord;

pub use crate::palette::Theme;
pub use draw::chart;
pub use stress::stress_chart;
pub use timeline::{NoTimeline, timeline_for};

/// What a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChartKind {
    /// Decode speed in tokens per second.
    Throughput,
    /// Request sent to final record.
    ResponseTime,
    /// Share of prompts that were answered.
    Success,
    /// Peak memory of the engine's process.
    Memory,
    /// Throughput, response time and success side by side over the same rungs.
    Escalation,
}

impl ChartKind {
    pub const ALL: [Self; 5] = [Self::Throughput, Self::ResponseTime, Self::Success, Self::Memory, Self::Escalation];

    /// The stable name used in messages and file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::ResponseTime => "response_time",
            Self::Success => "success",
            Self::Memory => "memory",
            Self::Escalation => "escalation",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A chart, ready to be drawn: figures, words and width, and no colours.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartSpec {
    /// Pixels, see [`chart_for`] for the least.
    pub width: u32,
    /// Small to large.
    pub rungs: Vec<RungLabel>,
    /// Side by side, each with one bar a rung.
    pub panels: Vec<Panel>,
    /// What a hatched bar means.
    pub hatched: &'static str,
    /// Said instead of the picture.
    pub alt: String,
    /// The same figures as a table.
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// What stands at a rung's left and right.
#[derive(Debug, Clone, PartialEq)]
pub struct RungLabel {
    pub name: String,
    /// Size, grade, quantization: the last go first where there is no room.
    pub meta: Vec<String>,
    /// The verdict, and what explains it.
    pub note: String,
    pub note_detail: Option<String>,
    pub tone: Tone,
}

/// How a verdict is coloured; its word always stands beside the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Quiet,
    Good,
    Bad,
}

/// One measured figure over all rungs, from zero at the left.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// With its unit.
    pub title: String,
    /// The value at which a bar would fill the panel; bars stay shorter where their labels need the room.
    pub full: f64,
    pub bars: Vec<Bar>,
}

/// A bar with its interval and labels, or words where there is no figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub value: Option<f64>,
    /// The 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// The figure in words, or why there is none.
    pub label: String,
    /// The change against the rung below, and the like: the last go first where there is no room.
    pub aside: Vec<String>,
    pub fails: bool,
    /// The whole of it in one line, for a tooltip.
    pub tooltip: String,
}

/// A rendered chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// No scripts, links or style sheets; every text is escaped.
    pub svg: String,
    /// Pixels.
    pub width: u32,
    pub height: u32,
    /// Focusable points, one a bar, from the smallest rung up, panel by panel.
    pub marks: Vec<Mark>,
    /// The same figures as a table: a head and rows.
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Said instead of the picture.
    pub alt: String,
}

/// A focusable point with what its tooltip says.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// In the picture's own pixels.
    pub x: i32,
    pub y: i32,
    pub label: String,
}

/// Draws a run's chart, `width` pixels wide (at least 320).
///
/// `None` where there is nothing to show: no rung at all, or no rung with a figure of that kind. The throughput
/// chart comes even then, because it says of each rung why there is no figure.
pub fn chart_for(run: &RunRecord, analysis: &Analysis, kind: ChartKind, theme: Theme, width: u32) -> Option<Chart> {
    spec::spec_for(run, analysis, kind, width).map(|spec| chart(&spec, theme))
}

#[cfg(test)]
mod tests;
