//! The table of rungs, the status line and what each step costs.

use std::collections::BTreeSet;

use toprung_core::analysis::{Estimate, RungSummary, Step};
use toprung_core::format;
use toprung_core::run::{RunStatus, RungStatus};

use super::{Fact, Source, Table, Tone};
use crate::text::capitalised;
use crate::words;

impl Source<'_> {
    pub(super) fn results(&self) -> Table {
        let row = |rung: &RungSummary| {
            vec![
                self.clean(&rung.title),
                format::or_unknown(rung.facts.file_bytes, format::bytes_gb),
                format::or_unknown(rung.decode_tps, |speed| format::estimate(&speed, "").replace("  ", " ")),
                format::or_unknown(rung.response_ms, |response| format::milliseconds(response.median)),
                format::or_unknown(rung.success, |success| {
                    format!("{} ({})", format::percent(share(success.ok, success.n)), format::success(&success))
                }),
                self.clean(&self.notes(rung)),
            ]
        };
        Table {
            head: ["Model", "Size", "Tokens/s", "Response time", "Success rate", "Notes"].map(str::to_owned).into(),
            rows: self.analysis.rungs.iter().map(row).collect(),
        }
    }

    /// What a bench person asks next; `None` where no more than names and quantizations would stand there.
    pub(super) fn details(&self) -> Option<Table> {
        let row = |rung: &RungSummary| {
            vec![
                self.clean(&rung.title),
                format::or_unknown(rung.facts.quantization.as_deref(), |name| self.clean(name)),
                format::or_unknown(rung.ttft_ms, |ttft| format::milliseconds(ttft.median)),
                format::or_unknown(rung.prefill_tps, |speed| format::figures(speed.median)),
                format::or_unknown(rung.load.load_ms, format::milliseconds),
                format::or_unknown(rung.load.peak_memory_bytes, format::bytes_gib),
                format::or_unknown(rung.grade, |grade| format!("{grade:?}")),
            ]
        };
        let head = ["Model", "Quantization", "First token", "Prefill tokens/s", "Load", "Peak memory", "Grade"].map(str::to_owned).into();
        let table = Table { head, rows: self.analysis.rungs.iter().map(row).collect() }.without_unknown_columns();
        (table.head.len() > 2).then_some(table)
    }

    /// The engine's own clock beside this side's, and the pace of the text; `None` where nothing was seen.
    pub(super) fn clocks(&self) -> Option<Table> {
        let speed = |speed: Option<Estimate>| format::or_unknown(speed, |speed| format::figures(speed.median));
        let row = |rung: &RungSummary| {
            let seen = &rung.observed;
            let pace = [seen.tpot_ms.map(|tpot| tpot.median), seen.gap_p50_ms, seen.gap_p95_ms, seen.gap_max_ms];
            let speeds = [rung.decode_tps, seen.decode_tps, rung.prefill_tps, seen.prefill_tps].map(speed);
            let pace = pace.map(|ms| format::or_unknown(ms, format::milliseconds));
            [self.clean(&rung.title)].into_iter().chain(speeds).chain(pace).collect()
        };
        let head = ["Model", "Decode", "Seen here", "Prefill", "Seen here", "Per token", "Gap", "1 in 20 over", "Longest"];
        let table = Table { head: head.map(str::to_owned).into(), rows: self.analysis.rungs.iter().map(row).collect() };
        let is_seen = self.analysis.rungs.iter().any(|rung| rung.observed.decode_tps.is_some());
        is_seen.then(|| table.without_unknown_columns())
    }

    /// What the memory of each rung is made of; `None` where no more than its peak is known.
    pub(super) fn memory_parts(&self) -> Option<Table> {
        let row = |rung: &RungSummary| {
            let load = &rung.load;
            let on_gpu = load.vram_bytes.filter(|bytes| *bytes > 0);
            let bytes =
                [load.peak_rss_anon_bytes, load.peak_rss_file_bytes, on_gpu].map(|bytes| format::or_unknown(bytes, format::bytes_gib));
            let context = format::or_unknown(rung.context_fits, |tokens| format!("{tokens} tokens"));
            [self.clean(&rung.title)].into_iter().chain(bytes).chain([context]).collect()
        };
        let head = ["Model", "Its own", "Pages of the file", "On the GPU", "Context that fits"].map(str::to_owned).into();
        let table = Table { head, rows: self.analysis.rungs.iter().map(row).collect() }.without_unknown_columns();
        (table.head.len() > 1).then_some(table)
    }

    /// Decode speed as the context fills; `None` where it was measured at an empty one alone.
    pub(super) fn at_depth(&self) -> Option<Table> {
        let rungs = || self.analysis.rungs.iter().filter(|rung| !rung.at_depth.is_empty());
        let depths: BTreeSet<u32> = rungs().flat_map(|rung| rung.at_depth.iter().map(|at| at.depth_tokens)).collect();
        let cell = |rung: &RungSummary, depth: u32| {
            let speed = rung.at_depth.iter().find(|at| at.depth_tokens == depth).map(|at| at.decode_tps);
            format::or_unknown(speed, |speed| format::estimate(&speed, "").replace("  ", " "))
        };
        let empty = |rung: &RungSummary| format::or_unknown(rung.decode_tps, |speed| format::figures(speed.median));
        let row = |rung: &RungSummary| {
            let cells = depths.iter().map(|depth| cell(rung, *depth));
            [self.clean(&rung.title), empty(rung)].into_iter().chain(cells).collect()
        };
        let mut head = vec!["Model".to_owned(), "Speed trials".to_owned()];
        head.extend(depths.iter().map(|depth| format!("After {depth} tokens")));
        (!depths.is_empty()).then(|| Table { head, rows: rungs().map(row).collect() })
    }

    /// Verdict, change and grade, each with what explains it.
    fn notes(&self, rung: &RungSummary) -> String {
        let mut notes = Vec::new();
        if words::is_knee(self.analysis.knee.as_ref(), rung) {
            notes.push("Top rung here".to_owned());
        }
        let has_figure = rung.decode_tps.is_some() || rung.success.is_some();
        match &rung.cause {
            Some(cause) if words::fails(self.run, rung) && has_figure => {
                notes.push(format!("{}: {}", capitalised(words::verdict(rung.verdict)), words::cause(cause)))
            }
            _ if has_figure => notes.push(capitalised(words::verdict(rung.verdict))),
            _ => notes.push(capitalised(&words::why_no_figure(self.run, rung))),
        }
        if let Some(change) = words::step_to(self.analysis, rung).and_then(|step| step.throughput_change) {
            notes.push(format!("{} throughput", format::percent_change(change)));
        }
        if let Some(grade) = rung.grade {
            let why = if rung.reasons.is_empty() { String::new() } else { format!(": {}", rung.reasons.join("; ")) };
            notes.push(format!("Grade {grade:?}{why}"));
        }
        notes.iter().map(|note| format!("{}.", note.trim_end_matches('.'))).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn status(&self) -> String {
        if !self.has_ladder() {
            return self.status_of_tasks();
        }
        let planned = self.run.rungs.len() as u32;
        let measured = self.analysis.rungs.iter().filter(|rung| rung.decode_tps.is_some() || rung.success.is_some()).count();
        let failing = self.analysis.rungs.iter().filter(|rung| words::fails(self.run, rung)).count();
        let left_out = self.run.rungs.iter().filter(|rung| matches!(rung.status, RungStatus::LeftOut(_))).count();
        let mut counts = format!("{measured} of {} measured", format::count(planned, "rung", "rungs"));
        for (count, what) in [(failing, "failing"), (left_out, "left out")] {
            if count > 0 {
                counts.push_str(&format!(", {count} {what}"));
            }
        }
        match self.run.status {
            RunStatus::Finished => format!("Escalation ladder complete: {counts}."),
            RunStatus::Stopped => format!("Stopped by hand: {counts}. The run can be resumed."),
            RunStatus::Running => format!("Not finished: {counts}. The run can be resumed."),
        }
    }

    /// "1b → 3b → 8b", the rungs that have a figure; `None` where there are fewer than two.
    pub(super) fn range(&self) -> Option<String> {
        let measured = self.analysis.rungs.iter().filter(|rung| rung.decode_tps.is_some() || rung.success.is_some());
        let titles: Vec<String> = measured.map(|rung| self.clean(&rung.title)).collect();
        (titles.len() > 1).then(|| titles.join(" → "))
    }

    pub(super) fn steps(&self) -> Vec<Fact> {
        self.analysis.steps.iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, step: &Step) -> Fact {
        let top = self.analysis.rungs.iter().find(|rung| rung.model == step.to);
        let fails = top.is_some_and(|rung| words::fails(self.run, rung));
        let throughput = format::or_unknown(step.throughput_change, format::percent_change);
        let response = format::or_unknown(step.response_change, format::percent_change);
        let mut text = format!("{throughput} throughput ({response} response time)");
        if fails {
            text.push_str(", but failing");
        }
        // The note says what fails; without one, the answers do: a shorter wait of a rung that does not answer is no gain.
        match (&step.note, top.filter(|_| fails).and_then(words::answered)) {
            (Some(note), _) => text.push_str(&format!(". {}", capitalised(note))),
            (None, Some(answered)) => text.push_str(&format!(": {answered}")),
            (None, None) => {}
        }
        let name = format!("{} → {}", step.from_title, step.to_title);
        Fact::new(self.clean(&name), self.clean(&text), if fails { Tone::Bad } else { Tone::Quiet })
    }

    pub(super) fn pattern(&self) -> String {
        let Some(knee) = &self.analysis.knee else {
            return "No rung is at once reliable, fast enough to read along and measured well enough to be the top rung.".to_owned();
        };
        self.clean(&format!("Escalation works up to {}. {}", knee.title, knee.reason))
    }
}

impl Table {
    /// A column of which nothing is known takes room and says nothing.
    fn without_unknown_columns(self) -> Self {
        let known: Vec<bool> =
            (0..self.head.len()).map(|i| self.rows.iter().any(|row| row.get(i).is_some_and(|cell| cell != format::UNKNOWN))).collect();
        Self { head: kept(self.head, &known), rows: self.rows.into_iter().map(|row| kept(row, &known)).collect() }
    }
}

fn kept<T>(cells: Vec<T>, known: &[bool]) -> Vec<T> {
    cells.into_iter().zip(known).filter_map(|(cell, known)| known.then_some(cell)).collect()
}

fn share(ok: u32, n: u32) -> f64 {
    f64::from(ok) / f64::from(n.max(1))
}
