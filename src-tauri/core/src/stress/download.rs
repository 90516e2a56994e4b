//! Several downloads at once: how fast each went, where one stood still, went back or was cut, and what the machine made of it.

mod block;
mod verdict;

use serde::{Deserialize, Serialize};

use crate::cause::Cause;
use crate::model::ModelRef;
use crate::stats::{median, ratio_change};

pub use block::{block, line};
pub use verdict::judge;

/// A pause from which on a person is told “no bytes for N s”; shorter ones are usual.
pub const STALL_SHOWN_S: f64 = 5.0;
/// Seconds over which the speed of now is taken: long enough to read, short enough to follow a change.
const SPEED_WINDOW_S: f64 = 5.0;

/// A reading of one download's progress.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, u64, u64)", into = "(f64, u64, u64)")]
pub struct Point {
    pub at_ms: f64,
    /// Bytes that are there; they never go back while one pull lasts.
    pub done_bytes: u64,
    /// Bytes of them that are being fetched again, because a part failed.
    pub behind_bytes: u64,
}

impl From<(f64, u64, u64)> for Point {
    fn from((at_ms, done_bytes, behind_bytes): (f64, u64, u64)) -> Self {
        Self { at_ms, done_bytes, behind_bytes }
    }
}

impl From<Point> for (f64, u64, u64) {
    fn from(point: Point) -> Self {
        (point.at_ms, point.done_bytes, point.behind_bytes)
    }
}

impl Point {
    /// What is really there now.
    fn held_bytes(self) -> u64 {
        self.done_bytes.saturating_sub(self.behind_bytes)
    }
}

/// A connection that broke, and how the download went on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    pub at_ms: f64,
    /// What was there.
    pub done_bytes: u64,
    /// Why it broke; `None`: the test cut it, to see that it goes on.
    pub cause: Option<Cause>,
    /// When it went on, and from how many bytes; `None` where it did not.
    pub resumed: Option<(f64, u64)>,
}

/// How a download ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DownloadEnd {
    Complete,
    Failed(Cause),
}

/// One model's download.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelDownload {
    pub model: ModelRef,
    /// `None` until the engine says.
    pub total_bytes: Option<u64>,
    /// In the order in which they came, about one a second.
    pub points: Vec<Point>,
    pub cuts: Vec<Cut>,
    /// `None` while it goes on, and where a person stopped it.
    pub end: Option<DownloadEnd>,
    /// Of the model that came, by which two names of one model are told.
    pub digest: Option<String>,
}

impl ModelDownload {
    /// Nothing has come yet.
    pub fn new(model: ModelRef) -> Self {
        Self { model, total_bytes: None, points: Vec::new(), cuts: Vec::new(), end: None, digest: None }
    }

    /// Bytes that came in this test.
    pub fn got_bytes(&self) -> u64 {
        let first = self.points.first().map_or(0, |point| point.done_bytes);
        self.points.iter().map(|point| point.done_bytes).max().unwrap_or(0).saturating_sub(first)
    }
}

/// A model that answered meanwhile, in tokens per second of each request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    pub model: ModelRef,
    pub before_tps: Vec<f64>,
    pub during_tps: Vec<f64>,
    /// Why it could not be asked.
    pub cause: Option<Cause>,
}

impl Neighbour {
    /// How much slower it was while the downloads went on: −0.12 is 12 % slower. `None` where either was not measured.
    pub fn change(&self) -> Option<f64> {
        ratio_change(median(&self.before_tps)?, median(&self.during_tps)?)
    }
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Download {
    pub models: Vec<ModelDownload>,
    /// Milliseconds and the system's load average of one minute.
    pub load_average: Vec<(f64, f64)>,
    pub neighbour: Option<Neighbour>,
}

/// A time in which nothing came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stall {
    pub from_ms: f64,
    pub seconds: f64,
}

/// How one download stands at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub done_bytes: u64,
    pub total_bytes: Option<u64>,
    /// 0–1.
    pub share: Option<f64>,
    /// Over the last seconds.
    pub bytes_per_s: Option<f64>,
    /// At that speed.
    pub left_s: Option<f64>,
    /// Since the last byte came; `None` once it is over.
    pub idle_s: Option<f64>,
    /// Of [`STALL_SHOWN_S`] and more.
    pub stalls: Vec<Stall>,
    /// Bytes that were there and had to be fetched again while a pull lasted.
    pub lost_bytes: u64,
}

/// How a download stands at `now_ms`.
pub fn standing(download: &ModelDownload, now_ms: f64) -> Standing {
    let done_bytes = download.points.last().map_or(0, |point| point.done_bytes);
    let share = download.total_bytes.filter(|total| *total > 0).map(|total| (done_bytes as f64 / total as f64).min(1.0));
    let is_over = download.end.is_some();
    let bytes_per_s = if is_over { None } else { speed(&download.points, now_ms - SPEED_WINDOW_S * 1e3, now_ms) };
    let left = download.total_bytes.map(|total| total.saturating_sub(done_bytes) as f64);
    let growth = growths(download).last().map(|(at, _)| *at);
    Standing {
        done_bytes,
        total_bytes: download.total_bytes,
        share,
        bytes_per_s,
        left_s: left.zip(bytes_per_s).filter(|(_, speed)| *speed > 0.0).map(|(left, speed)| left / speed),
        idle_s: growth.filter(|_| !is_over && share != Some(1.0)).map(|at| (now_ms - at).max(0.0) / 1e3),
        stalls: stalls(download, now_ms),
        lost_bytes: lost_bytes(download),
    }
}

/// The first reading and each that brought a byte: when, and how many there are then.
fn growths(download: &ModelDownload) -> Vec<(f64, u64)> {
    let mut most = None;
    let grows = |point: &&Point| {
        let grew = most.is_none_or(|most| point.held_bytes() > most);
        if grew {
            most = Some(point.held_bytes());
        }
        grew
    };
    download.points.iter().filter(grows).map(|point| (point.at_ms, point.held_bytes())).collect()
}

/// Pauses between two readings that brought bytes, and the one that lasts now. A cut's own pause is told with the cut.
fn stalls(download: &ModelDownload, now_ms: f64) -> Vec<Stall> {
    let mut moments: Vec<f64> = growths(download).into_iter().map(|(at, _)| at).collect();
    let is_whole = download.points.last().is_some_and(|last| Some(last.done_bytes) == download.total_bytes);
    if download.end.is_none() && !is_whole && !moments.is_empty() {
        moments.push(now_ms);
    }
    let is_cut = |from: f64, to: f64| download.cuts.iter().any(|cut| cut.at_ms < to && cut.resumed.is_none_or(|(at, _)| at > from));
    let pairs = moments.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
    pairs
        .filter(|(from, to)| to - from >= STALL_SHOWN_S * 1e3 && !is_cut(*from, *to))
        .map(|(from, to)| Stall { from_ms: from, seconds: (to - from) / 1e3 })
        .collect()
}

/// What a cut leaves behind is told with the cut.
fn lost_bytes(download: &ModelDownload) -> u64 {
    let is_cut = |from: f64, to: f64| download.cuts.iter().any(|cut| cut.at_ms >= from && cut.at_ms <= to);
    let falls = download.points.windows(2).filter_map(|pair| {
        let (before, after) = (pair.first()?, pair.get(1)?);
        (!is_cut(before.at_ms, after.at_ms)).then(|| before.held_bytes().saturating_sub(after.held_bytes()))
    });
    falls.sum()
}

/// Bytes per second between two moments; `None` without two readings there.
fn speed(points: &[Point], from_ms: f64, to_ms: f64) -> Option<f64> {
    let inside = || points.iter().filter(|point| (from_ms..=to_ms).contains(&point.at_ms));
    let (first, last) = (inside().next()?, inside().next_back()?);
    let seconds = (last.at_ms - first.at_ms) / 1e3;
    (seconds > 0.0).then(|| last.held_bytes().saturating_sub(first.held_bytes()) as f64 / seconds)
}

/// When a download brought its first and its last byte.
fn span(download: &ModelDownload) -> Option<(f64, f64)> {
    let growths = growths(download);
    let (first, last) = (growths.first()?.0, growths.last()?.0);
    (last > first).then_some((first, last))
}

/// Bytes per second of all downloads together, and for how many seconds that was: while all of them went on, or over the whole time where
/// they never did so together.
pub fn combined(downloads: &[ModelDownload]) -> Option<(f64, f64)> {
    let (from, to) = together(downloads).or_else(|| whole_time(downloads))?;
    let seconds = (to - from) / 1e3;
    let came = |download: &ModelDownload| (held_at(&download.points, to) - held_at(&download.points, from)).max(0.0);
    (seconds > 0.0).then(|| (downloads.iter().map(came).sum::<f64>() / seconds, seconds))
}

/// Bytes that were there at a moment, in a straight line between two readings.
fn held_at(points: &[Point], at_ms: f64) -> f64 {
    let next = points.partition_point(|point| point.at_ms < at_ms);
    let held = |point: &Point| point.held_bytes() as f64;
    match (next.checked_sub(1).and_then(|before| points.get(before)), points.get(next)) {
        (Some(before), Some(after)) => {
            let share = (at_ms - before.at_ms) / (after.at_ms - before.at_ms);
            held(before) + share * (held(after) - held(before))
        }
        (Some(only), None) | (None, Some(only)) => held(only),
        (None, None) => 0.0,
    }
}

/// From when to when all downloads brought bytes; `None` where there is no such time.
fn together(downloads: &[ModelDownload]) -> Option<(f64, f64)> {
    let spans: Vec<(f64, f64)> = downloads.iter().map(span).collect::<Option<_>>()?;
    let from = spans.iter().map(|(from, _)| *from).fold(f64::MIN, f64::max);
    let to = spans.iter().map(|(_, to)| *to).fold(f64::MAX, f64::min);
    (spans.len() >= 2 && to > from).then_some((from, to))
}

fn whole_time(downloads: &[ModelDownload]) -> Option<(f64, f64)> {
    let spans: Vec<(f64, f64)> = downloads.iter().filter_map(span).collect();
    let from = spans.iter().map(|(from, _)| *from).reduce(f64::min)?;
    Some((from, spans.iter().map(|(_, to)| *to).fold(from, f64::max)))
}

/// The last moment that the record knows.
pub fn now_ms(record: &Download) -> f64 {
    let points = record.models.iter().filter_map(|model| model.points.last()).map(|point| point.at_ms);
    points.chain(record.load_average.last().map(|(at, _)| *at)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
