//! The one chart renderer: for the window, the report and the command line alike.
//!
//! The ladder is the one picture of this product: rungs stack upward with the smallest at the bottom, and a
//! bar's length is the figure. What is compared is that picture with one panel, or with several that share the rungs;
//! what goes on in time is drawn as lines on one axis, and what models are worth at tasks as points of quality and speed.

mod bars;
mod canvas;
mod draw;
mod finish;
mod layout;
mod lines;
mod measure;
mod quality;
mod spec;
mod stress;
mod timeline;

use toprung_core::analysis::Analysis;
use toprung_core::plan::Mode;
use toprung_core::run::RunRecord;
use toprung_core::task::Task;

pub use crate::palette::Theme;
pub use draw::chart;
pub use quality::quality_chart;
pub use stress::stress_chart;
pub use timeline::{NoTimeline, timeline_for};

/// What a chart shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    /// Share of right answers against speed, at one task or (`None`) over all that were asked.
    Quality(Option<Task>),
}

/// The name of the quality chart; a colon and a task's name behind it ask for that task's.
const QUALITY: &str = "quality";

impl ChartKind {
    /// The charts over the rungs of a ladder.
    pub const OF_RUNGS: [Self; 5] = [Self::Throughput, Self::ResponseTime, Self::Success, Self::Memory, Self::Escalation];

    /// The stable name used in messages: `throughput`, `quality`, `quality:coding`.
    pub fn name(&self) -> String {
        match self {
            Self::Throughput => "throughput".to_owned(),
            Self::ResponseTime => "response_time".to_owned(),
            Self::Success => "success".to_owned(),
            Self::Memory => "memory".to_owned(),
            Self::Escalation => "escalation".to_owned(),
            Self::Quality(None) => QUALITY.to_owned(),
            Self::Quality(Some(task)) => format!("{QUALITY}:{}", task.name()),
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        let of_a_task = || Task::from_name(name.strip_prefix(QUALITY)?.strip_prefix(':')?).ok();
        let plain = Self::OF_RUNGS.into_iter().chain([Self::Quality(None)]).find(|kind| kind.name() == name);
        plain.or_else(|| of_a_task().map(|task| Self::Quality(Some(task))))
    }

    /// The charts to offer for a run: those over the rungs unless it only asked tasks, and those of quality where it asked any.
    pub fn of_run(run: &RunRecord) -> Vec<Self> {
        let over_rungs = Self::OF_RUNGS.into_iter().filter(|_| run.mode != Mode::Tasks);
        let tasks = run.tasks.iter().flat_map(|plan| &plan.tasks);
        let is_answered =
            |task: &&Task| run.rungs.iter().flat_map(|rung| &rung.items).any(|item| item.task == **task && item.grade.class.counts());
        let of_tasks: Vec<Self> = tasks.filter(is_answered).map(|task| Self::Quality(Some(task.clone()))).collect();
        let together = (!of_tasks.is_empty()).then_some(Self::Quality(None));
        over_rungs.chain(together).chain(of_tasks).collect()
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
/// chart comes even then, because it says of each rung why there is no figure. The floors in a task's quality chart
/// are the defaults; [`quality_chart`] takes others, and answers of several runs.
pub fn chart_for(run: &RunRecord, analysis: &Analysis, kind: ChartKind, theme: Theme, width: u32) -> Option<Chart> {
    if let ChartKind::Quality(task) = kind {
        return quality::of_run(run, task.as_ref(), theme, width);
    }
    spec::spec_for(run, analysis, kind, width).map(|spec| chart(&spec, theme))
}

#[cfg(test)]
mod tests;
