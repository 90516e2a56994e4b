//! The downloads as a person reads them, in the order of the session by which this test was first made.

use super::{Download, DownloadEnd, ModelDownload, Neighbour, STALL_SHOWN_S, combined, standing};
use crate::format;
use crate::stats::median;
use crate::stress::Circumstances;

/// One line a model, then all of them together, the system's load, the memory, the cooling, and the model that answered meanwhile.
pub fn block(record: &Download, around: &Circumstances<'_>, now_ms: f64) -> Vec<String> {
    let mut lines: Vec<String> = record.models.iter().map(|model| line(model, now_ms)).collect();
    lines.push(match combined(&record.models) {
        Some((speed, seconds)) => {
            format!("Combined throughput: {}/s over {}", format::bytes_gb(speed as u64), format::duration(seconds))
        }
        None => "Combined throughput: not known yet".to_owned(),
    });
    lines.push(load_line(record, around));
    lines.push(around.memory_line());
    lines.push(around.cooling_line());
    lines.extend(record.neighbour.as_ref().map(neighbour_line));
    lines
}

/// One download: per cent and bytes, speed and time left while it goes on, and whatever went wrong on the way.
pub fn line(download: &ModelDownload, now_ms: f64) -> String {
    let standing = standing(download, now_ms);
    let share = standing.share.map_or_else(|| "size not known yet".to_owned(), |share| format!("{} complete", format::percent(share)));
    let of = standing.total_bytes.map(|total| format!(" of {}", format::bytes_gb(total)));
    let mut parts = vec![format!("{share} ({}{})", format::bytes_gb(standing.done_bytes), of.unwrap_or_default())];
    parts.extend(standing.bytes_per_s.map(|speed| format!("{}/s", format::bytes_gb(speed as u64))));
    parts.extend(standing.left_s.map(|left| format!("{} left", format::duration(left))));
    parts.extend(standing.idle_s.filter(|idle| *idle >= STALL_SHOWN_S).map(|idle| format!("no bytes for {}", format::duration(idle))));
    if let Some(seconds) = took_s(download) {
        parts.push(format!("in {}", format::duration(seconds)));
    }
    let longest = standing.stalls.iter().map(|stall| stall.seconds).reduce(f64::max);
    if let Some(longest) = longest.filter(|_| download.end.is_some()) {
        let pauses = format::count(standing.stalls.len() as u32, "pause", "pauses");
        parts.push(format!("{pauses}, the longest of {}", format::duration(longest)));
    }
    if standing.lost_bytes > 0 {
        parts.push(format!("went back by {}", format::bytes_gb(standing.lost_bytes)));
    }
    parts.extend(download.cuts.iter().map(cut));
    if let Some(DownloadEnd::Failed(cause)) = &download.end {
        parts.push(format!("failed: {}", cause.to_string().trim_end_matches('.')));
    }
    format!("{}: {}", download.model, parts.join(", "))
}

fn took_s(download: &ModelDownload) -> Option<f64> {
    let (first, last) = (download.points.first()?, download.points.last()?);
    (download.end == Some(DownloadEnd::Complete)).then(|| (last.at_ms - first.at_ms) / 1e3)
}

fn cut(cut: &super::Cut) -> String {
    let at = format::bytes_gb(cut.done_bytes);
    let how = if cut.cause.is_some() { "broke" } else { "cut by the test" };
    match cut.resumed {
        Some((when, from)) => {
            format!("{how} at {at} and went on from {} after {}", format::bytes_gb(from), format::milliseconds(when - cut.at_ms))
        }
        None => format!("{how} at {at}"),
    }
}

/// The load counts tasks that run or wait: more than there are cores is a queue.
fn load_line(record: &Download, around: &Circumstances<'_>) -> String {
    let loads: Vec<f64> = record.load_average.iter().map(|(_, load)| *load).collect();
    let cores = around.machine.logical_cores.map(|cores| format!(" on {}", format::count(cores, "core", "cores")));
    match (median(&loads), loads.iter().copied().reduce(f64::max)) {
        (Some(usual), Some(most)) => format!("System load: {usual:.2}{}, {most:.2} at the most", cores.unwrap_or_default()),
        _ => "System load: not readable".to_owned(),
    }
}

fn neighbour_line(neighbour: &Neighbour) -> String {
    let (before, during) = (median(&neighbour.before_tps), median(&neighbour.during_tps));
    match (before, during, &neighbour.cause) {
        (Some(before), Some(during), _) => format!(
            "{} meanwhile: {}, {} before ({})",
            neighbour.model,
            format::tokens_per_second(during),
            format::tokens_per_second(before),
            format::or_unknown(neighbour.change(), format::percent_change)
        ),
        (_, _, Some(cause)) => format!("{} meanwhile: not measured: {cause}", neighbour.model),
        _ => format!("{} meanwhile: not measured: the downloads were over before it answered", neighbour.model),
    }
}
