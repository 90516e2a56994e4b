//! Quality against speed: one point a model, at one task or over all of them together.
//!
//! Up is better and right is faster, on either axis of time: a model that thinks for long is not fast, however many tokens a second it
//! makes, so the axis is seconds an answer, counted from right to left. Only where a task's floor is in tokens per second is the axis too.

mod axis;
mod draw;
mod figures;
mod labels;
mod place;
mod spec;

use toprung_core::recommend::{Candidate, Settings};
use toprung_core::run::RunRecord;
use toprung_core::task::{Task, TaskRun};

use self::axis::Pace;
use super::{Chart, Theme};
use crate::text::Redaction;

/// A quality chart, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
struct QualitySpec {
    /// Pixels.
    width: u32,
    pace: Pace,
    /// What the upper axis says: “Right answers, coding”.
    quality_title: String,
    speed_title: String,
    points: Vec<Point>,
    /// Of the chart of one task.
    floors: Option<FloorRegion>,
    /// What the marks mean.
    legend: Vec<String>,
    alt: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// One model. Shares are 0–1, speeds as [`Pace`] says.
#[derive(Debug, Clone, PartialEq)]
struct Point {
    label: String,
    right: Span,
    speed: Span,
    look: Look,
    tooltip: String,
}

/// A value with its 95 % interval, which is the value itself where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    value: f64,
    low: f64,
    high: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Whatever is better is slower.
    Front,
    /// Another is at least as good and as fast.
    Behind,
    /// Not asked every task, so that it can't be compared.
    Partial,
}

/// Where the floors of a task are reached.
#[derive(Debug, Clone, PartialEq)]
struct FloorRegion {
    quality: f64,
    /// `None` where the task has no floor of this axis's kind.
    speed: Option<f64>,
    words: String,
}

/// Draws quality against speed, `width` pixels wide (at least 320): at `task`, or over all tasks that any of the candidates was asked.
///
/// `None` where no candidate has both a share of right answers and a speed.
pub fn quality_chart(candidates: &[Candidate], task: Option<&Task>, settings: &Settings, theme: Theme, width: u32) -> Option<Chart> {
    let redaction = Redaction::of_addresses(candidates.iter().filter_map(|candidate| candidate.server.as_deref()));
    let spec = spec::of(candidates, task, settings, &redaction, width)?;
    Some(draw::quality(&spec, theme))
}

/// A run's own, with the floors that hold unless the user sets others.
pub(super) fn of_run(run: &RunRecord, task: Option<&Task>, theme: Theme, width: u32) -> Option<Chart> {
    let gathered = toprung_core::recommend::candidates(&[TaskRun::of(run)?]);
    quality_chart(&gathered.candidates, task, &Settings::default(), theme, width)
}

#[cfg(test)]
mod tests;
