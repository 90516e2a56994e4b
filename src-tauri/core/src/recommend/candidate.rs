//! What is compared: models with their answers, gathered from one run or several.

use serde::{Deserialize, Serialize};

use super::Pick;
use crate::fit::{self, Fit, FitWord};
use crate::format;
use crate::machine::{Machine, Part, changes};
use crate::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use crate::run::RungStatus;
use crate::task::sequential::LOOKS;
use crate::task::{ItemOutcome, SuiteVersion, Task, TaskRun, TaskRung, TaskScore, outcomes, score};

/// The context for which memory is estimated where a rung does not say: what a task of the suite takes, the long texts aside.
const USUAL_CONTEXT: u32 = 2048;

/// One model under one engine, with its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub model: ModelRef,
    pub title: String,
    pub engine: EngineKind,
    /// The engine's address, where it has one.
    pub server: Option<String>,
    pub facts: ModelFacts,
    /// What it takes of memory: its measured peak, else an estimate from its file. `None` where unknown, or another machine's.
    pub memory_bytes: Option<u64>,
    /// Whether `memory_bytes` was measured.
    pub is_memory_measured: bool,
    /// Of the memory that is usually free here, the share that it leaves to other programs (0–1). `None` where either is not known.
    pub headroom: Option<f64>,
    pub fit: Fit,
    /// Why it could not be run, in a sentence, where it could not.
    pub problem: Option<String>,
    /// In the order of the suite.
    pub results: Vec<TaskResult>,
}

impl Candidate {
    pub fn pick(&self) -> Pick {
        Pick { model: self.model.clone(), engine: self.engine, server: self.server.clone(), title: self.title.clone() }
    }

    pub fn result(&self, task: &Task) -> Option<&TaskResult> {
        self.results.iter().find(|result| result.score.task == *task)
    }

    /// Whether both are the same weights under the same engine, listed under two names.
    pub fn is_twin_of(&self, other: &Self) -> bool {
        let same_weights = self.facts.digest.is_some() && self.facts.digest == other.facts.digest;
        same_weights && self.engine == other.engine && self.server == other.server
    }
}

/// A candidate's answers to one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskResult {
    /// The run that they are from.
    pub run: String,
    pub score: TaskScore,
    /// Answers that count, asked first, by item.
    pub outcomes: Vec<ItemOutcome>,
}

/// What several runs hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidates {
    /// The questions that all of them were asked; `None` without a run.
    pub suite: Option<SuiteVersion>,
    pub candidates: Vec<Candidate>,
    /// Runs that do not compare with the newest, and why.
    pub left_out: Vec<LeftOutRun>,
    /// Tasks that the newest run could not ask, and why.
    pub unavailable: Vec<(Task, String)>,
}

/// A run that was left out of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutRun {
    pub run: String,
    pub why: String,
}

/// Gathers the newest answers of each model to each task, from runs of the same questions on the same machine as the newest run.
///
/// The newest run is the one with the last identifier, because these sort by time; one without any answer yet does not lead. Answers of
/// which fewer count than [`LOOKS`] begin with do not displace older ones that are more: a run that has just begun takes nothing away.
pub fn candidates(runs: &[TaskRun]) -> Candidates {
    let mut newest_first: Vec<&TaskRun> = runs.iter().collect();
    newest_first.sort_by(|a, b| b.id.cmp(&a.id));
    newest_first.dedup_by(|a, b| a.id == b.id);
    let has_answers = |run: &&&TaskRun| run.rungs.iter().any(|rung| !rung.results.is_empty());
    let Some(leading) = newest_first.iter().find(has_answers).or(newest_first.first()).copied() else {
        return Candidates { suite: None, candidates: Vec::new(), left_out: Vec::new(), unavailable: Vec::new() };
    };
    let mut gathered = Vec::new();
    let mut left_out = Vec::new();
    for run in newest_first {
        match why_not(run, leading) {
            Some(why) => left_out.push(LeftOutRun { run: run.id.clone(), why }),
            None => run.rungs.iter().for_each(|rung| add(&mut gathered, run, rung)),
        }
    }
    for candidate in &mut gathered {
        candidate.results.sort_by(|a, b| a.score.task.cmp(&b.score.task));
    }
    Candidates { suite: Some(leading.suite.clone()), candidates: gathered, left_out, unavailable: leading.unavailable.clone() }
}

/// Why a run's answers do not compare with those of the leading run; `None` where they do.
fn why_not(run: &TaskRun, leading: &TaskRun) -> Option<String> {
    if run.suite != leading.suite {
        let name = |suite: &SuiteVersion| format!("suite {} with seed {}", suite.number, suite.seed);
        let (was, is) = (name(&run.suite), name(&leading.suite));
        return Some(match was == is {
            true => "It asked other questions: the suite was changed without a new number.".to_owned(),
            false => format!("It asked other questions: {was}, not {is}."),
        });
    }
    what_differs(&run.machine, &leading.machine).map(|words| format!("It ran on another machine, or another setting of it: {words}."))
}

/// What changes the figures: the processor, the memory, the graphics processors and where the power comes from.
fn what_differs(before: &Machine, after: &Machine) -> Option<String> {
    // The swap is a part of the memory that may change without changing what fits.
    let without_swap = |machine: &Machine| Machine { swap_bytes: None, ..machine.clone() };
    let differs = |part| matches!(part, Part::Processor | Part::Memory | Part::Gpu | Part::Power);
    changes(&without_swap(before), &without_swap(after)).into_iter().find(|change| differs(change.part)).map(|change| change.words)
}

/// Adds a rung to what newer runs gave.
fn add(gathered: &mut Vec<Candidate>, run: &TaskRun, rung: &TaskRung) {
    let engine = rung.engine.as_ref().unwrap_or(&run.engine);
    let is_it = |known: &Candidate| known.model == rung.model && known.engine == engine.kind && known.server == engine.url;
    let place = gathered.iter().position(is_it).unwrap_or_else(|| {
        gathered.push(empty(run, rung, engine));
        gathered.len() - 1
    });
    let Some(candidate) = gathered.get_mut(place) else { return };
    // The same name may have stood for other weights then.
    if candidate.facts.digest.as_ref().zip(rung.facts.digest.as_ref()).is_some_and(|(now, then)| now != then) {
        return;
    }
    for task in tasks_of(rung) {
        let older = TaskResult { run: run.id.clone(), score: score(&task, &rung.results), outcomes: outcomes(&task, &rung.results) };
        match candidate.results.iter_mut().find(|known| known.score.task == task) {
            None => candidate.results.push(older),
            Some(known) if known.outcomes.len() < LOOKS[0] as usize && older.outcomes.len() > known.outcomes.len() => *known = older,
            Some(_) => {}
        }
    }
}

fn tasks_of(rung: &TaskRung) -> Vec<Task> {
    let mut tasks: Vec<Task> = rung.results.iter().map(|result| result.task.clone()).collect();
    tasks.sort();
    tasks.dedup();
    tasks
}

/// A candidate without answers.
fn empty(run: &TaskRun, rung: &TaskRung, engine: &EngineDescription) -> Candidate {
    let memory = if engine.runs_here() { Memory::here(rung, run.machine.memory_bytes) } else { Memory::elsewhere() };
    Candidate {
        model: rung.model.clone(),
        title: rung.title.clone(),
        engine: engine.kind,
        server: engine.url.clone(),
        facts: rung.facts.clone(),
        memory_bytes: memory.bytes,
        is_memory_measured: memory.is_measured,
        headroom: memory.headroom,
        fit: memory.fit,
        problem: match &rung.status {
            RungStatus::Failed(cause) => Some(cause.to_string()),
            RungStatus::LeftOut(why) => Some(format!("It was left out: {why}.")),
            RungStatus::Waiting | RungStatus::Running | RungStatus::Measured => None,
        },
        results: Vec::new(),
    }
}

/// What a rung takes of memory, and what that leaves.
struct Memory {
    bytes: Option<u64>,
    is_measured: bool,
    headroom: Option<f64>,
    fit: Fit,
}

impl Memory {
    fn here(rung: &TaskRung, total: Option<u64>) -> Self {
        let context = rung.load.context_tokens.unwrap_or(USUAL_CONTEXT);
        let measured = rung.load.peak_memory_bytes.filter(|bytes| *bytes > 0);
        let bytes = measured.or_else(|| fit::needed_bytes(&rung.facts, context));
        // What lies in a graphics processor's own memory takes nothing of the machine's.
        let of_the_machine = bytes.map(|bytes| bytes.saturating_sub(rung.load.vram_bytes.unwrap_or(0)));
        let free = total.map(fit::usually_free).filter(|free| *free > 0);
        let headroom = of_the_machine.zip(free).map(|(taken, free)| (1.0 - taken as f64 / free as f64).max(0.0));
        let fit = match of_the_machine {
            Some(taken) if measured.is_some() || rung.load.vram_bytes.is_some_and(|bytes| bytes > 0) => fit::measured_fit(taken, total),
            _ => fit::memory_fit(&rung.facts, context, None, total),
        };
        Self { bytes, is_measured: measured.is_some(), headroom, fit }
    }

    /// A server elsewhere takes nothing of this machine's memory.
    fn elsewhere() -> Self {
        let words = "runs on another machine".to_owned();
        let fit = Fit { word: FitWord::Unknown, needed_bytes: None, words };
        Self { bytes: None, is_measured: false, headroom: Some(1.0), fit }
    }
}

/// A memory in words: “5.10 GiB”, “about 5.66 GiB” where it is an estimate.
pub(super) fn memory_in_words(candidate: &Candidate) -> Option<String> {
    let bytes = candidate.memory_bytes.map(format::bytes_gib)?;
    Some(if candidate.is_memory_measured { bytes } else { format!("about {bytes}") })
}

#[cfg(test)]
mod tests;
