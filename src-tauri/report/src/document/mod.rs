//! What a report says, before it is set: the sections of the document, from a stored run and its analysis alone.
//!
//! Every text here is one clean line (see [`crate::text`]) and nothing is escaped yet: that is each format's own work.

mod energy;
mod hardware;
mod method;
mod results;
mod validation;

use serde::Serialize;
use toprung_core::analysis::{Analysis, Capability, Use};
use toprung_core::run::RunRecord;
use toprung_core::validation::Check;

use crate::chart::{ChartKind, Theme, chart_for};
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
    pub(crate) fn of(run: &RunRecord, analysis: &Analysis, checks: &[Check]) -> Self {
        let source = Source { run, analysis, redaction: Redaction::of(run) };
        Self {
            title: "Model Escalation Ladder Results",
            hardware: source.machine_line(),
            session: source.session_line(),
            headline: source.clean(&analysis.headline),
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
            validation: source.validation(checks),
            insights: source.clean_all(&analysis.insights),
            method: source.method(),
            ladder: figure(run, analysis, ChartKind::Throughput, "The ladder: decode speed of each rung"),
            escalation: figure(run, analysis, ChartKind::Escalation, "What each step up costs: speed, response time and answers"),
            memory: figure(run, analysis, ChartKind::Memory, "Peak memory of the engine’s process at each rung"),
        }
    }

    pub(crate) fn figures(&self) -> impl Iterator<Item = &Figure> {
        [&self.ladder, &self.escalation, &self.memory].into_iter().flatten()
    }
}

fn figure(run: &RunRecord, analysis: &Analysis, kind: ChartKind, caption: &'static str) -> Option<Figure> {
    let chart = chart_for(run, analysis, kind, Theme::Light, CHART_WIDTH)?;
    Some(Figure { file: format!("{}.svg", kind.name()), alt: chart.alt, caption, svg: chart.svg })
}

impl Source<'_> {
    fn sweet_spots(&self) -> Vec<Fact> {
        let fact = |usage: Use, title: &str, evidence: &str| {
            let tone = if usage == Use::Avoid { Tone::Bad } else { Tone::Quiet };
            Fact::new(usage_name(usage), self.clean(&format!("{title}. {evidence}")), tone)
        };
        self.analysis.sweet_spots.iter().map(|spot| fact(spot.usage, &spot.title, &spot.evidence)).collect()
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
