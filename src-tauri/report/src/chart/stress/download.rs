//! Several downloads: the speed of each in time, all on one scale.

use toprung_core::format;
use toprung_core::stress::StressTest;
use toprung_core::stress::download::{Download, ModelDownload, combined, now_ms, standing};

use super::super::lines::{Lane, LaneLook, LaneSpell, LineMark, LinePanel, LineSpec, Place, Scale};
use super::name;

const PANEL_HEIGHT: i32 = 52;

pub(super) fn spec(record: &Download, test: &StressTest, width: u32) -> Option<LineSpec> {
    let began = record.models.iter().filter_map(|model| model.points.first()).map(|point| point.at_ms).reduce(f64::min)?;
    let now = now_ms(record);
    let speeds: Vec<Vec<Speed>> = record.models.iter().map(speeds).collect();
    let fastest = speeds.iter().flatten().map(|speed| speed.bytes_per_s).reduce(f64::max)?;
    let (head, rows) = table(record, now);
    Some(LineSpec {
        width,
        seconds: (now - began) / 1e3,
        lanes: lanes(record, began, now),
        panels: record.models.iter().zip(&speeds).map(|(model, speeds)| panel(model, speeds, began, fastest)).collect(),
        marks: marks(record, &speeds, began, now),
        alt: alt(record, test, now),
        head,
        rows,
    })
}

/// Bytes per second between two readings.
struct Speed {
    from_ms: f64,
    to_ms: f64,
    bytes_per_s: f64,
}

fn speeds(model: &ModelDownload) -> Vec<Speed> {
    let between = |pair: &[toprung_core::stress::download::Point]| {
        let (from, to) = (pair.first()?, pair.get(1)?);
        let seconds = (to.at_ms - from.at_ms) / 1e3;
        let bytes = to.done_bytes.saturating_sub(from.done_bytes) as f64;
        (seconds > 0.0).then(|| Speed { from_ms: from.at_ms, to_ms: to.at_ms, bytes_per_s: bytes / seconds })
    };
    model.points.windows(2).filter_map(between).collect()
}

fn per_second(bytes_per_s: f64) -> String {
    format!("{}/s", format::bytes_gb(bytes_per_s as u64))
}

/// A speed is a mean between two readings, so it is drawn as a step.
fn panel(model: &ModelDownload, speeds: &[Speed], began: f64, fastest: f64) -> LinePanel {
    let step =
        |speed: &Speed| [((speed.from_ms - began) / 1e3, Some(speed.bytes_per_s)), ((speed.to_ms - began) / 1e3, Some(speed.bytes_per_s))];
    LinePanel {
        title: name(&model.model),
        aside: format::bytes_gb(model.points.last().map_or(0, |point| point.done_bytes)),
        height: PANEL_HEIGHT,
        scale: Scale::from_zero(fastest, per_second(fastest)),
        points: speeds.iter().flat_map(step).collect(),
        guide: None,
    }
}

fn lanes(record: &Download, began: f64, now: f64) -> Vec<Lane> {
    let spell = |from_ms: f64, to_ms: f64| LaneSpell { from_s: (from_ms - began) / 1e3, to_s: (to_ms - began) / 1e3, name: String::new() };
    let cuts: Vec<LaneSpell> =
        record.models.iter().flat_map(|model| &model.cuts).map(|cut| spell(cut.at_ms, cut.resumed.map_or(now, |(when, _)| when))).collect();
    let stalls: Vec<LaneSpell> = record
        .models
        .iter()
        .flat_map(|model| standing(model, now).stalls)
        .map(|stall| spell(stall.from_ms, stall.from_ms + stall.seconds * 1e3))
        .collect();
    [("Cut", cuts), ("No bytes", stalls)]
        .into_iter()
        .filter(|(_, spells)| !spells.is_empty())
        .map(|(title, spells)| Lane { title: title.to_owned(), look: LaneLook::Trouble, spells })
        .collect()
}

fn marks(record: &Download, speeds: &[Vec<Speed>], began: f64, now: f64) -> Vec<LineMark> {
    let best = |speeds: &[Speed]| -> Option<(f64, f64)> {
        speeds.iter().max_by(|a, b| a.bytes_per_s.total_cmp(&b.bytes_per_s)).map(|speed| (speed.to_ms, speed.bytes_per_s))
    };
    let mark = |(index, (model, speeds)): (usize, (&ModelDownload, &Vec<Speed>))| {
        let (at_ms, bytes_per_s) = best(speeds)?;
        Some(LineMark {
            at_s: (at_ms - began) / 1e3,
            place: Place::Panel(index, bytes_per_s),
            label: format!("{}; {} at the fastest", toprung_core::stress::download::line(model, now), per_second(bytes_per_s)),
        })
    };
    record.models.iter().zip(speeds).enumerate().filter_map(mark).collect()
}

fn table(record: &Download, now: f64) -> (Vec<String>, Vec<Vec<String>>) {
    let head = ["Model", "Came", "Of", "Took", "Mean speed", "Longest pause", "Cuts"].map(str::to_owned).to_vec();
    let row = |model: &ModelDownload| {
        let standing = standing(model, now);
        let took =
            model.points.first().zip(model.points.last()).map(|(first, last)| (last.at_ms - first.at_ms) / 1e3).filter(|took| *took > 0.0);
        vec![
            name(&model.model),
            format::bytes_gb(standing.done_bytes),
            format::or_unknown(standing.total_bytes, format::bytes_gb),
            format::or_unknown(took, format::duration),
            format::or_unknown(took, |took| per_second(model.got_bytes() as f64 / took)),
            format::or_unknown(standing.stalls.iter().map(|stall| stall.seconds).reduce(f64::max), format::duration),
            model.cuts.len().to_string(),
        ]
    };
    (head, record.models.iter().map(row).collect())
}

fn alt(record: &Download, test: &StressTest, now: f64) -> String {
    let models: Vec<String> = record.models.iter().map(|model| toprung_core::stress::download::line(model, now)).collect();
    let together = combined(&record.models).map(|(speed, _)| format!(" {} together.", per_second(speed))).unwrap_or_default();
    format!(
        "Speed of {} in time. {}{together} {}",
        format::count(models.len() as u32, "download", "downloads"),
        test.judge().headline,
        models.join(". ")
    )
}
