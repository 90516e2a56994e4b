//! May two rungs be compared at all? Only what differs by intention may differ.

use serde::{Deserialize, Serialize};

use super::Aspect;
use crate::analysis::{Floors, Grade, RungSummary};
use crate::drift::session_reasons;
use crate::format;
use crate::model::EngineDescription;
use crate::plan::{self, SpeedTrial};
use crate::run::{RunRecord, RungRecord};
use crate::summary::{self, Setting};
use crate::trial::TrialKind;

/// Names by which engines say whether a model was let think.
const THINKING_SETTINGS: [&str; 2] = ["thinking", "think"];
/// As much of a digest as tells two files apart at a glance, with its `sha256:`.
const SHOWN_DIGEST_CHARS: usize = 19;

/// Something in which the two sides differ, in words with both figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub aspect: Aspect,
    pub words: String,
}

/// What stands against a comparison, and what a person should know about one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparability {
    /// Differences that nobody asked about. Empty: the two can be compared.
    pub reasons: Vec<Difference>,
    /// Differences that are the question.
    pub asked: Vec<Difference>,
    /// What is known of one side only, and settings that differ.
    pub remarks: Vec<String>,
}

impl Comparability {
    pub fn is_fine(&self) -> bool {
        self.reasons.is_empty()
    }

    /// The same with every difference taken as the question.
    #[must_use]
    pub fn anyway(mut self) -> Self {
        self.asked.append(&mut self.reasons);
        self
    }
}

/// A rung within its run.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub run: &'a RunRecord,
    pub rung: &'a RungRecord,
    pub engine: &'a EngineDescription,
}

impl<'a> Side<'a> {
    pub fn new(run: &'a RunRecord, rung: &'a RungRecord) -> Self {
        Self { run, rung, engine: &run.engine }
    }

    /// The rung in figures, with its grade.
    pub fn summary(&self) -> RungSummary {
        let floors = Floors::default();
        let session = session_reasons(self.run);
        let setting = Setting::of_run(self.run, &floors, &session).for_rung(self.rung);
        summary::summarise(self.rung, &setting)
    }
}

enum Finding {
    Differs(Difference),
    Remark(String),
}

/// Holds two rungs beside each other. `asked` are the aspects whose difference is the question. What is unknown on both
/// sides is no difference; what is unknown on one is a remark.
pub fn comparable(a: &Side<'_>, b: &Side<'_>, asked: &[Aspect]) -> Comparability {
    let mut found = Comparability::default();
    let single = [quantization(a, b), thinking(a, b), engine(a, b), power(a, b)];
    let findings = model(a, b).into_iter().chain(single.into_iter().flatten());
    let findings = findings.chain(context(a, b)).chain(shape(a, b)).chain(machine(a, b)).chain(grades(a, b));
    for finding in findings {
        match finding {
            Finding::Differs(difference) if asked.contains(&difference.aspect) => found.asked.push(difference),
            Finding::Differs(difference) => found.reasons.push(difference),
            Finding::Remark(words) => found.remarks.push(words),
        }
    }
    found.remarks.extend(settings(a, b));
    found
}

fn differs(aspect: Aspect, words: String) -> Finding {
    Finding::Differs(Difference { aspect, words })
}

/// Compares one property. `what` is in the plural: “the model files”.
fn property<T: PartialEq>(aspect: Aspect, what: &str, a: Option<T>, b: Option<T>, text: impl Fn(&T) -> String) -> Option<Finding> {
    match (&a, &b) {
        (Some(a), Some(b)) if a != b => Some(differs(aspect, format!("{what} differ: {} and {}", text(a), text(b)))),
        (Some(known), None) => Some(Finding::Remark(format!("{what} could not be compared: {} and one that is not known", text(known)))),
        (None, Some(known)) => Some(Finding::Remark(format!("{what} could not be compared: one that is not known and {}", text(known)))),
        _ => None,
    }
}

fn model(a: &Side<'_>, b: &Side<'_>) -> Option<Finding> {
    let (of_a, of_b) = (&a.rung.facts, &b.rung.facts);
    // Ollama's digest is that of a manifest, the embedded engine's that of the file: they never agree.
    let same_kind = a.engine.kind == b.engine.kind;
    if same_kind && of_a.digest.is_some() && of_b.digest.is_some() {
        return property(Aspect::Model, "the model files", of_a.digest.as_deref(), of_b.digest.as_deref(), |digest| short(digest));
    }
    if a.rung.model != b.rung.model {
        return Some(differs(Aspect::Model, format!("the models differ: {} and {}", a.rung.model, b.rung.model)));
    }
    if !same_kind {
        return Some(Finding::Remark("the two engines count digests differently, so one file is not known to be the other".to_owned()));
    }
    let bytes = |bytes: &u64| format!("{bytes} bytes");
    match property(Aspect::Model, "the sizes of the model files", of_a.file_bytes, of_b.file_bytes, bytes) {
        Some(Finding::Differs(difference)) => Some(Finding::Differs(difference)),
        _ => property(Aspect::Model, "the model files", of_a.digest.as_deref(), of_b.digest.as_deref(), |digest| short(digest)),
    }
}

fn short(digest: &str) -> String {
    match digest.char_indices().nth(SHOWN_DIGEST_CHARS) {
        Some((end, _)) => format!("{}…", digest.get(..end).unwrap_or(digest)),
        None => digest.to_owned(),
    }
}

fn quantization(a: &Side<'_>, b: &Side<'_>) -> Option<Finding> {
    let of = |side: &Side<'_>| side.rung.facts.quantization.clone();
    property(Aspect::Quantization, "the quantizations", of(a), of(b), Clone::clone)
}

fn context(a: &Side<'_>, b: &Side<'_>) -> Vec<Finding> {
    let asked = |side: &Side<'_>| Some(plan::protocol(side.run.mode).context_tokens);
    let set_up = |side: &Side<'_>| side.rung.load.context_tokens;
    let tokens = |tokens: &u32| format!("{tokens} tokens");
    [
        property(Aspect::Context, "the contexts that were asked for", asked(a), asked(b), tokens),
        property(Aspect::Context, "the contexts that were set up", set_up(a), set_up(b), tokens),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn shape(a: &Side<'_>, b: &Side<'_>) -> Vec<Finding> {
    let planned = |side: &Side<'_>| {
        let protocol = plan::protocol(side.run.mode);
        protocol.speed.map_or_else(
            || format!("answers of up to {} tokens ({})", protocol.answer_tokens, side.run.mode.name()),
            |SpeedTrial { prefill, decode }| {
                format!("{} + {} tokens ({})", prefill.prompt_tokens, decode.output_tokens, side.run.mode.name())
            },
        )
    };
    let shape = |side: &Side<'_>| {
        let protocol = plan::protocol(side.run.mode);
        (protocol.speed, protocol.answer_tokens)
    };
    if shape(a) != shape(b) {
        return vec![differs(Aspect::Shape, format!("the shapes of the trials differ: {} and {}", planned(a), planned(b)))];
    }
    let kind = |side: &Side<'_>| summary::timing_trials(side.rung).first().map(|trial| trial.kind);
    let made = match (kind(a), kind(b)) {
        (Some(of_a), Some(of_b)) if of_a != of_b => {
            let name = |kind| if kind == TrialKind::Answer { "answers" } else { "speed trials" };
            Some(differs(Aspect::Shape, format!("the speeds come from different trials: {} and {}", name(of_a), name(of_b))))
        }
        _ => None,
    };
    made.into_iter().collect()
}

fn thinking(a: &Side<'_>, b: &Side<'_>) -> Option<Finding> {
    let of = |side: &Side<'_>| THINKING_SETTINGS.iter().find_map(|name| setting(side.engine, name)).map(str::to_owned);
    property(Aspect::Thinking, "the settings of thinking", of(a), of(b), Clone::clone)
}

fn setting<'a>(engine: &'a EngineDescription, name: &str) -> Option<&'a str> {
    engine.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn engine(a: &Side<'_>, b: &Side<'_>) -> Option<Finding> {
    property(Aspect::Engine, "the engines", Some(a.engine.kind), Some(b.engine.kind), |kind| kind.title().to_owned())
}

fn power(a: &Side<'_>, b: &Side<'_>) -> Option<Finding> {
    let source = |on_mains: &bool| if *on_mains { "mains" } else { "battery" }.to_owned();
    property(Aspect::Power, "the power sources", a.run.machine.on_mains, b.run.machine.on_mains, source)
}

fn machine(a: &Side<'_>, b: &Side<'_>) -> Vec<Finding> {
    let (of_a, of_b) = (&a.run.machine, &b.run.machine);
    // As it is shown: the kernel keeps some megabytes more or less for itself from start to start.
    let memory = |bytes: Option<u64>| bytes.map(format::bytes_gib);
    let gpus = |side: &Side<'_>| {
        let names: Vec<&str> = side.run.machine.gpus.iter().map(|gpu| gpu.name.as_str()).collect();
        Some(if names.is_empty() { "none seen".to_owned() } else { format::list(&names) })
    };
    [
        property(Aspect::Machine, "the processors", of_a.cpu.clone(), of_b.cpu.clone(), Clone::clone),
        property(Aspect::Machine, "the amounts of memory", memory(of_a.memory_bytes), memory(of_b.memory_bytes), Clone::clone),
        property(Aspect::Machine, "the graphics processors", gpus(a), gpus(b), Clone::clone),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn grades(a: &Side<'_>, b: &Side<'_>) -> Vec<Finding> {
    [grade("A", a), grade("B", b)].into_iter().flatten().collect()
}

fn grade(name: &str, side: &Side<'_>) -> Option<Finding> {
    let summary = side.summary();
    let words = match summary.grade {
        None => format!("{name} was not measured{}", summary.cause.map(|cause| format!(": {cause}")).unwrap_or_default()),
        Some(Grade::C) => format!("{name} is of grade C, not to be compared: {}", summary.reasons.join("; ")),
        Some(_) => return None,
    };
    Some(differs(Aspect::Grade, words))
}

/// What else changes figures and is worth a word: the engine's version, address and settings.
fn settings(a: &Side<'_>, b: &Side<'_>) -> Vec<String> {
    if a.engine.kind != b.engine.kind {
        return Vec::new();
    }
    let words = |what: &str, of_a: Option<&str>, of_b: Option<&str>| {
        let text = |value: Option<&str>| value.unwrap_or("not known").to_owned();
        (of_a != of_b).then(|| format!("{what}: {} and {}", text(of_a), text(of_b)))
    };
    let version = words("the engine's version differs", a.engine.version.as_deref(), b.engine.version.as_deref());
    let address = words("the engine's address differs", a.engine.url.as_deref(), b.engine.url.as_deref());
    let names = a.engine.settings.iter().chain(&b.engine.settings).map(|(name, _)| name.as_str());
    let mut names: Vec<&str> = names.filter(|name| !THINKING_SETTINGS.contains(name)).collect();
    names.sort_unstable();
    names.dedup();
    let others = names.into_iter().filter_map(|name| words(&format!("{name} differs"), setting(a.engine, name), setting(b.engine, name)));
    version.into_iter().chain(address).chain(others).collect()
}

#[cfg(test)]
mod tests;
