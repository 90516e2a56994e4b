//! Whether the machine and this program hold up, as a list of checks: what was stored is looked at, nothing is measured.
//!
//! A check that nothing speaks to is “not tested”, with what would test it: a verdict without evidence is none. The words name
//! no command and no button: the terminal and the window each add their own.

mod escalation;
mod of_run;

use serde::{Deserialize, Serialize};

use crate::cause::Cause;
use crate::fit::{FitWord, memory_fit};
use crate::format;
use crate::model::{ModelFacts, ModelRef};
use crate::run::RunRecord;
use crate::stress::{StressKind, StressRecord, StressTest, Verdict};

pub use of_run::validate_run;

/// Names that one sentence lists; the rest are counted.
const MOST_NAMED: usize = 3;
/// A laptop's heat sink is warm after a minute or two; throttling was seen to begin after that, in seconds.
const LEAST_SUSTAINED_S: f64 = 180.0;

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    Pass,
    Fail,
    NotTested,
}

impl CheckVerdict {
    /// For a person.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::NotTested => "not tested",
        }
    }
}

/// One check with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Stable: `cooling`, `model_cache` (of a run's report `model_files`), `escalation`, `downloads`, `concurrency`, `headroom`.
    pub code: String,
    pub title: String,
    pub verdict: CheckVerdict,
    /// A line each.
    pub evidence: Vec<String>,
    /// What to do where it did not pass; empty where there is nothing.
    pub next_step: String,
}

/// A model as the engine has it now.
#[derive(Debug, Clone, PartialEq)]
pub struct CachedModel {
    pub model: ModelRef,
    pub facts: ModelFacts,
    /// Whether its digest was computed from its bytes since they last changed; `None` where the engine does that itself.
    pub is_verified: Option<bool>,
    pub problem: Option<Cause>,
}

/// What the checks look at.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Newest first.
    pub runs: &'a [RunRecord],
    /// Newest first.
    pub stress: &'a [StressTest],
    /// `None` where the engine does not answer.
    pub models: Option<&'a [CachedModel]>,
    /// Bytes that unfinished downloads and deleted models hold; `None` where that can't be told.
    pub reclaimable_bytes: Option<u64>,
    /// The next larger model, by name and size, where one is known.
    pub next_rung: Option<(&'a str, &'a ModelFacts)>,
    /// The context that it would be given, in tokens.
    pub context_tokens: u32,
    pub memory_available_bytes: Option<u64>,
    pub memory_total_bytes: Option<u64>,
}

/// Every check, in the order of the list by which they were first made.
pub fn validate(stored: &Stored<'_>) -> Vec<Check> {
    vec![cooling(stored), model_cache(stored), escalation::escalation(stored), downloads(stored), concurrency(stored), headroom(stored)]
}

fn check(code: &str, title: &str, verdict: CheckVerdict, evidence: Vec<String>, next_step: impl Into<String>) -> Check {
    let next_step = if verdict == CheckVerdict::Pass { String::new() } else { next_step.into() };
    Check { code: code.to_owned(), title: title.to_owned(), verdict, evidence, next_step }
}

/// The newest stress test of a kind that decides its check, or else the newest one.
fn newest<'a>(stored: &Stored<'a>, kind: StressKind) -> Option<&'a StressTest> {
    let of_kind = || stored.stress.iter().filter(|test| test.record.kind() == kind);
    of_kind().find(|test| verdict_of(test) != CheckVerdict::NotTested).or_else(|| of_kind().next())
}

/// What a stress test says of its check.
fn verdict_of(test: &StressTest) -> CheckVerdict {
    match test.judge().verdict {
        Verdict::Pass if too_short(test).is_none() => CheckVerdict::Pass,
        Verdict::Fail => CheckVerdict::Fail,
        Verdict::Pass | Verdict::NotDecided => CheckVerdict::NotTested,
    }
}

/// In words, where a machine could not have grown hot yet: a speed that lasted for so long says nothing of the cooling.
fn too_short(test: &StressTest) -> Option<String> {
    let StressRecord::Sustain(record) = &test.record else { return None };
    let wanted = format::duration(LEAST_SUSTAINED_S);
    (record.planned_s < LEAST_SUSTAINED_S)
        .then(|| format!("{} says nothing of the cooling: {wanted} or more do.", format::duration(record.planned_s)))
}

/// A check that a stress test answers; `how` says how to make it, `mend` what to do where it failed.
fn by_stress(stored: &Stored<'_>, kind: StressKind, (code, title): (&str, &str), how: &str, mend: &str) -> Check {
    let Some(test) = newest(stored, kind) else {
        return check(code, title, CheckVerdict::NotTested, vec![format!("No test of {} is stored.", kind.title().to_lowercase())], how);
    };
    let judged = test.judge();
    let day = test.started_at.get(..10).unwrap_or(&test.started_at);
    let mut evidence = vec![format!("{day}: {}", judged.headline)];
    evidence.extend(judged.reasons);
    let verdict = verdict_of(test);
    evidence.extend(too_short(test).filter(|_| verdict == CheckVerdict::NotTested));
    check(code, title, verdict, evidence, if verdict == CheckVerdict::Fail { mend } else { how })
}

/// What to do against heat.
const COOL: &str = "Close other programs, raise the laptop or clean its fan, and test it again.";

/// No throttling under sustained load. A run that saw throttling fails it too.
fn cooling(stored: &Stored<'_>) -> Check {
    let (code, title) = ("cooling", "Cooling");
    let how = "Make the stress test of sustained load.";
    let mut found = by_stress(stored, StressKind::Sustain, (code, title), how, COOL);
    let Some(run) = stored.runs.first() else { return found };
    let rates: Vec<f64> = run.samples.iter().filter_map(|sample| sample.throttles_per_s).collect();
    let slowed = rates.iter().filter(|rate| **rate > 0.0).count();
    if slowed > 0 {
        found.evidence.push(format!("The last run: the processor slowed down to stay cool in {slowed} of {} readings.", rates.len()));
        return check(code, title, CheckVerdict::Fail, found.evidence, COOL);
    }
    let hottest = run.samples.iter().filter_map(|sample| sample.temperature_c).reduce(f32::max);
    let seen = match (rates.is_empty(), hottest) {
        (false, _) => Some(format!("The last run: no throttling in {} readings.", rates.len())),
        (true, Some(hottest)) => Some(format!("The last run: {hottest:.0} °C at the highest; throttling is not readable.")),
        (true, None) => None,
    };
    found.evidence.extend(seen);
    found
}

/// What was stored of each model is what the engine has now, no file is damaged, and digests were computed.
fn model_cache(stored: &Stored<'_>) -> Check {
    let (code, title) = ("model_cache", "Model cache");
    let Some(models) = stored.models else {
        return check(
            code,
            title,
            CheckVerdict::NotTested,
            vec!["The engine does not answer.".to_owned()],
            "Start the engine, then look again.",
        );
    };
    if models.is_empty() {
        let evidence = vec!["The engine has no model.".to_owned()];
        return check(code, title, CheckVerdict::NotTested, evidence, "Pull one, then look again.");
    }
    let bytes = models.iter().filter_map(|model| model.facts.file_bytes).sum();
    let mut evidence = vec![format!("{} in {}.", format::count(models.len() as u32, "model", "models"), format::bytes_gb(bytes))];
    let mut bad: Vec<String> =
        models.iter().filter_map(|model| model.problem.as_ref().map(|cause| format!("{}: {cause}", model.model))).collect();
    bad.extend(changed(stored, models, &mut evidence));
    evidence.extend(bad.iter().cloned());
    let unverified: Vec<&str> = models.iter().filter(|model| model.is_verified == Some(false)).map(|model| model.model.as_str()).collect();
    evidence.push(verified_line(models, &unverified));
    let reclaimable = stored.reclaimable_bytes.filter(|bytes| *bytes > 0);
    evidence.extend(reclaimable.map(|bytes| format!("{} can be freed: unfinished downloads and deleted models.", format::bytes_gb(bytes))));
    match (bad.is_empty(), unverified.is_empty()) {
        (false, _) => check(code, title, CheckVerdict::Fail, evidence, "Delete the model and pull it again."),
        (true, false) => check(code, title, CheckVerdict::NotTested, evidence, "Compute the digests: each such file is read once."),
        (true, true) => check(code, title, CheckVerdict::Pass, evidence, ""),
    }
}

/// Models whose stored digest differs from the engine's; the evidence tells how many agree.
fn changed(stored: &Stored<'_>, models: &[CachedModel], evidence: &mut Vec<String>) -> Vec<String> {
    let (mut agree, mut changed) = (0, Vec::new());
    for model in models {
        let rungs = stored.runs.iter().flat_map(|run| &run.rungs).filter(|rung| rung.model == model.model);
        let Some((then, now)) = rungs.filter_map(|rung| rung.facts.digest.as_ref()).next().zip(model.facts.digest.as_ref()) else {
            continue;
        };
        if then == now {
            agree += 1;
        } else {
            changed.push(format!("{}: the engine has another file than the one that was measured.", model.model));
        }
    }
    if agree > 0 {
        evidence.push(format!("What was stored agrees with the engine for {}.", format::count(agree, "measured model", "measured models")));
    }
    changed
}

fn verified_line(models: &[CachedModel], unverified: &[&str]) -> String {
    let told = models.iter().filter(|model| model.is_verified.is_some()).count();
    match (told, unverified.len()) {
        (0, _) => "Digests: the engine checks them itself when a model comes.".to_owned(),
        (told, 0) => format!("Digests: computed from the bytes of {}.", format::count(told as u32, "model", "models")),
        (told, missing) => format!("Digests: not computed for {missing} of {told} ({}).", some_of(unverified)),
    }
}

fn some_of(names: &[&str]) -> String {
    let named = names.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MOST_NAMED { format!("{named} and others") } else { named }
}

fn downloads(stored: &Stored<'_>) -> Check {
    let (how, mend) = ("Make the stress test of concurrent downloads.", "Check the connection and the disk, and test it again.");
    by_stress(stored, StressKind::Download, ("downloads", "Concurrent downloads"), how, mend)
}

fn concurrency(stored: &Stored<'_>) -> Check {
    let (how, mend) = ("Make the stress test of concurrent models.", "Hold fewer models at once, or choose smaller ones.");
    by_stress(stored, StressKind::Concurrent, ("concurrency", "Concurrent models"), how, mend)
}

/// Whether the next larger model fits into the memory that is free, by its size; what the limit test found stands beside it.
fn headroom(stored: &Stored<'_>) -> Check {
    let (code, title, how) = ("headroom", "Headroom for the next rung", "Make the stress test of the limit.");
    let mut evidence = Vec::new();
    evidence.extend(newest(stored, StressKind::Limit).map(|test| test.judge().headline));
    let Some((name, facts)) = stored.next_rung else {
        evidence.push("No larger model is known that could be the next rung.".to_owned());
        return check(code, title, CheckVerdict::NotTested, evidence, how);
    };
    let fit = memory_fit(facts, stored.context_tokens, stored.memory_available_bytes, stored.memory_total_bytes);
    evidence.push(format!("{name}: {} (an estimate).", fit.words));
    match fit.word {
        FitWord::Fits => check(code, title, CheckVerdict::Pass, evidence, ""),
        FitWord::Tight => check(code, title, CheckVerdict::Fail, evidence, "Close other programs, or choose a smaller quantization."),
        FitWord::TooLarge => check(code, title, CheckVerdict::Fail, evidence, "Choose a smaller model or quantization."),
        FitWord::Unknown => check(code, title, CheckVerdict::NotTested, evidence, how),
    }
}

#[cfg(test)]
mod tests;
