//! What a report says, before it is set: the sections of the document, from a stored run and its analysis alone.
//!
//! Every text here is one clean line (see [`crate::text`]) and nothing is escaped yet: that is each format's own work.

mod energy;
mod hardware;
mod method;
mod results;
mod tasks;
mod validation;

use serde::Serialize;
use toprung_core::analysis::{Analysis, Capability, Use};
use toprung_core::plan::Mode;
use toprung_core::run::RunRecord;

pub(crate) use tasks::{TaskAdvicePart, TasksPart};

use crate::advised::Advised;
use crate::chart::{Chart, ChartKind, Theme, chart_for};
use crate::report::Report;
use crate::text::{Redaction, capitalised};

/// Pixels: at the width of an A4 column this sets a chart's small text at about 8 points.
const CHART_WIDTH: u32 = 760;

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Document {
    pub(crate) title: &'static str,
    pub(crate) hardware: String,
    pub(crate) session: String,
    /// The answer, before everything that it rests on.
    pub(crate) headline: String,
    /// `None` where no tasks were asked.
    pub(crate) tasks: Option<TasksPart>,
    /// Whether a ladder was climbed: a run of tasks alone has no table of speeds, no steps and no pattern.
    pub(crate) has_ladder: bool,
    pub(crate) results: Table,
    /// `None` where nothing of it is known.
    pub(crate) details: Option<Table>,
    pub(crate) at_depth: Option<Table>,
    pub(crate) memory_parts: Option<Table>,
    pub(crate) energy: Option<Table>,
    pub(crate) clocks: Option<Table>,
    pub(crate) status: String,
    pub(crate) range: Option<String>,
    pub(crate) queue: Vec<String>,
    pub(crate) steps: Vec<Fact>,
    pub(crate) pattern: String,
    pub(crate) utilisation: Vec<Fact>,
    pub(crate) sweet_spots: Vec<Fact>,
    pub(crate) proven: Vec<Fact>,
    pub(crate) projected: Vec<Fact>,
    pub(crate) validation: Vec<Fact>,
    pub(crate) insights: Vec<String>,
    pub(crate) method: Vec<String>,
    pub(crate) ladder: Option<Figure>,
    pub(crate) escalation: Option<Figure>,
    pub(crate) memory: Option<Figure>,
}

/// A table: the first column names, the others say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A name with what is said of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

/// Which colour may underline a fact whose words already say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    Quiet,
    Good,
    Bad,
}

/// A chart in the light theme, for paper.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Figure {
    pub(crate) file: String,
    pub(crate) alt: String,
    pub(crate) caption: &'static str,
    /// Passed to the formats as a file of its own.
    #[serde(skip)]
    pub(crate) svg: String,
}

impl Fact {
    fn new(name: impl Into<String>, text: impl Into<String>, tone: Tone) -> Self {
        Self { name: name.into(), text: text.into(), tone }
    }
}

/// What every section is made from.
struct Source<'a> {
    run: &'a RunRecord,
    analysis: &'a Analysis,
    /// `None` where no tasks were asked.
    advised: Option<&'a Advised>,
    redaction: Redaction,
}

impl Source<'_> {
    fn clean(&self, text: &str) -> String {
        self.redaction.text(text)
    }

    fn clean_all(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.clean(text)).collect()
    }
}

impl Document {
    pub(crate) fn of(report: &Report<'_>) -> Self {
        let (run, analysis) = (report.run, report.analysis);
        let advised = report.advised();
        let source = Source { run, analysis, advised: advised.as_ref(), redaction: Redaction::of(run) };
        let has_ladder = source.has_ladder();
        let tasks = source.tasks(report.settings());
        Self {
            title: if has_ladder { "Model Escalation Ladder Results" } else { "Model Task Results" },
            hardware: source.machine_line(),
            session: source.session_line(),
            headline: match &tasks {
                // What a run of tasks has to say of speed is that none was measured.
                Some(tasks) if !has_ladder => tasks.headline.clone(),
                _ => source.clean(&analysis.headline),
            },
            tasks,
            has_ladder,
            results: source.results(),
            details: source.details(),
            at_depth: source.at_depth(),
            memory_parts: source.memory_parts(),
            energy: source.energy(),
            clocks: source.clocks(),
            status: source.status(),
            range: source.range(),
            queue: source.clean_all(&analysis.queue),
            steps: source.steps(),
            pattern: source.pattern(),
            utilisation: source.utilisation(),
            sweet_spots: source.sweet_spots(),
            proven: source.capabilities(&analysis.proven),
            projected: source.capabilities(&analysis.projected),
            validation: source.validation(report.checks()),
            insights: source.clean_all(&analysis.insights),
            method: source.method(report.settings()),
            ladder: source.figure(ChartKind::Throughput, "The ladder: decode speed of each rung").filter(|_| has_ladder),
            escalation: source.figure(ChartKind::Escalation, "What each step up costs: speed, response time and answers"),
            memory: source.figure(ChartKind::Memory, "Peak memory of the engine’s process at each rung"),
        }
    }

    pub(crate) fn figures(&self) -> impl Iterator<Item = &Figure> {
        let quality = self.tasks.as_ref().and_then(|tasks| tasks.figure.as_ref());
        [quality, self.ladder.as_ref(), self.escalation.as_ref(), self.memory.as_ref()].into_iter().flatten()
    }
}

impl Figure {
    fn new(name: &str, chart: Chart, caption: &'static str) -> Self {
        Self { file: format!("{name}.svg"), alt: chart.alt, caption, svg: chart.svg }
    }
}

impl Source<'_> {
    fn has_ladder(&self) -> bool {
        self.run.mode != Mode::Tasks
    }

    fn figure(&self, kind: ChartKind, caption: &'static str) -> Option<Figure> {
        let name = kind.name();
        let chart = chart_for(self.run, self.analysis, kind, Theme::Light, CHART_WIDTH)?;
        Some(Figure::new(&name, chart, caption))
    }
}

impl Source<'_> {
    /// The uses that the seed names: by measured quality where tasks were asked, else by speed and size.
    fn sweet_spots(&self) -> Vec<Fact> {
        let measured = self.advised.map(|advised| advised.advice.views.as_slice()).unwrap_or_default();
        let by_size = self.analysis.sweet_spots.iter().filter(|_| self.has_ladder());
        let fact = |usage: Use, text: &str| {
            let tone = if usage == Use::Avoid { Tone::Bad } else { Tone::Quiet };
            (usage, Fact::new(usage_name(usage), self.clean(text), tone))
        };
        let is_measured = |usage: Use| usage != Use::Avoid && measured.iter().any(|view| view.usage == usage);
        let views = measured.iter().map(|view| fact(view.usage, &tasks::view_in_words(view)));
        let spots =
            by_size.filter(|spot| !is_measured(spot.usage)).map(|spot| fact(spot.usage, &format!("{}. {}", spot.title, spot.evidence)));
        let mut facts: Vec<(Use, Fact)> = views.chain(spots).collect();
        facts.sort_by_key(|(usage, _)| *usage as u8);
        facts.into_iter().map(|(_, fact)| fact).collect()
    }

    fn capabilities(&self, capabilities: &[Capability]) -> Vec<Fact> {
        let fact = |capability: &Capability| {
            let (word, tone) = match capability.holds {
                Some(true) => ("Yes", Tone::Good),
                Some(false) => ("No", Tone::Bad),
                None => ("Open", Tone::Quiet),
            };
            let basis =
                if capability.basis.is_empty() { String::new() } else { format!(" Basis: {}.", capability.basis.trim_end_matches('.')) };
            Fact::new(word, self.clean(&format!("{}{basis}", capability.statement)), tone)
        };
        capabilities.iter().map(fact).collect()
    }
}

fn usage_name(usage: Use) -> String {
    let verdict = match usage {
        Use::FastIterations => "fast iterations",
        Use::Balanced => "balanced",
        Use::HighQuality => "high quality",
        Use::SpecialisedCoding => "specialised coding",
        Use::Avoid => "avoid",
    };
    capitalised(verdict)
}
