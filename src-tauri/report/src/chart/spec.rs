//! From a run and its analysis to what a chart shows.

use toprung_core::analysis::{Analysis, RungSummary};
use toprung_core::format;
use toprung_core::run::RunRecord;

use super::measure::{Measure, Reading};
use super::{Bar, ChartKind, ChartSpec, Panel, RungLabel, Tone};
use crate::text::Redaction;
use crate::words;

pub(super) fn spec_for(run: &RunRecord, analysis: &Analysis, kind: ChartKind, width: u32) -> Option<ChartSpec> {
    let source = Source { run, analysis, redaction: Redaction::of(run) };
    let measures = measures(&kind);
    let panels: Vec<Panel> = measures.iter().map(|measure| source.panel(*measure)).collect();
    let has_figure = panels.iter().flat_map(|panel| &panel.bars).any(|bar| bar.value.is_some());
    if analysis.rungs.is_empty() || (!has_figure && kind != ChartKind::Throughput) {
        return None;
    }
    let rungs = analysis.rungs.iter().map(|rung| source.rung(rung)).collect();
    let (head, rows) = source.table(measures);
    Some(ChartSpec { width, rungs, alt: source.alt(measures, &panels), panels, hatched: "avoid", head, rows })
}

fn measures(kind: &ChartKind) -> &'static [Measure] {
    match kind {
        ChartKind::Throughput => &[Measure::Throughput],
        ChartKind::ResponseTime => &[Measure::ResponseTime],
        ChartKind::Success => &[Measure::Success],
        ChartKind::Memory => &[Measure::Memory],
        ChartKind::Escalation => &[Measure::Throughput, Measure::ResponseTime, Measure::Success],
        // Drawn as points, see `super::quality`.
        ChartKind::Quality(_) => &[],
    }
}

struct Source<'a> {
    run: &'a RunRecord,
    analysis: &'a Analysis,
    redaction: Redaction,
}

impl Source<'_> {
    fn rung(&self, rung: &RungSummary) -> RungLabel {
        let verdict = words::verdict(rung.verdict);
        let has_figure = rung.decode_tps.is_some() || rung.success.is_some();
        let (note, note_detail, tone) = if words::is_knee(self.analysis.knee.as_ref(), rung) {
            ("top rung here", Some(verdict.to_owned()).filter(|word| word != "works"), Tone::Good)
        } else if words::fails(self.run, rung) && has_figure {
            (verdict, rung.cause.as_ref().map(words::cause_in_short), Tone::Bad)
        } else {
            // A rung without figures says why where the bar would be.
            (if has_figure { verdict } else { "" }, None, Tone::Quiet)
        };
        let meta = words::size_and_grade(rung).iter().map(|part| self.redaction.text(part)).collect();
        RungLabel { name: self.title(rung), meta, note: note.to_owned(), note_detail, tone }
    }

    fn title(&self, rung: &RungSummary) -> String {
        self.redaction.text(&rung.title)
    }

    fn panel(&self, measure: Measure) -> Panel {
        let bars: Vec<Bar> = self.analysis.rungs.iter().map(|rung| self.bar(measure, rung)).collect();
        let largest = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::max);
        Panel { title: measure.title().to_owned(), full: measure.full().unwrap_or(largest), bars }
    }

    fn bar(&self, measure: Measure, rung: &RungSummary) -> Bar {
        let fails = words::fails(self.run, rung);
        let Some(reading) = measure.reading(rung, &self.run.machine) else {
            let label = self.redaction.text(&self.why_no_figure(measure, rung));
            let tooltip = format!("{}: {label}", self.title(rung));
            return Bar { value: None, interval: None, label, aside: Vec::new(), fails, tooltip };
        };
        // A shorter wait of a rung that does not answer is no gain, so that comes before the change.
        let answered = if fails && measure != Measure::Success { words::answered(rung) } else { None };
        let aside: Vec<String> = [answered, self.change(measure, rung), reading.aside.clone()].into_iter().flatten().collect();
        let tooltip = self.tooltip(measure, rung, &reading, &aside);
        Bar { value: Some(reading.value), interval: reading.interval, label: reading.text, aside, fails, tooltip }
    }

    fn why_no_figure(&self, measure: Measure, rung: &RungSummary) -> String {
        let was_measured = rung.decode_tps.is_some() || rung.success.is_some();
        match measure {
            Measure::Memory if was_measured => "not readable".to_owned(),
            _ if was_measured => "no complete answer".to_owned(),
            _ => words::why_no_figure(self.run, rung),
        }
    }

    fn change(&self, measure: Measure, rung: &RungSummary) -> Option<String> {
        words::step_to(self.analysis, rung).and_then(|step| measure.change(step)).map(format::percent_change)
    }

    fn tooltip(&self, measure: Measure, rung: &RungSummary, reading: &Reading, aside: &[String]) -> String {
        let mut parts = vec![format!("{}: {}{}", self.title(rung), reading.text, measure.unit())];
        if reading.interval.is_some() {
            parts.push(format!("95 % interval {}", reading.interval_text));
        }
        parts.extend(reading.trials.map(|n| format::count(n, "trial", "trials")));
        parts.extend(rung.grade.map(|grade| format!("grade {grade:?}")));
        parts.extend(aside.iter().cloned());
        parts.push(words::verdict(rung.verdict).to_owned());
        parts.join(", ")
    }

    fn table(&self, measures: &[Measure]) -> (Vec<String>, Vec<Vec<String>>) {
        let mut head = vec!["Model".to_owned(), "Size".to_owned()];
        for measure in measures {
            head.push(measure.title().to_owned());
            if measures.len() == 1 {
                head.extend(["95 % interval".to_owned(), "Trials".to_owned()]);
            }
            if *measure != Measure::Success {
                head.push("Against the rung below".to_owned());
            }
        }
        head.extend(["Grade".to_owned(), "Verdict".to_owned()]);
        let rows = self.analysis.rungs.iter().map(|rung| self.row(rung, measures)).collect();
        (head, rows)
    }

    fn row(&self, rung: &RungSummary, measures: &[Measure]) -> Vec<String> {
        let mut row = vec![self.title(rung), format::or_unknown(rung.facts.file_bytes, format::bytes_gb)];
        for measure in measures {
            let reading = measure.reading(rung, &self.run.machine);
            row.push(format::or_unknown(reading.as_ref(), |reading| reading.text.clone()));
            if measures.len() == 1 {
                row.push(format::or_unknown(reading.as_ref(), |reading| reading.interval_text.clone()));
                row.push(format::or_unknown(reading.and_then(|reading| reading.trials), |n| n.to_string()));
            }
            if *measure != Measure::Success {
                row.push(format::or_unknown(self.change(*measure, rung), |change| change));
            }
        }
        row.push(format::or_unknown(rung.grade, |grade| format!("{grade:?}")));
        row.push(words::verdict(rung.verdict).to_owned());
        row
    }

    /// The picture in words: what it shows, each rung, and where the ladder should end.
    fn alt(&self, measures: &[Measure], panels: &[Panel]) -> String {
        let titles: Vec<String> = measures.iter().map(|measure| measure.title().to_lowercase()).collect();
        let names: Vec<&str> = titles.iter().map(String::as_str).collect();
        let mut alt = format!(
            "Ladder of {}, smallest first: {}.",
            format::count(self.analysis.rungs.len() as u32, "rung", "rungs"),
            format::list(&names)
        );
        for (i, rung) in self.analysis.rungs.iter().enumerate() {
            let mut figures: Vec<String> =
                panels.iter().zip(measures).filter_map(|(panel, measure)| Some(spoken(panel.bars.get(i)?, *measure))).collect();
            // A rung without figures has the same reason in every panel.
            figures.dedup();
            alt.push_str(&format!(" {}: {}.", self.title(rung), figures.join("; ")));
        }
        if let Some(knee) = &self.analysis.knee {
            alt.push_str(&format!(" Top rung here: {}.", self.redaction.text(&knee.title)));
        }
        alt
    }
}

fn spoken(bar: &Bar, measure: Measure) -> String {
    let unit = if bar.value.is_some() { measure.unit() } else { "" };
    let figure = format!("{}{unit}", bar.label);
    std::iter::once(&figure).chain(&bar.aside).cloned().collect::<Vec<_>>().join(", ")
}
