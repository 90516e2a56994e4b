//! Stored runs beside each other: which rungs belong together, whether they may be compared, and what comes of it.

mod file;
mod reference;

use serde::Serialize;
use toprung_core::analysis::Grade;
pub use toprung_core::compare::{
    Aspect, Comparability, Compared, Design, Difference, Effect, Figure, FigureComparison, MARGIN, MIN_TRIALS, Ratio, Verdict, change,
};
use toprung_core::compare::{Side, comparable, figures, headline, next_step};
use toprung_core::model::{EngineKind, ModelRef};
use toprung_core::plan::Mode;
use toprung_core::run::RungRecord;

use crate::ab::Setup;
use crate::home::Home;
use crate::problem::Problem;
pub use file::{check_target, json, save};
use reference::{Loaded, Reference};

/// What a person wants compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// A run, or a model of one: `RUN` or `RUN:MODEL`. A run is named by its id, the start of it, `last` or `last~1`; a model
    /// by its name or by the number of its rung, from 1.
    pub a: String,
    /// The same; `None` compares the two variants of an interleaved run.
    pub b: Option<String>,
    /// Differences that are the question.
    pub asked: Vec<Aspect>,
    /// Compare in spite of every difference.
    pub anyway: bool,
}

/// The answer, pair by pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    pub pairs: Vec<Pair>,
    /// Rungs that have no partner, in words.
    pub alone: Vec<String>,
}

impl Comparison {
    /// Whether at least one pair was compared.
    pub fn compared_anything(&self) -> bool {
        self.pairs.iter().any(|pair| !pair.figures.is_empty())
    }
}

/// Two rungs beside each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// The model, or both models.
    pub title: String,
    pub a: SideShown,
    pub b: SideShown,
    pub design: Design,
    pub comparability: Comparability,
    /// Empty where the two may not be compared.
    pub figures: Vec<FigureComparison>,
    /// In a sentence or two.
    pub answer: String,
    /// What to do where the answer is open or refused.
    pub next_step: Option<String>,
}

/// One of the two, for a table's head.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SideShown {
    pub run: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// From 0.
    pub position: u32,
    pub model: ModelRef,
    pub title: String,
    pub engine: EngineKind,
    pub engine_version: Option<String>,
    pub mode: Mode,
    /// `None` when nothing was measured.
    pub grade: Option<Grade>,
}

/// Compares. Fails on bad input; a pair that may not be compared is no failure but says so.
pub fn compare(home: &Home, question: &Question) -> Result<Comparison, Problem> {
    let a = Reference::parse(&question.a).load(home)?;
    let Some(b) = &question.b else { return variants(&a, question) };
    let b = Reference::parse(b).load(home)?;
    let (pairs, alone) = partners(&a, &b)?;
    Ok(Comparison { pairs: pairs.into_iter().map(|(of_a, of_b)| pair((&a, of_a), (&b, of_b), question)).collect(), alone })
}

/// The two variants of an interleaved run.
fn variants(run: &Loaded, question: &Question) -> Result<Comparison, Problem> {
    match (&run.setup, run.run.rungs.as_slice()) {
        (Some(_), [a, b]) => Ok(Comparison { pairs: vec![pair((run, a), (run, b), question)], alone: Vec::new() }),
        _ => Err(Problem::input(
            "compare_with_what",
            "One run alone can't be compared: it was not measured as A against B.",
            "Name a second run, or two models of this one: RUN:MODEL RUN:MODEL.",
        )),
    }
}

type Partners<'a> = (Vec<(&'a RungRecord, &'a RungRecord)>, Vec<String>);

/// Which rungs belong together: those that were named, else those of the same file, else those of the same name.
fn partners<'a>(a: &'a Loaded, b: &'a Loaded) -> Result<Partners<'a>, Problem> {
    match (a.named()?, b.named()?) {
        (Some(of_a), Some(of_b)) => return Ok((vec![(of_a, of_b)], Vec::new())),
        (Some(of_a), None) => return one_pair(of_a, b).map(|of_b| (vec![(of_a, of_b)], Vec::new())),
        (None, Some(of_b)) => return one_pair(of_b, a).map(|of_a| (vec![(of_a, of_b)], Vec::new())),
        (None, None) => {}
    }
    if a.run.id == b.run.id {
        let what = "Both are the same run.";
        return Err(Problem::input("same_run", what, "Name another run, or two models of this one: RUN:MODEL RUN:MODEL."));
    }
    let mut left: Vec<&RungRecord> = b.run.rungs.iter().collect();
    let (mut pairs, mut alone) = (Vec::new(), Vec::new());
    for of_a in &a.run.rungs {
        match partner(of_a, &left) {
            Some(at) => pairs.push((of_a, left.remove(at))),
            None => alone.push(format!("{} is in A alone.", of_a.title)),
        }
    }
    alone.extend(left.into_iter().map(|of_b| format!("{} is in B alone.", of_b.title)));
    if pairs.is_empty() {
        let what = "The two runs have no model in common.";
        return Err(Problem::input("nothing_in_common", what, "Name a model of each: RUN:MODEL RUN:MODEL."));
    }
    Ok((pairs, alone))
}

fn one_pair<'a>(rung: &RungRecord, other: &'a Loaded) -> Result<&'a RungRecord, Problem> {
    let rungs: Vec<&RungRecord> = other.run.rungs.iter().collect();
    partner(rung, &rungs).and_then(|at| rungs.get(at).copied()).ok_or_else(|| {
        let what = format!("The other run has no {}.", rung.model);
        Problem::input("nothing_in_common", what, "Name a model of each: RUN:MODEL RUN:MODEL.")
    })
}

/// Where a rung's partner stands among others.
fn partner(rung: &RungRecord, others: &[&RungRecord]) -> Option<usize> {
    let same_file = |other: &&RungRecord| rung.facts.digest.is_some() && rung.facts.digest == other.facts.digest;
    others.iter().position(same_file).or_else(|| others.iter().position(|other| other.model == rung.model))
}

fn pair((a, of_a): (&Loaded, &RungRecord), (b, of_b): (&Loaded, &RungRecord), question: &Question) -> Pair {
    let interleaved = a.run.id == b.run.id && a.setup.is_some();
    let design = if interleaved { Design::Interleaved } else { Design::Apart };
    let sides = [side(a, of_a), side(b, of_b)];
    let [side_a, side_b] = &sides;
    let mut comparability = comparable(side_a, side_b, &asked(of_a, of_b, interleaved, question));
    if question.anyway {
        comparability = comparability.anyway();
    }
    let figures = if comparability.is_fine() { figures(of_a, of_b, design) } else { Vec::new() };
    let (name_a, name_b) = if of_a.title == of_b.title { ("A", "B") } else { (of_a.title.as_str(), of_b.title.as_str()) };
    let title = if of_a.title == of_b.title { of_a.title.clone() } else { format!("{name_a} and {name_b}") };
    let (answer, next_step) = if comparability.is_fine() {
        (headline(name_a, name_b, &figures), next_step(&figures).map(str::to_owned))
    } else {
        (format!("{title} can't be compared."), Some(after_refusal(&comparability)))
    };
    Pair { title, a: shown(side_a), b: shown(side_b), design, comparability, figures, answer, next_step }
}

/// What differs on purpose: what the person said, two models that were named, and everything by which variants differ.
fn asked(a: &RungRecord, b: &RungRecord, interleaved: bool, question: &Question) -> Vec<Aspect> {
    use Aspect::{Context, Engine, Grade, Model, Quantization, Thinking};
    let mut asked = question.asked.clone();
    if a.model != b.model {
        asked.extend([Model, Quantization]);
    }
    if interleaved {
        asked.extend([Model, Quantization, Context, Thinking, Engine, Grade]);
    }
    asked
}

/// Each front adds how a person compares in spite of it.
fn after_refusal(comparability: &Comparability) -> String {
    let only_grades = comparability.reasons.iter().all(|reason| reason.aspect == Aspect::Grade);
    let next = if only_grades { "Measure it again on a quiet machine" } else { "Measure both alike" };
    format!("{next}.")
}

fn side<'a>(loaded: &'a Loaded, rung: &'a RungRecord) -> Side<'a> {
    let side = Side::new(&loaded.run, rung);
    let own = loaded.setup.as_ref().and_then(|setup: &Setup| setup.sides.get(rung.position as usize));
    Side { engine: own.map_or(side.engine, |own| &own.engine), ..side }
}

fn shown(side: &Side<'_>) -> SideShown {
    SideShown {
        run: side.run.id.clone(),
        started_at: side.run.started_at.clone(),
        position: side.rung.position,
        model: side.rung.model.clone(),
        title: side.rung.title.clone(),
        engine: side.engine.kind,
        engine_version: side.engine.version.clone(),
        mode: side.run.mode,
        grade: side.summary().grade,
    }
}
